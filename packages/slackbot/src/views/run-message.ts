import type { ContextBlock, KnownBlock, RichTextElement } from '@slack/types'
import { shortId, type ManagerState, type WorkflowRecord } from 'hwautomation'
import { ACTIONS } from './action-ids.ts'
import { actions, context } from './blocks.ts'
import type { MessageContent } from './content.ts'
import { dateToken, mrkdwn, plain } from './escape.ts'
import { fit } from './fit.ts'
import { lines, raw, richText, words } from './rich-text.ts'
import { runActions } from './run-actions.ts'
import { runPlan } from './run-plan.ts'
import { remarks } from './run-remarks.ts'
import { counted, hasEnded, headline, markOf } from './run-words.ts'

/** How closely messages follow: every sub-task, steps only, or the fleet board with messages for ends and followed runs. */
export type ShowMode = 'live' | 'steps' | 'board'

export interface RunMessageOptions {
  readonly mode: ShowMode
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Slack user ids. Only their number is shown. */
  readonly followers: readonly string[]
  /** The run that goes on from this one: that one is to be retried, if any. */
  readonly retriedAs?: string
  /** The batch it belongs to. */
  readonly batch?: { readonly label: string }
  /** Whether this process works on it; false for an unfinished run that waits for `resume`. Default true. */
  readonly working?: boolean
  /** The manager's switches: paused, draining, hardware off. */
  readonly state?: ManagerState
}

/**
 * The living message of a run: a card per step, what it waits for, what one can do about it, and who asked. It calls nobody. In the
 * modes `steps` and `board` it does not change with sub-tasks, so that an edit that would show nothing new can be left out.
 */
export function runMessage(record: WorkflowRecord, options: RunMessageOptions): MessageContent {
  const close = options.mode === 'live'
  const wording = { percent: close, ...(options.working === undefined ? {} : { working: options.working }) }
  const { retriedAs } = options
  const notes = [...(retriedAs === undefined ? [] : [goesOnAs(retriedAs)]), ...remarks(record, options)]
  const buttons = runActions(record).filter(({ action }) => retriedAs === undefined || action !== ACTIONS.retry)
  const blocks: KnownBlock[] = [
    runPlan(record, `${markOf(record)} ${headline(record, wording)}`, { close, now: options.now }),
    ...(notes.length === 0 ? [] : [richText(lines(...notes.slice(0, MOST_REMARKS)))]),
    ...actions(buttons),
    smallPrint(record, options),
  ]
  return fit(mrkdwn(headline(record, wording), 400), blocks)
}

const MOST_REMARKS = 8

function goesOnAs(run: string): RichTextElement[] {
  return [raw('Retried', { bold: true }), raw(': it goes on as '), words(shortId(run), 60, { code: true })]
}

const MODE: Readonly<Record<ShowMode, string>> = {
  live: '',
  steps: 'much is going on: only steps are shown here',
  board: 'very much is going on: see the fleet board, or follow this one',
}

/** Who asked, when it began and is expected to end, its id, how closely this message follows it. */
function smallPrint(record: WorkflowRecord, options: RunMessageOptions): ContextBlock {
  const { requestedBy, via, createdAt, startedAt, endedAt } = record
  const { followers, mode, batch } = options
  const ended = hasEnded(record)
  const ready = ended ? undefined : expectedEnd(record, options.now)
  return context(
    `Asked for by ${plain(requestedBy, 60)}${via === 'slack' || via === '' ? '' : ` (${plain(via, 20)})`}`,
    { date: startedAt === undefined ? `asked ${dateToken(createdAt)}` : `began ${dateToken(startedAt)}` },
    ...(endedAt === undefined ? [] : [{ date: `ended ${dateToken(endedAt)}` }]),
    ...(ready === undefined ? [] : [{ date: `ready about ${dateToken(ready, '{time}')}` }]),
    shortId(plain(record.id, 60)),
    ...(batch === undefined ? [] : [`part of ${plain(batch.label, 80)}`]),
    ...(ended || followers.length === 0 ? [] : [counted(followers.length, 'person follows it', 'people follow it')]),
    ...(ended || MODE[mode] === '' ? [] : [MODE[mode]]),
  )
}

const MINUTE = 60_000

/**
 * When the steps that are left usually are done, to the minute: counted from the beginning of the step at work, so that it stays the same
 * as long as that goes on. Unknown while the run stands still or takes longer than usual.
 */
function expectedEnd({ status, steps, waitingFor, cancel }: WorkflowRecord, now: number): string | undefined {
  if (status !== 'RUNNING' || cancel !== undefined || waitingFor?.kind === 'hold') return undefined
  const working = steps.find((step) => step.status === 'running')
  const usual = Date.parse(working?.startedAt ?? '') + (working?.expectedMs ?? 0)
  if (Number.isNaN(usual) || usual < now) return undefined
  const left = steps.reduce((sum, step) => sum + (step.status === 'pending' ? step.expectedMs : 0), 0)
  const at = new Date(Math.ceil((usual + left) / MINUTE) * MINUTE)
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString()
}
