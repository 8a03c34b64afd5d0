import { type Clock, systemClock, timestamp } from '../../clock.ts'
import { isHwError, toHwError } from '../../errors.ts'
import type { Logger } from '../../logger.ts'
import type { Redactor } from '../../redaction.ts'
import { alarm } from '../alarm.ts'
import { approvalTimeLeft, assertApprovable, expiryWish, needsApproval } from '../approval.ts'
import type { RunnableWorkflow } from '../definition.ts'
import { toErrorRecord } from '../error-record.ts'
import type { WorkflowEvent } from '../events.ts'
import type { Gate } from '../gate.ts'
import type { StartOptions } from '../manager-options.ts'
import type { WorkflowStore } from '../ports.ts'
import type { WishRecord, WorkflowRecord } from '../record.ts'
import type { Registry } from '../registry.ts'
import type { RunHandle } from '../run-handle.ts'
import { hasEnded } from '../status.ts'
import { Turns } from '../turns.ts'
import type { CancelWish, Wish } from '../wishes.ts'
import type { BatchDocuments } from './batch-documents.ts'
import { requestLost } from './batch-errors.ts'
import {
  type Change,
  cancelled,
  ended,
  goesOn,
  hasRun,
  leavesOut,
  paused,
  pausedItself,
  ranTo,
  wasRefused,
} from './changes.ts'
import { isUnderWay, nextMove } from './next-move.ts'
import type { BatchItem, BatchRecord } from './record.ts'

/** What batches need of their manager. */
export interface LiveBatchDeps {
  readonly start: (workflow: RunnableWorkflow<any>, options: StartOptions) => Promise<RunHandle>
  readonly cancel: (id: string, wish: CancelWish) => Promise<unknown>
  readonly resume: (id: string, wish: Wish) => Promise<unknown>
  readonly isWorkingOn: (id: string) => boolean
  /** A run as it is now, here or in the store. */
  readonly run: (id: string) => Promise<WorkflowRecord | undefined>
  /** Runs of this process that are not over. */
  readonly runs: () => readonly WorkflowRecord[]
  readonly store: WorkflowStore
  readonly documents: BatchDocuments
  readonly registry: Registry
  readonly gate: Gate
  readonly clock: Clock
  readonly logger: Logger
  readonly redactor: Redactor
  /** Hears of every change, after it is durable. */
  readonly changed: (record: BatchRecord) => void
  /** Aborted when nothing more may be begun. */
  readonly noMore: AbortSignal
  /** Aborted when nothing more is written. */
  readonly over: AbortSignal
}

/** How long a store that fails is left alone, wall time. */
const STORE_PAUSE_MS = 2_000
/** Errors that are not about the item: its turn comes again. */
const NOT_ITS_FAULT = /^(store\.|workflow\.(store-failed|draining|manager-closed|detached|lease-lost))/

/** The key by which a crash between "run started" and "batch written" starts nothing twice. */
export function keyOf(batch: string, resource: string): string {
  return `${batch}/${resource}`
}

/**
 * A batch that has not ended: begins its items as its policy allows, hears how their runs end, and writes each change down before it
 * acts on it. While it sleeps it does nothing: an earlier process left it, and nobody has said yet that it goes on.
 */
export class LiveBatch {
  readonly #deps: LiveBatchDeps
  readonly #writes = new Turns()
  readonly #beginning = new Set<string>()
  /** The newest run of each item, by resource: an item goes by that one. */
  readonly #runs = new Map<string, string>()
  readonly #atWork = new Set<Promise<unknown>>()
  #record: BatchRecord
  #sleeps: boolean
  #wakes = false
  #ungate: (() => void) | undefined
  #expiry: Disposable | undefined
  #resolveEnded!: () => void
  /** Resolves when the batch has ended, or this process has let go of it. */
  readonly finished: Promise<void>

