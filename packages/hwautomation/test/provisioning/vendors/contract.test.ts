import { fileURLToPath } from 'node:url'
import type { Lab } from '@hwautomation/testkit'
import { describe, expect, it } from 'vitest'
import { MACHINES } from '../matrix/machines.ts'
import { endOf, lives, type Life } from '../lives.ts'
import { testSite, type TestSite } from '../site.ts'

/**
 * What every vendor's in-band tool owes the steps that use it, whatever it is called and however its settings are staged. A new vendor
 * is a row in `MACHINES` and a device type in `matrix-devices.yaml`: the fault matrix and this suite come with it.
 */
describe.each(MACHINES)('$model', (machine) => {
  const { model, deviceType, setting, promised, write } = machine
  const FILES = { devices: { files: [fileURLToPath(new URL('../matrix/matrix-devices.yaml', import.meta.url))] } }
  const servers = [{ hostname: 'srv001', model }]
  const site = () => testSite({ servers }, FILES)
  const begin = ({ hw }: Pick<TestSite, 'hw'>, workflow: ReturnType<TestSite['workflow']>) => hw.manager.start(workflow)
  const run = async (site: TestSite, request: Parameters<TestSite['workflow']>[0] = {}) =>
    (await begin(site, site.workflow({ deviceType, retryCount: 0, ...request }))).outcome()
  const value = (lab: Lab) => lab.server('srv001').machine.bios.current.get(setting)
  const writes = (lab: Lab) => lab.log.of(write, 'srv001').filter(({ effect }) => effect !== 'none')
  const entries = (lab: Lab) => lab.log.of('maas POST machines/{id}?op=rescue_mode', 'srv001').length
  const clean = async (lab: Lab) => {
    await lab.clock.settled()
    lab.assertClean()
  }

  it('pulls, changes what differs, and reads it back after one reboot', async () => {
    await using here = await site()
    const before = value(here.lab)
    const end = await run(here)
    expect(end.error).toBeUndefined()
    expect(end.status).toBe('COMPLETED')
    expect(before).not.toBe(promised)
    expect(value(here.lab)).toBe(promised)
    const push = end.record.steps.find(({ id }) => id === 'bios-push')
    expect(push?.output).toMatchObject({ applied: expect.arrayContaining([setting]) })
    expect(push?.evidence[0]?.observed).toMatchObject({ [setting]: promised })
    expect(writes(here.lab)).toHaveLength(1)
    await clean(here.lab)
  })

  it('writes nothing and does not reboot where everything is as wanted', async () => {
    await using here = await site()
    await run(here)
    const before = entries(here.lab)
    const end = await run(here, { recommission: true })
    expect(end.status).toBe('COMPLETED')
    expect(end.record.steps.find(({ id }) => id === 'bios-push')?.status).toBe('skipped')
    expect(writes(here.lab)).toHaveLength(1)
    expect(entries(here.lab)).toBe(before)
    await clean(here.lab)
  })

  it('does not believe a tool that says it wrote and did nothing', async () => {
    await using here = await site()
    here.lab.faults.always({ server: 'srv001', call: write, mode: 'ack-no-effect' })
    const end = await run(here)
    expect(end.status).toBe('FAILED')
    expect(end.error?.code).toMatch(/^bios\.not-(?:staged|taken)$/)
    expect(value(here.lab)).not.toBe(promised)
    await clean(here.lab)
  })

  it('writes once where the answer of the writing is lost', async () => {
    await using here = await site()
    here.lab.faults.once({ server: 'srv001', call: write, mode: 'reply-lost-after-effect' })
    const end = await run(here, { retryCount: 2 })
    expect(end.error).toBeUndefined()
    expect(end.status).toBe('COMPLETED')
    expect(writes(here.lab)).toHaveLength(1)
    await clean(here.lab)
  })

  it('goes on where the process dies with the writing under way', async () => {
    await using all = await lives({ servers })
    const first = await all.begin(FILES)
    all.lab.faults.once({ call: write, mode: 'intervention', act: () => first.lose() })
    const begun = await first.hw.manager.start(first.workflow({ deviceType }))
    await begun.outcome()
    const second: Life = await all.begin(FILES)
    const end = await endOf(second, begun.id)
    expect(end.error).toBeUndefined()
    expect(end.status).toBe('COMPLETED')
    expect(value(all.lab)).toBe(promised)
    expect(writes(all.lab)).toHaveLength(1)
    await clean(all.lab)
  })

  it('brings back what it found', async () => {
    await using here = await site()
    const before = new Map(here.lab.server('srv001').machine.bios.current)
    const end = await run(here)
    const restored = await (await here.hw.restoreBios(end.record.id, { by: 'ada' })).outcome()
    expect(restored.error).toBeUndefined()
    expect(restored.status).toBe('COMPLETED')
    expect(new Map(here.lab.server('srv001').machine.bios.current)).toEqual(before)
    await clean(here.lab)
  })

  it('touches no machine of another kind', async () => {
    const other = MACHINES.find((each) => each.model !== model)!
    await using here = await testSite({ servers: [{ hostname: 'srv001', model: other.model }] }, FILES)
    const end = await run(here)
    expect(end.error?.code).toBe('devices.mismatch')
    expect(here.lab.log.of(write)).toEqual([])
    expect(here.lab.log.of(other.write)).toEqual([])
    await clean(here.lab)
  })

  it('says beforehand which tool is missing', async () => {
    await using here = await testSite({ servers }, { ...FILES, tools: {} })
    const { problems } = await here.workflow({ deviceType }).plan()
    expect(problems.join('\n')).toContain(`tools.${write.split(' ')[0]}`)
  })
})
