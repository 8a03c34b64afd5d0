import type { Clock } from '../clock.ts'
import type { GroupedObjects } from '../bios/dell/bios-of-profile.ts'
import { parseObjects, type RacadmObject } from '../bios/dell/racadm-output.ts'
import { racadmError } from '../bios/dell/racadm-error.ts'
import { isHwError, type HwError } from '../errors.ts'
import type { CommandResult, HostShell } from '../provisioning/capabilities.ts'
import { quote, quoteAll } from '../ssh/quote.ts'
import { unreadable } from './racadm-refusals.ts'

export interface RacadmOptions {
  readonly shell: HostShell
  readonly clock: Clock
  /** Wall time of one call: an export takes half a minute. */
  readonly toolMs: number
}

/** Calls in all until a failure that may pass is believed, and the pause between them (cybozu-go/setup-hw has five and 10 s). */
const CALLS = 5
const PAUSE_MS = 10_000
/** Begins the answer for a group, on a line with its name. */
const MARK = '==== hwautomation: '

/** Dell's `racadm` on the host: it talks to the iDRAC through the host's own channel, as root and without credentials. */
export class Racadm {
  readonly #options: RacadmOptions

  constructor(options: RacadmOptions) {
    this.#options = options
  }

  /** Calls it once. With an `id` the run is known by that name on the host. @throws HwError `bios.tool-failed` and what `racadmError` knows */
  async once(argv: readonly string[], signal: AbortSignal, id?: string): Promise<CommandResult> {
    const { shell, toolMs } = this.#options
    const result = await shell.run([...shell.tool('racadm'), ...argv], {
      sudo: true,
      signal,
      timeout: toolMs,
      ...(id === undefined ? {} : { id }),
    })
    const error = racadmError({ call: callOf(argv), ...result })
    if (error) throw error
    return result
  }

  /** Calls it, and again where it fails for no reason: only for calls that read, or that may be repeated. Gives what it printed. */
  async patiently(argv: readonly string[], signal: AbortSignal): Promise<string> {
    return this.again(signal, async () => (await this.once(argv, signal)).stdout)
  }

  /**
   * The objects of these groups of the BIOS, all in one run on the host: there are some twenty of them. After a failure it goes
   * on with the group that failed.
   */
  async groups(names: readonly string[], signal: AbortSignal): Promise<GroupedObjects> {
    const answers = new Map<string, readonly RacadmObject[]>()
    const left = () => names.filter((name) => !answers.has(name))
    while (left().length > 0)
      await this.again(signal, async () => {
        const before = answers.size
        const failed = await this.#next(left(), answers, signal)
        if (failed !== undefined && (answers.size === before || failed.kind !== 'transient')) throw failed
        if (failed !== undefined) await this.#options.clock.sleep(PAUSE_MS, signal)
      })
    return answers
  }

  async #next(
    names: readonly string[],
    answers: Map<string, readonly RacadmObject[]>,
    signal: AbortSignal,
  ): Promise<HwError | undefined> {
    const { shell, toolMs } = this.#options
    const each = `printf '\\n%s%s\\n' ${quote(MARK)} "$group"; ${quoteAll(shell.tool('racadm'))} get "BIOS.$group" || exit`
    const { code, stdout, stderr } = await shell.run(['sh', '-c', `for group do ${each}; done`, 'sh', ...names], {
      sudo: true,
      signal,
      timeout: toolMs,
    })
    const parts = stdout.split(`\n${MARK}`).slice(1)
    for (const [index, name] of names.entries()) {
      const [answered, ...lines] = (parts[index] ?? '').split('\n')
      const exit = index >= parts.length - 1 ? { code, stderr } : { code: 0, stderr: '' }
      const error = racadmError({ call: `get BIOS.${name}`, stdout: lines.join('\n'), ...exit })
      const objects = parseObjects(lines.join('\n'))
      if (error !== undefined) return error
      if (answered !== name || objects === undefined) return unreadable(`its answer for BIOS.${name} cannot be read`)
      answers.set(name, objects)
    }
    return undefined
  }

  /** Repeats work that reads while racadm fails in it and may do better in a moment. */
  async again<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    for (let call = 1; ; call++) {
      try {
        return await work()
      } catch (error) {
        signal.throwIfAborted()
        const mayPass = isHwError(error) && error.kind === 'transient' && error.code.startsWith('bios.tool-')
        if (!mayPass || call === CALLS) throw error
        await this.#options.clock.sleep(PAUSE_MS, signal)
      }
    }
  }
}

/** How a call ended that ran under a name, in words of `Racadm.once`. */
export function endedAs(argv: readonly string[], result: CommandResult): void {
  const error = racadmError({ call: callOf(argv), ...result })
  if (error) throw error
}

/** Without options and values. */
function callOf(argv: readonly string[]): string {
  return argv
    .slice(0, 2)
    .filter((word) => !word.startsWith('-'))
    .join(' ')
}
