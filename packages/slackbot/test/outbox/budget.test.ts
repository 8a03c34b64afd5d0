import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBudget } from '../../src/outbox/budget.ts'
import { modeFor, type Mode, MODES } from '../../src/outbox/modes.ts'
import { rankOf } from '../../src/outbox/priorities.ts'

const EDITS = { perMinute: 45, burst: 10, reserve: 5 }
const START = 1_000_000

/** Takes as soon as it may, until `end`; the times of the calls. */
function takeAll(budget: ReturnType<typeof createBudget>, from: number, end: number, reserved = false): number[] {
  const times: number[] = []
  for (let now = from; ;) {
    now = budget.readyAt(now, reserved)
    if (now > end) return times
    budget.take(now)
    times.push(now)
  }
}

function most(times: readonly number[], windowMs: number): number {
  return Math.max(...times.map((at) => times.filter((other) => other >= at && other < at + windowMs).length))
}

describe('a budget', () => {
  it('allows its burst at once and its average afterwards, never more than it in any minute', () => {
    const times = takeAll(createBudget(EDITS), START, START + 600_000)
    expect(times.filter((at) => at === START)).toHaveLength(10)
    expect(most(times, 60_000)).toBe(45)
    expect(times.length).toBeGreaterThan(430)
  })

  it('keeps something for clicks when all else is used up', () => {
    const budget = createBudget(EDITS)
    takeAll(budget, START, START + 59_000)
    const clicks = takeAll(budget, START + 59_000, START + 59_999, true)
    expect(clicks.length).toBeGreaterThanOrEqual(5)
  })

  it('pauses after a 429 as long as Slack says, goes slower, and recovers', () => {
    const budget = createBudget(EDITS)
    budget.limited(START, 30_000)
    budget.limited(START + 5, 30_000)
    expect(budget.readyAt(START + 10)).toBe(START + 30_005)
    expect(budget.perMinute(START + 31_000)).toBeCloseTo(31.5)
    expect(budget.perMinute(START + 3_600_000)).toBe(45)
    for (let n = 0; n < 20; n += 1) budget.limited(START + n * 40_000, 30_000)
    expect(budget.perMinute(START + 20 * 40_000)).toBeGreaterThanOrEqual(9)
  })

  it('whatever is asked of it and whenever, is never overdrawn in a minute', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 200 }), (pauses) => {
        const budget = createBudget(EDITS)
        const times: number[] = []
        let now = START
        for (const pause of pauses) {
          now = budget.readyAt(now + pause)
          budget.take(now)
          times.push(now)
        }
        return times.length === 0 || most(times, 60_000) <= 45
      }),
    )
  })
})

describe('priorities', () => {
  it('rise with age, never above finals and clicks', () => {
    expect(rankOf('sub-task', 0)).toBeGreaterThan(rankOf('step', 0))
    expect(rankOf('sub-task', 300_000)).toBeLessThan(rankOf('step', 0) + 1)
    expect(rankOf('sub-task', 1e9)).toBeGreaterThan(rankOf('click', 0))
  })
})

describe('modes', () => {
  it('change at 40 and 150 runs, and back only well below', () => {
    const seen: string[] = []
    let mode: Mode = 'live'
    for (const active of [1, 40, 41, 38, 33, 32, 41, 150, 151, 140, 121, 120, 33, 20, 1_000, 10]) {
      mode = modeFor(active, mode)
      seen.push(`${active} ${mode}`)
    }
    expect(seen).toEqual([
      '1 live',
      '40 live',
      '41 steps',
      '38 steps',
      '33 steps',
      '32 live',
      '41 steps',
      '150 steps',
      '151 board',
      '140 board',
      '121 board',
      '120 steps',
      '33 steps',
      '20 live',
      '1000 board',
      '10 live',
    ])
    expect(MODES.at(-1)!.writes.has('step')).toBe(false)
  })
})
