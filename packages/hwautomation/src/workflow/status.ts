import { HwError } from '../errors.ts'

/** Where a run is in its life. */
export type WorkflowStatus = 'PENDING' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED'

/** Where a step of a run is in its life. `skipped` says why in the record. */
export type StepStatus = 'pending' | 'running' | 'completed' | 'failed' | 'skipped' | 'cancelled'

/** The only transitions there are; nothing else changes a status. */
export const TRANSITIONS: Readonly<Record<WorkflowStatus, readonly WorkflowStatus[]>> = {
  PENDING: ['RUNNING', 'CANCELLED', 'FAILED'],
  RUNNING: ['COMPLETED', 'FAILED', 'CANCELLED'],
  COMPLETED: [],
  FAILED: [],
  CANCELLED: [],
}

/**
 * The only transitions of a step. From `pending` to `failed`: its `skip` or `timeout` could not even be evaluated; to `completed`: a
 * retry takes over what an earlier run found.
 */
export const STEP_TRANSITIONS: Readonly<Record<StepStatus, readonly StepStatus[]>> = {
  pending: ['running', 'completed', 'skipped', 'failed'],
  running: ['completed', 'failed', 'cancelled'],
  completed: [],
  failed: [],
  skipped: [],
  cancelled: [],
}

/** True once nothing can change the status any more. */
export function hasEnded(status: WorkflowStatus): boolean {
  return TRANSITIONS[status].length === 0
}

/**
 * `to`, if the table allows it from `from`.
 * @throws HwError `workflow.forbidden-transition` (a defect of the engine) where it does not
 */
export function changeStatus(from: WorkflowStatus, to: WorkflowStatus): WorkflowStatus {
  if (!TRANSITIONS[from].includes(to)) throw forbidden('run', from, to)
  return to
}

/** The same for a step. */
export function changeStepStatus(from: StepStatus, to: StepStatus): StepStatus {
  if (!STEP_TRANSITIONS[from].includes(to)) throw forbidden('step', from, to)
  return to
}

function forbidden(what: string, from: string, to: string): HwError {
  return new HwError({
    code: 'workflow.forbidden-transition',
    kind: 'internal',
    message: `A ${what} cannot go from ${from} to ${to}.`,
    hint: 'This is a defect of the workflow engine; report it with the exported run.',
  })
}
