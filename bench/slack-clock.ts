import type { Clock } from 'hwautomation'

/** A clock that jumps from timer to timer as soon as nothing runs any more. Only for work that waits for nothing but it and promises. */
export interface BenchClock extends Clock {
  after(ms: number, action: () => void): void
  /** Goes on until no timer is left, or until the time is this. */
  run(until?: number): Promise<void>
}

interface Timer {
  readonly at: number
  readonly nth: number
  readonly action: () => void
}

export function createBenchClock(): BenchClock {
  const heap: Timer[] = []
  let time = 1_800_000_000_000
  let nth = 0

  const after = (ms: number, action: () => void): void => {
    nth += 1
    push(heap, { at: time + Math.max(0, ms), nth, action })
  }

  return {
    now: () => time,
    after,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
        after(ms, resolve)
      }),
    async run(until = Number.POSITIVE_INFINITY) {
      for (;;) {
        // All promises that can go on have gone on after a turn of the loop.
        await new Promise((resolve) => setImmediate(resolve))
        const next = heap[0]
        if (next === undefined || next.at > until) break
        time = next.at
        while (heap[0]?.at === time) pop(heap)!.action()
      }
      if (until < Number.POSITIVE_INFINITY) time = Math.max(time, until)
    },
  }
}

function isBefore(one: Timer, other: Timer): boolean {
  return one.at < other.at || (one.at === other.at && one.nth < other.nth)
}

function push(heap: Timer[], timer: Timer): void {
  let at = heap.push(timer) - 1
  while (at > 0) {
    const parent = (at - 1) >> 1
    if (!isBefore(timer, heap[parent]!)) break
    heap[at] = heap[parent]!
    at = parent
  }
  heap[at] = timer
}

function pop(heap: Timer[]): Timer | undefined {
  const first = heap[0]
  const last = heap.pop()
  if (first === undefined || last === undefined || heap.length === 0) return first
  let at = 0
  for (;;) {
    let child = 2 * at + 1
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1
    if (child >= heap.length || !isBefore(heap[child]!, last)) break
    heap[at] = heap[child]!
    at = child
  }
  heap[at] = last
  return first
}
