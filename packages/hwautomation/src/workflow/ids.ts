import { v7, validate, version } from 'uuid'

const PREFIX = 'run_'

/**
 * A new run's id: `run_` and a UUIDv7 (RFC 9562). Ids sort by the wall time of their making, also within one millisecond,
 * and are safe as file names on every system.
 */
export function newRunId(): string {
  // without options uuid keeps its own counter, which makes ids of one millisecond rise
  return `${PREFIX}${v7()}`
}

/** A new batch's id: `batch_` and a UUIDv7, as those of runs. */
export function newBatchId(): string {
  return `batch_${v7()}`
}

/** True for what `newRunId` makes; false for anything else, path parts in particular. */
export function isRunId(text: string): boolean {
  const uuid = text.slice(PREFIX.length)
  return text.startsWith(PREFIX) && uuid === uuid.toLowerCase() && validate(uuid) && version(uuid) === 7
}
