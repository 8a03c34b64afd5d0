import { describe, expect, it } from 'vitest'
import { MemoryStore } from '../../src/index.ts'
import { RestoreBiosWorkflow } from '../../src/provisioning/restore-bios-workflow.ts'
import { FACTORY_BIOS, testSite, type TestSite } from './site.ts'

const FACTORY = [{ hostname: 'srv001', bios: { ...FACTORY_BIOS, AdminName: 'night shift' } }] as const

const biosOf = ({ lab }: TestSite) => Object.fromEntries(lab.server('srv001').machine.bios.current)

/** A machine that was brought to its template, and what it had before. */
async function provisioned(site: TestSite) {
  const before = biosOf(site)
  const run = await site.hw.manager.start(site.workflow())
  expect((await run.outcome()).status).toBe('COMPLETED')
  expect(biosOf(site)).not.toEqual(before)
  return { id: run.id, before }
}

async function settled({ lab }: TestSite): Promise<void> {
  await lab.clock.settled()
  lab.assertClean()
}

describe('restoring a BIOS', () => {
  it('brings back what the run found, through one reboot, and takes the device type off', async () => {
    await using site = await testSite({ servers: FACTORY })
    const { id, before } = await provisioned(site)
    const rescues = () => site.lab.log.of('maas POST machines/{id}?op=rescue_mode', 'srv001').length
    const first = rescues()
    const run = await site.hw.restoreBios(id, { by: 'ada', reason: 'the customer wants it back' })
    const end = await run.outcome()
    expect(end.error).toBeUndefined()
    expect(end.status).toBe('COMPLETED')
    expect(biosOf(site)).toEqual(before)
    expect(rescues() - first).toBe(2) // a shell, and the reboot that applies
    expect(end.record.definition).toEqual({ name: 'bios-restore', version: 1 })
    expect(end.record.steps.at(-1)?.output).toMatchObject({ removedTags: ['hw-type-a1-c5-large'], status: 'Ready' })
    expect(site.lab.server('srv001').maasRecord()).toMatchObject({
      status_name: 'Ready',
      power_state: 'off',
      owner: null,
      tag_names: [],
      workload_annotations: {},
    })
    await settled(site)
  })

  it('says beforehand what would change', async () => {
    await using site = await testSite({ servers: FACTORY })
    const { id } = await provisioned(site)
    const run = await site.hw.manager.get(id)
    const plan = await new RestoreBiosWorkflow(run!.record(), site.hw).plan()
    expect(plan.problems).toEqual([])
    expect(plan.steps.find((step) => step.id === 'bios-modify')?.plan.diff?.join('\n')).toMatch(
      /WorkloadProfile.*GeneralPowerEfficientCompute/,
    )
    await settled(site)
  })

  it('can itself be undone', async () => {
    await using site = await testSite({ servers: FACTORY })
    const { id } = await provisioned(site)
    const after = biosOf(site)
    const back = await site.hw.restoreBios(id, { by: 'ada' })
    expect((await back.outcome()).status).toBe('COMPLETED')
    const again = await site.hw.restoreBios(back.id, { by: 'ada' })
    expect((await again.outcome()).status).toBe('COMPLETED')
    expect(biosOf(site)).toEqual(after)
    await settled(site)
  })

  it('writes and reboots nothing where nothing differs, and leaves the tags', async () => {
    await using site = await testSite({ servers: FACTORY })
    const { id } = await provisioned(site)
    const second = await site.hw.manager.start(site.workflow({ recommission: true }))
    expect((await second.outcome()).status).toBe('COMPLETED')
    const commits = () => site.lab.log.of('ilorest commit', 'srv001').length
    const before = commits()
    const run = await site.hw.restoreBios(second.id, { by: 'ada' })
    const end = await run.outcome()
    expect(end.status).toBe('COMPLETED')
    expect(end.record.steps.find((step) => step.id === 'bios-push')).toMatchObject({ status: 'skipped' })
    expect(commits()).toBe(before)
    expect(site.lab.server('srv001').maasRecord()).toMatchObject({ tag_names: ['hw-type-a1-c5-large'] })
    expect(id).not.toBe(second.id)
    await settled(site)
  })

  it('leaves a machine that is known when it is cancelled before the first write', async () => {
    await using site = await testSite({ servers: FACTORY })
    const { id } = await provisioned(site)
    const after = biosOf(site)
    const run = await site.hw.restoreBios(id, { by: 'ada' })
    site.lab.faults.once({ call: 'ilorest save', mode: 'intervention', act: () => void run.cancel({ by: 'bob' }) })
    const end = await run.outcome()
    expect(end.status).toBe('CANCELLED')
    expect(biosOf(site)).toEqual(after)
    expect(site.lab.server('srv001').maasRecord()).toMatchObject({
      status_name: 'Ready',
      power_state: 'off',
      tag_names: ['hw-type-a1-c5-large'],
    })
    await settled(site)
  })

  it('finishes what it has begun to write before a cancel takes effect, and names it', async () => {
    await using site = await testSite({ servers: FACTORY })
    const { id, before } = await provisioned(site)
    const run = await site.hw.restoreBios(id, { by: 'ada' })
    site.lab.faults.once({ call: 'ilorest commit', mode: 'intervention', act: () => void run.cancel({ by: 'bob' }) })
    const end = await run.outcome()
    expect(end.status).toBe('CANCELLED')
    expect(biosOf(site)).toEqual(before)
    expect(end.leftBehind.map(({ what }) => what).join()).toMatch(/BIOS settings.*WorkloadProfile/)
    await settled(site)
  })

  it('is in the audit trail, with its reason', async () => {
    await using site = await testSite({ servers: FACTORY })
    const { id } = await provisioned(site)
    const run = await site.hw.restoreBios(id, { by: 'ada', reason: 'given back', via: 'slack' })
    await run.outcome()
    await expect(site.hw.restoreBios('run_unknown', { by: 'eve' })).rejects.toMatchObject({
      code: 'workflow.no-such-run',
    })
    const wishes = []
    for await (const line of site.hw.manager.audit({}))
      if (line.type === 'audit' && line.action === 'restore-bios') wishes.push(line)
    expect(wishes).toMatchObject([
      { by: 'ada', reason: 'given back', via: 'slack', outcome: 'accepted', workflowId: run.id, detail: { of: id } },
      { by: 'eve', outcome: 'refused', error: { code: 'workflow.no-such-run' } },
    ])
  })
})

