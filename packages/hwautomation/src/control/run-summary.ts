import { hasEnded } from '../workflow/status.ts'
import type {
  ApprovalRecord,
  ErrorRecord,
  Json,
  StepRecord,
  SubTaskRecord,
  WaitingFor,
  WishRecord,
  WorkflowRecord,
} from '../workflow/record.ts'
import type { WorkflowStatus } from '../workflow/status.ts'

/** A run in short: what a list and a status page show of it. The whole document is `GET /api/workflows/{id}`. */
export interface RunSummary {
  readonly id: string
  readonly status: WorkflowStatus
  /** Host name or FQDN. */
  readonly server: string
  /** The machine's MAAS system_id. */
  readonly resource: string
  /** Name and version, e.g. `server-provisioning@1`. */
  readonly definition: string
  readonly request: Json
  readonly requestedBy: string
  readonly via: string
  readonly percent: number
  readonly createdAt: string
  readonly startedAt?: string
  readonly endedAt?: string
  readonly deadline?: string
  /** Where it is: the step at work or being undone, else the one it ended in, else the next one. */
  readonly step?: StepSummary
  /** The newest sub-task of that step that is at work. */
  readonly subTask?: SubTaskRecord
  readonly waitingFor?: WaitingFor
  /** A second person's yes: what it is needed for, and who gave it. */
  readonly approval?: ApprovalRecord
  readonly cancel?: WorkflowRecord['cancel']
  readonly hold?: WishRecord
  /** Steps to be left out, by step id. */
  readonly skips?: Readonly<Record<string, WishRecord>>
  readonly retryOf?: string
  /** The batch that it is a run of. */
  readonly batch?: string
  /** How often a later process went on with it. */
  readonly resumed: number
  readonly error?: Pick<ErrorRecord, 'code' | 'kind' | 'message' | 'hint'>
  readonly endState?: string
  readonly warnings: number
  readonly leftBehind: number
  /** Whether the answering process works on it. False for an unfinished run: it waits for `resume`. */
  readonly working: boolean
}

export interface StepSummary {
  readonly id: string
  readonly title: string
  /** From 1. */
  readonly number: number
  readonly of: number
  readonly status: StepRecord['status']
  readonly attempt: number
  readonly startedAt?: string
  /** Being undone. */
  readonly undoing: boolean
  /** Inside a stretch that must not be interrupted. */
  readonly critical?: { readonly name: string; readonly since: string }
}

/** The run in short, from its document. */
export function summaryOf(record: WorkflowRecord, working: boolean): RunSummary {
  const step = currentStep(record)
  const subTask = step?.subTasks.findLast(({ status }) => status === 'running')
  const { id, status, resource, request, requestedBy, via, percent, createdAt, error } = record
  return {
    id,
    status,
    server: record.resourceLabel,
    resource,
    definition: `${record.definition.name}@${record.definition.version}`,
    request,
    requestedBy,
    via,
    percent,
    createdAt,
    ...known(record, [
      'startedAt',
      'endedAt',
      'deadline',
      'waitingFor',
      'approval',
      'cancel',
      'hold',
      'skips',
      'retryOf',
      'batch',
    ]),
    ...(step === undefined ? {} : { step: stepSummary(step, record) }),
    ...(subTask === undefined ? {} : { subTask }),
    resumed: record.resumptions?.length ?? 0,
    ...(error === undefined ? {} : { error: errorSummary(error) }),
    ...(record.settled === undefined ? {} : { endState: record.settled.endState }),
    warnings: record.warnings.length,
    leftBehind: record.leftBehind.length,
    working,
  }
}

function currentStep({ steps, status }: WorkflowRecord): StepRecord | undefined {
  return (
    steps.find((step) => step.undo?.status === 'running') ??
    steps.find((step) => step.status === 'running') ??
    steps.findLast((step) => step.status === 'failed' || step.status === 'cancelled') ??
    (hasEnded(status) ? undefined : steps.find((step) => step.status === 'pending'))
  )
}

function stepSummary(step: StepRecord, { steps }: WorkflowRecord): StepSummary {
  const { id, title, status, attempt } = step
  return {
    id,
    title,
    number: steps.indexOf(step) + 1,
    of: steps.length,
    status,
    attempt,
    ...known(step, ['startedAt', 'critical']),
    undoing: step.undo?.status === 'running',
  }
}

function errorSummary({ code, kind, message, hint }: ErrorRecord): NonNullable<RunSummary['error']> {
  return { code, kind, message, ...(hint === undefined ? {} : { hint }) }
}

/** Those of the fields that the source has. */
function known<Source extends object, Field extends keyof Source>(
  source: Source,
  fields: readonly Field[],
): { readonly [F in Field]?: Exclude<Source[F], undefined> } {
  return Object.fromEntries(
    fields.filter((field) => source[field] !== undefined).map((field) => [field, source[field]]),
  ) as { readonly [F in Field]?: Exclude<Source[F], undefined> }
}
