import { describe, expect, it } from 'vitest'
import { recordLines } from '../../src/index.ts'
import { testSite } from './site.ts'

describe('the standard workflow', () => {
  it('takes a new server to ready: commissioned, BIOS to its template, BMC at its address, tagged, off', async () => {
    await using site = await testSite()
    const run = await site.hw.manager.start(site.workflow({ targetIpmiIp: '192.168.1.100' }), { requestedBy: 'ada' })
    const end = await run.outcome()
    if (process.env['SHOW']) console.log(recordLines(end.record).join('\n')) // oxlint-disable-line no-console
    expect(end.status).toBe('COMPLETED')
    site.lab.assertClean()
  })
})
