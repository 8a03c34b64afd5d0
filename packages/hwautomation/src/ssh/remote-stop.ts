import { randomUUID } from 'node:crypto'
import { HwError } from '../errors.ts'
import { STOP } from './remote-script.ts'
import { parseAnswer } from './run-output.ts'
import type { SshSession } from './ssh-session.ts'

export interface StopRequest {
  readonly id: string
  /** Between TERM and KILL. */
  readonly graceMs: number
  /** Why it is stopped; the cause of the error when it cannot be. */
  readonly reason: unknown
  readonly pid: string | undefined
}

/** What the script needs beside the grace: the runner's last words, a slow sudo, a loaded host. */
const STOP_EXTRA_MS = 20_000

/**
 * Ends a run and proves it: resolves when no process of its group is left (`kill -0`) and the runner has given its lock back.
 * Goes by a second channel, and by a second connection where the first is gone or silent. A run that has not begun never will.
 *
 * @throws HwError `ssh.orphan` when neither way gives the proof
 */
export async function stop(session: SshSession, request: StopRequest): Promise<void> {
  const first = await overSession(session, request)
  if (first.gone) return
  const second = await overNewSession(session, request)
  if (second.gone) return
  throw orphan(session.host, request, second.pid ?? first.pid ?? request.pid, second.failure ?? first.failure)
}

interface Outcome {
  readonly gone: boolean
  readonly pid?: string | undefined
  readonly failure?: unknown
}

async function overSession(session: SshSession, { id, graceMs }: StopRequest): Promise<Outcome> {
  const word = randomUUID()
  const graceSeconds = Math.max(1, Math.ceil(graceMs / 1000))
  try {
    const { stdout } = await session.exec(
      ['sh', '-c', STOP.text, 'hwa-stop', word, id, String(graceSeconds), STOP.body],
      {
        // TERM and KILL each get the grace.
        timeoutMs: 2 * graceSeconds * 1000 + STOP_EXTRA_MS,
      },
    )
    const [what, pid] = parseAnswer(stdout, word).verdict ?? []
    return { gone: what === 'gone', pid }
  } catch (failure) {
    return { gone: false, failure }
  }
}

async function overNewSession(session: SshSession, request: StopRequest): Promise<Outcome> {
  try {
    await using second = await session.reopen()
    return await overSession(second, request)
  } catch (failure) {
    return { gone: false, failure }
  }
}

function orphan(host: string, { id, reason }: StopRequest, pid: string | undefined, failure: unknown): HwError {
  const why = failure instanceof Error ? `: ${failure.message}` : ' although it was sent TERM and KILL'
  return new HwError({
    code: 'ssh.orphan',
    kind: 'unknown-outcome',
    message: `Run ${id} on ${host} was to be stopped and may still be running${why}`,
    hint: `Look on ${host} for the process group ${pid ?? `in ~/.hwa/${id}/pid`} before anything else is done to this server.`,
    context: { host, id, pid, failure: failure instanceof Error ? failure.message : undefined },
    cause: reason,
  })
}
