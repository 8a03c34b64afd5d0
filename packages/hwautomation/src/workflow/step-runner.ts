import { timestamp } from '../clock.ts'
import { HwError, toHwError } from '../errors.ts'
import { alarm } from './alarm.ts'
import { runAttempt } from './attempt.ts'
import { CancelRequested, Interruption } from './cancellation.ts'
import { carryOver } from './carry-over.ts'
import type { StepContext } from './context.ts'
import { criticalSections } from './critical-sections.ts'
import { inWords, toMs } from './duration.ts'
import { Effects, stepLedger } from './effects.ts'
import { toErrorRecord } from './error-record.ts'
import type { Evidence } from './record.ts'
import { stepOf } from './record-keeper.ts'
import { retry } from './retry.ts'
import type { RunScope } from './run-scope.ts'
import { shortJson, shortText, toJson } from './shorten.ts'
import { changed } from './step-status.ts'
import { planContext, stepContext } from './step-context.ts'
import type { Verification, WorkflowStep } from './step.ts'
import { howItEnds, SubTasks } from './sub-tasks.ts'

const DEFAULT_MIN_DELAY = '2s'
const DEFAULT_MAX_DELAY = '1m'
/** What a step waited for may have happened during an outage: its time is never over before it could look. */
const LOOK_AFTER_OUTAGE_MS = 5 * 60_000

/** The step did not get done in all its attempts together. */
export class StepTimedOut extends HwError {
  override readonly name = 'StepTimedOut'
  constructor(step: string, totalMs: number, lastError: unknown) {
    super({
      code: 'workflow.step-timeout',
      kind: 'timeout',
      retryable: false,
      message: `Step "${step}" was not done within ${inWords(totalMs)}.`,
      hint: 'See the errors of its attempts, set right what they name, and retry the run.',
      context: { step, totalMs },
      ...(lastError === undefined ? {} : { cause: lastError }),
    })
  }
}

/**
 * Runs one step to its end and records it: skipped, completed with output and evidence, failed or cancelled. One that an earlier process
 * was in goes on with the attempt it was at; what an earlier run found is taken over where it still holds, else the step stays pending.
 * `onVerified` is called as soon as the world is as it should be, before that is written down.
 * @throws the error it failed with, or the reason it was stopped for; where this process lets go of the run, the step stays `running`
 */
export async function runStep(
  run: RunScope,
  step: WorkflowStep<any, any>,
  onVerified: () => void = () => {},
): Promise<void> {
  const stop = new Interruption()
  const plan = planContext(run, step.id, stop.signal)
  const subTasks = new SubTasks(run.keeper, run.clock, run.redactor, step.id)
  const beside: unknown[] = []
  try {
    const before = stepOf(run.keeper.record, step.id)
    if (before.status === 'pending') {
      const skip = wishedAway(run, step) ?? step.spec.skip?.(plan)
      if (skip !== undefined) {
        onVerified()
        return await skipped(run, step, skip)
      }
      if (before.carriedFrom !== undefined) {
        if (await carryOver(run, step, stop)) onVerified()
        return
      }
    }
    const timeout = typeof step.spec.timeout === 'function' ? step.spec.timeout(plan) : step.spec.timeout
    if (before.status === 'pending')
      await changed(run, step, 'running', { startedAt: timestamp(run.clock), attempt: 1 })
    const verified = await attempts(run, step, { stop, subTasks, beside, timeout })
    onVerified()
    subTasks.endReported('completed')
    await completed(run, step, verified)
  } catch (error) {
    subTasks.endReported(howItEnds(stop.signal))
    if (run.leaving() === undefined && run.keeper.broken === undefined) await ended(run, step, error, beside)
    throw error
  }
}

/** Why somebody asked for the step to be left out. */
function wishedAway(run: RunScope, step: WorkflowStep<any, any>): string | undefined {
  const skips = run.keeper.record.skips ?? {}
  const wish = Object.hasOwn(skips, step.id) ? skips[step.id] : undefined
  return wish === undefined ? undefined : `${wish.by} asked to leave it out: ${wish.reason}`
}

