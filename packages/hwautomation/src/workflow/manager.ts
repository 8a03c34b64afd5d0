import { type Clock, systemClock, timestamp } from '../clock.ts'
import type { HwError } from '../errors.ts'
import { type Logger, silentLogger } from '../logger.ts'
import { Redactor } from '../redaction.ts'
import { ActiveRuns } from './active-runs.ts'
import { adopt } from './adopting.ts'
import { assertApprovable } from './approval.ts'
import { type About, type Asked, AuditTrail } from './audit-trail.ts'
import { type BatchHandle, Batches } from './batch/batches.ts'
import type { BatchRun } from './batch/items.ts'
import type { StartBatchOptions } from './batch/new-batch.ts'
import type { BatchRecord } from './batch/record.ts'
import { CancelRequested, Detached, LeaseLost } from './cancellation.ts'
import type { RunnableWorkflow, WorkflowDefinition } from './definition.ts'
import { toMs } from './duration.ts'
import { Emitter, type Listener } from './emitter.ts'
import type { AuditEntry, JournalLine, WorkflowEvent } from './events.ts'
import { Gate } from './gate.ts'
import { type JournalStreamOptions, streamJournal } from './journal-stream.ts'
import type { CloseOptions, ManagerOptions, StartOptions } from './manager-options.ts'
import type { JournalQuery, ManagerState, RecordPage, RecordQuery, WorkflowStore } from './ports.ts'
import type { WorkflowRecord } from './record.ts'
import { redactedLogger } from './redacted-logger.ts'
import { type Capabilities, Registry } from './registry.ts'
import { assertSkippable } from './retry-record.ts'
import type { CancelAnswer, Run, RunDeps } from './run.ts'
import { liveHandle, type RunHandle, storedHandle } from './run-handle.ts'
import { Slots } from './slots.ts'
import { managerClosed } from './start-refusals.ts'
import { Starting } from './starting.ts'
import { hasEnded } from './status.ts'
import { type SwitchAction, Switches } from './switches.ts'
import { unfinishedWork } from './unfinished-work.ts'
import {
  assertAsked,
  type CancelWish,
  cannotUndo,
  draining,
  noSuchRun,
  notParked,
  notRunningHere,
  notSkippable,
  type RetryWish,
  runHasEnded,
  unknownToUs,
  type Wish,
  wishRecord,
} from './wishes.ts'

const DEFAULT_CONCURRENCY = 10
const DEFAULT_CLOSE_GRACE = '30s'

/**
 * Starts runs, keeps at most one active per resource and a bounded number in all, and knows them afterwards. Opening it goes on with
 * the runs that an earlier process did not bring to their end.
 *
 * Whatever an operator asks for here, accepted or refused, is in the audit trail.
 *
 * @example
 * await using manager = new WorkflowManager({ store })
 * manager.register(definition, capabilities)
 * await manager.open()
 * const run = await manager.start(workflow, { requestedBy: 'ada', idempotencyKey: 'ticket-42' })
 * const end = await run.outcome()
 */
export class WorkflowManager {
  readonly #store: WorkflowStore
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #redactor: Redactor
  readonly #gate = new Gate()
  readonly #graceMs: number
  readonly #policy: NonNullable<ManagerOptions['resume']>
  readonly #events: Emitter<WorkflowEvent>
  readonly #registry = new Registry()
  readonly #active = new ActiveRuns()
  /** What runs are given. */
  readonly #runs: RunDeps
  readonly #starting: Starting
  readonly #audit: AuditTrail
  readonly #batches: Batches
  readonly #switches: Switches
  readonly #over = new AbortController()
  #opened: Promise<void> | undefined
  #isOpen = false
  #closed: Promise<void> | undefined
  #lost: LeaseLost | undefined
  #unlisten: () => void = () => {}

