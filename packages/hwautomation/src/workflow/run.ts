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
import { settle, undoSteps } from './clean-up.ts'
import type { CapabilityScope } from './context.ts'
import type { RunnableWorkflow } from './definition.ts'
import { toMs } from './duration.ts'
import { Emitter } from './emitter.ts'
import { toErrorRecord } from './error-record.ts'
import type { WorkflowEvent } from './events.ts'
import { expectedMs } from './new-record.ts'
import { openQuestions } from './open-questions.ts'
import { outcomeOf, type RunOutcome } from './outcome.ts'
import type { WorkflowStore } from './ports.ts'
import type { LeftBehind, WorkflowRecord } from './record.ts'
import { RecordKeeper } from './record-keeper.ts'
import type { Activity, RunScope } from './run-scope.ts'
import type { Slots } from './slots.ts'
import { changeStatus, hasEnded, type WorkflowStatus } from './status.ts'
import { planContext } from './step-context.ts'
import { mayStillBeAtWork } from './still-at-work.ts'
import { runStep } from './step-runner.ts'
import { Waits } from './waits.ts'

const DEFAULT_RETRY_COUNT = 2

export interface RunDeps {
  readonly store: WorkflowStore
  readonly clock: Clock
  readonly logger: Logger
  readonly redactor: Redactor
  readonly slots: Slots
  /** Wall time that aborted work has to stop. */
  readonly graceMs: number
  /** Hears of every event of the run, after it is in the journal. */
  readonly emit: (event: WorkflowEvent) => void
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
  readonly #runnable: RunnableWorkflow<any>
  readonly #request: unknown
  readonly #keeper: RecordKeeper
  readonly #waits: Waits
  /** Ends what lies between activities: the wait for a slot, the way from step to step. */
  readonly #stop = new Interruption()
  #activity: (Activity & { shown?: () => Promise<void> }) | undefined
  #endReason: CancelRequested | DeadlineExceeded | undefined
  #leaving: Detached | LeaseLost | undefined
  /** How the run ends is settled: all is verified, or it has failed. */
  #decided = false
  #problem: HwError | undefined
  #atTheEnd: () => void = () => {}
  #resolve!: () => void

  constructor(runnable: RunnableWorkflow<any>, request: unknown, record: WorkflowRecord, deps: RunDeps) {
    this.id = record.id
    this.resource = record.resource
    this.events = new Emitter(deps.logger)
    this.finished = new Promise((resolve) => (this.#resolve = resolve))
    this.#deps = deps
    this.#runnable = runnable
    this.#request = request
    this.#keeper = new RecordKeeper(record, {
      ...deps,
      emit: (event) => {
        this.events.emit(event)
        deps.emit(event)
      },
    })
    this.#waits = new Waits(this.#keeper, deps.clock)
  }

  get record(): WorkflowRecord {
    return this.#keeper.record
  }

