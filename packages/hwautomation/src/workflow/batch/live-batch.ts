import { timestamp } from '../../clock.ts'
import { toHwError } from '../../errors.ts'
import { assertApprovable, expiryWish, needsApproval } from '../approval.ts'
import { toErrorRecord } from '../error-record.ts'
import type { WorkflowEvent } from '../events.ts'
import type { WishRecord } from '../record.ts'
import { hasEnded } from '../status.ts'
import { ApprovalDeadline } from './approval-deadline.ts'
import { BatchKeeper, isNotNow } from './batch-keeper.ts'
import { catchUp } from './catch-up.ts'
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
import { runOf } from './item-run.ts'
import type { LiveBatchDeps } from './live-batch-deps.ts'
import { isUnderWay, nextMove } from './next-move.ts'
import { NewestRuns } from './newest-runs.ts'
import type { BatchItem, BatchRecord } from './record.ts'
import { cancelRun, resumeParked } from './runs-under-way.ts'

const PROCESS_ENDED = 'its process ended; let it proceed to go on'

/**
 * A batch that has not ended: begins its items as its policy allows, hears how their runs end, and writes each change down before it
 * acts on it. While it sleeps it does nothing: an earlier process left it, and nobody has said yet that it goes on.
 */
export class LiveBatch {
  readonly #deps: LiveBatchDeps
  readonly #keeper: BatchKeeper
  readonly #deadline: ApprovalDeadline
  readonly #beginning = new Set<string>()
  readonly #runs: NewestRuns
  /** Since when, where it does. */
  #sleeps: string | undefined
  #wakes = false
  #ungate: (() => void) | undefined
  #resolveEnded!: () => void
  /** Resolves when the batch has ended, or this process has let go of it. */
  readonly finished: Promise<void>

