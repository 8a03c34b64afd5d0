import { HwError } from '../errors.ts'
import type { WorkflowDefinition } from './definition.ts'
import type { ErrorRecord, StepRecord, WorkflowRecord } from './record.ts'
import { stepOf } from './record-keeper.ts'
import { mayStillBeAtWork } from './still-at-work.ts'

/** The error that a record keeps, as far as it keeps it: code, kind, message, hint and context decide; the chain of causes is text. */
export function revivedError(record: ErrorRecord): HwError {
  const { code, kind, message, hint, retryable, context } = record
  return new HwError({ code, kind, message, retryable, context, ...(hint === undefined ? {} : { hint }) })
}

/**
 * Outputs of the steps that an earlier process completed, by step id.
 * @throws HwError `workflow.unreadable-output` for one that its step's schema does not know any more
 */
export function revivedOutputs(definition: WorkflowDefinition<any>, record: WorkflowRecord): Map<string, unknown> {
  const outputs = new Map<string, unknown>()
  for (const step of definition.steps) {
    const { status, output } = stepOf(record, step.id)
    if (status !== 'completed') continue
    const parsed = step.spec.output.safeParse(output)
    if (!parsed.success) throw unreadableOutput(step.id, parsed.error)
    outputs.set(step.id, parsed.data)
  }
  return outputs
}

/** A step that ended badly before the process did. */
export function brokenStep(record: WorkflowRecord): StepRecord | undefined {
  return record.steps.find(({ status }) => status === 'failed' || status === 'cancelled')
}

/** What such a step ended with, as if it had just been thrown; a cancel or deadline takes its place unless the device may be at work. */
export function endedWith({ id, error }: StepRecord, reason: HwError | undefined): HwError {
  const thrown = error === undefined ? undefined : revivedError(error)
  if (thrown !== undefined && mayStillBeAtWork(thrown)) return thrown
  return reason ?? thrown ?? unexplained(id)
}

/** Nothing is left to do in the step. */
export function isOver({ status }: StepRecord): boolean {
  return status === 'completed' || status === 'skipped'
}

/** Sub-tasks died with their process. */
export function withoutLiveTasks(step: StepRecord, at: string): StepRecord {
  return {
    ...step,
    subTasks: step.subTasks.map(({ stalledSince: _, ...task }) =>
      task.status === 'running'
        ? { ...task, status: 'cancelled' as const, endedAt: at, detail: 'the process that worked on it ended' }
        : task,
    ),
  }
}

/** The newest time that a record mentions: its process lived then. */
export function lastSign(record: WorkflowRecord): string {
  const { createdAt, startedAt, waitingFor, cancel, hold, resumptions = [], steps, settleIntents = [] } = record
  const times = [
    createdAt,
    startedAt,
    waitingFor?.since,
    cancel?.at,
    hold?.at,
    ...resumptions.map(({ at }) => at),
    ...settleIntents.map(({ at }) => at),
    ...steps.flatMap((step) => [
      // what a retry took over is older than the run
      ...(step.carriedFrom === undefined ? [step.startedAt, step.endedAt] : []),
      ...step.intents.map(({ at }) => at),
      ...step.subTasks.flatMap((task) => [task.startedAt, task.endedAt]),
      step.undo?.startedAt,
      step.undo?.endedAt,
    ]),
  ]
  return times.reduce<string>((newest, at) => (at !== undefined && at > newest ? at : newest), createdAt)
}

/** Why a record cannot be gone on with by this definition; undefined where it can. */
export function misfit(definition: WorkflowDefinition<any> | undefined, record: WorkflowRecord): string | undefined {
  const { name, version } = record.definition
  if (definition === undefined)
    return `this process does not know the workflow ${name}@${version}: register its definition before the manager opens`
  const known = definition.steps.map(({ id }) => id).join(', ')
  const recorded = record.steps.map(({ id }) => id).join(', ')
  return known === recorded
    ? undefined
    : `the workflow ${name}@${version} has the steps ${known} here, but ${recorded} on record: its version should have been raised`
}

function unexplained(step: string): HwError {
  return new HwError({
    code: 'workflow.interrupted',
    kind: 'internal',
    message: `Step "${step}" is on record as ended badly, without saying why.`,
    hint: 'Look at the device, then retry the run.',
    context: { step },
  })
}

function unreadableOutput(step: string, cause: unknown): HwError {
  return new HwError({
    code: 'workflow.unreadable-output',
    kind: 'internal',
    message: `What step "${step}" had handed on is on record in a form that this version does not read.`,
    hint: 'Start a new run. Whoever changed the step’s output must raise the version of the workflow.',
    context: { step },
    cause,
  })
}