interface Attempts {
  readonly stop: Interruption
  readonly subTasks: SubTasks
  readonly beside: unknown[]
  readonly timeout: { readonly attempt: number | string; readonly total: number | string }
}

async function attempts(run: RunScope, step: WorkflowStep<any, any>, given: Attempts): Promise<Verification<unknown>> {
  const { stop, subTasks, beside } = given
  const policy = step.spec.retry ?? {}
  const { attempt: firstAttempt, critical } = stepOf(run.keeper.record, step.id)
  const attemptMs = toMs(given.timeout.attempt)
  const totalMs = toMs(given.timeout.total)
  let current: Interruption | undefined
  let lastError: unknown
  // Where an earlier process died inside a critical section, that comes first: a cancel or a deadline waits until it is gone through.
  const release = critical === undefined ? () => {} : stop.hold()
  const sections = criticalSections(run, step.id, release)
  const held = () => sections.isOpen() || (current?.held ?? false)
  const end = run.begin({ title: step.title, interruption: stop, onCancel: step.spec.onCancel, held })
  const late = () => stop.request(new StepTimedOut(step.id, totalMs, lastError))
  using _ = alarm(run.clock, timeLeft(run, step, totalMs, attemptMs), late, run.touching)
  try {
    return await retry(
      (attempt) =>
        runAttempt(
          async (interruption) => {
            current = interruption
            const mayTouch = {
              isAllowed: () => interruption.held || sections.isOpen() || run.touching.isAllowed(),
              allowed: (signal: AbortSignal) => run.touching.allowed(signal),
            }
            const { effects: classes } = run.definition
            const effects = new Effects(stepLedger(run.keeper, step.id), classes, run.clock, mayTouch)
            const parts = { step: step.id, attempt, interruption, subTasks, effects, critical: sections }
            const { context, close } = stepContext(run, parts)
            try {
              return await actAndVerify(step, context)
            } finally {
              close()
            }
          },
          {
            clock: run.clock,
            outer: stop,
            timeoutMs: attemptMs,
            stopped: run.touching,
            graceMs: run.graceMs,
            what: `Step "${step.id}"`,
            onAlongside: (error) => beside.push(error),
          },
        ),
      {
        clock: run.clock,
        signal: stop.signal,
        firstAttempt,
        retries: policy.retries ?? run.retryCount,
        minDelayMs: toMs(policy.minDelay ?? DEFAULT_MIN_DELAY),
        maxDelayMs: toMs(policy.maxDelay ?? DEFAULT_MAX_DELAY),
        onRetry: ({ nextAttempt, delayMs, error }) => {
          lastError = error
          subTasks.endReported('failed')
          return retrying(run, step, nextAttempt, delayMs, error)
        },
      },
    )
  } finally {
    await end()
    release()
  }
}

/** The time of all attempts counts on while no process works on the run; then there is still a look at what has become of it. */
function timeLeft(run: RunScope, step: WorkflowStep<any, any>, totalMs: number, attemptMs: number): number {
  const { startedAt } = stepOf(run.keeper.record, step.id)
  const left = totalMs - (run.clock.now() - Date.parse(startedAt ?? timestamp(run.clock)))
  return run.resumed ? Math.max(left, Math.min(attemptMs, LOOK_AFTER_OUTAGE_MS)) : totalMs
}

async function actAndVerify(step: WorkflowStep<any, any>, ctx: StepContext): Promise<Verification<unknown>> {
  ctx.signal.throwIfAborted()
  await step.spec.guard?.(ctx)
  ctx.signal.throwIfAborted()
  const begun = timestamp(ctx.clock)
  await step.spec.act(ctx)
  ctx.signal.throwIfAborted()
  const verification = await step.spec.verify(ctx)
  if (!verification.ok) throw notVerified(step.id, verification)
  const stale = verification.evidence.find(({ observedAt }) => observedAt < begun)
  if (stale !== undefined) throw staleEvidence(step.id, stale)
  const output = step.spec.output.safeParse(verification.output)
  if (!output.success) throw invalidOutput(step.id, output.error)
  return { ...verification, output: output.data as unknown }
}

