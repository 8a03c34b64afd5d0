import type { WorkflowRecord } from '../../../src/workflow/record.ts'
import type { Machine } from './devices.ts'

/** What is not as it should be when this terminal document is written. `isSpoilt`: the machine's flash met a fault. */
export function endProblems(record: WorkflowRecord, machine: Machine, isSpoilt: boolean): string[] {
  if (record.status === 'COMPLETED') return completedProblems(record, machine)
  const { status, percent, error } = record
  const problems = percent === 100 ? [`is ${status} at 100 %`] : []
  const isHandsOff = error?.code === 'workflow.would-not-stop' || error?.context['critical'] !== undefined
  if (isHandsOff || error?.code === 'workflow.interrupted') return [...problems, ...givenUpProblems(record)]
  if (machine.on.has('flash-a') !== machine.on.has('flash-b') && !isSpoilt)
    problems.push(`is ${status} with half a flash`)
  return [...problems, ...clearedUpProblems(record, machine)]
}

function completedProblems({ steps, percent }: WorkflowRecord, { on }: Machine): string[] {
  const shown = (step: string) => (step === 'flash' ? 'flash-b' : step)
  return [
    ...(percent === 100 ? [] : [`is COMPLETED at ${percent} %`]),
    ...steps.flatMap(({ id, status }) => {
      if (status === 'skipped') return []
      if (status !== 'completed') return [`is COMPLETED, ${id} ${status}`]
      return on.has(shown(id)) ? [] : [`is COMPLETED, ${id} is off`]
    }),
  ]
}

function givenUpProblems({ leftBehind, steps }: WorkflowRecord): string[] {
  const wasInOne = steps.some(({ status }) => status === 'running')
  return wasInOne && leftBehind.length === 0 ? ['was given up in a step and names nothing'] : []
}

function clearedUpProblems({ status, steps, settled, leftBehind }: WorkflowRecord, machine: Machine): string[] {
  const begun = steps.filter(({ startedAt, carriedFrom }) => startedAt !== undefined && carriedFrom === undefined)
  const named = (step: string) => leftBehind.some((left) => left.step === step)
  const isSettled = settled !== undefined && (!machine.powered || named('settle'))
  const stillOn =
    status !== 'CANCELLED' ? [] : begun.filter(({ id }) => id !== 'flash' && machine.on.has(id) && !named(id))
  return [
    ...(begun.length === 0 || isSettled ? [] : [`is ${status} and was not settled`]),
    ...stillOn.map(({ id }) => `is CANCELLED and ${id} is on`),
  ]
}
