import type { ErrorRecord, Evidence, LeftBehind, WarningRecord, WorkflowRecord } from './record.ts'
import type { WorkflowStatus } from './status.ts'

/** How a run ended. */
export interface RunOutcome {
  /** `PENDING` or `RUNNING` only where this process let go of the run; `error` says why. */
  readonly status: WorkflowStatus
  readonly record: WorkflowRecord
  readonly error?: ErrorRecord
  /** Of all steps, in order. */
  readonly evidence: readonly Evidence[]
  readonly warnings: readonly WarningRecord[]
  readonly leftBehind: readonly LeftBehind[]
}

/** The outcome a record tells; `error` where the record itself has none. */
export function outcomeOf(record: WorkflowRecord, error?: ErrorRecord): RunOutcome {
  const why = record.error ?? error
  return {
    status: record.status,
    record,
    ...(why === undefined ? {} : { error: why }),
    evidence: record.steps.flatMap((step) => step.evidence),
    warnings: record.warnings,
    leftBehind: record.leftBehind,
  }
}
