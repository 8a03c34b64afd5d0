import { systemClock } from 'hwautomation'
import type { OutboxStats, Priority } from './outbox.ts'
import { isUrgent, PRIORITIES } from './priorities.ts'
import type { Waiting } from './waiting.ts'

/** The figures, at `now`. */
export function statsOf(
  waiting: readonly Waiting[],
  now: number,
  counts: Pick<OutboxStats, 'sent' | 'rateLimited' | 'coalesced'>,
  revoked: string | undefined,
): OutboxStats {
  const byKind = Object.fromEntries(PRIORITIES.map((priority) => [priority, 0])) as Record<Priority, number>
  for (const { priority } of waiting) byKind[priority] += 1
  const oldest = waiting.reduce((earliest, { since }) => Math.min(earliest, since), now)
  return { waiting: byKind, oldestMs: now - oldest, ...counts, ...(revoked === undefined ? {} : { revoked }) }
}

const LOOK_EVERY_MS = 20

/** Resolves when nothing urgent waits any more, or after so many wall milliseconds. */
export async function drained(waiting: () => readonly Waiting[], withinMs: number): Promise<void> {
  const isUrgentLeft = () => waiting().some(({ priority }) => isUrgent(priority))
  // looks are counted: a clock that is set back meanwhile must not keep a process that is to end
  for (let left = withinMs; left > 0 && isUrgentLeft(); left -= LOOK_EVERY_MS) await systemClock.sleep(LOOK_EVERY_MS)
}