function skipped(run: RunScope, step: WorkflowStep<any, any>, reason: string): Promise<void> {
  const skippedBecause = shortText(run.redactor, reason)
  return changed(run, step, 'skipped', { skippedBecause, endedAt: timestamp(run.clock) }, { reason: skippedBecause })
}

async function completed(run: RunScope, step: WorkflowStep<any, any>, verified: Verification<unknown>): Promise<void> {
  const output = run.redactor.value(toJson(verified.output))
  const evidence = shortEvidence(run, verified.evidence)
  run.outputs.set(step.id, verified.output)
  await changed(
    run,
    step,
    'completed',
    {
      endedAt: timestamp(run.clock),
      output,
      evidence,
      // its effect was seen in the world; what a refused or withdrawn call meant to do was not
      intents: stepOf(run.keeper.record, step.id).intents.map((intent) =>
        intent.sent > 0 ? { ...intent, state: 'done' as const } : intent,
      ),
    },
    { output, evidence },
  )
}

async function ended(
  run: RunScope,
  step: WorkflowStep<any, any>,
  error: unknown,
  beside: readonly unknown[],
): Promise<void> {
  const record = toErrorRecord(error, run.redactor, beside)
  const status = error instanceof CancelRequested ? 'cancelled' : 'failed'
  const now = stepOf(run.keeper.record, step.id)
  if (now.status === 'pending' && status === 'cancelled') return
  if (now.status !== 'pending' && now.status !== 'running') return
  const verification = evidenceOf.get(error as object)
  await changed(
    run,
    step,
    status,
    {
      endedAt: timestamp(run.clock),
      error: record,
      ...(verification === undefined ? {} : { evidence: shortEvidence(run, verification) }),
    },
    { error: record },
  )
}

function retrying(
  run: RunScope,
  step: WorkflowStep<any, any>,
  attempt: number,
  delayMs: number,
  failure: HwError,
): Promise<void> {
  const error = toErrorRecord(failure, run.redactor)
  return run.keeper.step(
    step.id,
    (record) => ({ ...record, attempt, earlierErrors: [...record.earlierErrors, error] }),
    { type: 'step.retrying', step: step.id, attempt, delayMs, error },
  )
}

function shortEvidence(run: RunScope, evidence: readonly Evidence[]): Evidence[] {
  return evidence.map((item) => ({ ...item, observed: shortJson(run.redactor, item.observed) }))
}

/** What a failed verification had read, kept for the record of the step. */
const evidenceOf = new WeakMap<object, readonly Evidence[]>()

function notVerified(step: string, { problem, hint, evidence }: Verification<unknown>): HwError {
  const error = new HwError({
    code: 'workflow.not-verified',
    kind: 'transient',
    message: `Step "${step}" was carried out, but reading back shows otherwise${problem === undefined ? '.' : `: ${problem}`}`,
    hint: hint ?? 'Compare the evidence with the device; it may have accepted the change and not made it.',
    context: { step },
  })
  evidenceOf.set(error, evidence)
  return error
}

function invalidOutput(step: string, cause: unknown): HwError {
  return new HwError({
    code: 'workflow.invalid-output',
    kind: 'internal',
    message: `Step "${step}" handed on something that its own output schema refuses.`,
    hint: 'This is a defect of the step; see the cause for the field.',
    context: { step },
    cause: toHwError(cause),
  })
}

function staleEvidence(step: string, evidence: Evidence): HwError {
  return new HwError({
    code: 'workflow.stale-evidence',
    kind: 'internal',
    message: `Step "${step}" proves "${evidence.claim}" by something it read before it acted, at ${evidence.observedAt}.`,
    hint: 'This is a defect of the step: verify must read the world again.',
    context: { step },
  })
}
