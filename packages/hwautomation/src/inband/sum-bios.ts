import { printable } from '../bios/printable.ts'
import { parseBiosFile, printBiosFile } from '../bios/supermicro/bios-file.ts'
import { printChanges } from '../bios/supermicro/changes-file.ts'
import { configurationOfFile } from '../bios/supermicro/configuration.ts'
import { licencesNeeded, registryOfFile } from '../bios/supermicro/registry.ts'
import { sumError } from '../bios/supermicro/sum-error.ts'
import { plainOutput, productKeysOf, saysNothingChanged } from '../bios/supermicro/sum-output.ts'
import { withoutSecrets } from '../bios/supermicro/without-secrets.ts'
import type { XmlElement } from '../bios/supermicro/xml.ts'
import { timestamp } from '../clock.ts'
import { HwError, isHwError } from '../errors.ts'
import type { Answer, Bios, BiosChanges, BiosReading, CommandResult } from '../provisioning/capabilities.ts'
import type { VendorBiosOptions } from './vendor-bios.ts'

/** Reading flash and NVRAM needs root, and so does the tool's kernel driver. */
const SUDO = { sudo: true } as const
const EXPORT = 'bios-current.xml'
const CHANGES = 'bios-changes.xml'
/** No banner, no dots, no journal left on the host. Versions that do not know them end with 1 or 2, before doing anything. */
const QUIET = ['--no_banner', '--no_progress', '--journal_level', '0'] as const
const UNKNOWN_OPTION: ReadonlySet<number> = new Set([1, 2])

type OnStage = (sentence: string) => void

/**
 * The `Bios` capability by Supermicro's `sum`, or `saa` for newer boards, in-band: without an address the tool talks to
 * this host's own firmware. Exit codes are not believed: it says "is updated" also where nothing was. What was staged
 * cannot be seen before the boot that applies it.
 */
export class SumBios implements Bios {
  readonly tool: 'sum' | 'saa'
  readonly fileFormat = { extension: 'xml', mediaType: 'application/xml' } as const
  readonly #options: VendorBiosOptions
  /** The file as it was read last: partial files are made after it. */
  #read: { readonly bootId: string | undefined; readonly root: XmlElement } | undefined
  #knowsQuiet = true

  constructor({ tool, ...options }: VendorBiosOptions & { readonly tool: 'sum' | 'saa' }) {
    this.tool = tool
    this.#options = options
  }

