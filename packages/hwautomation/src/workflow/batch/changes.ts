import { needsApproval } from '../approval.ts'
import type { ErrorRecord, WishRecord, WorkflowRecord } from '../record.ts'
import { hasEnded } from '../status.ts'
import { batchHasEnded } from './batch-errors.ts'
import { hasFailed, isUnderWay } from './next-move.ts'
import type { BatchItem, BatchRecord } from './record.ts'

/** A change of a batch's document; the same document where there is nothing to change. */
export type Change = (record: BatchRecord) => BatchRecord

/** Who acts where no person does. */
export const SYSTEM = 'hwautomation'

/** The item has a run; how that ended, where it has. What is known of the run already stays. */
export function hasRun(resource: string, { id, status, error }: WorkflowRecord): Change {
  return (record) =>
    withItem(record, resource, (item) => {
      if (item.run === id && (item.outcome !== undefined || !hasEnded(status))) return item
      const { outcome: _, error: __, excused: ___, ...rest } = item
      const begun: BatchItem = { ...rest, status: 'started', run: id }
      return hasEnded(status) ? withOutcome(begun, status, error) : begun
    })
}

/** How the item's run ended. */
export function ranTo(
  resource: string,
  run: string,
  outcome: WorkflowRecord['status'],
  error: ErrorRecord | undefined,
): Change {
  return (record) =>
    withItem(record, resource, (item) =>
      item.run === run && item.outcome === outcome
        ? item
        : withOutcome({ ...item, status: 'started', run }, outcome, error),
    )
}

/** The item's run could not be started. */
export function wasRefused(resource: string, error: ErrorRecord): Change {
  return (record) => withItem(record, resource, (item) => ({ ...item, status: 'refused', error: alone(error) }))
}

/** No more items are begun. */
export function paused(wish: WishRecord): Change {
  return (record) => {
    refuseIfOver(record)
    return record.status === 'running' ? { ...record, status: 'paused', paused: wish } : record
  }
}

/** The same, where nobody asked for it: harmless for a batch that is not running. */
export function pausedItself(reason: string, at: string): Change {
  return (record) =>
    record.status === 'running'
      ? { ...record, status: 'paused', paused: { by: SYSTEM, reason, via: 'api', at } }
      : record
}

/** Goes on, whatever failed so far: it was seen by whoever says so. Of one that waits for a second person, that is the yes. */
export function goesOn(wish: WishRecord): Change {
  return (record) => {
    refuseIfOver(record)
    if (record.status !== 'paused') return record
    const { paused: _, approval, ...rest } = record
    const items = record.items.map((item): BatchItem =>
      hasFailed(item) || item.outcome === 'CANCELLED' ? { ...item, excused: true } : item,
    )
    const granted = needsApproval(approval) ? { ...approval, granted: wish } : approval
    return { ...rest, status: 'running', items, ...(granted === undefined ? {} : { approval: granted }) }
  }
}

/** Ends it: what has not begun is left out, except what is being begun at this moment. */
export function cancelled(wish: WishRecord, beginning: ReadonlySet<string>): Change {
  return (record) => {
    if (record.status === 'ended') throw batchHasEnded(record)
    if (record.status === 'cancelling') return record
    const { paused: _, ...rest } = record
    return { ...rest, status: 'cancelling', cancel: wish, items: record.items.map((item) => leftOut(item, beginning)) }
  }
}

/** After a restart: what had not begun when it was cancelled never will. */
export const leavesOut: Change = (record) =>
  record.status === 'cancelling' && record.items.some(({ status }) => status === 'waiting')
    ? { ...record, items: record.items.map((item) => leftOut(item, new Set())) }
    : record

/** Everything has come to its end; not where somebody took an item up again meanwhile. */
export function ended(at: string): Change {
  return (record) =>
    record.status === 'ended' || record.items.some((item) => item.status === 'waiting' || isUnderWay(item))
      ? record
      : { ...record, status: 'ended', endedAt: at }
}

function leftOut(item: BatchItem, beginning: ReadonlySet<string>): BatchItem {
  return item.status === 'waiting' && !beginning.has(item.resource) ? { ...item, status: 'left-out' } : item
}

function withItem(record: BatchRecord, resource: string, change: (item: BatchItem) => BatchItem): BatchRecord {
  // what becomes of its machines after its end is in their runs
  const before = record.status === 'ended' ? undefined : record.items.find((item) => item.resource === resource)
  const after = before === undefined ? undefined : change(before)
  if (before === undefined || after === undefined || before === after) return record
  return { ...record, items: record.items.map((item) => (item === before ? after : item)) }
}

function refuseIfOver(record: BatchRecord): void {
  if (record.status === 'ended' || record.status === 'cancelling') throw batchHasEnded(record)
}

function withOutcome(item: BatchItem, status: WorkflowRecord['status'], error: ErrorRecord | undefined): BatchItem {
  const why = status === 'COMPLETED' || error === undefined ? {} : { error: alone(error) }
  return { ...item, outcome: status as NonNullable<BatchItem['outcome']>, ...why }
}

/** What is behind an error is in the run. */
function alone({ causes: _, ...error }: ErrorRecord): ErrorRecord {
  return error
}
