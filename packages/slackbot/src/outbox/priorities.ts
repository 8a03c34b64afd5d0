import type { Priority } from './outbox.ts'

/** Most urgent first, with how long each may wait before it rises by a rank (milliseconds). */
const PATIENCE: readonly (readonly [Priority, number])[] = [
  ['final', 30_000],
  ['click', 10_000],
  ['followed', 30_000],
  ['step', 60_000],
  ['board', 60_000],
  ['sub-task', 120_000],
]

/** Ageing never lifts anything above finals and clicks. */
const HIGHEST_BY_AGE = 2

/** Every priority, most urgent first. */
export const PRIORITIES: readonly Priority[] = PATIENCE.map(([priority]) => priority)

const PLACE: ReadonlyMap<Priority, number> = new Map(PRIORITIES.map((priority, index) => [priority, index]))

/** Small is urgent; falls by one for each time its patience has run out. */
export function rankOf(priority: Priority, waitedMs: number): number {
  const place = PLACE.get(priority)!
  if (place <= HIGHEST_BY_AGE) return place
  return Math.max(HIGHEST_BY_AGE, place - Math.floor(waitedMs / PATIENCE[place]![1]))
}

/** The more urgent of two. */
export function moreUrgent(one: Priority, other: Priority): Priority {
  return PLACE.get(one)! <= PLACE.get(other)! ? one : other
}

/** What a person waits for: goes out before a process ends, and is not held back for smoothness. */
export function isUrgent(priority: Priority): boolean {
  return priority === 'final' || priority === 'click'
}
