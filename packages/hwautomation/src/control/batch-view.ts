import type { BatchItem, BatchRecord } from '../workflow/batch/record.ts'
import { isUnderWay } from '../workflow/batch/next-move.ts'
import { type RunSummary, summaryOf } from './run-summary.ts'
import type { Reading } from './site.ts'

/** An item as the control API shows it: the request is in its run. */
export type ItemView = Omit<BatchItem, 'request'> & {
  /** How its run is, while that is under way. */
  readonly progress?: RunSummary
}

/** A batch as the control API shows it: the whole document, with how its runs are now. */
export interface BatchView extends Pick<
  BatchRecord,
  | 'schema'
  | 'id'
  | 'definition'
  | 'label'
  | 'requestedBy'
  | 'via'
  | 'createdAt'
  | 'endedAt'
  | 'status'
  | 'paused'
  | 'cancel'
  | 'approval'
  | 'policy'
  | 'revision'
> {
  readonly items: readonly ItemView[]
  /** Whether the answering process goes on with it by itself. */
  readonly working: boolean
}

/** A batch in short, for lists: counts instead of items. */
export interface BatchSummary {
  readonly id: string
  readonly label: string
  readonly status: BatchRecord['status']
  readonly requestedBy: string
  readonly via: string
  readonly createdAt: string
  readonly endedAt?: string
  readonly paused?: BatchRecord['paused']
  readonly cancel?: BatchRecord['cancel']
  readonly counts: BatchCounts
}

/** How many of its items are how. They add up to all of them. */
export interface BatchCounts {
  readonly waiting: number
  readonly underWay: number
  readonly completed: number
  readonly failed: number
  readonly cancelled: number
  readonly refused: number
  readonly leftOut: number
}

/** The batch with how its runs are now. */
export async function batchView(record: BatchRecord, reading: Reading): Promise<BatchView> {
  const items = record.items.map(async ({ request: _, ...item }): Promise<ItemView> => {
    const run = isUnderWay(item as BatchItem) ? await reading.load(item.run!) : undefined
    return run === undefined ? item : { ...item, progress: summaryOf(run, reading.isWorkingOn(run.id)) }
  })
  return { ...record, items: await Promise.all(items), working: reading.isWorkingOnBatch(record.id) }
}

export function batchSummary(record: BatchRecord): BatchSummary {
  const { id, label, status, requestedBy, via, createdAt, endedAt, paused, cancel, items } = record
  return {
    id,
    label,
    status,
    requestedBy,
    via,
    createdAt,
    ...(endedAt === undefined ? {} : { endedAt }),
    ...(paused === undefined ? {} : { paused }),
    ...(cancel === undefined ? {} : { cancel }),
    counts: countsOf(items),
  }
}

export function countsOf(items: readonly Pick<BatchItem, 'status' | 'outcome'>[]): BatchCounts {
  const count = (test: (item: Pick<BatchItem, 'status' | 'outcome'>) => boolean) => items.filter(test).length
  return {
    waiting: count(({ status }) => status === 'waiting'),
    underWay: count(({ status, outcome }) => status === 'started' && outcome === undefined),
    completed: count(({ outcome }) => outcome === 'COMPLETED'),
    failed: count(({ outcome }) => outcome === 'FAILED'),
    cancelled: count(({ outcome }) => outcome === 'CANCELLED'),
    refused: count(({ status }) => status === 'refused'),
    leftOut: count(({ status }) => status === 'left-out'),
  }
}
