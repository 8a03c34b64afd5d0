import { type Clock, timestamp } from '../clock.ts'
import type { WaitingFor } from './record.ts'
import type { RecordKeeper } from './record-keeper.ts'

/** What a run waits for, newest first: the newest is what its record says. */
export class Waits {
  readonly #keeper: RecordKeeper
  readonly #clock: Clock
  #open: WaitingFor[] = []

  constructor(keeper: RecordKeeper, clock: Clock) {
    this.#keeper = keeper
    this.#clock = clock
  }

  /** Says durably that the run waits while `work` runs. */
  async during<T>(kind: WaitingFor['kind'], detail: string, work: () => Promise<T>): Promise<T> {
    const { written, end } = this.begin(kind, detail)
    await written
    try {
      return await work()
    } finally {
      await end()
    }
  }

  /** Says so until `end` is called. A store that fails at the end is noticed by the next transition. */
  begin(
    kind: WaitingFor['kind'],
    detail: string,
    more: Partial<Pick<WaitingFor, 'since' | 'until'>> = {},
  ): { readonly written: Promise<void>; readonly end: () => Promise<void> } {
    const wait: WaitingFor = { kind, since: timestamp(this.#clock), detail, ...more }
    this.#open.push(wait)
    const written = this.#show()
    written.catch(() => {})
    return {
      written,
      end: async () => {
        if (!this.#open.includes(wait)) return
        this.#open = this.#open.filter((other) => other !== wait)
        await this.#show().catch(() => {})
      },
    }
  }

  #show(): Promise<void> {
    const current = this.#open.at(-1)
    return this.#keeper.transition(
      ({ waitingFor: _, ...record }) => ({ ...record, ...(current === undefined ? {} : { waitingFor: current }) }),
      { type: 'workflow.waiting', waitingFor: current ?? null },
    )
  }
}
