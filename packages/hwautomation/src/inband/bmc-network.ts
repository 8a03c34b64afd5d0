import { timestamp, type Clock } from '../clock.ts'
import type { BiosBoard } from '../bios/configuration.ts'
import type { Dial } from '../dial.ts'
import { RedfishClient } from '../bmc/redfish/redfish-client.ts'
import { RefusedCredentials } from '../bmc/redfish/refused-credentials.ts'
import { HwError, isHwError } from '../errors.ts'
import { hostOf } from '../lan/power-address.ts'
import type { Logger } from '../logger.ts'
import type { MaasClient } from '../maas/maas-client.ts'
import type { Answer } from '../provisioning/capabilities.ts'
import type {
  BmcNetwork,
  BmcRegistration,
  LanSettings,
  LanStep,
  Neighbour,
  Sighting,
} from '../provisioning/bmc-network.ts'
import type { Redactor } from '../redaction.ts'
import type { IpmitoolLan } from './ipmitool-lan.ts'
import { knock } from './knock.ts'

/** A BMC address that a run is about to give out. */
export interface PromisedAddress extends Neighbour {
  readonly systemId: string
}

export interface SiteBmcNetworkOptions {
  readonly systemId: string
  readonly maas: MaasClient
  readonly lan: IpmitoolLan
  readonly dial: Dial
  readonly clock: Clock
  readonly logger: Logger
  readonly redactor: Redactor
  /** Instead of MAAS's power parameters. */
  readonly credentials: { readonly user: string; readonly password: string } | undefined
  readonly timeouts: { readonly connectMs?: number | undefined; readonly requestMs?: number | undefined }
  /** BMC addresses that other runs are about to give out. */
  readonly reserved: () => Promise<readonly PromisedAddress[]>
}

/** The `BmcNetwork` capability: the address by ipmitool on the host, the proof by Redfish, the registration in MAAS. */
export class SiteBmcNetwork implements BmcNetwork {
  readonly #options: SiteBmcNetworkOptions
  /** Of the machine's own credentials, by its BMC at whichever address it was asked. */
  readonly #refused = new RefusedCredentials()

  constructor(options: SiteBmcNetworkOptions) {
    this.#options = options
  }