  constructor(record: BatchRecord, deps: LiveBatchDeps, { sleeps = false }: { readonly sleeps?: boolean } = {}) {
    this.#record = record
    this.#deps = deps
    this.#sleeps = sleeps
    this.finished = new Promise((resolve) => (this.#resolveEnded = resolve))
    for (const { run, resource } of record.items) if (run !== undefined) this.#runs.set(resource, run)
  }

  /** As it is now. One that sleeps begins nothing, and says so. */
  get record(): BatchRecord {
    const { status, createdAt: at } = this.#record
    if (!this.#sleeps || status !== 'running') return this.#record
    const reason = 'its process ended; let it proceed to go on'
    return { ...this.#record, status: 'paused', paused: { by: 'hwautomation', reason, via: 'api', at } }
  }

  /** It goes on by itself. */
  get isAtWork(): boolean {
    const { status } = this.#record
    return !this.#sleeps && (status === 'running' || status === 'cancelling')
  }

  /** Does what is to be done now; harmless to call at any time. */
  look(): void {
    const { noMore, gate, clock } = this.#deps
    if (this.#sleeps || this.#deps.over.aborted) return
    this.#watchTheTime()
    const move = nextMove(this.#record, this.#beginning)
    if (move.kind === 'end') return this.#behind(ended(timestamp(clock)))
    if (move.kind === 'pause') return this.#behind(pausedItself(move.reason, timestamp(clock)))
    if (move.kind !== 'begin' || noMore.aborted) return
    if (gate.intake?.is === 'draining') return this.#lookAfterDraining()
    if (this.#workable() === undefined) {
      const { name, version } = this.#record.definition
      const reason = `this process does not know the workflow ${name}@${version}`
      return this.#behind(pausedItself(reason, timestamp(clock)))
    }
    for (const resource of move.resources) {
      const item = this.#record.items.find((one) => one.resource === resource)!
      this.#beginning.add(resource)
      this.#inBackground(this.#begin(item))
    }
  }

  /** What happens in the manager's runs. */
  hear(event: WorkflowEvent): void {
    if (this.#sleeps && !this.#wakes) return
    if (event.type === 'workflow.created' && event.retryOf !== undefined && this.#itemOf(event.retryOf) !== undefined)
      this.#inBackground(this.#follow(this.#itemOf(event.retryOf)!, event.workflowId))
    if (event.type !== 'workflow.status' || !hasEnded(event.to)) return
    const resource = this.#itemOf(event.workflowId)
    if (resource !== undefined) this.#behind(ranTo(resource, event.workflowId, event.to, event.error))
  }

  // ── what operators ask for ──

  async pause(wish: WishRecord): Promise<BatchRecord> {
    await this.#change(paused(wish))
    return this.record
  }

  async proceed(wish: WishRecord): Promise<BatchRecord> {
    const { clock } = this.#deps
    const { approval, label: resourceLabel } = this.#record
    if (needsApproval(approval)) assertApprovable({ ...this.#record, resourceLabel }, wish, clock)
    await this.wake()
    await this.#change(goesOn(wish))
    await this.#resumeParked(wish)
    this.look()
    return this.record
  }

  async cancel(wish: WishRecord): Promise<BatchRecord> {
    await this.wake()
    await this.#change(cancelled(wish, this.#beginning))
    await Promise.all(this.#record.items.filter(isUnderWay).map(({ run }) => this.#cancelRun(run!)))
    this.look()
    return this.record
  }

  // ── going on after a restart ──

  /** Goes on where an earlier process was; harmless for one that is awake. */
  async wake(): Promise<void> {
    if (!this.#sleeps) return
    this.#wakes = true // what happens while it looks is not missed
    await this.#catchUp()
    this.#sleeps = false
    if (this.#record.status === 'cancelling')
      for (const { run } of this.#record.items.filter(isUnderWay)) this.#inBackground(this.#cancelRun(run!))
    this.look()
  }

  /** Awake, and paused until somebody lets it proceed. */
  async wakePaused(reason: string): Promise<void> {
    await this.#change(pausedItself(reason, timestamp(this.#deps.clock)))
    if (this.#record.status !== 'cancelling') await this.wake()
  }

  /** What happened to the items between the last write and the end of the earlier process. */
  async #catchUp(): Promise<void> {
    const { store, run: load, runs } = this.#deps
    const changes: Change[] = []
    for (const { resource, status, run, outcome } of this.#record.items) {
      const retried = runs().find(({ retryOf }) => retryOf !== undefined && retryOf === run)
      const known =
        status === 'waiting'
          ? await store.findByIdempotencyKey(keyOf(this.#record.id, resource))
          : (retried ?? (status === 'started' && outcome === undefined ? await load(run!) : undefined))
      if (known === undefined) continue
      this.#runs.set(resource, known.id)
      changes.push(hasRun(resource, (await load(known.id)) ?? known))
    }
    changes.push(leavesOut)
    await this.#change((record) => changes.reduce((changed, change) => change(changed), record))
  }

  // ── items ──

  async #begin(item: BatchItem): Promise<void> {
    const { resource, label } = item
    const { requestedBy, via, id } = this.#record
    try {
      if ((item.request as unknown) === undefined) throw requestLost(label)
      const key = keyOf(id, resource)
      const handle = await this.#deps.start(this.#workflow(item), { requestedBy, via, idempotencyKey: key, batch: id })
      this.#runs.set(resource, handle.id)
      await this.#patiently(hasRun(resource, handle.record()))
      if (this.#record.status === 'cancelling') await this.#cancelRun(handle.id)
    } catch (error) {
      if (this.#deps.over.aborted || this.#deps.noMore.aborted) return
      const { code, message } = toHwError(error)
      if (!NOT_ITS_FAULT.test(code)) await this.#patiently(wasRefused(resource, this.#errorRecord(error)))
      else if (code !== 'workflow.draining') await this.#rest(`the run of ${label} could not be started: ${message}`)
    } finally {
      this.#beginning.delete(resource)
      if (this.#record.status === 'cancelling') this.#behind(leavesOut)
      this.look()
    }
  }

  #workflow({ resource, label, request, limits }: BatchItem): RunnableWorkflow<any> {
    const known = this.#workable()!
    const { timeout, retryCount } = limits ?? {}
    return {
      ...known,
      request,
      resolve: async () => ({ resource, label, request }),
      asked: { batch: this.#record.id, label },
      ...(timeout === undefined ? {} : { timeout }),
      ...(retryCount === undefined ? {} : { retryCount }),
    }
  }

  #workable(): Pick<RunnableWorkflow<any>, 'definition' | 'capabilities'> | undefined {
    return this.#deps.registry.named(this.#record.definition)
  }

  /** Somebody retries an item's run: the item is that of the new one. */
  async #follow(resource: string, run: string): Promise<void> {
    this.#runs.set(resource, run)
    const record = await this.#deps.run(run)
    if (record !== undefined) await this.#patiently(hasRun(resource, record))
    this.look()
  }

  /** Runs that an earlier process left are gone on with as well. */
  async #resumeParked({ by, reason, via }: WishRecord): Promise<void> {
    for (const { run } of this.#record.items.filter(isUnderWay)) {
      if (this.#deps.isWorkingOn(run!)) continue
      await this.#deps.resume(run!, { by, reason, via }).catch((error: unknown) => {
        this.#deps.logger.error({ batch: this.#record.id, run, error: toHwError(error).message }, 'not gone on with')
      })
    }
  }

  /** A run that was there before and only means the same is somebody else's: it is waited for. */
  async #cancelRun(id: string): Promise<void> {
    try {
      const run = await this.#deps.run(id)
      const { by, reason, via } = this.#record.cancel!
      if (run?.batch === this.#record.id && run.cancel === undefined) await this.#deps.cancel(id, { by, reason, via })
    } catch (error) {
      this.#deps.logger.error({ batch: this.#record.id, run: id, error: toHwError(error).message }, 'not cancelled')
    }
  }

  // ── writing ──

  /** One change after the other; in force, and told, when it is durable. */
  async #change(change: Change): Promise<void> {
    await this.#writes.run('write', async () => {
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
      if (next.status === 'ended') this.#finish()
    })
  }

  /** What has happened is written down as soon as the store can. */
  async #patiently(change: Change): Promise<void> {
    for (;;) {
      try {
        return await this.#change(change)
      } catch (error) {
        this.#deps.over.throwIfAborted()
        if (isHwError(error) && !NOT_ITS_FAULT.test(error.code)) throw error
        await this.#rest(`the batch could not be written: ${toHwError(error).message}`)
      }
    }
  }

  async #rest(why: string): Promise<void> {
    this.#deps.logger.error({ batch: this.#record.id, error: why }, 'the batch waits')
    await systemClock.sleep(STORE_PAUSE_MS, AbortSignal.any([this.#deps.over, this.#deps.noMore]))
  }

  #behind(change: Change): void {
    this.#inBackground(this.#patiently(change).then(() => this.look()))
  }

  /** Nothing of it is heard of elsewhere: what goes wrong is for the log. */
  #inBackground(work: Promise<void>): void {
    const done = work.catch((error: unknown) => {
      if (!this.#deps.over.aborted && !this.#deps.noMore.aborted)
        this.#deps.logger.error({ batch: this.#record.id, error: toHwError(error).message }, 'the batch failed')
    })
    this.#atWork.add(done)
    void done.finally(() => this.#atWork.delete(done))
  }

  #itemOf(run: string): string | undefined {
    for (const [resource, newest] of this.#runs) if (newest === run) return resource
    return undefined
  }

  #errorRecord(error: unknown) {
    return toErrorRecord(error, this.#deps.redactor)
  }

  #lookAfterDraining(): void {
    const { gate } = this.#deps
    this.#ungate ??= gate.whenever(
      () => gate.intake?.is !== 'draining',
      () => {
        this.#ungate = undefined
        this.look()
      },
    )
  }

  /** Nobody may ever say yes. */
  #watchTheTime(): void {
    const { clock } = this.#deps
    const { approval, status } = this.#record
    const left = status === 'paused' && needsApproval(approval) ? approvalTimeLeft(approval, clock) : undefined
    if (left === undefined) {
      this.#expiry?.[Symbol.dispose]()
      this.#expiry = undefined
    } else this.#expiry ??= alarm(clock, left, () => this.#inBackground(this.#expire()))
  }

  async #expire(): Promise<void> {
    const { approval } = this.#record
    if (needsApproval(approval)) await this.cancel(expiryWish(approval, this.#deps.clock))
  }

  // ── the end ──

  /** Resolves when nothing of it goes on in this process. */
  async idle(): Promise<void> {
    while (this.#atWork.size > 0) await Promise.all(this.#atWork)
  }

  /** This process lets go of it. */
  leave(): void {
    this.#finish()
  }

  #finish(): void {
    this.#ungate?.()
    this.#ungate = undefined
    this.#expiry?.[Symbol.dispose]()
    this.#resolveEnded()
  }
}
