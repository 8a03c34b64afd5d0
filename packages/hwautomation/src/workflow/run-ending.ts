import { type Clock, timestamp } from '../clock.ts'
import type { HwError } from '../errors.ts'
import type { Redactor } from '../redaction.ts'
import { CancelRequested } from './cancellation.ts'
import { settle, undoSteps } from './clean-up.ts'
import { toErrorRecord } from './error-record.ts'
import { openQuestions } from './open-questions.ts'
import type { LeftBehind } from './record.ts'
import type { RecordKeeper } from './record-keeper.ts'
import type { RunScope } from './run-scope.ts'
import { withoutLiveTasks } from './revived.ts'
import { changeStatus, changeStepStatus, type WorkflowStatus } from './status.ts'
import { mayStillBeAtWork } from './still-at-work.ts'

/** How a run ends, and why where it is not COMPLETED. */
export interface End {
  readonly to: WorkflowStatus
  readonly why?: unknown
  /** Errors that came beside it. */
  readonly beside?: readonly unknown[]
  readonly left?: readonly LeftBehind[]
}

/**
 * Brings a run that does not complete to its end: undoes (cancel) and settles, unless the device may still be at work.
 * @param reason the cancel or deadline that stopped it, if one did
 * @param failure what its step ended with
 */
export async function clearUp(scope: RunScope, failure: unknown, reason: HwError | undefined): Promise<End> {
  if (mayStillBeAtWork(failure)) return handsOff(failure)
  const cancel = reason instanceof CancelRequested ? reason : undefined
  const why = reason ?? failure
  const beside: unknown[] = failure === why ? [] : [failure]
  if (cancel !== undefined) beside.push(...(await undoSteps(scope, scope.definition.steps)))
  const { steps } = scope.keeper.record
  const began = steps.some((step) => step.startedAt !== undefined && step.carriedFrom === undefined)
  const unsettled = began ? await settle(scope, cancel === undefined ? 'failed' : 'cancelled') : undefined
  if (unsettled !== undefined) beside.push(unsettled)
  return { to: cancel === undefined ? 'FAILED' : 'CANCELLED', why, beside }
}

/** Something that must not be interrupted may be going on: nothing is undone, nothing powered off. */
function handsOff(failure: HwError): End {
  const left: LeftBehind = {
    what: `The device may still be at work: ${failure.message}`,
    remedy: 'Leave it powered until it is done, then look at it by hand; nothing was undone or settled.',
  }
  return { to: 'FAILED', why: failure, left: [left] }
}

/** Writes down that nobody goes on with the step that an earlier process was in. */
export async function givenUp(
  keeper: RecordKeeper,
  { clock, redactor }: { readonly clock: Clock; readonly redactor: Redactor },
  why: HwError,
  to: 'failed' | 'cancelled',
): Promise<void> {
  const at = timestamp(clock)
  const error = toErrorRecord(why, redactor)
  for (const { id, title, status: from, attempt } of keeper.record.steps) {
    if (from !== 'running') continue
    const status = changeStepStatus(from, to)
    await keeper.step(id, (step) => ({ ...withoutLiveTasks(step, at), status, endedAt: at, error }), {
      type: 'step.status',
      step: id,
      title,
      from,
      to,
      attempt,
      error,
    })
  }
}

/** The last transition of a run. */
export async function end(
  { keeper, clock, redactor }: { readonly keeper: RecordKeeper; readonly clock: Clock; readonly redactor: Redactor },
  { to, why, beside = [], left = [] }: End,
): Promise<void> {
  const { status: from, leftBehind: known } = keeper.record
  const error = why === undefined ? {} : { error: toErrorRecord(why, redactor, beside) }
  const leftBehind = [...known, ...left, ...(to === 'COMPLETED' ? [] : openQuestions(keeper.record))]
  await keeper.transition(
    ({ waitingFor: _, ...record }) => ({
      ...record,
      ...error,
      status: changeStatus(from, to),
      endedAt: timestamp(clock),
      leftBehind,
      ...(record.cancel === undefined || to === 'CANCELLED' ? {} : { cancel: { ...record.cancel, cameTooLate: true } }),
    }),
    { type: 'workflow.status', from, to, ...error, ...(leftBehind.length === 0 ? {} : { leftBehind }) },
  )
}
