import { toErrorRecord } from '../error-record.ts'
import type { WorkflowRecord } from '../record.ts'
import { noSuchRun } from '../wishes.ts'
import { type Change, hasRun, leavesOut, ranTo } from './changes.ts'
import { keyOf } from './item-run.ts'
import type { LiveBatchDeps } from './live-batch-deps.ts'
import type { BatchItem, BatchRecord } from './record.ts'

/**
 * Looks at what happened to a batch's items between its last write and the end of the process that wrote it: for runs that were begun
 * without the batch hearing of it, retries included, and at how those it knows have ended.
 *
 * @param found hears of each run before it is looked at, so that no end of it falls between the look and the listening
 */
export async function catchUp(
  record: BatchRecord,
  deps: LiveBatchDeps,
  found: (resource: string, run: string) => void,
): Promise<Change> {
  const changes: Change[] = []
  for (const item of record.items) {
    const { resource, run, status, outcome } = item
    const newest = await newestRun(record.id, item, deps)
    if (newest !== undefined) {
      found(resource, newest.id)
      changes.push(hasRun(resource, (await deps.run(newest.id)) ?? newest))
    } else if (status === 'started' && outcome === undefined)
      changes.push(ranTo(resource, run!, 'FAILED', toErrorRecord(noSuchRun(run!), deps.redactor)))
  }
  return (now) => [...changes, leavesOut].reduce((changed, change) => change(changed), now)
}

/** Undefined where the item has none, or the one that it has has ended and was not retried. */
async function newestRun(
  batch: string,
  { resource, status, run, outcome }: BatchItem,
  { store, run: load }: LiveBatchDeps,
): Promise<WorkflowRecord | undefined> {
  if (status === 'waiting') return store.findByIdempotencyKey(keyOf(batch, resource))
  if (status !== 'started') return undefined
  // only the newest run of a machine can be retried: where it was, also more than once, the last retry is the newest now
  const [newest] = outcome === 'COMPLETED' ? [] : (await store.list({ resource, limit: 1 })).records
  if (newest !== undefined && newest.id > run! && isRetryOf(newest, run!, batch)) return newest
  return outcome === undefined ? load(run!) : undefined
}

/** Also of a retry of it: those of a batch's run belong to the batch. */
function isRetryOf({ retryOf, batch }: WorkflowRecord, run: string, of: string): boolean {
  return retryOf !== undefined && (retryOf === run || batch === of)
}
