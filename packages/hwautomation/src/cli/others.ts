import { systemClock } from '../clock.ts'
import type { WorkflowManager } from '../workflow/manager.ts'
import { remark } from './print.ts'

const LOOK_AGAIN_MS = 250

/**
 * Resolves when no run goes on in this process any more: other commands may have handed theirs over while this one owned the state
 * directory. SIGTERM or Ctrl-C lets go of them: their machines stay as they are, and they can be resumed.
 */
export async function othersHaveEnded(manager: WorkflowManager, letGo: AbortController): Promise<void> {
  const goesOn = () => manager.activeRuns > 0 || manager.activeBatches > 0
  if (!goesOn() || letGo.signal.aborted) return
  const [runs, them] = manager.activeRuns === 1 ? ['1 run', 'it'] : [`${manager.activeRuns} runs`, 'them']
  remark(`${runs} of other commands, handed to this process: it waits for ${them}. Ctrl-C lets go of ${them}.`)
  const stop = () => letGo.abort()
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  try {
    while (goesOn() && !letGo.signal.aborted) await systemClock.sleep(LOOK_AGAIN_MS, letGo.signal)
  } catch {
    remark(`Let go of ${them}. To go on: hwautomation resume`)
  } finally {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
  }
}
