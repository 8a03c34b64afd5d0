import { ask, GRACE_MS, run, status, type RunOptions, type RunResult } from './remote-run.ts'
import { RUNNING } from './remote-script.ts'
import { stop } from './remote-stop.ts'
import { checkedRunId } from './run-command.ts'
import { lost } from './ssh-errors.ts'
import type { SshSession } from './ssh-session.ts'

/** Waits for the end of a run that has begun, and gives what `run` gives; undefined where none has. Starts nothing. */
export async function attach(
  session: SshSession,
  options: Omit<RunOptions, 'argv' | 'stdin' | 'env' | 'sudo' | 'cwd'>,
): Promise<RunResult | undefined> {
  const found = await status(session, options.id)
  // The run directory decides what is run: a command that has begun is never begun again.
  return found === 'absent' ? undefined : run(session, { ...options, argv: ['true'] })
}

/** Ids of the runs on the host whose command has not ended. */
export async function runningRuns(session: SshSession): Promise<readonly string[]> {
  const [what, ...ids] = await ask(session, RUNNING.text, '')
  if (what !== 'running') throw lost(session.host, 'the runs that go on')
  return ids
}

/** Ends a run, whoever started it, and proves it gone. @throws HwError `ssh.orphan` */
export function stopRun(session: SshSession, id: string, reason: unknown): Promise<void> {
  return stop(session, { id: checkedRunId(id), graceMs: GRACE_MS, reason, pid: undefined })
}
