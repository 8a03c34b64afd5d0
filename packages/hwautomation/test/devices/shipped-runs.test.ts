import { describe, expect, it } from 'vitest'
import { testSite } from '../provisioning/site.ts'

/** A new machine of each kind, and the shipped type that it is to become; the RL300 is what all other tests run on. */
const PAIRS = [
  ['hpe-dl360-gen11', 'flex-6542Y.c.large'],
  ['dell-r650', 'r650.c.large'],
  ['dell-r6515', 'r6515.c.large'],
  ['supermicro-x11dpt-b', 'flex-6258R.c.small'],
  ['supermicro-x11sce-f', 's1.c1.small'],
  ['supermicro-x13det-b', 'flex-8452Y.m'],
] as const

describe('a new machine becomes what a shipped type says', () => {
  it.each(PAIRS)('%s: %s', { timeout: 60_000 }, async (model, deviceType) => {
    await using site = await testSite({ servers: [{ hostname: 'srv001', model }] })
    const run = await site.hw.manager.start(site.workflow({ deviceType, retryCount: 0 }))
    const { status, error, record } = await run.outcome()
    expect(error).toBeUndefined()
    expect(status).toBe('COMPLETED')
    expect(record.steps.find(({ id }) => id === 'bios-push')?.status).toBe('completed')
    // Rules that nobody brings about on a new machine are advised, and said; there is nothing else to warn of.
    expect(record.warnings.filter(({ code }) => code !== 'boarding.advised')).toEqual([])
    expect(record.warnings.length).toBeGreaterThan(0)
    await site.lab.clock.settled()
    site.lab.assertClean()
  })
})
