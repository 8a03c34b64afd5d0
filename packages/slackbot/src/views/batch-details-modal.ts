import type { KnownBlock, ModalView } from '@slack/types'
import type { BatchRecord, WorkflowRecord } from 'hwautomation'
import { CALLBACKS } from './action-ids.ts'
import { batchCounts, batchRows, countWords } from './batch-rows.ts'
import { headline } from './batch-message.ts'
import { modal, paragraphs } from './modals.ts'
import { plain } from './escape.ts'

/** Every server of a batch: a line each, the most urgent first. A table of so many fits in no message. */
export function batchDetailsModal(
  batch: BatchRecord,
  runs: ReadonlyMap<string, WorkflowRecord>,
  now: number,
): ModalView {
  const counts = batchCounts(batch)
  const rows = batchRows(batch, runs, { close: true, now }).toSorted((one, other) => one.rank - other.rank)
  const shown = rows.slice(0, MOST_LINES)
  const lines = shown.map(({ server, state, where, last }) =>
    plain([server, state, where, last].filter((part) => part !== '').join('  ·  '), 220),
  )
  const blocks: KnownBlock[] = [
    ...paragraphs([headline(batch, counts), countWords(counts)]),
    { type: 'divider' },
    ...paragraphs(rows.length > shown.length ? [...lines, `… and ${rows.length - shown.length} more`] : lines),
  ]
  return modal({ callback: CALLBACKS.details, title: 'Batch', close: 'Close', blocks })
}

/** The whole of a batch of usual size; a view may have 250 kB. */
const MOST_LINES = 800
