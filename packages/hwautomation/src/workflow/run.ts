import { type Clock, timestamp } from '../clock.ts'
import { type HwError, toHwError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { Redactor } from '../redaction.ts'
import { alarm } from './alarm.ts'
import { bounded } from './attempt.ts'
import {
  CancelRequested,
  DeadlineExceeded,
  type Detached,
  Interruption,
  LeaseLost,
  leavesTheRun,
} from './cancellation.ts'
import type { CapabilityScope, RunView } from './context.ts'
import type { WorkflowDefinition } from './definition.ts'
import { Emitter } from './emitter.ts'
import { toErrorRecord } from './error-record.ts'
import type { WorkflowEvent } from './events.ts'
import type { Gate } from './gate.ts'
import { expectedMs } from './new-record.ts'
import { outcomeOf, type RunOutcome } from './outcome.ts'
import type { WorkflowStore } from './ports.ts'
import type { LeftBehind, WishRecord, WorkflowRecord } from './record.ts'
import { keysOf } from './idempotency-keys.ts'
import { RecordKeeper } from './record-keeper.ts'
import { brokenStep, endedWith, isOver, revivedOutputs } from './revived.ts'
import { RunApproval } from './run-approval.ts'
import { begun, deadlineOf, goneOn } from './run-beginning.ts'
import { clearUp, end, type End, givenUp } from './run-ending.ts'
import type { Activity, RunScope } from './run-scope.ts'
import type { Slots } from './slots.ts'
import { hasEnded } from './status.ts'
import { planContext } from './step-context.ts'
import { runStep } from './step-runner.ts'
import { touching, type Touching } from './touching.ts'
import { Turn } from './turn.ts'
import { unfinishedWork } from './unfinished-work.ts'
import { Waits } from './waits.ts'
import { unknownToUs } from './wishes.ts'

const DEFAULT_RETRY_COUNT = 2

export interface RunDeps {
  readonly store: WorkflowStore
  readonly clock: Clock
  readonly logger: Logger
  readonly redactor: Redactor
  readonly slots: Slots
  /** The operators' switches. */
  readonly gate: Gate
  /** Wall time that aborted work has to stop. */
  readonly graceMs: number
  /** Hears of every event of the run, after it is in the journal. */
  readonly emit: (event: WorkflowEvent) => void
}

/** What a run needs besides its record to be worked on. */
export interface Workable {
  readonly definition: WorkflowDefinition<any>
  readonly request: unknown
  capabilities(view: RunView): CapabilityScope
}

/** What became of a wish to cancel. */
export type CancelAnswer = 'requested' | 'already-requested' | 'too-late'

/**
 * One run from PENDING to its end: waits for a slot, runs the steps, and, where it does not complete, undoes (cancel) and settles.
 * The status changes here and nowhere else.
 */
export class Run {
  readonly id: string
  readonly resource: string
  readonly events: Emitter<WorkflowEvent>
  /** Resolves when nothing of the run goes on in this process. Never rejects. */
  readonly finished: Promise<void>

  readonly #deps: RunDeps
  /** Absent where this process does not know the workflow. */
  #workable: Workable | undefined
  readonly #keeper: RecordKeeper
  readonly #waits: Waits
  readonly #turn: Turn
  readonly #approval: RunApproval
  readonly #touching: Touching
  /** Ends what lies between activities: the wait for a turn, the way from step to step. */
  readonly #stop = new Interruption()
  #activity: (Activity & { shown?: () => Promise<void> }) | undefined
  #endReason: CancelRequested | DeadlineExceeded | undefined
  #leaving: Detached | LeaseLost | undefined
  /** Nobody works on it, until somebody resumes it. */
  #parked = false
  /** An earlier process had begun it. */
  readonly #resumed: boolean
  /** How the run ends is settled: all is verified, or it has failed. */
  #decided = false
  #problem: HwError | undefined
  #stuckFor: HwError | undefined
  #atTheEnd: () => void = () => {}
  #resolve!: () => void

  /** `workable` may be missing for a run that is only parked or ended. */
  constructor(record: WorkflowRecord, deps: RunDeps, workable?: Workable) {
    this.id = record.id
    this.resource = record.resource
    this.events = new Emitter(deps.logger)
    this.finished = new Promise((resolve) => (this.#resolve = resolve))
    this.#deps = deps
    this.#workable = workable
    this.#resumed = record.status === 'RUNNING'
    this.#keeper = new RecordKeeper(record, {
      ...deps,
      emit: (event) => {
        this.events.emit(event)
        deps.emit(event)
      },
      onBroken: (error) => this.#stopFor(error),
    })
    this.#waits = new Waits(this.#keeper, deps.clock)
    this.#turn = new Turn({ ...deps, waits: this.#waits, record: () => this.record })
    this.#approval = new RunApproval({ ...deps, keeper: this.#keeper, cancel: (wish) => this.cancel(wish) })
    this.#touching = touching(deps.gate, this.#waits, deps.clock)
    const { cancel } = record
    if (cancel !== undefined && cancel.cameTooLate !== true && !hasEnded(record.status))
      this.#interrupt(new CancelRequested(cancel.by, cancel.reason))
  }

  get record(): WorkflowRecord {
    return this.#keeper.record
  }

  /** Nobody works on it, until somebody resumes it. */
  get isParked(): boolean {
    return this.#parked
  }

  /** It could not be brought to its end here, since its store failed: it is unfinished, and goes on when the store is opened anew. */
  get isStuck(): boolean {
    return this.#stuckFor !== undefined
  }

  /** Writes the run down for the first time. @throws HwError `workflow.store-failed` */
  async create(): Promise<void> {
    const { resourceLabel: label, definition, requestedBy, via, retryOf } = this.record
    const named = `${definition.name}@${definition.version}`
    const retry = retryOf === undefined ? {} : { retryOf }
    await this.#keeper.transition(
      (record) => record,
      { type: 'workflow.created', label, definition: named, requestedBy, via, ...retry },
      { type: 'workflow.status', from: null, to: 'PENDING' },
      ...this.#approval.askedFor,
    )
  }

  /** Runs in the background; `finished` tells when it is over. One that an earlier process had begun goes on where it was. */
  start(): void {
    this.#parked = false
    void this.#live()
  }

  /** Leaves it as it is in the store; a `reason` is written down for those who ask. */
  async park(reason?: string): Promise<void> {
    this.#parked = true
    if (reason === undefined || this.record.waitingFor?.detail === reason) return
    const waitingFor = { kind: 'hold', since: timestamp(this.#deps.clock), detail: reason } as const
    await this.#keeper.transition((record) => ({ ...record, waitingFor }), { type: 'workflow.parked', reason })
  }

  /** Goes on with a parked run. */
  resume(workable: Workable): void {
    this.#workable = workable
    this.start()
  }

  /** Ends one that is not gone on with, and says what it was at. */
  async giveUp(error: HwError, to: 'FAILED' | 'CANCELLED', left: readonly LeftBehind[]): Promise<void> {
    this.#parked = false
    try {
      await givenUp(this.#keeper, this.#deps, error, to === 'CANCELLED' ? 'cancelled' : 'failed')
      await this.#end({ to, why: error, left })
    } finally {
      await this.#keeper.idle()
      this.#keeper.close()
      this.#finish()
    }
  }

  /** Called once, before `finished` resolves. */
  onFinished(call: () => void): void {
    this.#atTheEnd = call
  }

  /** Ends a run that could not even be written down. */
  abandon(error: unknown): void {
    this.#problem = toHwError(error)
    this.#keeper.close()
    this.#finish()
  }

  outcome(): RunOutcome {
    const why = this.#leaving ?? this.#problem
    return outcomeOf(this.record, why === undefined ? undefined : toErrorRecord(why, this.#deps.redactor))
  }

  /** The wish is visible at once and durable when this resolves; the first one counts. */
  async cancel(wish: WishRecord): Promise<CancelAnswer> {
    if (hasEnded(this.record.status)) return 'too-late'
    if (this.record.cancel !== undefined) return 'already-requested'
    const { by, reason, via } = wish
    const cameTooLate = this.#decided || this.#endReason !== undefined
    const written = this.#keeper.transition(
      (record) => ({ ...record, cancel: { ...wish, ...(cameTooLate ? { cameTooLate } : {}) } }),
      { type: 'workflow.cancel-requested', by, reason, via },
    )
    if (!cameTooLate) this.#interrupt(new CancelRequested(by, reason))
    await written
    return cameTooLate ? 'too-late' : 'requested'
  }

  /** A further request with a key of its own means this run: the key stands for it from now on. */
  async answerTo(key: string): Promise<void> {
    if (keysOf(this.record).includes(key)) return
    await this.#keeper.transition(({ furtherKeys = [], ...record }) => ({
      ...record,
      furtherKeys: [...furtherKeys, key],
    }))
  }

  /** It may begin, when its turn comes. Durable when it resolves; the first yes counts. */
  approve(wish: WishRecord): Promise<'approved' | 'already-approved'> {
    return this.#approval.give(wish)
  }

  /** Before its next step it waits, until it is released. */
  async hold(wish: WishRecord): Promise<void> {
    const { by, reason, via } = wish
    await this.#keeper.transition((record) => ({ ...record, hold: wish }), { type: 'workflow.held', by, reason, via })
  }

  async release({ by, reason, via }: WishRecord): Promise<void> {
    const event = { type: 'workflow.released', by, reason, via } as const
    await this.#keeper.transition(({ hold: _, ...record }) => record, event)
    this.#deps.gate.poke()
  }

  /** The step is left out when its turn comes. */
  async skip(step: string, wish: WishRecord): Promise<void> {
    const { by, reason, via } = wish
    await this.#keeper.transition((record) => ({ ...record, skips: { ...record.skips, [step]: wish } }), {
      type: 'workflow.skip-requested',
      step,
      by,
      reason,
      via,
    })
  }

  /** Lets go of the run: the document stays as it is. A critical section is waited for unless `force`, or the lease is lost. */
  leave(reason: Detached | LeaseLost, force = false): void {
    this.#leaving ??= reason
    this.#stop.force(reason)
    const interruption = this.#activity?.interruption
    if (reason instanceof LeaseLost) this.#keeper.close()
    if (force || reason instanceof LeaseLost) interruption?.force(reason)
    else interruption?.request(reason)
    if (this.#parked) this.#finish()
  }

  /** Nothing can be recorded any more, so nothing more is sent. What must not be interrupted ends first. */
  #stopFor(broken: HwError): void {
    this.#stop.force(broken)
    this.#activity?.interruption.request(broken)
  }

  #interrupt(reason: CancelRequested | DeadlineExceeded): void {
    this.#endReason = reason
    this.#stop.request(reason)
    this.#reach(this.#activity, reason)
  }

  #reach(activity: (Activity & { shown?: () => Promise<void> }) | undefined, reason: HwError): void {
    if (activity === undefined || activity.onCancel === 'ignore') return
    const waits = activity.held() || (reason instanceof CancelRequested && activity.onCancel === 'finish')
    if (waits)
      activity.shown ??= this.#waits.begin(
        'safe-point',
        `"${activity.title}" must not be interrupted now; the ${reason instanceof CancelRequested ? 'cancel' : 'deadline'} takes effect after it`,
      ).end
    if (!(reason instanceof CancelRequested) || activity.onCancel === 'stop') activity.interruption.request(reason)
  }

  async #live(): Promise<void> {
    try {
      await this.#itsTurn()
      await this.#runAll()
    } catch (error) {
      if (error === this.#endReason) await this.#end({ to: 'CANCELLED', why: error }).catch((late) => this.#stuck(late))
      else this.#stuck(error)
    } finally {
      await this.#keeper.idle()
      this.#keeper.close()
      this.#turn.give()
      this.#finish()
    }
  }

  #finish(): void {
    this.#atTheEnd()
    this.#resolve()
  }

  /** The store failed, or this process lets go: the document stays as it is. */
  #stuck(error: unknown): void {
    if (leavesTheRun(error)) return
    this.#problem = this.#keeper.broken ?? toHwError(error)
    this.#stuckFor = this.#problem
    this.#deps.logger.error({ workflowId: this.id, error: this.#problem.message }, 'the run cannot go on')
  }

  /** Waits for its turn. One that had begun and is to end now waits for nothing: there is something to clear up. */
  async #itsTurn(): Promise<void> {
    // of one that had begun the time is running already; one that had ended badly has nothing more to lose
    using _ = this.#resumed && brokenStep(this.record) === undefined ? this.#deadlineAlarm() : undefined
    using _expiry = this.#approval.expiry()
    try {
      await this.#turn.take(this.#stop.signal)
    } catch (error) {
      if (!this.#resumed || error !== this.#endReason) throw error
      this.#turn.insist()
    }
  }

  async #runAll(): Promise<void> {
    if (!this.#resumed) this.#stop.signal.throwIfAborted()
    const scope = await this.#open()
    if (scope === undefined) return
    try {
      const failure = await this.#steps(scope)
      if (this.#keeper.broken !== undefined) throw this.#keeper.broken
      if (this.#leaving !== undefined && failure !== undefined) throw this.#leaving
      this.#decided = true
      if (failure !== undefined) this.#turn.insist() // a held run had given its slot back
      await this.#end(failure === undefined ? { to: 'COMPLETED' } : await clearUp(scope, failure, this.#endReason))
    } finally {
      await this.#dispose(scope.capabilities)
    }
  }

  /** RUNNING, with what the steps use; undefined where that could not be made. */
  async #open(): Promise<RunScope | undefined> {
    let scope: RunScope | undefined
    let opened: Partial<WorkflowRecord> = {}
    let problem: unknown
    try {
      const workable = this.#workable ?? unknownToUs(this.record)
      scope = this.#scope(workable)
      if (!this.#resumed)
        opened = { ...deadlineOf(this.record, this.#deps.clock), steps: this.#weighted(scope, workable.definition) }
    } catch (error) {
      problem = error
    }
    await (this.#resumed ? goneOn(this.#keeper, this.#deps.clock) : begun(this.#keeper, this.#deps.clock, opened))
    if (problem === undefined) return scope!
    const left = unfinishedWork(this.record, 'It could not be gone on with')
    await this.#end({ to: 'FAILED', why: problem, left })
    if (scope !== undefined) await this.#dispose(scope.capabilities)
    return undefined
  }

  #scope(workable: Workable): RunScope {
    const { definition, request } = workable
    const outputs = this.#resumed ? revivedOutputs(definition, this.record) : new Map<string, unknown>()
    const { clock, store, logger, redactor, graceMs } = this.#deps
    const capabilities = workable.capabilities({
      workflowId: this.id,
      request,
      resource: this.resource,
      output: (stepId) => outputs.get(stepId),
      clock,
    })
    return {
      workflowId: this.id,
      definition,
      request,
      resource: this.resource,
      keeper: this.#keeper,
      waits: this.#waits,
      capabilities,
      outputs,
      store,
      clock,
      logger,
      redactor,
      retryCount: this.record.limits?.retryCount ?? DEFAULT_RETRY_COUNT,
      graceMs,
      touching: this.#touching,
      resumed: this.#resumed,
      cancelRequested: () => (this.#endReason instanceof CancelRequested ? this.#endReason : undefined),
      leaving: () => this.#leaving,
      begin: (activity) => this.#begin(activity),
    }
  }

  #weighted(scope: RunScope, definition: WorkflowDefinition<any>): WorkflowRecord['steps'] {
    return definition.steps.map((step, index) => ({
      ...this.record.steps[index]!,
      expectedMs: expectedMs(step, planContext(scope, step.id, this.#stop.signal)),
    }))
  }

  #begin(given: Activity): () => Promise<void> {
    const activity: Activity & { shown?: () => Promise<void> } = { ...given }
    this.#activity = activity
    if (this.#leaving !== undefined) given.interruption.request(this.#leaving)
    else if (this.#endReason !== undefined) this.#reach(activity, this.#endReason)
    return async () => {
      if (this.#activity === activity) this.#activity = undefined
      if (this.#leaving === undefined) await activity.shown?.()
    }
  }

  /** Undefined once every step is verified or skipped; else why not. */
  async #steps(scope: RunScope): Promise<unknown> {
    const { steps } = scope.definition
    const broken = brokenStep(this.record)
    if (broken !== undefined) return endedWith(broken, this.#endReason)
    using _ = this.#deadlineAlarm()
    try {
      for (const [index, step] of steps.entries()) {
        const onVerified = () => {
          if (index === steps.length - 1 && this.#endReason === undefined) this.#decided = true
        }
        // one that could not be taken over is still pending afterwards, and its turn comes again
        while (!isOver(this.record.steps[index]!)) {
          // one that an earlier process was in decides itself what a cancel means to it
          if (this.record.steps[index]!.status !== 'running') {
            while (!this.#turn.isMine) await this.#turn.take(this.#stop.signal)
            this.#stop.signal.throwIfAborted()
          }
          await runStep(scope, step, onVerified)
        }
      }
      if (this.#endReason instanceof CancelRequested) return this.#endReason
      return undefined
    } catch (error) {
      return error
    }
  }

  #deadlineAlarm(): Disposable {
    const { deadline } = this.record
    if (deadline === undefined) return { [Symbol.dispose]: () => {} }
    const left = Math.max(0, Date.parse(deadline) - this.#deps.clock.now())
    const late = () => {
      if (!this.#decided && this.#endReason === undefined) this.#interrupt(new DeadlineExceeded(deadline))
    }
    if (left === 0) late() // it passed while no process worked on the run: nothing more is begun
    return alarm(this.#deps.clock, left, late)
  }

  async #end(how: End): Promise<void> {
    this.#decided = true
    await end({ keeper: this.#keeper, ...this.#deps }, how)
  }

  async #dispose(capabilities: CapabilityScope): Promise<void> {
    const { graceMs, logger } = this.#deps
    const late = () => new Error(`not closed within ${graceMs} ms`)
    try {
      await bounded(Promise.resolve(capabilities[Symbol.asyncDispose]()), graceMs, late)
    } catch (error) {
      logger.warn({ workflowId: this.id, error: toHwError(error).message }, 'what the run used could not be closed')
    }
  }
}