describe('restoring a BIOS is refused', () => {
  it('where the kept file is missing or damaged', async () => {
    const store = new MemoryStore()
    await using site = await testSite({ servers: FACTORY }, { store })
    const { id } = await provisioned(site)
    for (const found of [undefined, new TextEncoder().encode('{"current":'), new TextEncoder().encode('{}')]) {
      store.getArtefact = async () => found
      await expect(site.hw.restoreBios(id, { by: 'ada' })).rejects.toMatchObject({ code: 'bios.kept-missing' })
    }
  })

  it('where the run never read the BIOS', async () => {
    await using site = await testSite({ servers: FACTORY })
    site.lab.faults.always({ call: 'ssh connect', mode: 'auth-failure' })
    const run = await site.hw.manager.start(site.workflow({ retryCount: 0 }))
    expect((await run.outcome()).status).toBe('FAILED')
    await expect(site.hw.restoreBios(run.id, { by: 'ada' })).rejects.toMatchObject({ code: 'bios.nothing-pulled' })
  })

  it('where somebody has the machine now, which is not touched', async () => {
    await using site = await testSite({ servers: FACTORY })
    const { id } = await provisioned(site)
    site.lab.server('srv001').intervene('allocate')
    const mutating = () =>
      site.lab
        .server('srv001')
        .log()
        .filter((entry) => entry.mutating).length
    const before = mutating()
    const end = await (await site.hw.restoreBios(id, { by: 'ada' })).outcome()
    expect(end.status).toBe('FAILED')
    expect(end.error?.code).toBe('machine.not-admitted')
    expect(mutating()).toBe(before)
  })

  it('where the machine has been replaced', async () => {
    await using site = await testSite({ servers: FACTORY })
    const { id } = await provisioned(site)
    const run = await site.hw.manager.get(id)
    const workflow = new RestoreBiosWorkflow({ ...run!.record(), resource: 'srv001' }, site.hw)
    await expect(site.hw.manager.start(workflow)).rejects.toMatchObject({ code: 'bios.another-machine' })
  })
})
