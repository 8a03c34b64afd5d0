import type { BiosVendorName } from '../../bios/configuration.ts'
import { timestamp, type Clock } from '../../clock.ts'
import type { BmcSettingName, BmcUserWish } from '../../devices/bmc-settings.ts'
import { HwError, isHwError } from '../../errors.ts'
import type { Answer } from '../../provisioning/capabilities.ts'
import type { BmcAnswers, BmcAt, BmcQuestions, BmcSettings } from '../../provisioning/bmc-settings.ts'
import type { RedfishClient } from '../redfish/redfish-client.ts'
import { ensureUser, readUsers } from './accounts.ts'
import { readLan } from './lan.ts'
import { readLicence } from './licence.ts'
import { passwordProblem } from './password-rules.ts'
import { readSettings, writeSetting, type OpenBmc } from './redfish-settings.ts'
import { placeProblem } from './setting-places.ts'

/** How the BMC is reached and logged in to. */
export interface BmcDoor {
  /** A client of whatever answers there, with the certificate pinned where one is given. */
  clientAt(address: string, certificateSha256: string | undefined): RedfishClient
  /** @throws HwError `bmc.no-credentials` */
  credentials(signal: AbortSignal): Promise<{ readonly user: string; readonly password: string }>
}

export interface SiteBmcSettingsOptions {
  readonly vendor: BiosVendorName
  readonly door: BmcDoor
  readonly clock: Clock
  /** Credentials of the site's configuration: sent only to a BMC that was recognised. */
  readonly ownCredentials: boolean
  /** Values by name, from the configuration. */
  readonly secrets: Readonly<Record<string, string>>
  /** Told of sessions that may be left open. */
  readonly onWarning: (line: string) => void
}

/** The `BmcSettings` capability over Redfish. */
export class SiteBmcSettings implements BmcSettings {
  readonly #options: SiteBmcSettingsOptions

  constructor(options: SiteBmcSettingsOptions) {
    this.#options = options
  }

  get asksUnseen(): boolean {
    return !this.#options.ownCredentials
  }

  settingProblem(name: BmcSettingName, value?: string): string | undefined {
    return placeProblem(this.#options.vendor, name, value)
  }

  userProblem({ passwordSecret }: BmcUserWish): string | undefined {
    const password = this.#secret(passwordSecret)
    if (password === undefined) return `there is no secret ${passwordSecret} under bmc.secrets of the configuration`
    const problem = passwordProblem(this.#options.vendor, password)
    return problem === undefined ? undefined : `the password of secret ${passwordSecret} ${problem}`
  }

  async ownUser({ name, privilege, passwordSecret }: BmcUserWish, signal: AbortSignal) {
    const { user, password } = await this.#options.door.credentials(signal)
    if (user !== name) return 'another'
    return privilege === 'administrator' && password === this.#secret(passwordSecret) ? 'same' : 'would-change'
  }

  async ask(questions: BmcQuestions, at: BmcAt): Promise<Answer<BmcAnswers>> {
    const value = await this.#open(at, async (bmc): Promise<BmcAnswers> => {
      const identity = await bmc.client.systemIdentity({ signal: at.signal })
      const lan = questions.lan === true ? await readLan(bmc, at.address) : undefined
      return {
        host: { serial: identity.serialNumber ?? null, uuid: identity.uuid ?? null },
        certificateSha256: bmc.client.certificate?.sha256 ?? null,
        settings: await readSettings(bmc, questions.settings ?? []),
        ...(questions.users === true ? { users: await readUsers(bmc) } : {}),
        ...(questions.licence === true ? { licence: await readLicence(bmc) } : {}),
        ...(lan === undefined ? {} : { lan }),
      }
    })
    return { value, servedBy: 'redfish', tried: ['redfish'], observedAt: timestamp(this.#options.clock) }
  }

  async write(...[name, value, at]: Parameters<BmcSettings['write']>): Promise<string | undefined> {
    const said = await this.#open(at, (bmc) => writeSetting(bmc, name, value))
    return said.some(({ key }) => key === 'ResetRequired') ? 'a reset of the BMC' : undefined
  }

  async ensureUser(wish: BmcUserWish, at: BmcAt): Promise<void> {
    const password = this.#password(wish)
    await this.#open(at, (bmc) => ensureUser(bmc, wish, password))
  }

  async canLogIn(wish: BmcUserWish, { address, certificateSha256, signal }: BmcAt): Promise<boolean> {
    const password = this.#password(wish)
    await using client = this.#options.door.clientAt(address, certificateSha256 ?? undefined)
    try {
      await client.withSession({ user: wish.name, password }, async () => {}, { signal })
      return true
    } catch (error) {
      signal.throwIfAborted()
      if (isHwError(error) && error.code === 'bmc.auth') return false
      throw error
    } finally {
      for (const line of client.warnings) this.#options.onWarning(line)
    }
  }

  async #open<T>({ address, certificateSha256, signal }: BmcAt, work: (bmc: OpenBmc) => Promise<T>): Promise<T> {
    const { door, vendor, onWarning } = this.#options
    const credentials = await door.credentials(signal)
    await using client = door.clientAt(address, certificateSha256 ?? undefined)
    try {
      return await client.withSession(credentials, () => work({ client, vendor, signal }), { signal })
    } finally {
      for (const line of client.warnings) onWarning(line)
    }
  }

  #password(wish: BmcUserWish): string {
    const password = this.#secret(wish.passwordSecret)
    if (password !== undefined) return password
    throw new HwError({
      code: 'bmc.settings-refused',
      kind: 'invalid',
      message: `There is no secret ${wish.passwordSecret} under bmc.secrets of the configuration, the password of BMC user ${wish.name}.`,
      hint: 'Add it: bmc.secrets is a map from names to ${env:…}, ${file:…} or ${secret:…}.',
    })
  }

  #secret(name: string): string | undefined {
    return Object.hasOwn(this.#options.secrets, name) ? this.#options.secrets[name] : undefined
  }
}
