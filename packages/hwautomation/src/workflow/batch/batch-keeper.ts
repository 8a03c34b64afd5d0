import { systemClock } from '../../clock.ts'
import { isHwError, toHwError } from '../../errors.ts'
import { Turns } from '../turns.ts'
import type { Change } from './changes.ts'
import type { LiveBatchDeps } from './live-batch-deps.ts'
import type { BatchRecord } from './record.ts'

/** How long a store that fails is left alone, wall time. */
const STORE_PAUSE_MS = 2_000
/** Errors of the store, or of a manager that takes nothing now: not about what was to be done, whose turn comes again. */
const NOT_NOW = /^(store\.|workflow\.(store-failed|draining|manager-closed|detached|lease-lost))/

/** True where the same may work in a while, without anybody doing anything about it. */
export function isNotNow(error: unknown): boolean {
  return NOT_NOW.test(toHwError(error).code)
}

/** The document of a batch that goes on: changed one step after the other, in force and told when it is durable. */
export class BatchKeeper {
  readonly #deps: LiveBatchDeps
  readonly #onEnded: () => void
  readonly #turns = new Turns()
  readonly #atWork = new Set<Promise<unknown>>()
  #record: BatchRecord

  constructor(record: BatchRecord, deps: LiveBatchDeps, onEnded: () => void) {
    this.#record = record
    this.#deps = deps
    this.#onEnded = onEnded
  }

  get record(): BatchRecord {
    return this.#record
  }

  /** Nothing is written where nothing changes. @throws what the change refuses with, and the errors of the store */
  async change(change: Change): Promise<void> {
    await this.#turns.run('write', async () => {
      const changed = change(this.#record)
      if (changed === this.#record) return
      const { clock, documents } = this.#deps
      const next = { ...changed, revision: this.#record.revision + 1 }
      const moveOn = clock.holdStill?.()
      try {
        await documents.save(next)
      } finally {
        moveOn?.()
      }
      this.#record = next
      this.#deps.changed(next)
      if (next.status === 'ended') this.#onEnded()
    })
  }

  /** What has happened is written down as soon as the store can. */
  async patiently(change: Change): Promise<void> {
    for (;;) {
      try {
        return await this.change(change)
      } catch (error) {
        this.#deps.over.throwIfAborted()
        if (isHwError(error) && !isNotNow(error)) throw error
        await this.rest(`the batch could not be written: ${toHwError(error).message}`)
      }
    }
  }

  /** Leaves the store alone for a while; rejects when nothing more is to be begun. */
  async rest(why: string): Promise<void> {
    this.#deps.logger.error({ batch: this.#record.id, error: why }, 'the batch waits')
    await systemClock.sleep(STORE_PAUSE_MS, AbortSignal.any([this.#deps.over, this.#deps.noMore]))
  }

  /** Work that nobody waits for: what goes wrong with it is for the log. */
  inBackground(work: Promise<void>): void {
    const { over, noMore, logger } = this.#deps
    const done = work.catch((error: unknown) => {
      if (!over.aborted && !noMore.aborted)
        logger.error({ batch: this.#record.id, error: toHwError(error).message }, 'the batch failed')
    })
    this.#atWork.add(done)
    void done.finally(() => this.#atWork.delete(done))
  }

  /** Resolves when nothing of it goes on. */
  async idle(): Promise<void> {
    while (this.#atWork.size > 0) await Promise.all(this.#atWork)
  }
}
