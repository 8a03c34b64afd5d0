import { type Clock, everyWallMs } from './clock.ts'
import { toHwError } from './errors.ts'
import type { Logger } from './logger.ts'
import type { LowdbStore } from './stores/lowdb-store.ts'

const DAY_MS = 24 * 60 * 60_000

/** What retention needs. `keepForMs`: how long ended runs are kept, on the clock that their times are of. */
export interface HouseKeepingOptions {
  readonly store: Pick<LowdbStore, 'retain'>
  readonly keepForMs: number
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Removes runs that ended too long ago, now and once a day of wall time, in the background. A failure is logged, and tried again the
 * next day. Returns the function that ends it; it resolves when nothing is being removed any more.
 */
export function keepHouse({ store, keepForMs, clock, logger }: HouseKeepingOptions): () => Promise<void> {
  const end = new AbortController()
  let tidying: Promise<void> = Promise.resolve()
  const tidy = async () => {
    try {
      if (end.signal.aborted) return
      const removed = await store.retain({ olderThan: new Date(clock.now() - keepForMs), signal: end.signal })
      if (removed.runs > 0) logger.info({ ...removed }, 'runs that ended too long ago were removed')
    } catch (error) {
      if (!end.signal.aborted) logger.warn({ error: toHwError(error).message }, 'old runs could not be removed')
    }
  }
  const again = () => {
    tidying = tidying.then(tidy)
  }
  again()
  const stop = everyWallMs(DAY_MS, again)
  return async () => {
    stop()
    end.abort()
    await tidying
  }
}
