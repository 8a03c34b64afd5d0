import type { Clock } from '../clock.ts'

/** Calls `ring` once after `ms` on the clock, unless it is disposed before. Leaves no timer behind. */
export function alarm(clock: Clock, ms: number, ring: () => void): Disposable {
  const off = new AbortController()
  clock.sleep(ms, off.signal).then(
    () => {
      if (!off.signal.aborted) ring()
    },
    () => {},
  )
  return { [Symbol.dispose]: () => off.abort() }
}
