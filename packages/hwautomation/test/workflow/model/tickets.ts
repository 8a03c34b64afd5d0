import { setImmediate as nextTurn } from 'node:timers/promises'

/** One life of the process: from its start to its crash. */
export class Life {
  alive = true
  /** The store was closed in good order. */
  closed = false
  readonly number: number

  constructor(number: number) {
    this.number = number
  }
}

interface Ticket {
  readonly life: Life
  readonly label: string
  readonly go: () => void
}

/** Calls to the store and to devices wait here until the test lets them go on: it decides the interleaving. */
export class Tickets {
  #waiting: Ticket[] = []
  /** What went on, in order, for the report of a failure. */
  readonly log: string[] = []

  /** Resolves when it is its turn. Never, once its process has crashed. */
  pass(life: Life, label: string): Promise<void> {
    return new Promise((go) => {
      if (life.alive) this.#waiting.push({ life, label, go })
    })
  }

  /** `pass`, given up when `signal` aborts. */
  async passOr(life: Life, label: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    let off = () => {}
    const aborted = new Promise<never>((_, reject) => {
      const stop = () => {
        this.#waiting = this.#waiting.filter((ticket) => ticket !== mine)
        reject(signal.reason as Error)
      }
      signal.addEventListener('abort', stop, { once: true })
      off = () => signal.removeEventListener('abort', stop)
    })
    aborted.catch(() => {})
    const passed = this.pass(life, label)
    const mine = this.#waiting.at(-1)
    try {
      await Promise.race([passed, aborted])
    } finally {
      off()
    }
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /** Lets one go on: 0 is who has waited longest. False if nobody waits. */
  async release(pick = 0): Promise<boolean> {
    const ticket = this.#waiting[pick % Math.max(1, this.#waiting.length)]
    if (ticket === undefined) return false
    this.#waiting = this.#waiting.filter((other) => other !== ticket)
    this.log.push(`${ticket.life.number}: ${ticket.label}`)
    ticket.go()
    await quiet()
    return true
  }

  /** The process dies: what it waits for never comes. */
  kill(life: Life): void {
    life.alive = false
    this.#waiting = this.#waiting.filter((ticket) => ticket.life !== life)
  }
}

/** Everything that waits for nothing but the event loop has run. */
export async function quiet(): Promise<void> {
  await nextTurn()
  await nextTurn()
}
