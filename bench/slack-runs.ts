/** What happens in a run, for Slack's purposes. */
export type EventKind = 'sub-task' | 'step' | 'final'

export interface RunEvent {
  readonly run: number
  /** Place in its run; 40 a run. */
  readonly seq: number
  /** Milliseconds since the first run could start. */
  readonly at: number
  readonly kind: EventKind
}

const MINUTE_MS = 60_000
const EVENTS = 40
const STEPS = 7

/** 7 steps and 40 events over 20 to 60 minutes a run, starts within 10 minutes. The same for all who are compared. */
export function syntheticRuns(runs: number): readonly RunEvent[] {
  const random = seeded(runs)
  const events: RunEvent[] = []
  for (let run = 0; run < runs; run += 1) {
    const start = random() * 10 * MINUTE_MS
    const lasts = (20 + random() * 40) * MINUTE_MS
    const times = Array.from({ length: EVENTS - 2 }, () => start + random() * lasts).toSorted((a, b) => a - b)
    for (const [seq, at] of [start, ...times, start + lasts].entries())
      events.push({ run, seq, at: Math.round(at), kind: kindOf(seq) })
  }
  return events.toSorted((one, other) => one.at - other.at)
}

function kindOf(seq: number): EventKind {
  if (seq === EVENTS - 1) return 'final'
  return seq % Math.ceil(EVENTS / STEPS) === 0 ? 'step' : 'sub-task'
}

/** mulberry32: the same numbers each time. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
