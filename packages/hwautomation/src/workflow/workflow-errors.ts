import { HwError, type HwErrorInit } from '../errors.ts'
import type { RunOutcome } from './outcome.ts'
import type { ErrorRecord, WorkflowRecord } from './record.ts'

/** A run ended FAILED, or this process had to let go of it. `record` says where, and what is left to do. */
export class WorkflowFailedError extends HwError {
  override readonly name = 'WorkflowFailedError'
  readonly record: WorkflowRecord
  readonly outcome: RunOutcome
  constructor(outcome: RunOutcome) {
    super(initFrom('workflow.failed', outcome, 'internal'))
    this.outcome = outcome
    this.record = outcome.record
  }
}

/** A run ended CANCELLED. `outcome.leftBehind` says what could not be put back. */
export class WorkflowCancelledError extends HwError {
  override readonly name = 'WorkflowCancelledError'
  readonly record: WorkflowRecord
  readonly outcome: RunOutcome
  constructor(outcome: RunOutcome) {
    super(initFrom('workflow.cancelled', outcome, 'cancelled'))
    this.outcome = outcome
    this.record = outcome.record
  }
}

function initFrom(code: string, { record, error }: RunOutcome, kind: HwErrorInit['kind']): HwErrorInit {
  const step = record.steps.find(({ status }) => status === 'failed' || status === 'cancelled')
  return {
    code,
    kind: error?.kind ?? kind,
    retryable: false,
    message: `${record.resourceLabel}: ${error?.message ?? `the run ended ${record.status}`}`,
    ...(error?.hint === undefined ? {} : { hint: error.hint }),
    context: { run: record.id, ...(step === undefined ? {} : { step: step.id }), ...causeCode(error) },
  }
}

function causeCode(error: ErrorRecord | undefined): { readonly cause?: string } {
  return error === undefined ? {} : { cause: error.code }
}
