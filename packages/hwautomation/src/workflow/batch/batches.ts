import { timestamp } from '../../clock.ts'
import { toHwError } from '../../errors.ts'
import { bounded } from '../attempt.ts'
import type { AuditTrail } from '../audit-trail.ts'
import { Emitter, type Listener } from '../emitter.ts'
import type { WorkflowEvent } from '../events.ts'
import { fingerprint } from '../fingerprint.ts'
import type { ManagerOptions } from '../manager-options.ts'
import { managerClosed } from '../start-refusals.ts'
import { Turns } from '../turns.ts'
import { assertAsked, type Wish, wishRecord } from '../wishes.ts'
import { BatchDocuments } from './batch-documents.ts'
import { batchHasEnded, batchKeyMismatch, invalidBatch, noSuchBatch } from './batch-errors.ts'
import { type BatchRun, itemsOf } from './items.ts'
import { LiveBatch } from './live-batch.ts'
import type { LiveBatchDeps } from './live-batch-deps.ts'
import { newBatch, type StartBatchOptions } from './new-batch.ts'
import { PastBatches } from './past-batches.ts'
import { policyOf } from './policy.ts'
import type { BatchRecord } from './record.ts'

/** One batch, to follow. */
export interface BatchHandle {
  readonly id: string
  /** The document as it is now. */
  record(): BatchRecord
  /** How it is once it has ended; as it was left where this process lets go of it before. Never rejects. */
  outcome(): Promise<BatchRecord>
}

/** What batches are made of. */
export interface BatchesDeps extends Omit<LiveBatchDeps, 'documents' | 'changed' | 'noMore' | 'over'> {
  readonly audit: AuditTrail
  /** Opens the manager where that has not been done. */
  readonly open: () => Promise<void>
  /** Throws where nothing new may begin. */
  readonly refuseNew: () => void
  readonly graceMs: number
}

/** Batches of runs: starts them, keeps them to their policy, goes on with them after a restart. Runs themselves are the manager's. */
export class Batches {
  readonly #deps: BatchesDeps
  readonly #documents: BatchDocuments
  readonly #changes: Emitter<BatchRecord>
  readonly #live = new Map<string, LiveBatch>()
  readonly #past: PastBatches
  readonly #starts = new Turns()
  readonly #noMore = new AbortController()
  readonly #over = new AbortController()

  constructor(deps: BatchesDeps) {
    this.#deps = deps
    this.#documents = new BatchDocuments(deps.store)
    this.#past = new PastBatches(this.#documents)
    this.#changes = new Emitter(deps.logger)
  }

