import { shortId, type BatchItem, type BatchRecord, type WorkflowRecord } from 'hwautomation'
import { between } from './durations.ts'
import { RANK, type BoardRow } from './board-table.ts'
import { plain } from './escape.ts'
import { currentSubTask, currentStep, isSlow, stateWords, whereWords } from './run-words.ts'

/** How many servers of a batch are where. */
export interface BatchCounts {
  readonly all: number
  readonly ready: number
  /** FAILED, and those whose run was refused. */
  readonly failed: number
  readonly running: number
  readonly waiting: number
  /** CANCELLED, and those the batch left out. */
  readonly cancelled: number
}

export type Place = Exclude<keyof BatchCounts, 'all'>

/** Where one server of a batch is. */
export function placeOf({ status, outcome }: Pick<BatchItem, 'status' | 'outcome'>): Place {
  if (outcome === 'COMPLETED') return 'ready'
  if (outcome === 'FAILED' || status === 'refused') return 'failed'
  if (outcome === 'CANCELLED' || status === 'left-out') return 'cancelled'
  return status === 'started' ? 'running' : 'waiting'
}

export function batchCounts({ items }: Pick<BatchRecord, 'items'>): BatchCounts {
  const counts = { all: items.length, ready: 0, failed: 0, running: 0, waiting: 0, cancelled: 0 }
  for (const item of items) counts[placeOf(item)] += 1
  return counts
}

/** `12 ready · 2 failed · 8 under way · 18 to come`. */
export function countWords({ ready, failed, running, waiting, cancelled }: BatchCounts): string {
  const parts: readonly (readonly [number, string])[] = [
    [failed, 'failed'],
    [running, 'under way'],
    [ready, 'ready'],
    [waiting, 'to come'],
    [cancelled, 'cancelled or left out'],
  ]
  return parts
    .filter(([number]) => number > 0)
    .map(([number, words]) => `${number} ${words}`)
    .join(' · ')
}

const MARK: Readonly<Record<Place, string>> = { ready: '✔', failed: '✘', running: '▸', waiting: '·', cancelled: '⊘' }
const RANKS: Readonly<Record<Place, number>> = {
  ready: RANK.done,
  failed: RANK.failed,
  running: RANK.running,
  waiting: RANK.waiting,
  cancelled: RANK.cancelled,
}

export interface RowOptions {
  /** With sub-tasks and percent. */
  readonly close: boolean
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** A row for each server. */
export function batchRows(
  { items }: Pick<BatchRecord, 'items'>,
  runs: ReadonlyMap<string, WorkflowRecord>,
  { close, now }: RowOptions,
): BoardRow[] {
  return items.map((item) => {
    const place = placeOf(item)
    const run = item.run === undefined ? undefined : runs.get(item.run)
    return {
      rank: RANKS[place],
      server: `${MARK[place]} ${plain(item.label, 60)}`,
      state: stateOf(item, place, run) ?? progressOf(run, close, now),
      where: whereOf(item, place, run, close),
      last: item.group ?? (item.run === undefined ? '' : shortId(item.run).slice(-13)),
    }
  })
}

/** Undefined while it is under way. */
function stateOf(item: BatchItem, place: Place, run: WorkflowRecord | undefined): string | undefined {
  if (item.status === 'refused') return 'refused'
  if (place === 'ready') return 'ready'
  if (place === 'waiting') return 'to come'
  if (place === 'cancelled') return item.status === 'left-out' ? 'left out' : 'cancelled'
  if (place === 'failed') {
    const took = between(run?.startedAt, run?.endedAt)
    return took === '' ? 'failed' : `failed, ${took}`
  }
  return undefined
}

function progressOf(run: WorkflowRecord | undefined, close: boolean, now: number): string {
  if (run === undefined) return 'under way'
  if (run.cancel !== undefined || run.waitingFor !== undefined || run.status !== 'RUNNING')
    return stateWords(run, { percent: false })
  return `${close ? `${Math.round(run.percent)} %` : 'under way'}${isSlow(run, now) ? ', slow' : ''}`
}

function whereOf(item: BatchItem, place: Place, run: WorkflowRecord | undefined, close: boolean): string {
  if (place === 'failed' || item.status === 'refused')
    return plain(run === undefined ? (item.error?.message ?? '') : whereWords(run, 200), 200)
  if (run === undefined || place === 'waiting') return ''
  if (place !== 'running' || run.waitingFor !== undefined || run.cancel !== undefined) return whereWords(run, 120)
  const step = currentStep(run)
  const subTask = close ? currentSubTask(step) : undefined
  return plain([step?.title, subTask?.name].filter(Boolean).join(': '), 120)
}

/** Rows that no table has room for, in words: `+312 more: 300 ready, 12 to come`. */
export function leftWords(left: readonly BoardRow[]): string {
  if (left.length === 0) return ''
  const states = new Map<string, number>()
  for (const { rank } of left) states.set(RANK_WORDS[rank]!, (states.get(RANK_WORDS[rank]!) ?? 0) + 1)
  return `+${left.length} more: ${[...states].map(([words, number]) => `${number} ${words}`).join(', ')}`
}

const RANK_WORDS: Readonly<Record<number, string>> = {
  [RANK.failed]: 'failed',
  [RANK.asks]: 'waiting for somebody',
  [RANK.running]: 'under way',
  [RANK.waiting]: 'to come',
  [RANK.cancelled]: 'cancelled or left out',
  [RANK.done]: 'ready',
}
