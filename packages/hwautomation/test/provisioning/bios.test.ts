import { describe, expect, it } from 'vitest'
import { FACTORY_BIOS, testSite, type TestSite } from './site.ts'

/** Runs srv001 to its end and gives its record. */
async function run(site: TestSite, retryCount = 0) {
  const handle = await site.hw.manager.start(site.workflow({ retryCount }))
  return handle.outcome()
}

/** A machine that has been brought to its template already. */
async function matchingSite(): Promise<TestSite> {
  const site = await testSite()
  expect((await run(site)).status).toBe('COMPLETED')
  return site
}

const stepOf = <Step extends { readonly id: string }>(steps: readonly Step[], id: string) =>
  steps.find((step) => step.id === id)!

describe('the plan of the BIOS steps', () => {
  it('writes nothing and reboots nothing where the BIOS is known to match, and asks the BMC once', async () => {
    await using site = await matchingSite()
    const asked = () =>
      site.lab
        .server('srv001')
        .log()
        .filter(({ call }) => /^redfish GET .*\/bios\/?$/i.test(call)).length
    const before = asked()
    const plan = await site.workflow({ recommission: true }).plan()
    expect(stepOf(plan.steps, 'bios-push').plan).toMatchObject({
      todo: [],
      skip: 'the BIOS matches the template of a1.c5.large',
    })
    expect(plan.reboots).toBe(
      plan.steps.reduce((sum, { id, plan: { reboots = 0 } }) => sum + (id === 'bios-push' ? 0 : reboots), 0),
    )
    expect(asked() - before).toBe(1)
  })

  it('writes and reboots where something differs', async () => {
    await using site = await testSite({ servers: [{ hostname: 'srv001', bios: FACTORY_BIOS }] })
    const { plan } = stepOf((await site.workflow().plan()).steps, 'bios-push')
    expect(plan.todo[0]).toMatch(/^Write the changes with ilorest/)
    expect(plan.reboots).toBe(1)
  })

  it('says "only if something differs" and counts the reboot where the BMC cannot be asked', async () => {
    await using site = await testSite()
    site.lab.faults.always({ server: 'srv001', call: 'redfish *', mode: 'refuse' })
    const { plan } = stepOf((await site.workflow().plan()).steps, 'bios-push')
    expect(plan.todo[0]).toMatch(/^Only if something differs: write the changes/)
    expect(plan.reboots).toBe(1)
  })

  it('writes over a staged value that contradicts the template', async () => {
    await using site = await matchingSite()
    site.lab.server('srv001').machine.bios.pending.set('WorkloadProfile', 'GeneralPowerEfficientCompute')
    const plan = await site.workflow({ recommission: true }).plan()
    expect(stepOf(plan.steps, 'bios-push').plan.skip).toBeUndefined()
    expect(stepOf(plan.steps, 'bios-modify').plan.diff?.join('\n')).toMatch(
      /WorkloadProfile.*somebody staged GeneralPowerEfficientCompute/,
    )
  })
})

describe('BIOS changes that somebody else has staged', () => {
  /** Commissioning boots: whatever is staged before it is applied then, so it is staged just before the pull. */
  async function stagedBeforePull(staged: Readonly<Record<string, string>>) {
    await using site = await matchingSite()
    const { bios } = site.lab.server('srv001').machine
    const wanted = Object.fromEntries(Object.keys(staged).map((name) => [name, bios.current.get(name)]))
    site.hw.manager.onEvent((event) => {
      if (event.type === 'step.status' && event.step === 'bios-pull' && event.to === 'running' && event.attempt === 1)
        for (const [name, value] of Object.entries(staged)) bios.pending.set(name, value)
    })
    const handle = await site.hw.manager.start(site.workflow({ retryCount: 0, recommission: true }))
    const end = await handle.outcome()
    const now = Object.fromEntries(Object.keys(staged).map((name) => [name, bios.current.get(name)]))
    return { end, wanted, now, pending: new Map(bios.pending) }
  }

  it('are overwritten, with a reboot, where they contradict the template', async () => {
    const { end, wanted, now, pending } = await stagedBeforePull({ WorkloadProfile: 'GeneralPowerEfficientCompute' })
    expect(end.error).toBeUndefined()
    expect(end.status).toBe('COMPLETED')
    expect(stepOf(end.record.steps, 'bios-push').status).toBe('completed')
    expect(now).toEqual(wanted)
    expect(pending.size).toBe(0)
    expect(end.record.warnings.filter(({ code }) => code === 'bios.pending-before')).toEqual([])
  })

  it('stay a warning where the template says nothing of them', async () => {
    const { end } = await stagedBeforePull({ AssetTagProtection: 'Locked' })
    expect(end.status).toBe('COMPLETED')
    expect(stepOf(end.record.steps, 'bios-push').status).toBe('skipped')
    expect(end.record.warnings.find(({ code }) => code === 'bios.pending-before')?.message).toContain(
      'AssetTagProtection',
    )
  })
})

describe('bios-push', () => {
  it('repairs in a retry a setting that was as wanted and that the apply disturbed', async () => {
    await using site = await matchingSite()
    const { bios } = site.lab.server('srv001').machine
    bios.current.set('AutoPowerOn', FACTORY_BIOS.AutoPowerOn)
    const changed = new Set<string>()
    let disturbed: string | undefined
    site.hw.manager.onEvent((event) => {
      if (event.type === 'step.status' && event.step === 'bios-modify' && event.to === 'completed') {
        const { changes, diff } = event.output as { changes: { name: string }[]; diff: string[] }
        for (const { name } of changes) changed.add(name)
        disturbed = diff.find((line) => line.startsWith('= ') && line.includes('WorkloadProfile')) && 'WorkloadProfile'
      }
      if (
        event.type === 'subtask.started' &&
        event.step === 'bios-push' &&
        event.name === 'Comparing with what the firmware made of it…' &&
        bios.current.get('AutoPowerOn') !== FACTORY_BIOS.AutoPowerOn &&
        disturbed !== undefined
      ) {
        bios.current.set(disturbed, 'GeneralPowerEfficientCompute')
        disturbed = undefined
      }
    })
    const before = bios.current.get('WorkloadProfile')
    const handle = await site.hw.manager.start(site.workflow({ retryCount: 2, recommission: true }))
    const end = await handle.outcome()
    expect(end.error).toBeUndefined()
    expect(end.status).toBe('COMPLETED')
    expect([...changed]).toEqual(['AutoPowerOn'])
    expect(stepOf(end.record.steps, 'bios-push').earlierErrors.map(({ code }) => code)).toEqual(['bios.not-taken'])
    expect(bios.current.get('WorkloadProfile')).toBe(before)
    const failed = stepOf(end.record.steps, 'bios-push').subTasks.filter(({ status }) => status === 'failed')
    expect(failed.map(({ name }) => name)).toEqual(['Comparing with what the firmware made of it…'])
  })

  it('shows the check as failed where what was written is not staged', async () => {
    await using site = await testSite({ servers: [{ hostname: 'srv001', bios: FACTORY_BIOS }] })
    const { bios } = site.lab.server('srv001').machine
    site.hw.manager.onEvent((event) => {
      if (event.type === 'subtask.started' && event.name === 'Checking that the changes are staged…')
        bios.pending.clear()
    })
    const end = await run(site)
    expect(end.error?.code).toBe('bios.not-staged')
    const task = stepOf(end.record.steps, 'bios-push').subTasks.find(
      ({ name }) => name === 'Checking that the changes are staged…',
    )
    expect(task).toMatchObject({ status: 'failed' })
  })
})
