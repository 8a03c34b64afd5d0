import { toHwError } from '../../errors.ts'
import type { WishRecord } from '../record.ts'
import type { LiveBatchDeps } from './live-batch-deps.ts'
import { isUnderWay } from './next-move.ts'
import type { BatchRecord } from './record.ts'

/** Goes on with runs that an earlier process left, one after the other. What cannot be gone on with is for the log. */
export async function resumeParked(
  { id, items }: BatchRecord,
  { by, reason, via }: WishRecord,
  { isWorkingOn, resume, logger }: LiveBatchDeps,
): Promise<void> {
  for (const { run } of items.filter(isUnderWay)) {
    if (isWorkingOn(run!)) continue
    await resume(run!, { by, reason, via }).catch((error: unknown) => {
      logger.error({ batch: id, run, error: toHwError(error).message }, 'not gone on with')
    })
  }
}

/** Cancels a run of a batch that is being cancelled. One that was there before and only means the same is somebody else's: it is waited for. */
export async function cancelRun(
  { id, cancel: wish }: BatchRecord,
  runId: string,
  { run: load, cancel, logger }: LiveBatchDeps,
): Promise<void> {
  try {
    const run = await load(runId)
    const { by, reason, via } = wish!
    if (run?.batch === id && run.cancel === undefined) await cancel(runId, { by, reason, via })
  } catch (error) {
    logger.error({ batch: id, run: runId, error: toHwError(error).message }, 'not cancelled')
  }
}
