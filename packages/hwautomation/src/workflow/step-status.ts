import type { Evidence, Json, StepRecord } from './record.ts'
import { stepOf } from './record-keeper.ts'
import type { RunScope } from './run-scope.ts'
import { changeStepStatus, type StepStatus } from './status.ts'
import type { WorkflowStep } from './step.ts'

/** The one place where a step's status changes: record and event in one transition. */
export function changed(
  run: RunScope,
  step: WorkflowStep<any, any>,
  to: StepStatus,
  change: Partial<StepRecord>,
  said: { output?: Json; evidence?: readonly Evidence[]; error?: StepRecord['error'] & object; reason?: string } = {},
): Promise<void> {
  const { status: from, attempt } = stepOf(run.keeper.record, step.id)
  const status = changeStepStatus(from, to)
  return run.keeper.step(step.id, (record) => ({ ...record, ...change, status }), {
    type: 'step.status',
    step: step.id,
    title: step.title,
    from,
    to,
    attempt: change.attempt ?? attempt,
    ...said,
  })
}
