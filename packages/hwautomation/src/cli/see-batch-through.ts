import { isGone } from '../control/client.ts'
import { countsOf, type BatchView } from '../control/batch-view.ts'
import { systemClock } from '../clock.ts'
import { batchLines, countText } from '../report/batch-lines.ts'
import { plain } from '../report/style.ts'
import type { Door } from './door.ts'
import { EXIT, fail } from './exit.ts'
import { followBatch } from './follow-batch.ts'
import { printLines, remark, screen } from './print.ts'

export interface SeeBatchOptions {
  readonly json: boolean
  /** What Ctrl-C does: asks for a cancel, or ends the looking. */
  readonly interrupt: 'cancels' | 'stops-looking'
  /** A cancel is what was asked for. */
  readonly cancelWanted?: boolean
}

/**
 * Follows a batch until it has ended, or is paused and nothing of it goes on any more; tells how it is then, and sets the exit code.
 * SIGTERM lets go of it: machines stay as they are, and it can be gone on with.
 */
export async function seeBatchThrough(door: Door, id: string, options: SeeBatchOptions): Promise<void> {
  const looking = new AbortController()
  const off = onSignals(door, id, options, looking)
  let last: BatchView
  try {
    last = await followBatch(door.client, id, { json: options.json, signal: looking.signal })
  } catch (error) {
    if (!isGone(error)) throw error
    if (options.json) fail(error)
    remark(`The process that worked on it has ended. ${goOn(id)}`)
    process.exitCode = EXIT.unfinished
    return
  } finally {
    off()
  }
  if (!options.json) printLines(['', ...batchLines(last, { ...screen(), now: systemClock.now() })])
  if (looking.signal.aborted) return
  if (last.status !== 'ended') remark(whyUnfinished(last))
  process.exitCode = exitOf(last, options)
}

/** What a batch comes to for a script: 0 where every server is COMPLETED. */
export function exitOf(batch: BatchView, { cancelWanted = false }: Pick<SeeBatchOptions, 'cancelWanted'>): number {
  if (batch.status !== 'ended') return EXIT.unfinished
  if (batch.cancel !== undefined) return cancelWanted ? EXIT.done : EXIT.cancelled
  return batch.items.every(({ outcome }) => outcome === 'COMPLETED') ? EXIT.done : EXIT.failed
}

function whyUnfinished({ id, items, paused }: BatchView): string {
  const why = paused === undefined ? 'Nobody works on it' : `Paused by ${plain(paused.by)}: ${plain(paused.reason)}`
  return `${why}; ${countText(countsOf(items))}. ${goOn(id)}`
}

function goOn(id: string): string {
  return `To go on: hwautomation batch proceed ${id}`
}

function onSignals(door: Door, id: string, options: SeeBatchOptions, looking: AbortController): () => void {
  const { client, owner } = door
  let asked = options.cancelWanted === true
  const stop = (code: number) => {
    process.exitCode = code
    if (owner !== undefined)
      remark(`Process ${owner.pid} goes on with it. To look again: hwautomation batch follow ${id}`)
    looking.abort()
  }
  const interrupt = () => {
    if (options.interrupt === 'stops-looking' || (asked && owner !== undefined)) return stop(EXIT.cancelled)
    if (asked)
      return remark('Still taking machines to a known state. Killing the process would leave them as they are now.')
    asked = true
    const again = owner === undefined ? 'tells what is being finished' : 'stops looking'
    remark(`Cancelling: nothing more is begun, machines are taken to a known state first. Ctrl-C again ${again}.`)
    void client.steerBatch(id, 'cancel', { reason: 'Ctrl-C' }).catch((error: unknown) => {
      remark(plain(error instanceof Error ? error.message : String(error)))
    })
  }
  const terminate = () => {
    if (owner === undefined) remark(`Let go of: machines stay as they are. ${goOn(id)}`)
    door.letGo()
    stop(EXIT.detached)
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', terminate)
  return () => {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', terminate)
  }
}
