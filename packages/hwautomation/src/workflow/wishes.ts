import { type Clock, timestamp } from '../clock.ts'
import { HwError } from '../errors.ts'
import type { WishRecord, WorkflowRecord } from './record.ts'

/** Who wants something of a run or of the manager. */
export interface Wish {
  readonly by: string
  /** For people and the audit trail. */
  readonly reason?: string
  /** The door it comes through: `api` (default), `cli`, `slack`, `rest`. */
  readonly via?: string
}

export interface CancelWish extends Wish {
  /** Ends also a run whose workflow this process does not know, so that nothing of it can be undone; what it was at is left behind. */
  readonly withoutUndo?: boolean
}

export interface RetryWish extends Wish {
  /** What became of a call whose outcome nobody knows: looked up on the device by whoever says it. */
  readonly assume?: 'done' | 'not-done'
  /** Steps to leave out, by id; each must be skippable. `reason` says why. */
  readonly skip?: readonly string[]
  /** A second retry with the same key is the first one's run. */
  readonly idempotencyKey?: string
}

/** The wish as records keep it. */
export function wishRecord({ by, reason = '', via = 'api' }: Wish, clock: Clock): WishRecord {
  return { by, reason, via, at: timestamp(clock) }
}

/** @throws always: HwError `workflow.unknown-definition` */
export function unknownToUs({ id, definition: { name, version } }: WorkflowRecord): never {
  throw new HwError({
    code: 'workflow.unknown-definition',
    kind: 'conflict',
    message: `Run ${id} is one of the workflow ${name}@${version}, which this process does not know.`,
    hint: 'Register the definition (manager.register, or `workflows` of createHwAutomation) and open the manager again.',
    context: { run: id, definition: `${name}@${version}` },
  })
}

/** @throws always: HwError `workflow.unknown-definition` */
export function cannotUndo({ id, definition: { name, version } }: WorkflowRecord): never {
  throw new HwError({
    code: 'workflow.unknown-definition',
    kind: 'conflict',
    message: `Run ${id} is one of the workflow ${name}@${version}, which this process does not know: it could not undo it.`,
    hint: 'Cancel it in the service that knows the workflow; or end it without undo (`withoutUndo`, `--without-undo`), and look after the machine yourself.',
    context: { run: id, definition: `${name}@${version}` },
  })
}

export function noSuchRun(id: string): HwError {
  return new HwError({
    code: 'workflow.no-such-run',
    kind: 'invalid',
    message: `There is no run "${id}".`,
    hint: 'List the runs for their ids.',
    context: { run: id },
  })
}

export function runHasEnded({ id, status, resourceLabel }: WorkflowRecord): HwError {
  return new HwError({
    code: 'workflow.has-ended',
    kind: 'conflict',
    message: `Run ${id} (${resourceLabel}) has ended: ${status}.`,
    hint: 'Retry it, or start a new run.',
    context: { run: id, status },
  })
}

/** The store holds it unfinished, and this process let go of it: its store failed, or another process may have it. */
export function notRunningHere({ id, status, resourceLabel }: WorkflowRecord): HwError {
  return new HwError({
    code: 'workflow.not-running-here',
    kind: 'conflict',
    message: `Run ${id} (${resourceLabel}) is ${status}, and this process does not work on it any more.`,
    hint: 'See the log for why it was let go of, then open the manager again: it goes on with the run.',
    context: { run: id, status },
  })
}

export function notEnded({ id, status, resourceLabel }: WorkflowRecord): HwError {
  return new HwError({
    code: 'workflow.not-ended',
    kind: 'conflict',
    message: `Run ${id} (${resourceLabel}) is ${status}: only a run that failed or was cancelled can be retried.`,
    hint: status === 'COMPLETED' ? 'Start a new run.' : 'Wait until it has ended, or resume it if it is parked.',
    context: { run: id, status },
  })
}

export function notParked({ id, status }: WorkflowRecord): HwError {
  return new HwError({
    code: 'workflow.not-parked',
    kind: 'conflict',
    message: `Run ${id} is ${status} and being worked on: there is nothing to resume.`,
    hint: 'A run that is held is released, not resumed.',
    context: { run: id, status },
  })
}

export function superseded(record: WorkflowRecord, newer: WorkflowRecord): HwError {
  return new HwError({
    code: 'workflow.superseded',
    kind: 'conflict',
    message: `Run ${record.id} cannot be retried: ${record.resourceLabel} has had a newer run since, ${newer.id} (${newer.status}).`,
    hint: `Retry run ${newer.id}, or start a new one.`,
    context: { run: record.id, newer: newer.id },
  })
}

export function assumeNeeded({ id }: WorkflowRecord, names: readonly string[]): HwError {
  return new HwError({
    code: 'workflow.assume-needed',
    kind: 'invalid',
    message: `Nobody knows whether ${names.join(', ')} of run ${id} took effect, and it is not sent twice.`,
    hint: 'Look at the device, then retry with assume "done" or "not-done".',
    context: { run: id, effects: names },
  })
}

export function nothingToAssume({ id }: WorkflowRecord): HwError {
  return new HwError({
    code: 'workflow.nothing-to-assume',
    kind: 'invalid',
    message: `Run ${id} has no call whose outcome is unknown: there is nothing to assume.`,
    hint: 'Retry it without `assume`.',
    context: { run: id },
  })
}

export function notSkippable({ id }: Pick<WorkflowRecord, 'id'>, step: string, why: string): HwError {
  return new HwError({
    code: 'workflow.not-skippable',
    kind: 'invalid',
    message: `Step "${step}" of run ${id} cannot be left out: ${why}.`,
    hint: 'Only steps that nothing else depends on can be left out, before they begin.',
    context: { run: id, step },
  })
}

export function draining({ by, reason }: WishRecord): HwError {
  return new HwError({
    code: 'workflow.draining',
    kind: 'conflict',
    message: `No new runs are taken: ${by} asked to drain${reason === '' ? '' : ` (${reason})`}.`,
    hint: 'Start it again when the drain has been taken back (`proceed`).',
    context: { by },
  })
}

/** What an operator asks for must have somebody who asks. @throws HwError `workflow.nobody-asked` */
export function assertAsked({ by }: Wish): void {
  if (typeof by === 'string' && by.trim() !== '') return
  throw new HwError({
    code: 'workflow.nobody-asked',
    kind: 'invalid',
    message: '`by` is empty: what an operator asks for is recorded with a name.',
    hint: 'Say who asks.',
  })
}

/** A run that the manager was told to give up at its opening (`resume: 'fail'`). */
export function interrupted({ id }: WorkflowRecord): HwError {
  return new HwError({
    code: 'workflow.interrupted',
    kind: 'unknown-outcome',
    message: `The process that worked on run ${id} ended, and this one was told not to go on with such runs.`,
    hint: 'Look at what was left behind, then retry the run.',
    context: { run: id },
  })
}