  async read(signal: AbortSignal): Promise<Answer<LanSettings>> {
    const value = await this.#options.lan.read(signal)
    return { value, servedBy: 'ipmitool', tried: ['ipmitool'], observedAt: timestamp(this.#options.clock) }
  }

  set(channel: number, step: LanStep, options: { readonly id: string; readonly signal: AbortSignal }): Promise<void> {
    return this.#options.lan.set(channel, step, options)
  }

  async look(address: string, signal: AbortSignal): Promise<Sighting> {
    // A BMC without an address says 0.0.0.0, which would lead to this machine itself.
    if (address === '0.0.0.0') return { state: 'silent' }
    const bmc = this.clientAt(address)
    try {
      const root = await bmc.serviceRoot({ signal })
      return {
        state: 'seen',
        certificateSha256: bmc.certificate?.sha256 ?? null,
        serviceUuid: root.uuid ?? null,
      }
    } catch (error) {
      signal.throwIfAborted()
      if (!isHwError(error)) throw error
      // Something showed a certificate there, even if it is no Redfish service.
      if (bmc.certificate) return { state: 'seen', certificateSha256: bmc.certificate.sha256, serviceUuid: null }
      const mayBeSilent = error.code === 'bmc.timeout' || error.code.startsWith('network.')
      if (!mayBeSilent || error.code === 'network.refused') return { state: 'occupied', why: error.message }
    } finally {
      await bmc.close()
    }
    return knock(this.#options.dial, address, { signal, withinMs: this.#options.timeouts.connectMs })
  }

  async hostBehind(
    address: string,
    { certificateSha256, signal, onWarning }: Parameters<BmcNetwork['hostBehind']>[1],
  ): Promise<{ readonly serial: string | null; readonly uuid: string | null }> {
    const credentials = await this.credentials(signal)
    await using bmc = this.clientAt(address, certificateSha256, this.#refused)
    try {
      const identity = await bmc.withSession(credentials, () => bmc.systemIdentity({ signal }), { signal })
      return { serial: identity.serialNumber ?? null, uuid: identity.uuid ?? null }
    } finally {
      for (const warning of bmc.warnings) onWarning(warning)
    }
  }

  async registration(signal: AbortSignal): Promise<BmcRegistration> {
    const { maas, systemId } = this.#options
    const [machine, power] = [
      await maas.machine(systemId, { signal }),
      await maas.powerParameters(systemId, { signal }),
    ]
    return { powerType: machine.power_type, address: power.power_address ?? '', user: power.power_user ?? null }
  }

  async neighbours(signal: AbortSignal): Promise<readonly Neighbour[]> {
    const { maas, systemId, reserved } = this.#options
    const power = Object.entries(await maas.allPowerParameters({ signal }))
    const machines = await maas.machines({}, { signal })
    const nameOf = (id: string) => {
      const hostname = machines.find((machine) => machine.system_id === id)?.hostname
      return hostname === undefined ? id : `${hostname} (${id})`
    }
    const bmcs = power.flatMap(([id, { power_address }]) => {
      const address = hostOf(power_address ?? '')
      return id === systemId || address === undefined ? [] : [{ address, who: `the BMC of ${nameOf(id)} in MAAS` }]
    })
    const hosts = machines.flatMap(({ system_id, ip_addresses }) =>
      ip_addresses.map((address) => ({ address, who: `the host ${nameOf(system_id)} in MAAS` })),
    )
    return [...bmcs, ...hosts, ...(await reserved()).filter((one) => one.systemId !== systemId)]
  }

  async register(address: string, signal: AbortSignal): Promise<void> {
    await this.#options.maas.setPowerAddress(this.#options.systemId, address, { signal })
  }

  async powerThroughMaas(signal: AbortSignal): Promise<'on' | 'off' | 'unknown' | 'error'> {
    const { state } = await this.#options.maas.queryPowerState(this.#options.systemId, { signal, attempts: 1 })
    return state === 'on' || state === 'off' || state === 'error' ? state : 'unknown'
  }

  /** Those of the configuration, else MAAS's. @throws HwError `bmc.no-credentials` */
  async credentials(signal: AbortSignal): Promise<{ readonly user: string; readonly password: string }> {
    if (this.#options.credentials) return this.#options.credentials
    const { power_user: user, power_pass: password } = await this.#options.maas.powerParameters(
      this.#options.systemId,
      { signal },
    )
    if (user && password) return { user, password }
    throw new HwError({
      code: 'bmc.no-credentials',
      kind: 'auth',
      message: 'MAAS has no BMC user and password for this machine.',
      hint: 'Set its power parameters in MAAS, or bmc.credentials in the configuration.',
    })
  }

  /** The host's BIOS resource and that of its next boot, read over the network at the address MAAS has, and what is known of the board. */
  async biosResource(
    signal: AbortSignal,
  ): Promise<{ readonly body: unknown; readonly settings: unknown; readonly board: BiosBoard }> {
    const { address } = await this.registration(signal)
    const host = hostOf(address)
    if (host === undefined)
      throw new HwError({
        code: 'bmc.no-address',
        kind: 'invalid',
        message: 'MAAS has no power address for this machine that can be read.',
        hint: 'Set the machine’s power address in MAAS.',
      })
    const credentials = await this.credentials(signal)
    await using bmc = this.clientAt(host, undefined, this.#refused)
    return await bmc.withSession(
      credentials,
      async () => {
        const { manufacturer, model, serialNumber } = await bmc.systemIdentity({ signal })
        const board = {
          ...(manufacturer ? { manufacturer } : {}),
          ...(model ? { product: model } : {}),
          ...(serialNumber ? { serial: serialNumber } : {}),
        }
        const body = await bmc.bios({ signal })
        return { body, settings: await bmc.biosSettings(body, { signal }), board }
      },
      { signal },
    )
  }

  /** A client of whatever answers at an address; `pinned` is the one certificate it may show, `refused` the logins it spares it. */
  clientAt(host: string, pinned?: string, refused?: RefusedCredentials): RedfishClient {
    const { dial, clock, logger, redactor, timeouts } = this.#options
    return new RedfishClient({
      host,
      dial,
      clock,
      logger,
      redactor,
      ...(refused === undefined ? {} : { refused }),
      certificate: pinned === undefined ? { mode: 'trust-first' } : { mode: 'pin', sha256: pinned },
      ...(timeouts.connectMs === undefined ? {} : { connectTimeoutMs: timeouts.connectMs }),
      ...(timeouts.requestMs === undefined ? {} : { requestTimeoutMs: timeouts.requestMs }),
    })
  }
}
