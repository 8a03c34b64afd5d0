import { expect, it } from 'vitest'
import { testSite } from './site.ts'

it.each([1, 2, 3, 4, 5])('a run on a clock that is stepped by hand takes the same way each time (%i)', async () => {
  await using site = await testSite({ clock: 'stepped' })
  const run = await site.hw.manager.start(site.workflow({ targetIpmiIp: '192.168.1.100' }))
  let steps = 0
  while (run.status === 'PENDING' || run.status === 'RUNNING') {
    expect((steps += 1)).toBeLessThan(60)
    await site.lab.clock.advance(60_000)
  }
  expect((await run.outcome()).status).toBe('COMPLETED')
})
