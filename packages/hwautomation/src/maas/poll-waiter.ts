import type { HwError } from '../errors.ts'
import type { MaasMachine } from './machine.ts'

/** A poll that failed. */
export interface PollTrouble {
  readonly error: HwError
  /** ISO time of the first failure in a row. */
  readonly since: string
  /** Failures in a row, this one included. */
  readonly polls: number
}

/** Counts failures in a row. */
export class TroubleCount {
  #since: string | undefined
  #polls = 0

  next(error: HwError, at: string): PollTrouble {
    this.#since ??= at
    this.#polls += 1
    return { error, since: this.#since, polls: this.#polls }
  }

  over(): void {
    this.#since = undefined
    this.#polls = 0
  }
}

export interface WaiterOptions {
  readonly systemId: string
  readonly interval: number
  readonly onTrouble: ((trouble: PollTrouble) => void) | undefined
}

/** One wait for a machine: a mailbox with room for the newest record, or for the error that ends it. */
export class Waiter {
  readonly systemId: string
  readonly interval: number
  /** When it wants its next read, in milliseconds of the poller's clock. A new one wants it at once. */
  dueAt = Number.NEGATIVE_INFINITY
  /** How often in a row MAAS has said that there is no such machine. */
  denials = 0
  readonly #onTrouble: WaiterOptions['onTrouble']
  readonly #trouble = new TroubleCount()
  #newest: MaasMachine | undefined
  #end: { readonly error: unknown } | undefined
  #arrived: (() => void) | undefined

  constructor(options: WaiterOptions) {
    this.systemId = options.systemId
    this.interval = options.interval
    this.#onTrouble = options.onTrouble
  }

  get isNew(): boolean {
    return this.dueAt === Number.NEGATIVE_INFINITY
  }

  /** The newest record that has not been taken yet; waits for one. */
  async next(): Promise<MaasMachine> {
    while (this.#newest === undefined && this.#end === undefined)
      await new Promise<void>((arrived) => (this.#arrived = arrived))
    if (this.#end !== undefined) throw this.#end.error
    const machine = this.#newest!
    this.#newest = undefined
    return machine
  }

  offer(machine: MaasMachine): void {
    this.#trouble.over()
    this.denials = 0
    this.#newest = machine
    this.#arrived?.()
  }

  end(error: unknown): void {
    this.#end ??= { error }
    this.#arrived?.()
  }

  /** What the callback throws ends this wait and no other. */
  tell(error: HwError, at: string): void {
    this.denials = error.code === 'maas.not-found' ? this.denials + 1 : 0
    const trouble = this.#trouble.next(error, at)
    try {
      this.#onTrouble?.(trouble)
    } catch (thrown) {
      this.end(thrown)
    }
  }
}
