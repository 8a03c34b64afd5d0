import type { Clock } from '../clock.ts'

/** Time that does not count: nothing may be sent meanwhile, so nothing can be late. */
export interface StoppedTime {
  /** Milliseconds so far, those of a stop that goes on included. */
  stoppedMs(): number
}

/**
 * Calls `ring` once after `ms` on the clock, unless it is disposed before. Leaves no timer behind.
 * Time that `stopped` counts in between comes on top.
 */
export function alarm(clock: Clock, ms: number, ring: () => void, stopped?: StoppedTime): Disposable {
  const off = new AbortController()
  const run = async () => {
    let counted = stopped?.stoppedMs() ?? 0
    for (let left = ms; ;) {
      await clock.sleep(left, off.signal)
      const now = stopped?.stoppedMs() ?? 0
      if (now === counted) break
      left = now - counted
      counted = now
    }
    if (!off.signal.aborted) ring()
  }
  run().catch(() => {})
  return { [Symbol.dispose]: () => off.abort() }
}
