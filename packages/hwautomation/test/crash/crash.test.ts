import { availableParallelism } from 'node:os'
import { beforeAll, describe, expect, it } from 'vitest'
import { playAll } from './all.ts'
import { missingOnPage, writeCrashGrid } from './crash-grid.ts'
import type { Share } from './plan.ts'
import { nameOf } from './scenario.ts'

/** A lane waits for a disk or a process now and then. */
const LANES = Math.min(4, availableParallelism() + 1)

describe('a run whose process is killed', () => {
  let share: Share
  beforeAll(async () => {
    share = await playAll(LANES)
  }, 1_500_000)

  it('at any call, effect, answer or write, is gone on with by the next process: as promised, with nothing done twice', () => {
    expect(share.broken, `${share.broken.length} broken promises`).toEqual([])
    expect(share.verdicts.length).toBeGreaterThan(300)
  })

  it('was killed where it was to be killed, but for the few moments that come by chance', () => {
    const missed = share.verdicts.filter(({ ended }) => ended === 'missed').map(({ cell }) => nameOf(cell))
    expect(missed.length, `moments that never came: ${missed.join('; ')}`).toBeLessThan(share.verdicts.length / 50)
    expect(share.twice.length, 'killed again while it was gone on with').toBeGreaterThan(10)
  })

  it('has its place on the page of the fault matrix', async () => {
    // A new call has a cell at once; the page must have it too.
    if (process.env['CI']) expect(missingOnPage(share.verdicts)).toEqual([])
    else await writeCrashGrid(share.verdicts)
  })
})