  constructor(record: BatchRecord, deps: LiveBatchDeps, { sleeps = false }: { readonly sleeps?: boolean } = {}) {
    this.#deps = deps
    this.#keeper = new BatchKeeper(record, deps, () => this.leave())
    this.#deadline = new ApprovalDeadline(deps.clock, () => this.#keeper.inBackground(this.#expire()))
    this.#sleeps = sleeps ? timestamp(deps.clock) : undefined
    this.finished = new Promise((resolve) => (this.#resolveEnded = resolve))
    this.#runs = new NewestRuns(record.items)
  }

  /** As it is now. One that sleeps begins nothing, and says so. */
  get record(): BatchRecord {
    const at = this.#sleeps
    return at === undefined ? this.#record : pausedItself(PROCESS_ENDED, at)(this.#record)
  }

  /** An earlier process left it, and nobody has said yet that it goes on. */
  get isAsleep(): boolean {
    return this.#sleeps !== undefined
  }

  /** It goes on by itself. */
  get isAtWork(): boolean {
    const { status } = this.#record
    return this.#sleeps === undefined && (status === 'running' || status === 'cancelling')
  }

  /** Does what is to be done now; harmless to call at any time. */
  look(): void {
    const { noMore, gate, clock } = this.#deps
    if (this.#sleeps !== undefined || this.#deps.over.aborted) return
    this.#deadline.watch(this.#record)
    const move = nextMove(this.#record, this.#beginning)
    if (move.kind === 'end') return this.#behind(ended(timestamp(clock)))
    if (move.kind === 'pause') return this.#behind(pausedItself(move.reason, timestamp(clock)))
    if (move.kind !== 'begin' || noMore.aborted) return
    if (gate.intake?.is === 'draining') return this.#lookAfterDraining()
    if (this.#known === undefined) {
      const { name, version } = this.#record.definition
      const reason = `this process does not know the workflow ${name}@${version}`
      return this.#behind(pausedItself(reason, timestamp(clock)))
    }
    for (const resource of move.resources) {
      const item = this.#record.items.find((one) => one.resource === resource)!
      this.#beginning.add(resource)
      this.#keeper.inBackground(this.#begin(item))
    }
  }

  /** What happens in the manager's runs. */
  hear(event: WorkflowEvent): void {
    if (this.#sleeps !== undefined && !this.#wakes) return
    if (
      event.type === 'workflow.created' &&
      event.retryOf !== undefined &&
      this.#runs.resourceOf(event.retryOf) !== undefined
    )
      this.#keeper.inBackground(this.#follow(this.#runs.resourceOf(event.retryOf)!, event.workflowId))
    if (event.type !== 'workflow.status' || !hasEnded(event.to)) return
    const resource = this.#runs.resourceOf(event.workflowId)
    if (resource === undefined) return
    this.#behind(
      this.#runs.whileNewest(resource, event.workflowId, ranTo(resource, event.workflowId, event.to, event.error)),
    )
  }

  // ── what operators ask for ──

  async pause(wish: WishRecord): Promise<BatchRecord> {
    await this.#keeper.change(paused(wish))
    return this.record
  }

  async proceed(wish: WishRecord): Promise<BatchRecord> {
    const { clock } = this.#deps
    const { approval, label: resourceLabel } = this.#record
    if (needsApproval(approval)) assertApprovable({ ...this.#record, is: 'Batch', resourceLabel }, wish, clock)
    await this.#catchUp()
    await this.#keeper.change(goesOn(wish))
    this.#sleeps = undefined
    await resumeParked(this.#record, wish, this.#deps)
    this.look()
    return this.record
  }

  async cancel(wish: WishRecord): Promise<BatchRecord> {
    await this.#catchUp()
    await this.#keeper.change(cancelled(wish, this.#beginning))
    return this.#carryOutCancel()
  }

  async #carryOutCancel(): Promise<BatchRecord> {
    this.#sleeps = undefined // not before: it would begin what is to be left out
    await Promise.all(this.#record.items.filter(isUnderWay).map(({ run }) => cancelRun(this.#record, run!, this.#deps)))
    this.look()
    return this.record
  }

  // ── going on after a restart ──

  /** Goes on where an earlier process was. */
  async wake(): Promise<void> {
    await this.#catchUp()
    this.#sleeps = undefined
    if (this.#record.status === 'cancelling')
      for (const { run } of this.#record.items.filter(isUnderWay))
        this.#keeper.inBackground(cancelRun(this.#record, run!, this.#deps))
    this.look()
  }

  /** Awake, and paused until somebody lets it proceed. */
  async wakePaused(): Promise<void> {
    await this.#keeper.change(pausedItself(PROCESS_ENDED, timestamp(this.#deps.clock)))
    if (this.#record.status !== 'cancelling') await this.wake()
  }

  /** Nothing to do for one that is awake. What happens while it looks is not missed. */
  async #catchUp(): Promise<void> {
    if (this.#sleeps === undefined) return
    this.#wakes = true
    await this.#keeper.change(await catchUp(this.#record, this.#deps, (resource, run) => this.#runs.set(resource, run)))
  }

  // ── items ──

  async #begin(item: BatchItem): Promise<void> {
    const { resource, label } = item
    try {
      const { workflow, options } = runOf(item, this.#record, this.#known!)
      const handle = await this.#deps.start(workflow, options)
      this.#runs.set(resource, handle.id)
      await this.#keeper.patiently(this.#runs.whileNewest(resource, handle.id, hasRun(resource, handle.record())))
      if (this.#record.status === 'cancelling') await cancelRun(this.#record, handle.id, this.#deps)
    } catch (error) {
      if (this.#deps.over.aborted || this.#deps.noMore.aborted) return
      const { code, message } = toHwError(error)
      if (!isNotNow(error))
        await this.#keeper.patiently(wasRefused(resource, toErrorRecord(error, this.#deps.redactor)))
      else if (code !== 'workflow.draining')
        await this.#keeper.rest(`the run of ${label} could not be started: ${message}`)
    } finally {
      this.#beginning.delete(resource)
      if (this.#record.status === 'cancelling') this.#behind(leavesOut)
      this.look()
    }
  }

  /** Somebody retries an item's run: the item is that of the new one. */
  async #follow(resource: string, run: string): Promise<void> {
    this.#runs.set(resource, run)
    const record = await this.#deps.run(run)
    if (record !== undefined)
      await this.#keeper.patiently(this.#runs.whileNewest(resource, run, hasRun(resource, record)))
    this.look()
  }

  // ── what all of it needs ──

  get #record(): BatchRecord {
    return this.#keeper.record
  }

  get #known(): ReturnType<LiveBatchDeps['registry']['named']> {
    return this.#deps.registry.named(this.#record.definition)
  }

  #behind(change: Change): void {
    this.#keeper.inBackground(this.#keeper.patiently(change).then(() => this.look()))
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

  async #expire(): Promise<void> {
    const { approval } = this.#record
    if (!needsApproval(approval)) return
    const expires = cancelled(expiryWish(approval, this.#deps.clock), this.#beginning)
    await this.#keeper.patiently((record) =>
      record.status === 'paused' && needsApproval(record.approval) ? expires(record) : record,
    )
    if (this.#record.status === 'cancelling') await this.#carryOutCancel()
  }

  // ── the end ──

  /** Resolves when nothing of it goes on in this process. */
  idle(): Promise<void> {
    return this.#keeper.idle()
  }

  /** It has ended, or this process lets go of it. */
  leave(): void {
    this.#ungate?.()
    this.#ungate = undefined
    this.#deadline[Symbol.dispose]()
    this.#resolveEnded()
  }
}
