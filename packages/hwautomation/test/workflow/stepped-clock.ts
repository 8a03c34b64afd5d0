import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../../src/clock.ts'

interface Sleeper {
  readonly due: number
  readonly wake: () => void
}

/**
 * Time that moves only when told to, or, with `auto`, jumps to the next sleeper whenever nothing else is going on.
 * Counts who sleeps, so that a test can show that nobody is left.
 */
export class SteppedClock implements Clock {
  #now = Date.parse('2026-01-01T00:00:00.000Z')
  readonly #sleepers = new Set<Sleeper>()
  readonly #auto: boolean
  #jumping = false

  constructor(mode: 'stepped' | 'auto' = 'stepped') {
    this.#auto = mode === 'auto'
  }

  now(): number {
    return this.#now
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error)
      const sleeper: Sleeper = {
        due: this.#now + Math.max(0, ms),
        wake: () => {
          this.#sleepers.delete(sleeper)
          signal?.removeEventListener('abort', onAbort)
          resolve()
        },
      }
      const onAbort = () => {
        this.#sleepers.delete(sleeper)
        signal?.removeEventListener('abort', onAbort)
        reject(signal!.reason as Error)
      }
      signal?.addEventListener('abort', onAbort)
      this.#sleepers.add(sleeper)
      if (this.#auto) void this.#jump()
    })
  }

  get sleeping(): number {
    return this.#sleepers.size
  }

  /** Moves time, sleeper by sleeper, and lets everything run that they wake. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    await idle()
    for (let next = this.#earliest(); next !== undefined && next.due <= end; next = this.#earliest()) {
      this.#now = next.due
      next.wake()
      await idle()
    }
    this.#now = end
  }

  async #jump(): Promise<void> {
    if (this.#jumping) return
    this.#jumping = true
    for (;;) {
      await nextTurn()
      const next = this.#earliest()
      if (next === undefined) break
      this.#now = Math.max(this.#now, next.due)
      next.wake()
    }
    this.#jumping = false
  }

  #earliest(): Sleeper | undefined {
    return [...this.#sleepers].toSorted((a, b) => a.due - b.due)[0]
  }
}

/** Lets everything run that waits for nothing but the event loop. */
export async function idle(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) await nextTurn()
}
