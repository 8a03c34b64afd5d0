import { randomInt } from 'node:crypto'
import pRetry from 'p-retry'
import type { Clock } from '../clock.ts'
import { isHwError } from '../errors.ts'

export interface ReadRetryOptions {
  readonly clock: Clock
  /** Tries in all. */
  readonly attempts: number
  readonly signal?: AbortSignal | undefined
}

const FIRST_WAIT_MS = 400
const LONGEST_WAIT_MS = 10_000

/**
 * Repeats a read after `transient` and `busy` errors: waits on the given clock, doubles, honours Retry-After, ends at once on abort with
 * the signal's reason. Not repeated: time-outs, and a BMC that MAAS does not reach (both have cost a minute already), and all else.
 */
export function retryRead<T>(read: () => Promise<T>, { clock, attempts, signal }: ReadRetryOptions): Promise<T> {
  const worthIt = (error: Error) =>
    isHwError(error) && (error.kind === 'transient' || error.kind === 'busy') && error.code !== 'maas.bmc-unreachable'
  return pRetry(read, {
    retries: attempts - 1,
    // p-retry's own waits are wall time: it waits 0 ms, and onFailedAttempt waits on our clock.
    minTimeout: 0,
    ...(signal === undefined ? {} : { signal }),
    shouldRetry: ({ error }) => worthIt(error),
    onFailedAttempt: async ({ error, attemptNumber, retriesLeft }) => {
      signal?.throwIfAborted()
      if (retriesLeft === 0 || !worthIt(error)) return
      const backoff = Math.min(FIRST_WAIT_MS * 2 ** (attemptNumber - 1), LONGEST_WAIT_MS)
      const asked = isHwError(error) ? (error.retryAfterMs ?? 0) : 0
      await clock.sleep(Math.max(asked, backoff + randomInt(backoff)), signal)
    },
  })
}
