import { isHwError } from '../errors.ts'
import type { Clock } from '../clock.ts'

/** A power action keeps a node busy for 4-5 s (MAAS 3.3, recorded); MAAS sends no Retry-After with that 503. */
const BUSY_WAIT_MS = 5_000

/**
 * Repeats a call that was answered "busy, later": such an answer means that nothing was done.
 * Anything else, also a lost answer, goes to the caller at once.
 */
export async function patiently<T>(
  clock: Clock,
  options: { readonly signal: AbortSignal; readonly within: number; readonly onBusy?: (reason: string) => void },
  call: () => Promise<T>,
): Promise<T> {
  const end = clock.now() + options.within
  for (;;) {
    try {
      return await call()
    } catch (error) {
      if (!isHwError(error) || error.kind !== 'busy' || clock.now() >= end) throw error
      options.onBusy?.(error.message)
      await clock.sleep(error.retryAfterMs ?? BUSY_WAIT_MS, options.signal)
    }
  }
}

/**
 * Reads again until `look` returns something or time is up: for effects that a device acknowledges first and brings about later.
 * Returns undefined when time is up.
 */
export async function soon<T>(
  clock: Clock,
  options: { readonly signal: AbortSignal; readonly within: number; readonly every?: number },
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const end = clock.now() + options.within
  for (;;) {
    const found = await look()
    if (found !== undefined || clock.now() >= end) return found
    await clock.sleep(options.every ?? 5_000, options.signal)
  }
}
