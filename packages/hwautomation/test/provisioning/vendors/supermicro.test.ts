import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { testSite, type TestSite } from '../site.ts'

const FILES = { devices: { files: [fileURLToPath(new URL('supermicro-devices.yaml', import.meta.url))] } }
const POWER = 'Advanced > CPU Configuration > Advanced Power Management Configuration'
const VTD =
  'Advanced > Chipset Configuration > North Bridge > IIO Configuration > Intel® VT for Directed I/O (VT-d)#1 > Intel® VT for Directed I/O (VT-d)#2'
const WANTED = {
  'Advanced > CPU Configuration > Hyper-Threading [ALL]': 'Disable',
  [VTD]: 'Disable',
  'Advanced > Boot Feature > Quiet Boot': 'Unchecked',
  [`${POWER} > Power Technology`]: 'Custom',
  [`${POWER} > CPU P State Control > Turbo Mode`]: 'Disable',
  'Advanced > Trusted Computing > Security Device Support': 'Disable',
  'Advanced > Chipset Configuration > North Bridge > Memory Configuration > Memory RAS Configuration > Patrol Scrub Interval': 12,
}

const site = (model = 'supermicro-x11dpt-b') => testSite({ servers: [{ hostname: 'srv001', model }] }, FILES)
const machineOf = ({ lab }: TestSite) => lab.server('srv001').machine
const writes = ({ lab }: TestSite) => lab.log.of('sum ChangeBiosCfg', 'srv001')
const run = async (at: TestSite, deviceType = 'smc.dpt', retryCount = 0) =>
  (await at.hw.manager.start(at.workflow({ deviceType, retryCount }))).outcome()
const settled = async ({ lab }: TestSite) => {
  await lab.clock.settled()
  lab.assertClean()
}

describe('a Supermicro board', () => {
  it('is brought to its template by sum, with names that hold ®, blanks and numbers, and read back after the boot', async () => {
    await using at = await site()
    const plan = await at.workflow({ deviceType: 'smc.dpt' }).plan()
    expect(plan.problems).toEqual([])
    expect(plan.steps.find(({ id }) => id === 'bios-modify')?.plan.unknown?.join()).toContain('the BIOS diff')

    const end = await run(at)
    expect(end.error).toBeUndefined()
    expect(end.status).toBe('COMPLETED')
    expect(Object.fromEntries(machineOf(at).bios.current)).toMatchObject(WANTED)
    const push = end.record.steps.find(({ id }) => id === 'bios-push')
    expect(push?.output).toMatchObject({ applied: expect.arrayContaining(Object.keys(WANTED)) })
    expect(push?.evidence[0]).toMatchObject({ source: 'sum', observed: WANTED })
    expect(writes(at)).toHaveLength(1)
    expect(writes(at)[0]?.detail).toMatch(/^-c ChangeBiosCfg --file \S+ --no_banner --no_progress --journal_level 0$/)
    await settled(at)
  })

  it('of a newer generation is served by saa', async () => {
    await using at = await site('supermicro-x13det-b')
    const end = await run(at, 'smc.det')
    expect([end.error, end.status]).toEqual([undefined, 'COMPLETED'])
    expect(machineOf(at).bios.current.get('Advanced > CPU Configuration > Hyper-Threading [ALL]')).toBe('Disable')
    expect(at.lab.log.of('saa ChangeBiosCfg', 'srv001')).toHaveLength(1)
    await settled(at)
  })

  it('whose template wants a setting that works only with another one is refused before anything is written', async () => {
    await using at = await site()
    const end = await run(at, 'smc.dpt.unmet')
    expect(end.error).toMatchObject({
      code: 'bios.template-refused',
      message: expect.stringContaining(
        `${POWER} > CPU P State Control > Turbo Mode can be Disable only while ${POWER} > Power Technology is Custom`,
      ),
    })
    expect(writes(at)).toEqual([])
    await settled(at)
  })

  it.each([
    ['has no licence', (at: TestSite) => machineOf(at).bmc.licences.splice(0), 'licence', /SFT-OOB-LIC/],
    [
      'has Secure Boot on, so that the kernel refuses the driver',
      (at: TestSite) =>
        machineOf(at).bios.current.set('Security > SMC Secure Boot Configuration > Secure Boot', 'Enabled'),
      'invalid',
      /Secure Boot/,
    ],
    [
      'has a BIOS administrator password',
      (at: TestSite) => machineOf(at).bios.current.set('Security > Administrator Password', 'planted-secret'),
      'auth',
      /administrator password/,
    ],
  ] as const)('that %s is left as it is, with what to do', async (_, prepare, kind, hint) => {
    await using at = await site()
    prepare(at)
    const end = await run(at, 'smc.dpt', 2)
    expect(end.error).toMatchObject({ code: 'bios.tool-failed', kind, hint: expect.stringMatching(hint) })
    expect(end.record.steps.find(({ status }) => status === 'failed')?.id).toBe('bios-pull')
    expect(at.lab.log.of('sum GetCurrentBiosCfg', 'srv001')).toHaveLength(1)
    expect(writes(at)).toEqual([])
    expect(JSON.stringify(end)).not.toContain('planted-secret')
    await settled(at)
  })

  it('that the tool does not know names the one that may', async () => {
    await using at = await site('supermicro-x13det-b')
    const end = await run(at, 'smc.det.sum')
    expect(end.error).toMatchObject({
      code: 'bios.tool-failed',
      kind: 'invalid',
      message: expect.stringContaining('sum GetCurrentBiosCfg ended with 38'),
      hint: expect.stringContaining('saa'),
    })
    await settled(at)
  })

  it('whose driver is busy while it is written to is written to again, also by a tool that cannot be told to be quiet', async () => {
    await using at = await site()
    at.lab.faults.once({ server: 'srv001', call: 'sum GetCurrentBiosCfg', mode: 'wrong-status', status: 2 })
    at.lab.faults.once({ server: 'srv001', call: 'sum ChangeBiosCfg', mode: 'wrong-status' })
    const end = await run(at, 'smc.dpt', 2)
    expect([end.error, end.status]).toEqual([undefined, 'COMPLETED'])
    const push = end.record.steps.find(({ id }) => id === 'bios-push')
    expect(push?.earlierErrors.map(({ code, kind }) => [code, kind])).toEqual([['bios.tool-failed', 'busy']])
    expect(writes(at).filter(({ detail }) => detail?.includes('--no_banner'))).toEqual([])
    expect(Object.fromEntries(machineOf(at).bios.current)).toMatchObject(WANTED)
    await settled(at)
  })
})