  async read({ signal, everything, onStage }: Parameters<Bios['read']>[0]): Promise<Answer<BiosReading>> {
    const { file, root } = await this.#export(signal, onStage)
    const current = configurationOfFile(root)
    const licences = everything ? await this.#licences(root, signal, onStage) : undefined
    const value: BiosReading = {
      current,
      pending: current,
      staging: 'hidden',
      verdict: [],
      appliedAt: null,
      ...(everything ? { registry: registryOfFile(root, licences), file } : {}),
    }
    return { value, servedBy: this.tool, tried: [this.tool], observedAt: timestamp(this.#options.clock) }
  }

  async stage(changes: BiosChanges, { id, signal, onStage }: Parameters<Bios['stage']>[1]): Promise<void> {
    const { shell } = this.#options
    const isFresh = this.#read !== undefined && this.#read.bootId === shell.location?.bootId
    const root = isFresh && this.#read !== undefined ? this.#read.root : (await this.#export(signal, onStage)).root
    const file = await shell.put(CHANGES, printChanges(root, changes), signal)
    onStage(`writing ${Object.keys(changes).length} settings`)
    // Whatever had this id before has ended, or was stopped before it began: see `finish`.
    await shell.forget(id, signal)
    // Never `--reboot`: MAAS has to know of it. Never `--skip_unknown`: what does not fit must fail.
    const result = await this.#call('ChangeBiosCfg', ['--file', file], signal, id)
    if (saysNothingChanged(plainOutput(result))) onStage(`${this.tool} says that nothing differs from what is set`)
  }

  async finish(id: string, signal: AbortSignal): Promise<'committed' | 'not-begun'> {
    const ended = await this.#options.shell.attach(id, signal)
    if (ended === undefined) return 'not-begun'
    const error = sumError({ tool: this.tool, command: 'ChangeBiosCfg', ...ended })
    if (error !== undefined) throw error
    return 'committed'
  }

  /** The BIOS applies settings in POST, which is over when the host answers. */
  async untilSettled(): Promise<undefined> {}

  /** In-band there is no session. */
  async signOut(): Promise<void> {}

  /** The BMC shows BIOS attributes under other names (`SMTControl_00CB`), which cannot be told for sure. */
  async peek(): Promise<undefined> {
    return undefined
  }

  async #export(
    signal: AbortSignal,
    onStage: OnStage,
  ): Promise<{ readonly file: Uint8Array; readonly root: XmlElement }> {
    const { shell } = this.#options
    onStage('exporting the settings in force')
    // In the run's own folder: it goes with the run, and nobody else can have put a link there. Emptied, so that an
    // earlier export is never taken for this one.
    const path = await shell.put(EXPORT, new Uint8Array(), signal)
    await this.#call('GetCurrentBiosCfg', ['--file', path, '--overwrite'], signal)
    const file = await this.#fetch(path, signal)
    const root = this.#parse(file)
    this.#read = { bootId: shell.location?.bootId, root }
    const kept = withoutSecrets(root)
    return { file: kept === root ? file : printBiosFile(kept), root }
  }

  /** As root, whoever owns the file now: the tool runs as root and may have made it anew. Bytes, not text: it is no UTF-8. */
  async #fetch(path: string, signal: AbortSignal): Promise<Uint8Array> {
    const { code, stdout, stderr } = await this.#options.shell.run(['base64', path], { ...SUDO, signal })
    if (code === 0) return Buffer.from(stdout, 'base64')
    throw this.#unreadable(stderr.trim() || `base64 ended with ${code}`)
  }

  /** A file that cannot be read was perhaps not written to its end: the next attempt exports anew. */
  #parse(file: Uint8Array): XmlElement {
    try {
      return parseBiosFile(file)
    } catch (error) {
      if (!isHwError(error) || error.code !== 'bios.file-invalid') throw error
      throw this.#unreadable(error.message, error)
    }
  }

  #unreadable(why: string, cause?: unknown): HwError {
    return new HwError({
      code: 'bios.tool-output',
      kind: 'transient',
      message: `${this.tool} GetCurrentBiosCfg reported success, but its file cannot be read: ${printable(why, 400)}`,
      hint: 'Look at free space on the host’s RAM disk, and run the command by hand.',
      ...(cause === undefined ? {} : { cause }),
    })
  }

  /** Asked only where some setting needs one; undefined where the tool does not tell: then nothing is refused for it. */
  async #licences(root: XmlElement, signal: AbortSignal, onStage: OnStage): Promise<readonly string[] | undefined> {
    if (licencesNeeded(root).length === 0) return undefined
    onStage('asking which licences are active')
    try {
      const output = plainOutput(await this.#call('QueryProductKey', [], signal))
      const keys = productKeysOf(output)
      return keys.length > 0 || /Number of product keys/i.test(output) ? keys : undefined
    } catch (error) {
      signal.throwIfAborted()
      if (isHwError(error) && error.code === 'bios.tool-failed') return error.kind === 'licence' ? [] : undefined
      throw error
    }
  }

  async #call(command: string, args: readonly string[], signal: AbortSignal, id?: string): Promise<CommandResult> {
    const { shell } = this.#options
    const run = (quiet: readonly string[]) =>
      shell.run([...shell.tool(this.tool), '-c', command, ...args, ...quiet], {
        ...SUDO,
        signal,
        timeout: this.#options.toolMs,
        ...(id === undefined ? {} : { id }),
      })
    let result = await run(this.#knowsQuiet ? QUIET : [])
    if (this.#knowsQuiet && id === undefined && UNKNOWN_OPTION.has(result.code)) {
      result = await run([])
      // Only where it was that: another attempt may meet a newer tool.
      if (!UNKNOWN_OPTION.has(result.code)) this.#knowsQuiet = false
    }
    const error = sumError({ tool: this.tool, command, ...result })
    if (error !== undefined) throw error
    return result
  }
}
