import { type ApprovalWish, approvalWanted } from './approval.ts'
import type { PlanContext } from './context.ts'
import type { WorkflowDefinition } from './definition.ts'
import { toMs } from './duration.ts'
import { newRunId } from './ids.ts'
import type { ApprovalRecord, StepRecord, WorkflowRecord } from './record.ts'
import { toJson } from './shorten.ts'
import type { WorkflowStep } from './step.ts'

/** A step's weight in the percentage where it does not say. */
const DEFAULT_EXPECTED_MS = 60_000

/** The document of a run that begins: PENDING, with all its steps. */
export function newRecord(
  definition: WorkflowDefinition<any>,
  resolved: { readonly resource: string; readonly label: string; readonly request: unknown },
  started: {
    readonly at: string
    readonly fingerprint: string
    readonly requestedBy?: string
    readonly via?: string
    readonly idempotencyKey?: string
    readonly limits?: WorkflowRecord['limits']
    readonly approval?: ApprovalWish
    readonly approved?: ApprovalRecord
    readonly batch?: string
  },
): WorkflowRecord {
  const { name, version, steps } = definition
  const { batch, idempotencyKey } = started
  const approval = started.approval === undefined ? started.approved : approvalWanted(started.approval, started)
  return {
    schema: 2,
    id: newRunId(),
    definition: { name, version },
    request: toJson(resolved.request),
    resource: resolved.resource,
    resourceLabel: resolved.label,
    requestedBy: started.requestedBy ?? 'anonymous',
    via: started.via ?? 'api',
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(batch === undefined ? {} : { batch }),
    fingerprint: started.fingerprint,
    ...(started.limits === undefined ? {} : { limits: started.limits }),
    ...(approval === undefined ? {} : { approval }),
    status: 'PENDING',
    createdAt: started.at,
    percent: 0,
    seq: 0,
    steps: steps.map((step): StepRecord => newStep(step.id, step.title)),
    warnings: [],
    leftBehind: [],
    artefacts: [],
  }
}

/** Milliseconds a step is expected to take; the default where it does not say, or cannot yet. */
export function expectedMs(step: WorkflowStep<any, any>, ctx: PlanContext): number {
  try {
    const expected = step.spec.expected?.(ctx)
    return expected === undefined ? DEFAULT_EXPECTED_MS : toMs(expected)
  } catch {
    return DEFAULT_EXPECTED_MS // it depends on an output that is not there yet
  }
}

/** A step that has not begun. */
export function newStep(id: string, title: string): StepRecord {
  return {
    id,
    title,
    status: 'pending',
    expectedMs: DEFAULT_EXPECTED_MS,
    attempt: 0,
    intents: [],
    subTasks: [],
    evidence: [],
    earlierErrors: [],
  }
}
