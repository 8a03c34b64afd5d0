import pTimeout from 'p-timeout'
import type { Clock } from '../clock.ts'
import { HwError, isHwError } from '../errors.ts'
import { alarm, type StoppedTime } from './alarm.ts'
import { Interruption, whenAborted } from './cancellation.ts'
import { inWords } from './duration.ts'
import { mayStillBeAtWork, wouldNotStop } from './still-at-work.ts'

/** One attempt of a step took longer than it may. It has been stopped; another may follow. */
export class AttemptTimedOut extends HwError {
  override readonly name = 'AttemptTimedOut'
  constructor(what: string, timeoutMs: number, cause?: unknown) {
    super({
      code: 'workflow.attempt-timeout',
      kind: 'timeout',
      message: `${what} did not end within ${inWords(timeoutMs)}.`,
      hint: 'See the last sub-task for what it was waiting for.',
      context: { timeoutMs },
      ...(cause === undefined ? {} : { cause }),
    })
  }
}

export interface AttemptOptions {
  readonly clock: Clock
  /** Aborts the attempt from outside. */
  readonly outer: Interruption
  readonly timeoutMs: number
  /** Time that does not count towards `timeoutMs`. */
  readonly stopped?: StoppedTime
  /** Wall time an aborted attempt has to stop. */
  readonly graceMs: number
  /** Names the attempt in errors: `Step "bios-push"`. */
  readonly what: string
  /** Hears of an error that came beside the reason the attempt was stopped for. */
  readonly onAlongside?: (error: unknown) => void
}

/**
 * Runs `work` under a time-out of its own, on the injected clock. At the time-out, and when the outer interruption takes effect,
 * the work's signal aborts **and the work is waited for**, so that no attempt runs on beside the next. A result that comes all the
 * same is the result. Work that does not stop within the grace fails with `workflow.would-not-stop`, which is not retried.
 */
export async function runAttempt<T>(
  work: (interruption: Interruption) => Promise<T>,
  options: AttemptOptions,
): Promise<T> {
  const attempt = new Interruption()
  const { outer, what, timeoutMs } = options
  // Linked by hand: an AbortSignal.any over a long-lived signal stays reachable from it as long as somebody listens.
  const unlink = [
    whenAborted(outer.signal, (reason) => attempt.request(reason as HwError)),
    whenAborted(outer.forceSignal, (reason) => attempt.force(reason as HwError)),
  ]
  const late = () => attempt.request(new AttemptTimedOut(what, timeoutMs))
  const timer = alarm(options.clock, timeoutMs, late, options.stopped)
  try {
    return await waitedFor(
      invoke(() => work(attempt)),
      attempt.signal,
      options.graceMs,
      what,
    )
  } catch (error) {
    if (!attempt.signal.aborted) throw error
    throw mostTelling(error, attempt.signal.reason, options)
  } finally {
    timer[Symbol.dispose]()
    for (const off of unlink) off()
  }
}

/**
 * The result of `work`; once `signal` has aborted it has `graceMs` of wall time left, then `workflow.would-not-stop` is thrown.
 * p-timeout is only this last bound: by itself it would leave the work running and call it timed out.
 */
export async function waitedFor<T>(work: Promise<T>, signal: AbortSignal, graceMs: number, what: string): Promise<T> {
  let off = () => {}
  const aborted = new Promise<'aborted'>((resolve) => (off = whenAborted(signal, () => resolve('aborted'))))
  try {
    const first = await Promise.race([work.then((value) => ({ value })), aborted])
    if (first !== 'aborted') return first.value
    return await bounded(work, graceMs, () => wouldNotStop(what, graceMs, signal.reason))
  } finally {
    off()
  }
}

/** `promise`, or the error after `ms` of wall time. What the promise stands for is not stopped by this. */
export function bounded<T>(promise: Promise<T>, ms: number, late: () => Error): Promise<T> {
  // p-timeout throws on 0 and never fires above 2^31-1
  const milliseconds = Math.min(Math.max(Math.ceil(ms), 1), 2 ** 31 - 1)
  return pTimeout(promise, {
    milliseconds,
    fallback: () => {
      throw late()
    },
  })
}

/** A synchronous throw of `work` is a rejection like any other. */
async function invoke<T>(work: () => Promise<T>): Promise<T> {
  return work()
}

/** The first reason wins, except over an error that forbids a retry and that a time-out would hide. */
function mostTelling(error: unknown, reason: unknown, options: AttemptOptions): unknown {
  if (error === reason) return error
  if (mayStillBeAtWork(error)) return error
  if (!(reason instanceof AttemptTimedOut)) {
    if (!isEcho(error, reason)) options.onAlongside?.(error)
    return reason
  }
  if (isHwError(error) && (error.kind === 'unknown-outcome' || error.kind === 'auth')) return error
  return isEcho(error, reason) ? reason : new AttemptTimedOut(options.what, options.timeoutMs, error)
}

/** An error that says no more than that the signal aborted. */
function isEcho(error: unknown, reason: unknown): boolean {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth += 1)
    if (at === reason || at.name === 'AbortError') return true
  return false
}
