import { isDeepStrictEqual } from 'node:util'
import type { JournalEntry } from '../../../src/workflow/events.ts'
import type { WorkflowRecord } from '../../../src/workflow/record.ts'

/** What must never be when a run is written that needs, or needed, a second person. */
export function approvalProblems(
  before: WorkflowRecord | undefined,
  { approval, status, requestedBy, steps, cancel }: WorkflowRecord,
  events: readonly JournalEntry[],
): string[] {
  const problems: string[] = []
  if (before !== undefined && (before.approval === undefined) !== (approval === undefined))
    problems.push('changes whether it needs an approval')
  if (before?.approval?.granted !== undefined && !isDeepStrictEqual(before.approval, approval))
    problems.push('changes an approval that was given')
  if (cancel?.by === 'hwautomation' && !(approval?.until !== undefined && cancel.at >= approval.until))
    problems.push('expires, and its time was not over')
  const isNew = before !== undefined && before.approval?.granted === undefined && approval?.granted !== undefined
  if (isNew !== events.some(({ type }) => type === 'workflow.approved'))
    problems.push('and its events differ about the approval')
  if (approval === undefined) return problems
  if (approval.granted?.by === requestedBy) problems.push('was approved by who asked for it')
  if (approval.granted === undefined && (status === 'RUNNING' || status === 'COMPLETED' || steps.some(hasBegun)))
    problems.push(`is ${status} without an approval`)
  if (isNew && before.cancel !== undefined) problems.push('was approved after it was cancelled')
  return problems
}

function hasBegun({ startedAt, carriedFrom }: WorkflowRecord['steps'][number]): boolean {
  return startedAt !== undefined && carriedFrom === undefined
}
