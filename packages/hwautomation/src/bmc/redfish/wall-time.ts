import { systemClock } from '../../clock.ts'

/**
 * Runs `work` under a signal that aborts with the caller's reason, or with `onTimeout()` after `ms` of wall time, whichever
 * comes first. Waits for `work` to end either way and leaves no timer behind: nothing runs on beside its successor.
 */
export async function withinWallTime<T>(
  ms: number,
  onTimeout: () => Error,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController()
  const done = new AbortController()
  void systemClock.sleep(ms, done.signal).then(
    () => deadline.abort(onTimeout()),
    () => {},
  )
  try {
    return await work(signal === undefined ? deadline.signal : AbortSignal.any([signal, deadline.signal]))
  } finally {
    done.abort()
  }
}

/** A signal that follows `signal` after `ms` of wall time; call `release` when the work is over. */
export function delayedSignal(signal: AbortSignal, ms: number): { readonly signal: AbortSignal; release(): void } {
  const late = new AbortController()
  const done = new AbortController()
  const follow = (): void => {
    void systemClock.sleep(ms, done.signal).then(
      () => late.abort(signal.reason),
      () => {},
    )
  }
  if (signal.aborted) follow()
  else signal.addEventListener('abort', follow, { once: true, signal: done.signal })
  return { signal: late.signal, release: () => done.abort() }
}
