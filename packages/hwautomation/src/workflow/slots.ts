import { untilAborted } from './cancellation.ts'

type Grant = (release: () => void) => void

/**
 * At most `limit` holders at a time. The queue is fair between those who wait: one who starts a hundred runs does not keep
 * another's single one waiting behind all of them; among the runs of one, first come, first served.
 */
export class Slots {
  readonly #limit: number
  #taken = 0
  /** One queue per owner; the map's order is whose turn is next. */
  readonly #queues = new Map<string, Grant[]>()

  constructor(limit: number) {
    if (!Number.isInteger(limit) || limit < 1) throw new TypeError(`Concurrency ${limit} is not a whole number from 1.`)
    this.#limit = limit
  }

  /** A slot at once, if one is free; the result gives it back. */
  tryTake(): (() => void) | undefined {
    if (this.#taken >= this.#limit) return undefined
    this.#taken += 1
    return this.#releaser()
  }

  /** Resolves with a slot when it is the owner's turn; rejects with the signal's reason. */
  take(owner: string, signal: AbortSignal): Promise<() => void> {
    const free = this.tryTake()
    if (free !== undefined && !signal.aborted) return Promise.resolve(free)
    free?.()
    return untilAborted<() => void>(signal, (resolve) => {
      this.#queues.set(owner, [...(this.#queues.get(owner) ?? []), resolve])
      return () => this.#leave(owner, resolve)
    })
  }

  /** How many wait. */
  get waiting(): number {
    return [...this.#queues.values()].reduce((sum, queue) => sum + queue.length, 0)
  }

  #releaser(): () => void {
    let held = true
    return () => {
      if (!held) return
      held = false
      const next = this.#next()
      if (next === undefined) this.#taken -= 1
      else next(this.#releaser())
    }
  }

  #next(): Grant | undefined {
    for (const [owner, [first, ...rest]] of this.#queues) {
      this.#queues.delete(owner)
      if (rest.length > 0) this.#queues.set(owner, rest)
      if (first !== undefined) return first
    }
    return undefined
  }

  #leave(owner: string, grant: Grant): void {
    const rest = (this.#queues.get(owner) ?? []).filter((other) => other !== grant)
    if (rest.length > 0) this.#queues.set(owner, rest)
    else this.#queues.delete(owner)
  }
}
