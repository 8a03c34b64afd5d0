import { timestamp, type Clock } from '../clock.ts'
import { HwError, isHwError } from '../errors.ts'
import { biosConfigurationOf, parseIlorestFile } from '../bios/hpe/ilorest-file.ts'
import { parseIlorestJson } from '../bios/hpe/ilorest-output.ts'
import {
  configurationOfResource,
  parseBiosResource,
  parseBootOrder,
  type HpeBiosResource,
} from '../bios/hpe/bios-resource.ts'
import { parseBiosRegistry } from '../bios/hpe/registry.ts'
import { ilorestError } from '../bios/hpe/return-codes.ts'
import { biosVerdict } from '../bios/hpe/verdict.ts'
import type { BiosBoard, BiosRegistry } from '../bios/configuration.ts'
import type { Answer, Bios, BiosChanges, BiosReading, CommandResult, HostShell } from '../provisioning/capabilities.ts'

/** `ilorest` is started by the host's sudo: its session cache lives under root's home, and local login needs root. */
const SUDO = { sudo: true } as const
/** The resource that is in force. Lower case is HPE's own spelling (iLO RESTful API). */
const BIOS_PATH = '/redfish/v1/systems/1/bios/'
const SETTINGS_PATH = '/redfish/v1/systems/1/bios/settings/'
/** iLOrest: no contents found. */
const NO_CONTENTS = 6
const SAVE_FILE = 'bios-save.json'

export interface IlorestBiosOptions {
  readonly shell: HostShell
  readonly clock: Clock
  /** Wall time of one call: a whole registry is about 1 MB, and one call may wait for the BIOS provider after POST. */
  readonly toolMs: number
  /** BIOS attributes by way of the BMC, for plans; undefined where it cannot be asked. */
  readonly peek: Bios['peek']
}

/**
 * The `Bios` capability by HPE's `ilorest`, in-band: the tool talks to iLO through the host's own channel, without credentials.
 * Exit codes are not believed: what counts is what the resources say afterwards.
 */
export class IlorestBios implements Bios {
  readonly tool = 'ilorest'
  readonly fileFormat = { extension: 'json', mediaType: 'application/json' } as const
  readonly #options: IlorestBiosOptions
  #signedInOn: string | undefined
  /** The boot in which nobody is logged in, neither we nor a process before us. */
  #signedOutOn: string | undefined
  #peeked: ReturnType<Bios['peek']> | undefined

  constructor(options: IlorestBiosOptions) {
    this.#options = options
  }