  constructor(options: ManagerOptions) {
    this.#store = options.store
    this.#clock = options.clock ?? systemClock
    this.#redactor = options.redactor ?? new Redactor()
    this.#logger = redactedLogger(options.logger ?? silentLogger, this.#redactor)
    this.#graceMs = toMs(options.closeGrace ?? DEFAULT_CLOSE_GRACE)
    this.#policy = options.resume ?? 'continue'
    this.#events = new Emitter(this.#logger)
    const shared = { store: this.#store, clock: this.#clock, redactor: this.#redactor, logger: this.#logger }
    this.#runs = {
      ...shared,
      slots: new Slots(options.concurrency ?? DEFAULT_CONCURRENCY),
      gate: this.#gate,
      graceMs: this.#graceMs,
      emit: (event) => this.#events.emit(event),
    }
    this.#starting = new Starting({
      runs: this.#runs,
      active: this.#active,
      registry: this.#registry,
      refuseNew: () => this.#refuseNew(),
      handleOf: (run) => this.#live(run),
    })
    this.#audit = new AuditTrail(shared)
    this.#switches = new Switches({ ...shared, gate: this.#gate })
    this.#batches = new Batches({
      ...shared,
      graceMs: this.#graceMs,
      audit: this.#audit,
      registry: this.#registry,
      gate: this.#gate,
      open: () => this.open(),
      refuseNew: () => this.#refuseNew(),
      start: (workflow, given) => this.start(workflow, given),
      cancel: (id, wish) => this.cancel(id, wish),
      resume: (id, wish) => this.resume(id, wish),
      isWorkingOn: (id) => this.isWorkingOn(id),
      run: async (id) => this.#active.get(id)?.run.record ?? this.#store.load(id),
    })
    this.#events.on((event) => this.#batches.hear(event))
  }

  /**
   * Opens the store and goes on with unfinished runs, by the `resume` option. `start`, `get` and `list` do it where it has not been done.
   * @throws HwError `store.in-use` where another process owns the store, and what else keeps it from opening; `workflow.manager-closed`
   * where it was closed before it was ever opened
   */
  open(): Promise<void> {
    // one that is closed must not take the store again: nobody would give it back
    if (this.#opened === undefined && this.#closed !== undefined) return Promise.reject(managerClosed())
    this.#opened ??= this.#open()
    return this.#opened
  }

  /**
   * Makes a definition known, so that its recorded runs can be gone on with: register before opening. `start` does it too.
   * @param capabilities makes what the steps use, by a run's record alone; without it recorded runs are parked
   * @throws HwError `workflow.definition-conflict` if another definition has its name and version
   */
  register(definition: WorkflowDefinition<any>, capabilities?: Capabilities): void {
    this.#registry.register(definition, capabilities)
  }

  /**
   * Starts a run in the background. The same `idempotencyKey`, or an identical request while its run is active, gives the handle of
   * the first run.
   * @throws HwError `workflow.resource-busy` if a different run holds the resource, `workflow.idempotency-mismatch` if the key
   * belongs to a different request, `workflow.draining`, `workflow.manager-closed`, and whatever `resolve` of the workflow refuses with
   */
  async start<Request>(workflow: RunnableWorkflow<Request>, options: StartOptions = {}): Promise<RunHandle> {
    this.#refuseIfClosed()
    this.register(workflow.definition, (view) => workflow.capabilities(view))
    await this.open()
    const { requestedBy: by = 'anonymous', via = 'api' } = options
    const about: { resource?: string } = {} // known as soon as the request is resolved
    const detail = workflow.asked === undefined ? {} : { detail: workflow.asked }
    return this.#audited(
      { action: 'start', by, via, ...detail },
      () => this.#starting.start(workflow, options, (resource) => (about.resource = resource)),
      () => about,
    )
  }

  /** The run with this id, running here or in the store; undefined if there is none. */
  async get(id: string): Promise<RunHandle | undefined> {
    await this.open()
    const active = this.#active.get(id)
    if (active !== undefined) return this.#live(active.run)
    const record = await this.#store.load(id)
    return record === undefined ? undefined : storedHandle(record, this.#store, (wish) => this.cancel(id, wish))
  }

  /** Runs, newest first, a page at a time. `{ server: 'srv001' }` is the history of one server. */
  async list(query: RecordQuery = {}): Promise<RecordPage> {
    await this.open()
    return this.#store.list(query)
  }

  // ── what operators ask for ──

  /**
   * Asks a run to end at its next safe point; visible in the record at once, durable when this resolves. The first wish counts.
   * A parked run is gone on with, to undo and settle.
   * @throws HwError `workflow.no-such-run`; `workflow.unknown-definition` where it could only be ended without undo, and that was not asked for
   */
  cancel(id: string, wish: CancelWish): Promise<CancelAnswer> {
    const detail = wish.withoutUndo === true ? { withoutUndo: true } : undefined
    const work = async () => {
      const active = this.#active.get(id)
      if (active === undefined) {
        const record = await this.#store.load(id)
        if (record === undefined) throw noSuchRun(id)
        if (!hasEnded(record.status)) throw this.#notHere(record)
        return 'too-late'
      }
      return this.#cancel(active.run, wish)
    }
    return this.#asked('cancel', id, wish, work, detail)
  }

  async #cancel(run: Run, wish: CancelWish): Promise<CancelAnswer> {
    const workable = run.isParked ? this.#registry.workable(run.record) : undefined
    const isUnknown = workable !== undefined && 'misfit' in workable
    if (isUnknown && wish.withoutUndo !== true) cannotUndo(run.record)
    const answer = await run.cancel(wishRecord(wish, this.#clock))
    // of two cancels at once the first goes on with it
    if (workable === undefined || !run.isParked) return answer
    if (!isUnknown) run.resume(workable)
    else {
      const { by, reason = '' } = wish
      const left = unfinishedWork(run.record, `It was cancelled without being undone: ${workable.misfit}`)
      await run.giveUp(new CancelRequested(by, reason), 'CANCELLED', left)
    }
    return answer
  }

  /**
   * Starts a new run that goes on from one that failed or was cancelled: what its completed steps found is taken over where it still
   * holds (each is asked), the step it stopped at begins anew.
   * @throws HwError `workflow.not-ended`, `workflow.superseded` after a newer run of the same machine, `workflow.assume-needed` where a
   * call's outcome is unknown, `workflow.nothing-to-assume`, `workflow.not-skippable`, `workflow.unknown-definition`,
   * `workflow.resource-busy`, `workflow.draining`, `workflow.no-such-run`
   */
  retry(id: string, wish: RetryWish): Promise<RunHandle> {
    const { assume, skip } = wish
    const detail = { of: id, ...(assume === undefined ? {} : { assume }), ...(skip === undefined ? {} : { skip }) }
    return this.#asked('retry', id, wish, () => this.#starting.retry(id, wish), detail)
  }

  /**
   * Lets a run begin that waits for a second person; durable when this resolves. A second yes is harmless. Who refuses cancels the run.
   * @throws HwError `workflow.own-approval` where `by` asked for the run, `workflow.not-waiting-for-approval` where it needs none, was
   * cancelled, or nobody answered in time; `workflow.has-ended`, `workflow.no-such-run`
   */
  async approve(id: string, wish: Wish): Promise<void> {
    await this.#asked('approve', id, wish, async () => {
      const record = this.#active.get(id)?.run.record ?? (await this.#store.load(id))
      if (record?.approval?.granted !== undefined && hasEnded(record.status)) {
        assertApprovable(record, wish, this.#clock)
        return 'already-approved'
      }
      const run = await this.#unfinished(id)
      assertApprovable(run.record, wish, this.#clock)
      return run.approve(wishRecord(wish, this.#clock))
    })
  }

  /**
   * The run stops before its next step, until it is released. Its time goes on.
   * @throws HwError `workflow.has-ended`, `workflow.no-such-run`
   */
  hold(id: string, wish: Wish): Promise<void> {
    return this.#asked('hold', id, wish, async () => (await this.#unfinished(id)).hold(wishRecord(wish, this.#clock)))
  }

  /** Takes a hold back; harmless where there is none. */
  release(id: string, wish: Wish): Promise<void> {
    return this.#asked('release', id, wish, async () => {
      const run = await this.#unfinished(id)
      if (run.record.hold !== undefined) await run.release(wishRecord(wish, this.#clock))
    })
  }

  /**
   * Leaves out a step that has not begun.
   * @throws HwError `workflow.not-skippable`, `workflow.has-ended`, `workflow.no-such-run`
   */
  skip(id: string, step: string, wish: Wish): Promise<void> {
    return this.#asked(
      'skip',
      id,
      wish,
      async () => {
        const run = await this.#unfinished(id)
        const definition = this.#registry.definition(run.record)
        if ('misfit' in definition) unknownToUs(run.record)
        assertSkippable(run.record, definition, step)
        const { status } = run.record.steps.find((candidate) => candidate.id === step)!
        if (status !== 'pending') throw notSkippable(run.record, step, `it is ${status}`)
        await run.skip(step, wishRecord(wish, this.#clock))
      },
      { step },
    )
  }

  /**
   * Goes on with a parked run.
   * @throws HwError `workflow.not-parked`, `workflow.unknown-definition`, `workflow.has-ended`, `workflow.no-such-run`
   */
  resume(id: string, wish: Wish): Promise<RunHandle> {
    return this.#asked('resume', id, wish, async () => {
      const run = await this.#unfinished(id)
      if (!run.isParked) throw notParked(run.record)
      const workable = this.#registry.workable(run.record)
      if ('misfit' in workable) unknownToUs(run.record)
      run.resume(workable)
      return this.#live(run)
    })
  }

  /** The switches as they are; they outlive the process. */
  get state(): ManagerState {
    return this.#gate.state
  }

  /** All runs wait before their next step; new ones are taken and wait. */
  pause(wish: Wish): Promise<ManagerState> {
    return this.#switch('pause', wish)
  }

  /** Runs go on to their end; none is begun, and new ones are refused. */
  drain(wish: Wish): Promise<ManagerState> {
    return this.#switch('drain', wish)
  }

  /** Takes `pause` and `drain` back. */
  proceed(wish: Wish): Promise<ManagerState> {
    return this.#switch('proceed', wish)
  }

  /**
   * No mutating call is sent to any device: runs wait before their next one, and their steps' time stands still meanwhile. A section that
   * must not be interrupted is brought to its end.
   */
  forbidHardware(wish: Wish): Promise<ManagerState> {
    return this.#switch('hardware-off', wish)
  }

  /** Takes `forbidHardware` back. */
  allowHardware(wish: Wish): Promise<ManagerState> {
    return this.#switch('hardware-on', wish)
  }

  // ── batches ──

  /**
   * Starts many runs of one workflow under one name, as `options` say: so many at once, canaries first, paused when too many fail. The
   * same `idempotencyKey` gives the first batch. `runs` may be a function: it is called only where there is no such batch yet.
   * With `approval` the batch is paused until somebody other than `requestedBy` lets it proceed.
   * @throws HwError `batch.invalid`, `batch.idempotency-mismatch`, `workflow.draining`, `workflow.manager-closed`, and what `runs` throws
   */
  async startBatch(
    runs: readonly BatchRun[] | (() => Promise<readonly BatchRun[]>),
    options: StartBatchOptions,
  ): Promise<BatchHandle> {
    this.#refuseIfClosed()
    return this.#batches.start(runs, options)
  }

  /** The batch with this id; undefined if there is none. */
  batch(id: string): Promise<BatchRecord | undefined> {
    return this.#batches.get(id)
  }

  /** Newest first: those that have not ended, and the most recent ones that have. */
  batches(): Promise<readonly BatchRecord[]> {
    return this.#batches.list()
  }

  /**
   * No item is begun any more; runs under way go on. Harmless for one that is paused.
   * @throws HwError `batch.no-such-batch`, `batch.has-ended`
   */
  pauseBatch(id: string, wish: Wish): Promise<BatchRecord> {
    return this.#batches.pause(id, wish)
  }

  /**
   * Goes on with a paused batch; what failed before does not count any more. Of one that waits for a second person this is the yes.
   * @throws HwError `batch.no-such-batch`, `batch.has-ended`, `workflow.own-approval`
   */
  proceedBatch(id: string, wish: Wish): Promise<BatchRecord> {
    return this.#batches.proceed(id, wish)
  }

  /**
   * Begins nothing more and cancels the runs of the batch that are under way; it ends when they have. The first wish counts.
   * @throws HwError `batch.no-such-batch`, `batch.has-ended`
   */
  cancelBatch(id: string, wish: Wish): Promise<BatchRecord> {
    return this.#batches.cancel(id, wish)
  }

  /** Hears of every change of a batch, after it is durable. Returns the function that ends it. */
  onBatch(listener: Listener<BatchRecord>): () => void {
    return this.#batches.onChange(listener)
  }

  /** Whether this process goes on with the batch by itself: it is not paused, and has not ended. */
  isWorkingOnBatch(id: string): boolean {
    return this.#batches.isAtWork(id)
  }

  /** How many batches go on by themselves in this process. */
  get activeBatches(): number {
    return this.#batches.atWork
  }

  // ── following ──

  /** Hears of every event of every run of this process, after it is in the journal. Returns the function that ends it. */
  onEvent(listener: Listener<WorkflowEvent>): () => void {
    return this.#events.on(listener)
  }

  /** Every event of every run since a cursor, then live ones, until the manager is closed. One that comes back misses nothing. */
  async *events(options: JournalStreamOptions = {}): AsyncGenerator<WorkflowEvent, void, undefined> {
    await this.open()
    const live = { on: (listener: Listener<WorkflowEvent>) => this.#events.on(listener), over: this.#over.signal }
    yield* streamJournal(this.#store, live, options)
  }

  /** The audit trail: who asked for what, and every event of the runs, oldest first. */
  async *audit(query: JournalQuery = {}): AsyncGenerator<JournalLine, void, undefined> {
    await this.open()
    yield* this.#store.journal(query)
  }

  /** Writes an entry into the audit trail, for doors that offer more than the manager does. */
  async note(entry: Omit<AuditEntry, 'v' | 'type' | 'at'>): Promise<void> {
    await this.open()
    await this.#audit.write(entry)
  }

  /** Whether this process works on the run, or will when its turn comes. False for one that is parked or stuck, was detached, crashed or is over. */
  isWorkingOn(id: string): boolean {
    return this.#active.atWork.some((run) => run.id === id)
  }

  /** How many runs of this process are not over. */
  get activeRuns(): number {
    return this.#active.atWork.length
  }

  /**
   * Takes no new runs, lets go of those there are (see `CloseOptions`), and closes the store. Afterwards no timer and no listener
   * of ours is left. Later calls give the first one's promise.
   */
  close(options: CloseOptions = {}): Promise<void> {
    this.#closed ??= this.#close(options)
    return this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close({ mode = 'detach', within }: CloseOptions): Promise<void> {
    const withinMs = within === undefined ? this.#graceMs : toMs(within)
    const runs = () => this.#active.runs
    try {
      await this.#opened?.catch(() => {})
      this.#batches.stop()
      for (const run of runs()) if (run.isParked) run.leave(new Detached())
      const system = { by: 'system', reason: 'the manager was closed', via: 'api', at: timestamp(this.#clock) }
      if (mode === 'cancel') await this.#batches.cancelAll(system)
      if (mode === 'cancel') await Promise.allSettled(runs().map((run) => run.cancel(system)))
      if (mode === 'detach') for (const run of runs()) run.leave(new Detached())
      if (await this.#active.areOver(withinMs)) return
      for (const run of runs()) run.leave(new Detached(), true)
      if (await this.#active.areOver(this.#graceMs)) return
      this.#logger.error({ runs: runs().map((run) => run.id) }, 'runs that would not stop were left behind')
      // whatever they still do, they write nothing any more
      for (const run of runs()) run.leave(new LeaseLost('the manager was closed'))
    } finally {
      this.#over.abort()
      this.#unlisten()
      await this.#batches.close()
      if (this.#opened !== undefined) await this.#store.close()
      this.#events.clear()
    }
  }

  // ── opening ──

  async #open(): Promise<void> {
    await this.#store.open()
    this.#unlisten = this.#store.onLost((error) => this.#letGo(error))
    this.#gate.set(await this.#store.loadState())
    const deps = { runs: this.#runs, active: this.#active, registry: this.#registry, policy: this.#policy }
    for (const record of await this.#store.unfinished()) await adopt(record, deps)
    await this.#batches.open(this.#policy)
    this.#isOpen = true
  }

  /** Another process owns the store: nothing of ours is recorded any more, so nothing is sent. */
  #letGo(error: Error): void {
    this.#lost = new LeaseLost(error.message)
    this.#logger.error({ error: error.message }, 'the store belongs to another process now')
    this.#batches.stop()
    for (const run of this.#active.runs) run.leave(this.#lost)
  }

  // ── what all of it needs ──

  #live(run: Run): RunHandle {
    return liveHandle(run, this.#store, (wish) => this.cancel(run.id, wish))
  }

  async #unfinished(id: string): Promise<Run> {
    const active = this.#active.get(id)
    if (active !== undefined && !hasEnded(active.run.record.status)) return active.run
    const record = active?.run.record ?? (await this.#store.load(id))
    if (record === undefined) throw noSuchRun(id)
    throw hasEnded(record.status) ? runHasEnded(record) : this.#notHere(record)
  }

  #notHere(record: WorkflowRecord): HwError {
    return this.#closed === undefined ? notRunningHere(record) : managerClosed()
  }

  #refuseIfClosed(): void {
    if (this.#closed !== undefined) throw managerClosed()
    if (this.#lost !== undefined) throw this.#lost
  }

  /** The last look before a run is begun. */
  #refuseNew(): void {
    this.#refuseIfClosed()
    if (this.#gate.intake?.is === 'draining') throw draining(this.#gate.intake)
  }

  // ── the audit trail ──

  async #asked<T>(
    action: string,
    id: string,
    wish: Wish,
    work: () => Promise<T>,
    detail?: AuditEntry['detail'],
  ): Promise<T> {
    assertAsked(wish)
    if (this.#lost !== undefined) throw this.#lost
    // what is asked of an open manager shows at once
    if (!this.#isOpen) await this.open()
    const { by, reason, via = 'api' } = wish
    const said = { ...(reason === undefined ? {} : { reason }), ...(detail === undefined ? {} : { detail }) }
    return this.#audited({ action, by, via, workflowId: id, ...said }, work)
  }

  async #switch(action: SwitchAction, wish: Wish): Promise<ManagerState> {
    assertAsked(wish)
    this.#refuseIfClosed()
    const asked = wishRecord(wish, this.#clock)
    await this.open()
    const { by, reason, via = 'api' } = wish
    const said = { action, by, via, ...(reason === undefined ? {} : { reason }) }
    return this.#switches.throw(action, asked, (work) => this.#audited(said, work))
  }

  /** Does it, and writes down who asked and what came of it. `known` tells what was found out on the way. */
  #audited<T>(asked: Asked, work: () => Promise<T>, known: () => About = () => ({})): Promise<T> {
    return this.#audit.during(asked, work, async (result) => {
      if (isHandle(result)) return { workflowId: result.id, resource: result.record().resource }
      // what a cancel came to: `requested`, `already-requested`, `too-late`
      const detail = typeof result === 'string' ? { detail: { answer: result } } : {}
      return { ...(await this.#resourceOf(asked.workflowId)), ...known(), ...detail }
    })
  }

  async #resourceOf(id: string | undefined): Promise<About> {
    if (id === undefined) return {}
    const running = this.#active.get(id)?.run.resource
    const resource = running ?? (await this.#store.load(id).catch(() => undefined))?.resource
    return resource === undefined ? {} : { resource }
  }
}

function isHandle(value: unknown): value is RunHandle {
  return typeof value === 'object' && value !== null && 'outcome' in value && 'record' in value
}
