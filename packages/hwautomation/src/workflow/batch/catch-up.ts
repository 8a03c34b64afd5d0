import { toErrorRecord } from '../error-record.ts'
import type { WorkflowRecord } from '../record.ts'
import { noSuchRun } from '../wishes.ts'
import { type Change, hasRun, leavesOut, ranTo } from './changes.ts'
import { keyOf } from './item-run.ts'
import type { LiveBatchDeps } from './live-batch-deps.ts'
import type { BatchItem, BatchRecord } from './record.ts'

/** What happened to a batch's items between its last write and the end of the process that wrote it. */
export interface CaughtUp {
  readonly change: Change
  /** The newest run of each item that has one, by resource. */
  readonly runs: ReadonlyMap<string, string>
}

/** Looks for runs that were begun without the batch hearing of it, retries included, and at how those it knows have ended. */
export async function catchUp(record: BatchRecord, deps: LiveBatchDeps): Promise<CaughtUp> {
  const runs = new Map<string, string>()
  const changes: Change[] = []
  for (const item of record.items) {
    const { resource, run, status, outcome } = item
    const newest = await newestRun(record.id, item, deps)
    if (newest !== undefined) {
      runs.set(resource, newest.id)
      changes.push(hasRun(resource, newest))
    } else if (status === 'started' && outcome === undefined)
      changes.push(ranTo(resource, run!, 'FAILED', toErrorRecord(noSuchRun(run!), deps.redactor)))
  }
  return { runs, change: (now) => [...changes, leavesOut].reduce((changed, change) => change(changed), now) }
}

/** Undefined where the item has none, or has one that has ended and was not retried. */
async function newestRun(
  batch: string,
  { resource, status, run, outcome }: BatchItem,
  { store, run: load, runs }: LiveBatchDeps,
): Promise<WorkflowRecord | undefined> {
  if (status === 'waiting') {
    const begun = await store.findByIdempotencyKey(keyOf(batch, resource))
    return begun === undefined ? undefined : ((await load(begun.id)) ?? begun)
  }
  const retried = runs().find(({ retryOf }) => retryOf !== undefined && retryOf === run)
  if (retried !== undefined) return retried
  return status === 'started' && outcome === undefined ? load(run!) : undefined
}
