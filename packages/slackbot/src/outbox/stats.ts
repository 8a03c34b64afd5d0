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
  const end = systemClock.now() + withinMs
  while (waiting().some(({ priority }) => isUrgent(priority)) && systemClock.now() < end)
    await systemClock.sleep(LOOK_EVERY_MS)
}
