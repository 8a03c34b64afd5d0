import type { KnownBlock } from '@slack/types'
import { shortId, type ManagerState, type WorkflowRecord } from 'hwautomation'
import { between } from './durations.ts'
import { leftWords } from './batch-rows.ts'
import { context, header } from './blocks.ts'
import { boardTable, RANK, type BoardRow } from './board-table.ts'
import type { MessageContent } from './content.ts'
import { dateToken, mrkdwn, plain } from './escape.ts'
import { fit } from './fit.ts'
import { lines, raw, richText } from './rich-text.ts'
import { needsApproval } from './run-actions.ts'
import { wish } from './run-remarks.ts'
import { currentStep, isSlow, markOf, stateWords, whereWords } from './run-words.ts'

export interface FleetBoardOptions {
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly state?: ManagerState
}

/** One message for all runs of a channel, while there are too many for a living message each. */
export function fleetBoard(runs: readonly WorkflowRecord[], { now, state = {} }: FleetBoardOptions): MessageContent {
  const active = runs.filter(({ status }) => status === 'RUNNING' || status === 'PENDING').length
  const failed = runs.filter(({ status }) => status === 'FAILED').length
  const ready = runs.filter(({ status }) => status === 'COMPLETED').length
  const head = `Fleet: ${active} active, ${failed} failed, ${ready} ready`
  const { table, left } = boardTable(
    ['Server', 'State', 'Where it is, or why it ended', 'Run'],
    runs.map((run) => row(run, now)),
  )
  const remarks = switchWords(state)
  const newest = newestChange(runs)
  const blocks: KnownBlock[] = [
    header(head),
    ...(remarks.length === 0 ? [] : [richText(lines(...remarks))]),
    ...(table === undefined ? [richText(lines([raw('Nothing runs, nothing waits.')]))] : [table]),
    context(
      ...[leftWords(left)].filter(Boolean),
      'So much is going on that all of it is shown here. Failures and ends are posted; /provision follow shows one run live',
      ...(newest === undefined ? [] : [{ date: `as of ${dateToken(newest, '{time_secs}')}` }]),
    ),
  ]
  return fit(mrkdwn(head, 200), blocks)
}

function row(record: WorkflowRecord, now: number): BoardRow {
  return {
    rank: rankOf(record),
    server: `${markOf(record)} ${plain(record.resourceLabel, 60)}`,
    state: `${shortState(record)}${isSlow(record, now) ? ', slow' : ''}`,
    where: record.status === 'RUNNING' ? (currentStep(record)?.title ?? '') : whereWords(record, 200),
    last: shortId(record.id).slice(-13),
  }
}

/** The board says as of when it is by what is on it: it looks the same as long as nothing has happened. */
function newestChange(runs: readonly WorkflowRecord[]): string | undefined {
  const times = runs.flatMap((run) => [run, ...run.steps].flatMap(({ startedAt, endedAt }) => [startedAt, endedAt]))
  return times.reduce((newest, time) => (time !== undefined && time > (newest ?? '') ? time : newest), undefined)
}

function rankOf(record: WorkflowRecord): number {
  if (needsApproval(record)) return RANK.asks
  return {
    FAILED: RANK.failed,
    RUNNING: RANK.running,
    PENDING: RANK.waiting,
    CANCELLED: RANK.cancelled,
    COMPLETED: RANK.done,
  }[record.status]
}

function shortState(record: WorkflowRecord): string {
  const { status, cancel, waitingFor, percent } = record
  if (status === 'RUNNING' && cancel === undefined && waitingFor === undefined) return `${Math.round(percent)} %`
  if (status === 'RUNNING' || status === 'PENDING') return stateWords(record, { percent: false })
  const took = between(record.startedAt, record.endedAt)
  return `${{ COMPLETED: 'ready', FAILED: 'failed', CANCELLED: 'cancelled' }[status]}${took === '' ? '' : `, ${took}`}`
}

/** The switches that are thrown. */
export function switchWords({ intake, hardwareOff }: ManagerState) {
  return [
    ...(intake === undefined
      ? []
      : [
          [
            raw(intake.is === 'paused' ? 'All runs are paused' : 'No run is begun any more', { bold: true }),
            raw(', says '),
            ...wish(intake),
          ],
        ]),
    ...(hardwareOff === undefined
      ? []
      : [
          [
            raw('Hardware is off', { bold: true }),
            raw(': no device is sent anything that changes it, says '),
            ...wish(hardwareOff),
          ],
        ]),
  ]
}
