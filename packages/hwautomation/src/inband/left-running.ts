import { HwError, isHwError } from '../errors.ts'
import type { OnTrouble } from '../provisioning/capabilities.ts'
import { attach, runningRuns, stopRun } from '../ssh/left-runs.ts'
import { leavesTheRun } from '../workflow/cancellation.ts'
import { INSTALLING } from './host-tools.ts'
import { twice, type SshLink } from './ssh-link.ts'

/** Ids of commands that nobody named; names of runs and steps never begin so. */
export const UNNAMED = 'x-'

export interface LeftRuns {
  /** Wall time of a short question. */
  readonly commandMs: number
  /** Wall time that a command may still take; it is stopped then. */
  readonly transferMs: number
  readonly signal: AbortSignal
  readonly onTrouble: OnTrouble
}

/**
 * Ends what a process that died has left running on the host: unnamed commands only read, or are begun anew by their step, and are
 * stopped; named ones change something and are waited for. How they ended is for the step to judge that has them among its intents.
 */
export async function endLeftRuns(link: SshLink, given: LeftRuns): Promise<void> {
  const { commandMs, transferMs, signal, onTrouble } = given
  for (const id of await link.use(signal, commandMs, (session) => runningRuns(session))) {
    onTrouble(`${id} still runs`)
    if (id.startsWith(UNNAMED) || id.startsWith(INSTALLING))
      await link.use(signal, twice(transferMs), (session) => stopRun(session, id, leftRunning(id)))
    else await untilEnded(link, id, given)
  }
}

async function untilEnded(link: SshLink, id: string, { transferMs: timeoutMs, signal }: LeftRuns): Promise<void> {
  try {
    await link.use(signal, twice(timeoutMs), (session, bootId) =>
      attach(session, { id, bootId, signal, timeoutMs, leaveRunning: leavesTheRun }),
    )
  } catch (error) {
    signal.throwIfAborted()
    if (!isHwError(error) || !ENDED.has(error.code)) throw error
  }
}

/** Errors of `attach` that mean: it does not run any more. */
const ENDED: ReadonlySet<string> = new Set(['ssh.command-lost', 'ssh.command-timeout', 'ssh.rebooted', 'ssh.stopped'])

function leftRunning(id: string): HwError {
  return new HwError({
    code: 'ssh.left-running',
    kind: 'transient',
    message: `Run ${id} was left running by a process that has ended.`,
    hint: 'It only reads, or its step begins it anew; it is stopped.',
  })
}
