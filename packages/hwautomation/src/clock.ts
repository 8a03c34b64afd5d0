import { delay } from 'abort-controller-x'

/**
 * Time for domain waits: polls, backoff, step deadlines. Time-outs on the wire are always wall time.
 * A simulated data centre hands in its own clock, so that an hour passes in a moment.
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Resolves after `ms`; rejects with `signal.reason` as soon as the signal aborts. Leaves no timer and no listener. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /**
   * Simulated clocks only: real work (a disk write) is under way that simulated time must not overtake.
   * Call the result when it is over.
   */
  holdStill?(): () => void
}

/** setTimeout overflows above this and would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/** The wall clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal = new AbortController().signal) {
    // a wall clock that is set back must not make a short sleep one of hours
    const end = performance.now() + ms
    do {
      await delay(signal, Math.min(Math.max(end - performance.now(), 0), LONGEST_TIMER_MS))
    } while (performance.now() < end)
  },
}

/** An ISO 8601 time in UTC, as records and events carry it. */
export function timestamp(clock: Clock): string {
  return new Date(clock.now()).toISOString()
}

/** A number from 0 up to 1, for jitter. */
export function randomFraction(): number {
  return Math.random()
}

/** Runs `action` every `ms` of wall time until the result is called. Keeps no process alive. */
export function everyWallMs(ms: number, action: () => void): () => void {
  const timer = setInterval(action, ms)
  timer.unref()
  return () => clearInterval(timer)
}
