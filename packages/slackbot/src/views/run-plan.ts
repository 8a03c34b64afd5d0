import type { PlanBlock, RichTextElement, TaskCardBlock } from '@slack/types'
import { forPeople, type StepRecord, type SubTaskRecord, type WorkflowRecord, shortId } from 'hwautomation'
import { between } from './durations.ts'
import { title } from './escape.ts'
import { lines, moment, raw, richText, said, words } from './rich-text.ts'
import { counted, currentStep, isSlow } from './run-words.ts'

/** Cards of one message: with more of them clients show nothing of the last ones, and the message grows too heavy. */
const MOST_CARDS = 24
/** Of sub-tasks that are at work at the same time. */
const MOST_SUB_TASKS = 2
const LONGEST_LINE = 300

export interface PlanOptions {
  /** With the sub-task that is at work. */
  readonly close: boolean
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** A card for each step of a run. */
export function runPlan(record: WorkflowRecord, head: string, { close, now }: PlanOptions): PlanBlock {
  const slow = isSlow(record, now)
  const cards = record.steps.map((step, index) => card(step, index, { close, slow }))
  const at = currentStep(record)
  return {
    type: 'plan',
    title: title(head, 150),
    tasks: folded(cards, at === undefined ? cards.length - 1 : record.steps.indexOf(at)),
  }
}

interface Closeness {
  readonly close: boolean
  readonly slow: boolean
}

function card(step: StepRecord, index: number, closeness: Closeness): TaskCardBlock {
  const details = detailLines(step, closeness)
  const output = outputLines(step)
  return {
    type: 'task_card',
    task_id: `step-${index + 1}`,
    title: title(step.title, 100) || `Step ${index + 1}`,
    status: statusOf(step),
    ...(details.length === 0 ? {} : { details: richText(lines(...details)) }),
    ...(output.length === 0 ? {} : { output: richText(lines(...output)) }),
  }
}

/** Slack's four words. Left out is complete, since nothing is to be done; cancelled is no success. */
function statusOf({ status, undo }: StepRecord): TaskCardBlock['status'] {
  if (undo?.status === 'running') return 'in_progress'
  switch (status) {
    case 'pending':
      return 'pending'
    case 'running':
      return 'in_progress'
    case 'completed':
    case 'skipped':
      return 'complete'
    case 'failed':
    case 'cancelled':
      return 'error'
  }
}

/** What is going on, or what went wrong. */
function detailLines(step: StepRecord, { close, slow }: Closeness): RichTextElement[][] {
  const { status, undo, error, startedAt } = step
  if (undo?.status === 'running') return [[raw('is being undone, since '), moment(undo.startedAt, '{time_secs}')]]
  if (status === 'failed') return [said(error?.message ?? 'failed', LONGEST_LINE)]
  if (status !== 'running') return []
  const working = step.subTasks.filter((task) => task.status === 'running').slice(-MOST_SUB_TASKS)
  const shown = close ? working.map(subTaskLine) : []
  return [
    ...shown,
    ...(shown.length === 0 && startedAt !== undefined ? [[raw('since '), moment(startedAt, '{time_secs}')]] : []),
    ...(slow ? [[raw(`longer than usual, which is ${forPeople(step.expectedMs)}`)]] : []),
    ...working.flatMap(stalledLine),
    ...attemptLine(step),
    ...(step.critical === undefined
      ? []
      : [
          [
            raw('not to be interrupted: '),
            words(step.critical.name, 150),
            raw(', since '),
            moment(step.critical.since, '{time_secs}'),
          ],
        ]),
  ]
}

function subTaskLine({ name, percent, detail, startedAt }: SubTaskRecord): RichTextElement[] {
  return [
    words(name, 150),
    ...(percent === undefined ? [] : [raw(` ${Math.round(percent)} %`)]),
    ...(detail === undefined || detail === '' ? [] : [raw(' · '), words(detail, 200)]),
    raw(' · since '),
    moment(startedAt, '{time_secs}'),
  ]
}

function stalledLine({ stalledSince }: SubTaskRecord): RichTextElement[][] {
  return stalledSince === undefined
    ? []
    : [[raw('stalled', { bold: true }), raw(': no sign of life since '), moment(stalledSince, '{time_secs}')]]
}

function attemptLine({ attempt, earlierErrors }: StepRecord): RichTextElement[][] {
  const last = earlierErrors.at(-1)
  if (attempt < 2) return []
  return [[raw(`attempt ${attempt}`), ...(last === undefined ? [] : [raw(', after: '), ...said(last.message, 200)])]]
}

/** What came of it: short result, duration, in how many sub-tasks. */
function outputLines(step: StepRecord): RichTextElement[][] {
  const { status, skippedBecause, carriedFrom, attempt, undo } = step
  if (status === 'skipped')
    return [[raw('left out'), ...(skippedBecause ? [raw(': '), ...said(skippedBecause, 200)] : [])]]
  if (status === 'cancelled' || (undo !== undefined && undo.status !== 'running')) return [[raw(cancelledWords(step))]]
  if (status !== 'completed' && status !== 'failed') return []
  const facts = [
    between(step.startedAt, step.endedAt),
    status === 'failed' && attempt > 1 ? `${attempt} attempts` : '',
    carriedFrom === undefined ? counted(step.subTasks.length, 'sub-task') : `taken over from ${shortId(carriedFrom)}`,
  ].filter((fact) => fact !== '')
  const result = status === 'completed' ? step.evidence[0]?.claim : undefined
  return [
    ...(result === undefined ? [] : [said(result, LONGEST_LINE)]),
    ...(facts.length === 0 ? [] : [[words(facts.join(' · '), 150)]]),
  ]
}

function cancelledWords({ undo, startedAt, endedAt }: StepRecord): string {
  const undone =
    undo === undefined
      ? ''
      : undo.status === 'completed'
        ? ', undone'
        : undo.status === 'failed'
          ? ', could not be undone'
          : ''
  const took = between(startedAt, endedAt)
  return `stopped${took === '' ? '' : ` after ${took}`}${undone}`
}

/** A plan of many steps: those around the one at work, the others as one card each side. */
function folded(cards: readonly TaskCardBlock[], at: number): TaskCardBlock[] {
  if (cards.length <= MOST_CARDS) return [...cards]
  const shown = MOST_CARDS - 2
  const first = Math.min(Math.max(at - Math.floor(shown / 2), 0), cards.length - shown)
  const before = cards.slice(0, first)
  const after = cards.slice(first + shown)
  return [
    ...summary(before, 'step-before', 'earlier step'),
    ...cards.slice(first, first + shown),
    ...summary(after, 'step-after', 'further step'),
  ]
}

function summary(cards: readonly TaskCardBlock[], id: string, what: string): TaskCardBlock[] {
  if (cards.length === 0) return []
  const status = (['error', 'in_progress', 'pending'] as const).find((each) =>
    cards.some((card) => card.status === each),
  )
  return [{ type: 'task_card', task_id: id, title: counted(cards.length, what), status: status ?? 'complete' }]
}