  /** See `WorkflowManager.startBatch`. */
  async start(
    runs: readonly BatchRun[] | (() => Promise<readonly BatchRun[]>),
    options: StartBatchOptions,
  ): Promise<BatchHandle> {
    await this.#deps.open()
    const { requestedBy: by = 'anonymous', via = 'api', label, idempotencyKey } = options
    return this.#deps.audit.during(
      { action: 'batch-start', by, via, detail: { label } },
      () => this.#starts.run(idempotencyKey, () => this.#start(runs, options)),
      async (handle) =>
        handle === undefined ? {} : { detail: { label, batch: handle.id, items: handle.record().items.length } },
    )
  }

  async get(id: string): Promise<BatchRecord | undefined> {
    await this.#deps.open()
    return this.#live.get(id)?.record ?? (await this.#documents.load(id))
  }

  /** Newest first. */
  async list(): Promise<readonly BatchRecord[]> {
    await this.#deps.open()
    const ended = await Promise.all(this.#past.ended.map((id) => this.#documents.load(id)))
    const all = [...ended, ...[...this.#live.values()].map(({ record }) => record)]
    return all.filter((record) => record !== undefined).toSorted((a, b) => (a.id < b.id ? 1 : -1))
  }

  pause(id: string, wish: Wish): Promise<BatchRecord> {
    return this.#asked('batch-pause', id, wish, (batch) => batch.pause(this.#wish(wish)))
  }

  proceed(id: string, wish: Wish): Promise<BatchRecord> {
    return this.#asked('batch-proceed', id, wish, (batch) => batch.proceed(this.#wish(wish)))
  }

  cancel(id: string, wish: Wish): Promise<BatchRecord> {
    return this.#asked('batch-cancel', id, wish, (batch) => batch.cancel(this.#wish(wish)))
  }

  onChange(listener: Listener<BatchRecord>): () => void {
    return this.#changes.on(listener)
  }

  /** Those that go on by themselves in this process. */
  get atWork(): number {
    return [...this.#live.values()].filter(({ isAtWork }) => isAtWork).length
  }

  isAtWork(id: string): boolean {
    return this.#live.get(id)?.isAtWork === true
  }

  /** Hears of what happens in the manager's runs. */
  hear(event: WorkflowEvent): void {
    if (event.type !== 'workflow.status' && event.type !== 'workflow.created') return
    for (const batch of this.#live.values()) batch.hear(event)
  }

  // ── with the manager ──

  /** Goes on with what an earlier process left, by the manager's `resume` policy. Runs have been taken over before. */
  async open(policy: NonNullable<ManagerOptions['resume']>): Promise<void> {
    const unfinished: string[] = []
    const ended: string[] = []
    for await (const record of this.#documents.entries()) {
      this.#past.note(record)
      const those = record.status === 'ended' ? ended : unfinished
      those.push(record.id)
    }
    await this.#past.add(ended.toSorted())
    for (const id of unfinished.toSorted())
      try {
        const record = await this.#documents.load(id)
        if (record !== undefined) await this.#goOn(this.#keep(record, true), policy)
      } catch (error) {
        this.#deps.logger.error({ batch: id, error: toHwError(error).message }, 'a batch was not gone on with')
      }
  }

  /** No item is begun any more; how runs end is still written down. */
  stop(): void {
    this.#noMore.abort()
  }

  /** Cancels every batch, with the wish that cancels all runs; not those that nobody has gone on with here, as their runs. */
  async cancelAll(wish: Wish): Promise<void> {
    const live = [...this.#live.values()].filter(({ isAsleep }) => !isAsleep)
    await Promise.allSettled(live.map((batch) => batch.cancel(this.#wish(wish))))
  }

  /** Lets go of all: nothing is written any more once this has resolved. */
  async close(): Promise<void> {
    this.stop()
    this.#over.abort()
    const all = Promise.all([...this.#live.values()].map((batch) => batch.idle()))
    await bounded(all, this.#deps.graceMs, () => new Error('late')).catch(() => {
      this.#deps.logger.error({}, 'batches that would not stop were left behind')
    })
    for (const batch of this.#live.values()) batch.leave()
    this.#changes.clear()
  }

  async #goOn(batch: LiveBatch, policy: NonNullable<ManagerOptions['resume']>): Promise<void> {
    if (policy === 'continue') await batch.wake()
    else if (policy !== 'leave') await batch.wakePaused()
  }

  // ── beginning ──

  async #start(
    runs: readonly BatchRun[] | (() => Promise<readonly BatchRun[]>),
    options: StartBatchOptions,
  ): Promise<BatchHandle> {
    const { label, asked, idempotencyKey: key, signal = new AbortController().signal } = options
    const { policy, problems } = policyOf(options)
    if (problems.length > 0) throw invalidBatch(problems)
    const requests = typeof runs === 'function' ? null : runs.map(({ workflow }) => workflow.request)
    const meant = fingerprint('batch', [label, policy, asked ?? requests])
    const known = this.#past.byKey(key)
    const first = known === undefined ? undefined : await this.get(known)
    if (first !== undefined && first.fingerprint !== meant) throw batchKeyMismatch(key!, first)
    if (first !== undefined) return this.#handle(first)

    this.#deps.refuseNew()
    const { definition, items } = await itemsOf(typeof runs === 'function' ? await runs() : runs, this.#deps, signal)
    this.#deps.refuseNew()
    const at = timestamp(this.#deps.clock)
    const record = this.#deps.redactor.value(
      newBatch({ ...options, definition, items, policy, fingerprint: meant, at }),
    )
    await this.#documents.create(record)
    this.#past.note({ id: record.id, ...(key === undefined ? {} : { idempotencyKey: key }) })
    const batch = this.#keep(record)
    this.#changes.emit(record)
    batch.look()
    return this.#handle(record)
  }

  #keep(record: BatchRecord, sleeps = false): LiveBatch {
    const changed = (now: BatchRecord) => {
      if (now.status === 'ended') this.#hasEnded(now.id)
      this.#changes.emit(now)
    }
    const signals = { noMore: this.#noMore.signal, over: this.#over.signal }
    const batch = new LiveBatch(record, { ...this.#deps, ...signals, documents: this.#documents, changed }, { sleeps })
    this.#live.set(record.id, batch)
    return batch
  }

  #hasEnded(id: string): void {
    this.#live.delete(id)
    this.#past
      .add([id])
      .catch((error: unknown) =>
        this.#deps.logger.warn({ error: toHwError(error).message }, 'documents of old batches could not be removed'),
      )
  }

  #handle(record: BatchRecord): BatchHandle {
    const { id } = record
    const batch = this.#live.get(id)
    return {
      id,
      record: () => batch?.record ?? record,
      outcome: async () => {
        await batch?.finished
        return batch?.record ?? record
      },
    }
  }

  // ── what operators ask for ──

  async #asked(
    action: string,
    id: string,
    wish: Wish,
    work: (batch: LiveBatch) => Promise<BatchRecord>,
  ): Promise<BatchRecord> {
    assertAsked(wish)
    await this.#deps.open()
    const { by, reason, via = 'api' } = wish
    const asked = { action, by, via, ...(reason === undefined ? {} : { reason }), detail: { batch: id } }
    return this.#deps.audit.during(
      asked,
      async () => work(await this.#mustBeLive(id)),
      async () => ({}),
    )
  }

  /** @throws HwError `batch.no-such-batch`, `batch.has-ended`, `workflow.manager-closed` */
  async #mustBeLive(id: string): Promise<LiveBatch> {
    if (this.#over.signal.aborted) throw managerClosed()
    const batch = this.#live.get(id)
    if (batch !== undefined) return batch
    const record = await this.#documents.load(id)
    throw record === undefined ? noSuchBatch(id) : batchHasEnded(record)
  }

  #wish(wish: Wish) {
    return this.#deps.redactor.value(wishRecord(wish, this.#deps.clock))
  }
}