  async read({ signal, everything, onStage }: Parameters<Bios['read']>[0]): Promise<Answer<BiosReading>> {
    await this.#signIn(signal, onStage)
    onStage('reading the settings in force')
    const inForce = parseBiosResource((await this.#call(['rawget', BIOS_PATH, '--silent'], signal)).stdout)
    onStage('reading the settings of the next boot')
    const staged = parseBiosResource(
      (await this.#call(['rawget', inForce.settingsPath ?? SETTINGS_PATH, '--silent'], signal)).stdout,
    )
    const file = everything ? await this.#save(signal, onStage) : undefined
    const board: BiosBoard = file ? biosConfigurationOf(parseIlorestFile(file)).board : {}
    const registry = everything ? await this.#registry(inForce, signal, onStage) : undefined
    const bootOrder = everything ? await this.#bootOrder(signal, onStage) : undefined
    const verdict = biosVerdict(inForce.messages)
    const value: BiosReading = {
      current: configurationOfResource(inForce, board, bootOrder),
      pending: configurationOfResource(staged, board),
      staging: 'shown',
      appliedAt: inForce.appliedAt ?? null,
      verdict: verdict.verdict === 'rejected' ? verdict.problems.map(({ message }) => message) : [],
      ...(registry ? { registry } : {}),
      ...(file ? { file: new TextEncoder().encode(file) } : {}),
    }
    return { value, servedBy: 'ilorest', tried: ['ilorest'], observedAt: timestamp(this.#options.clock) }
  }

  async stage(changes: BiosChanges, { id, signal, onStage }: Parameters<Bios['stage']>[1]): Promise<void> {
    // A fresh session drops what an interrupted attempt may have left in the tool's cache.
    await this.signOut(signal)
    await this.#signIn(signal, onStage)
    await this.#call(['select', 'Bios.'], signal)
    onStage(`setting ${Object.keys(changes).length} attributes`)
    await this.#call(['set', ...Object.entries(changes).map(([name, value]) => `${name}=${String(value)}`)], signal)
    onStage('committing')
    // Whatever had this id before has ended, or was stopped before it began: see `finish`.
    await this.#options.shell.forget(id, signal)
    await this.#call(['commit'], signal, id)
  }

  async finish(id: string, signal: AbortSignal): Promise<'committed' | 'not-begun'> {
    const ended = await this.#options.shell.attach(id, signal)
    if (ended === undefined) return 'not-begun'
    const error = ilorestError({ verb: 'commit', ...ended })
    if (error !== undefined) throw error
    return 'committed'
  }

  /** iLO applies settings in POST, which is over when the host answers. */
  async untilSettled(): Promise<undefined> {}

  async signOut(signal: AbortSignal): Promise<void> {
    const { shell } = this.#options
    const bootId = shell.location?.bootId
    if (bootId === undefined || bootId === this.#signedOutOn) return
    if (bootId !== this.#signedInOn && !(await shell.hasTool(this.tool, signal))) return
    // Says so with 0 also when nobody is logged in (iLOrest 3.6, 7.2).
    await this.#call(['logout'], signal)
    this.#signedInOn = undefined
    this.#signedOutOn = bootId
  }

  /** Asks once: every step of a plan sees the same answer. */
  peek(signal: AbortSignal): ReturnType<Bios['peek']> {
    this.#peeked ??= this.#options.peek(signal).catch((error: unknown) => {
      this.#peeked = undefined
      throw error
    })
    return this.#peeked
  }

  async #signIn(signal: AbortSignal, onStage: (sentence: string) => void): Promise<void> {
    const { shell } = this.#options
    if (this.#signedInOn !== undefined && this.#signedInOn === shell.location?.bootId) return
    onStage('logging in to iLO from the host')
    await this.#call(['login'], signal)
    this.#signedInOn = shell.location?.bootId
    this.#signedOutOn = undefined
  }

  /** The tool's own file: `ilorest load` takes it back. */
  async #save(signal: AbortSignal, onStage: (sentence: string) => void): Promise<string> {
    onStage('saving the configuration file')
    const { shell } = this.#options
    // In the run's own folder: it goes with the run, and nobody else can have put a link there.
    const file = await shell.put(SAVE_FILE, new Uint8Array(), signal)
    await this.#call(['save', '--selector', 'Bios.', '-f', file], signal)
    const { code, stdout, stderr } = await shell.run(['cat', file], { ...SUDO, signal })
    if (code === 0 && stdout !== '') return stdout
    throw new HwError({
      code: 'bios.tool-output',
      kind: 'transient',
      message: `ilorest save reported success, but its file cannot be read: ${stderr.trim() || 'it is empty'}`,
      hint: 'Look at free space on the host’s RAM disk.',
    })
  }

  /** Without it values are written as the template has them; HPE says what was wrong after the boot. */
  async #registry(
    resource: HpeBiosResource,
    signal: AbortSignal,
    onStage: (sentence: string) => void,
  ): Promise<BiosRegistry | undefined> {
    if (resource.registryId === undefined) return undefined
    onStage('reading the attribute registry')
    const registryId = resource.registryId
    return this.#orNothing(signal, async () => {
      const entry = parseIlorestJson(
        (await this.#call(['rawget', `/redfish/v1/Registries/${registryId}/`, '--silent'], signal)).stdout,
      ) as {
        readonly Location?: readonly { readonly Language?: string; readonly Uri?: string }[]
      }
      const uri = entry.Location?.find(({ Language }) => Language === 'en')?.Uri
      return uri === undefined
        ? undefined
        : parseBiosRegistry((await this.#call(['rawget', uri, '--silent'], signal)).stdout)
    })
  }

  /** HPE keeps it outside the attributes: Gen11 and Gen10 Plus in the first place, Gen10 in the second (iLO RESTful API). */
  async #bootOrder(signal: AbortSignal, onStage: (sentence: string) => void): Promise<readonly string[] | undefined> {
    onStage('reading the boot order')
    for (const path of [`${BIOS_PATH}oem/hpe/boot/`, `${BIOS_PATH}boot/`]) {
      const found = await this.#orNothing(signal, async () =>
        parseBootOrder((await this.#call(['rawget', path, '--silent'], signal)).stdout),
      )
      if (found !== undefined && found.length > 0) return found
    }
    return undefined
  }

  /** Undefined where the resource does not exist: `rawget` ends with 6 then. */
  async #orNothing<T>(signal: AbortSignal, read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read()
    } catch (error) {
      signal.throwIfAborted()
      if (isHwError(error) && error.code === 'bios.tool-failed' && error.context['exitCode'] === NO_CONTENTS)
        return undefined
      throw error
    }
  }

  async #call(argv: readonly string[], signal: AbortSignal, id?: string): Promise<CommandResult> {
    const { shell } = this.#options
    const result = await shell.run([...shell.tool('ilorest'), '--nologo', ...argv], {
      ...SUDO,
      signal,
      timeout: this.#options.toolMs,
      ...(id === undefined ? {} : { id }),
    })
    const error = ilorestError({ verb: argv[0] ?? '', ...result })
    if (error === undefined) return result
    // The session may be gone with a reset of iLO: the next attempt logs in anew.
    if (result.code !== NO_CONTENTS) this.#signedInOn = undefined
    throw error
  }
}
