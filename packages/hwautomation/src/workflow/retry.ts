import pRetry from 'p-retry'
import { type Clock, randomFraction } from '../clock.ts'
import { HwError, toHwError } from '../errors.ts'

export interface RetryOptions {
  /** Number of the first try: an earlier process may have had some. Default 1. */
  readonly firstAttempt?: number
  /** Tries after attempt 1. */
  readonly retries: number
  /** First wait in milliseconds; doubles each time. */
  readonly minDelayMs: number
  readonly maxDelayMs: number
  /** The waits happen on this clock, not on the wall's. */
  readonly clock: Clock
  /** Ends a wait at once and keeps a next attempt from starting. An attempt under way is its own affair. */
  readonly signal: AbortSignal
  /** Hears of each failed attempt that will be followed by another, before the wait. */
  readonly onRetry?: (retry: {
    readonly nextAttempt: number
    readonly delayMs: number
    readonly error: HwError
  }) => Promise<void> | void
  /** From 0 up to 1; for tests. */
  readonly random?: () => number
}

/**
 * Tries `attempt` (called with `firstAttempt`, …) until it succeeds, fails with an error that is not `retryable`, or there are no retries left.
 * Waits double from `minDelayMs` up to `maxDelayMs`, with jitter; a device's `retryAfterMs` is honoured even beyond.
 *
 * p-retry counts and loops; what is dangerous in it is not used: its own waits (wall time) are 0, its `signal` (it drops a success
 * that lands after an abort) is not handed in, and it sees nothing but `HwError`, so that neither a foreign AbortError is retried
 * nor a `TypeError` taken for a network failure.
 */
export function retry<T>(attempt: (number: number) => Promise<T>, options: RetryOptions): Promise<T> {
  const { signal, clock } = options
  const before = (options.firstAttempt ?? 1) - 1
  return pRetry(
    async (number) => {
      signal.throwIfAborted()
      try {
        return await attempt(before + number)
      } catch (error) {
        throw toHwError(error)
      }
    },
    {
      retries: Math.max(0, Math.floor(options.retries) - before),
      minTimeout: 0,
      maxTimeout: 0,
      shouldRetry: ({ error }) => (error as HwError).retryable,
      onFailedAttempt: async ({ error, attemptNumber, retriesLeft }) => {
        const failure = error as HwError
        if (!failure.retryable) return
        signal.throwIfAborted()
        if (retriesLeft === 0) return
        const delayMs = Math.max(backoff(before + attemptNumber, options), failure.retryAfterMs ?? 0)
        await options.onRetry?.({ nextAttempt: before + attemptNumber + 1, delayMs, error: failure })
        await clock.sleep(delayMs, signal)
      },
    },
  )
}

/** Between half of the step on the ladder and all of it, so that a hundred runs do not knock at once. */
function backoff(attempt: number, options: RetryOptions): number {
  const step = Math.min(options.minDelayMs * 2 ** (attempt - 1), options.maxDelayMs)
  return Math.round(step * (0.5 + (options.random ?? randomFraction)() / 2))
}
