import { type Clock, systemClock, timestamp } from '../clock.ts'
import { HwError, isHwError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { Redactor } from '../redaction.ts'
import type { JournalEntry, WorkflowEvent, WorkflowEventBody } from './events.ts'
import type { WorkflowStore } from './ports.ts'
import { percentOf } from './progress.ts'
import type { StepRecord, WorkflowRecord } from './record.ts'

/** A full disk is waited for that long, in milliseconds of wall time, before the run is let go of. */
const PATIENCE_MS = 120_000
const LONGEST_PAUSE_MS = 5_000

export interface KeeperDeps {
  readonly store: WorkflowStore
  readonly clock: Clock
  readonly redactor: Redactor
  readonly logger: Logger
  /** Hears of events after they are in the journal, in order. */
  readonly emit: (event: WorkflowEvent) => void
  /** Hears once that nothing can be written any more. */
  readonly onBroken?: (error: HwError) => void
  /** How long a full disk is waited for. Default 2 min of wall time. */
  readonly patienceMs?: number
}

interface Write {
  /** Absent: progress only, the document waits for the next transition. */
  readonly document?: WorkflowRecord
  events: JournalEntry[]
  /** Progress of one sub-task: a newer one takes its place while it waits. */
  readonly replaces?: string
  readonly done: (error?: unknown) => void
}

/**
 * Keeps one run's document and journal. A transition goes to the document first, then its events to the journal, then to
 * listeners, and only then is it over; progress goes to the journal in order, and nobody waits for it. Whatever passes through is
 * masked. `seq` rises with every event; events that share a write share a flush.
 */
export class RecordKeeper {
  readonly #deps: KeeperDeps
  #record: WorkflowRecord
  #seq: number
  #waiting: Write[] = []
  #writing: Promise<void> | undefined
  #broken: HwError | undefined

  constructor(record: WorkflowRecord, deps: KeeperDeps) {
    this.#deps = deps
    this.#record = deps.redactor.value(record)
    this.#seq = record.seq
  }

  /** The document as it is now; a transition shows here at once, before it is durable. */
  get record(): WorkflowRecord {
    return this.#record
  }

  /** The error of the store that made it impossible to go on, if there was one. */
  get broken(): HwError | undefined {
    return this.#broken
  }

  /**
   * Changes the document and says so by events. Resolves when both would survive a power cut.
   * @throws HwError `workflow.store-failed`; from then on nothing more is written for this run
   */
  transition(change: (record: WorkflowRecord) => WorkflowRecord, ...events: WorkflowEventBody[]): Promise<void> {
    if (this.#broken !== undefined) return Promise.reject(this.#broken)
    const changed = this.#deps.redactor.value(change(this.#record))
    const percent = percentOf(changed, this.#deps.clock.now())
    const entries = events.map((body) => this.#entry(body, percent))
    this.#record = { ...changed, percent, seq: this.#seq }
    return new Promise((resolve, reject) => {
      this.#enqueue({
        document: this.#record,
        events: entries,
        done: (error) => (error === undefined ? resolve() : reject(error)),
      })
    })
  }

  /** The same for one step of the record. */
  step(id: string, change: (step: StepRecord) => StepRecord, ...events: WorkflowEventBody[]): Promise<void> {
    return this.transition((record) => withStep(record, id, change), ...events)
  }

  /** Progress: changes the document in memory (it is written with the next transition) and journals the event in order. */
  note(change: (record: WorkflowRecord) => WorkflowRecord, event: WorkflowEventBody, replaces?: string): void {
    if (this.#broken !== undefined) return
    const percent = percentOf(this.#record, this.#deps.clock.now())
    const { seq } = this.#record
    this.#record = { ...change(this.#record), percent, seq }
    const entry = this.#entry(event, percent)
    const last = this.#waiting.at(-1)
    if (replaces !== undefined && last?.replaces === replaces) last.events = [entry]
    else this.#enqueue({ events: [entry], ...(replaces === undefined ? {} : { replaces }), done: () => {} })
  }

  /** From now on nothing is written any more; what waits still is. */
  close(): void {
    this.#broken ??= new HwError({
      code: 'workflow.run-ended',
      kind: 'internal',
      message: `Run ${this.#record.id} has ended here; nothing more is written for it.`,
      hint: 'Await everything a step starts, and stop it when ctx.signal aborts.',
    })
  }

  /** Resolves when nothing waits to be written. */
  async idle(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing
  }

  #entry(body: WorkflowEventBody, percent: number): JournalEntry {
    this.#seq += 1
    const { clock, redactor } = this.#deps
    return {
      v: 1,
      workflowId: this.#record.id,
      resource: this.#record.resource,
      seq: this.#seq,
      at: timestamp(clock),
      percent,
      ...redactor.value(body),
    }
  }

  #enqueue(write: Write): void {
    this.#waiting.push(write)
    this.#writing ??= this.#drain()
  }

  async #drain(): Promise<void> {
    await Promise.resolve() // what is queued in the same tick goes out together
    while (this.#waiting.length > 0) {
      const batch = this.#waiting
      this.#waiting = []
      await this.#write(batch)
    }
    this.#writing = undefined
  }

  async #write(batch: readonly Write[]): Promise<void> {
    const { store, clock, emit } = this.#deps
    const moveOn = clock.holdStill?.()
    try {
      const document = batch.findLast((write) => write.document !== undefined)?.document
      const entries = batch.flatMap((write) => write.events)
      const events = await this.#patiently(() =>
        document === undefined ? store.append(entries) : store.save(document, entries),
      )
      for (const event of events) emit(event)
      for (const write of batch) write.done()
    } catch (error) {
      this.#fail(error, batch)
    } finally {
      moveOn?.()
    }
  }

  /** A full disk is made room on while the run stands still: nothing is sent that could not be recorded. */
  async #patiently<T>(write: () => Promise<T>): Promise<T> {
    const end = systemClock.now() + (this.#deps.patienceMs ?? PATIENCE_MS)
    for (let pauseMs = 200; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
      try {
        return await write()
      } catch (error) {
        const full = isHwError(error) && error.code === 'store.full'
        if (!full || this.#broken !== undefined || systemClock.now() + pauseMs > end) throw error
        const { logger } = this.#deps
        logger.error({ workflowId: this.#record.id, error: error.message }, 'the run waits for room in its store')
        await systemClock.sleep(pauseMs)
      }
    }
  }

  #fail(error: unknown, batch: readonly Write[]): void {
    this.#broken ??= new HwError({
      code: 'workflow.store-failed',
      kind: 'internal',
      message: `The state of run ${this.#record.id} could not be written: ${error instanceof Error ? error.message : String(error)}`,
      hint: 'Free space or mend the state directory, then start the manager again; the run goes on from its last saved state.',
      cause: error,
    })
    this.#deps.onBroken?.(this.#broken)
    this.#deps.logger.error({ error: this.#broken.message }, 'the workflow store failed')
    for (const write of [...batch, ...this.#waiting]) write.done(this.#broken)
    this.#waiting = []
  }
}

/** The record with one step changed. */
export function withStep(record: WorkflowRecord, id: string, change: (step: StepRecord) => StepRecord): WorkflowRecord {
  return { ...record, steps: record.steps.map((step) => (step.id === id ? change(step) : step)) }
}

/** The record of one step. */
export function stepOf(record: WorkflowRecord, id: string): StepRecord {
  const step = record.steps.find((candidate) => candidate.id === id)
  if (step === undefined)
    throw new HwError({
      code: 'workflow.no-such-step',
      kind: 'internal',
      message: `Run ${record.id} has no step "${id}".`,
      hint: 'The step belongs to another workflow definition; use a step of this one.',
    })
  return step
}