  /** Writes the run down for the first time. @throws HwError `workflow.store-failed` */
  async create(): Promise<void> {
    const { resource, resourceLabel: label, definition, requestedBy, via } = this.record
    const named = `${definition.name}@${definition.version}`
    await this.#keeper.transition(
      (record) => record,
      { type: 'workflow.created', resource, label, definition: named, requestedBy, via },
      { type: 'workflow.status', from: null, to: 'PENDING' },
    )
  }

  /** Runs in the background; `finished` tells when it is over. */
  start(): void {
    void this.#live()
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
    const why = this.#problem ?? this.#leaving
    return outcomeOf(this.record, why === undefined ? undefined : toErrorRecord(why, this.#deps.redactor))
  }

  /** The wish is visible at once and durable when this resolves; the first one counts. */
  async cancel(by: string, reason: string): Promise<CancelAnswer> {
    if (hasEnded(this.record.status)) return 'too-late'
    if (this.record.cancel !== undefined) return 'already-requested'
    const cancel = new CancelRequested(by, reason)
    const cameTooLate = this.#decided || this.#endReason !== undefined
    const at = timestamp(this.#deps.clock)
    const written = this.#keeper.transition(
      (record) => ({ ...record, cancel: { by, reason, at, ...(cameTooLate ? { cameTooLate } : {}) } }),
      { type: 'workflow.cancel-requested', by, reason },
    )
    if (!cameTooLate) this.#interrupt(cancel)
    await written
    return cameTooLate ? 'too-late' : 'requested'
  }

  /** Lets go of the run: the document stays as it is. A critical section is waited for unless `force`, or the lease is lost. */
  leave(reason: Detached | LeaseLost, force = false): void {
    this.#leaving ??= reason
    this.#stop.force(reason)
    const interruption = this.#activity?.interruption
    if (reason instanceof LeaseLost) this.#keeper.close()
    if (force || reason instanceof LeaseLost) interruption?.force(reason)
    else interruption?.request(reason)
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
    let release = () => {}
    try {
      release = await this.#slot()
      await this.#runAll()
    } catch (error) {
      if (error === this.#endReason) await this.#end('CANCELLED', error).catch((late) => this.#stuck(late))
      else this.#stuck(error)
    } finally {
      await this.#keeper.idle()
      this.#keeper.close()
      release()
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
    this.#deps.logger.error({ workflowId: this.id, error: this.#problem.message }, 'the run cannot go on')
  }

  async #slot(): Promise<() => void> {
    const free = this.#deps.slots.tryTake()
    if (free !== undefined) return free
    const wait = this.#waits.begin('slot', 'all slots are taken by other runs')
    try {
      return await this.#deps.slots.take(this.record.requestedBy, this.#stop.signal)
    } finally {
      if (this.#leaving === undefined) await wait.end()
    }
  }

  async #runAll(): Promise<void> {
    this.#stop.signal.throwIfAborted()
    const scope = await this.#open()
    if (scope === undefined) return
    try {
      const failure = await this.#steps(scope)
      if (this.#keeper.broken !== undefined) throw this.#keeper.broken
      if (this.#leaving !== undefined && failure !== undefined) throw this.#leaving
      this.#decided = true
      if (failure === undefined) await this.#end('COMPLETED')
      else await this.#endBadly(scope, failure)
    } finally {
      await this.#dispose(scope.capabilities)
    }
  }

  /** RUNNING, with what the steps use; undefined where that could not be made. */
  async #open(): Promise<RunScope | undefined> {
    const startedAt = timestamp(this.#deps.clock)
    const running = { type: 'workflow.status', from: this.record.status, to: 'RUNNING' } as const
    let scope: RunScope | undefined
    let opened: Pick<WorkflowRecord, 'deadline' | 'steps'> = { steps: this.record.steps }
    let problem: unknown
    try {
      const deadline = this.#deadline()
      scope = this.#scope()
      opened = { ...deadline, steps: this.#weighted(scope, this.record.steps) }
    } catch (error) {
      problem = error
    }
    await this.#keeper.transition(
      (record): WorkflowRecord => ({
        ...record,
        ...opened,
        status: changeStatus(record.status, 'RUNNING'),
        startedAt,
      }),
      running,
    )
    if (problem === undefined) return scope!
    await this.#end('FAILED', problem)
    if (scope !== undefined) await this.#dispose(scope.capabilities)
    return undefined
  }

  /** @throws TypeError for a time-out that is no duration, RangeError for one that leads beyond the calendar */
  #deadline(): Pick<WorkflowRecord, 'deadline'> {
    const { timeout } = this.#runnable
    if (timeout === undefined) return {}
    const end = new Date(this.#deps.clock.now() + toMs(timeout))
    if (Number.isNaN(end.getTime())) throw new RangeError(`The time-out "${timeout}" leads beyond the calendar.`)
    return { deadline: end.toISOString() }
  }

  #scope(): RunScope {
    const outputs = new Map<string, unknown>()
    const { clock, store, logger, redactor, graceMs } = this.#deps
    const capabilities = this.#runnable.capabilities({
      workflowId: this.id,
      request: this.#request,
      resource: this.resource,
      output: (stepId) => outputs.get(stepId),
      clock,
    })
    return {
      workflowId: this.id,
      definition: this.#runnable.definition,
      request: this.#request,
      resource: this.resource,
      keeper: this.#keeper,
      waits: this.#waits,
      capabilities,
      outputs,
      store,
      clock,
      logger,
      redactor,
      retryCount: this.#runnable.retryCount ?? DEFAULT_RETRY_COUNT,
      graceMs,
      cancelRequested: () => (this.#endReason instanceof CancelRequested ? this.#endReason : undefined),
      leaving: () => this.#leaving,
      begin: (activity) => this.#begin(activity),
    }
  }

  #weighted(scope: RunScope, steps: WorkflowRecord['steps']): WorkflowRecord['steps'] {
    return this.#runnable.definition.steps.map((step, index) => ({
      ...steps[index]!,
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
    const { deadline } = this.record
    using _ = this.#deadlineAlarm(deadline)
    const { steps } = scope.definition
    try {
      for (const [index, step] of steps.entries()) {
        this.#stop.signal.throwIfAborted()
        await runStep(scope, step, () => {
          if (index === steps.length - 1 && this.#endReason === undefined) this.#decided = true
        })
      }
      if (this.#endReason instanceof CancelRequested) return this.#endReason
      return undefined
    } catch (error) {
      return error
    }
  }

  #deadlineAlarm(deadline: string | undefined): Disposable {
    if (deadline === undefined) return { [Symbol.dispose]: () => {} }
    const left = Math.max(0, Date.parse(deadline) - this.#deps.clock.now())
    return alarm(this.#deps.clock, left, () => {
      if (!this.#decided && this.#endReason === undefined) this.#interrupt(new DeadlineExceeded(deadline))
    })
  }

  async #endBadly(scope: RunScope, failure: unknown): Promise<void> {
    const cancel = this.#endReason instanceof CancelRequested ? this.#endReason : undefined
    if (mayStillBeAtWork(failure)) return this.#endHandsOff(failure)
    const error = cancel ?? this.#endReason ?? failure
    const beside: unknown[] = failure === error ? [] : [failure]
    if (cancel !== undefined) beside.push(...(await undoSteps(scope, scope.definition.steps)))
    const unsettled = this.record.steps.some((step) => step.startedAt !== undefined)
      ? await settle(scope, cancel === undefined ? 'failed' : 'cancelled')
      : undefined
    if (unsettled !== undefined) beside.push(unsettled)
    await this.#end(cancel === undefined ? 'FAILED' : 'CANCELLED', error, beside)
  }

  /** Something that must not be interrupted may be going on: nothing is undone, nothing powered off. */
  #endHandsOff(failure: HwError): Promise<void> {
    const left: LeftBehind = {
      what: `The device may still be at work: ${failure.message}`,
      remedy: 'Leave it powered until it is done, then look at it by hand; nothing was undone or settled.',
    }
    return this.#end('FAILED', failure, [], [left])
  }

  async #end(
    to: WorkflowStatus,
    why?: unknown,
    beside: readonly unknown[] = [],
    left: readonly LeftBehind[] = [],
  ): Promise<void> {
    this.#decided = true
    const from = this.record.status
    const error = why === undefined ? {} : { error: toErrorRecord(why, this.#deps.redactor, beside) }
    const leftBehind = [...this.record.leftBehind, ...left, ...(to === 'COMPLETED' ? [] : openQuestions(this.record))]
    await this.#keeper.transition(
      ({ waitingFor: _, ...record }) => ({
        ...record,
        ...error,
        status: changeStatus(from, to),
        endedAt: timestamp(this.#deps.clock),
        leftBehind,
        ...(record.cancel === undefined || to === 'CANCELLED'
          ? {}
          : { cancel: { ...record.cancel, cameTooLate: true } }),
      }),
      { type: 'workflow.status', from, to, ...error, ...(leftBehind.length === 0 ? {} : { leftBehind }) },
    )
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
