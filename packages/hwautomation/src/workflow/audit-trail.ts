import { type Clock, timestamp } from '../clock.ts'
import { toHwError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { Redactor } from '../redaction.ts'
import type { AuditEntry } from './events.ts'
import type { WorkflowStore } from './ports.ts'

/** What is known of a request before it is decided. */
export type Asked = Omit<AuditEntry, 'v' | 'type' | 'at' | 'outcome' | 'error'>

/** The run that a request is about, or that came of it; and what came of it, where that is more than done or not. */
export type About = Pick<AuditEntry, 'workflowId' | 'resource' | 'detail'>

/** Writes down what operators ask for and what came of it, in the store's journal. */
export class AuditTrail {
  readonly #store: WorkflowStore
  readonly #clock: Clock
  readonly #redactor: Redactor
  readonly #logger: Logger

  constructor(deps: { store: WorkflowStore; clock: Clock; redactor: Redactor; logger: Logger }) {
    this.#store = deps.store
    this.#clock = deps.clock
    this.#redactor = deps.redactor
    this.#logger = deps.logger
  }

  /** Durable when it resolves. */
  async write(entry: Omit<AuditEntry, 'v' | 'type' | 'at'>): Promise<void> {
    const line = { v: 1, type: 'audit', at: timestamp(this.#clock), ...entry } as const
    await this.#store.append([this.#redactor.value(line)])
  }

  /** Does what was asked for; afterwards, or when it was refused, that is in the trail. `about` tells the run from the result. */
  async during<T>(asked: Asked, work: () => Promise<T>, about: (result?: T) => Promise<About>): Promise<T> {
    let result: T
    try {
      result = await work()
    } catch (thrown) {
      const { code, message } = toHwError(thrown)
      await this.#try({ ...(await about()), ...asked, outcome: 'refused', error: { code, message } })
      throw thrown
    }
    await this.#try({ ...asked, ...(await about(result)), outcome: 'accepted' })
    return result
  }

  /** What was done stays done: a trail that cannot be written is for the log. */
  async #try(entry: Omit<AuditEntry, 'v' | 'type' | 'at'>): Promise<void> {
    try {
      await this.write(entry)
    } catch (error) {
      const { by, action } = entry
      this.#logger.error({ error: toHwError(error).message, by, action }, 'the audit trail could not be written')
    }
  }
}
