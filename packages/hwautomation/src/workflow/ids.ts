import { v7, validate, version } from 'uuid'
import { systemClock } from '../clock.ts'

const PREFIX = 'run_'

/**
 * A new run's id: `run_` and a UUIDv7 (RFC 9562). Ids of one process differ in their milliseconds, so that they sort by the order of their
 * making and their beginnings tell them apart: people are shown, and type, no more. Safe as file names on every system.
 */
export function newRunId(): string {
  return `${PREFIX}${v7({ msecs: nextMillisecond() })}`
}

/** A new batch's id: `batch_` and a UUIDv7, as those of runs. */
export function newBatchId(): string {
  return `batch_${v7({ msecs: nextMillisecond() })}`
}

let latest = 0

/** Now, or, where that was given out already, the one after the last. */
function nextMillisecond(): number {
  latest = Math.max(systemClock.now(), latest + 1)
  return latest
}

/** True for what `newRunId` makes; false for anything else, path parts in particular. */
export function isRunId(text: string): boolean {
  const uuid = text.slice(PREFIX.length)
  return text.startsWith(PREFIX) && uuid === uuid.toLowerCase() && validate(uuid) && version(uuid) === 7
}
