import { describe, expect, it } from 'vitest'
import { testSite, type TestSite } from './site.ts'

const onSubTask = (site: TestSite, type: 'subtask.started' | 'subtask.ended', name: string, act: () => void) => {
  let done = false
  site.hw.manager.onEvent((event) => {
    if (done || event.type !== type || event.name !== name) return
    done = true
    act()
  })
}
const effects = (site: TestSite, call: string) =>
  site.lab.log.of(call, 'srv001').filter(({ effect }) => effect !== 'none')
const record = (site: TestSite) =>
  site.lab.server('srv001').maasRecord() as { status_name: string; owner: string | null; power_state: string }

describe('a machine that somebody else takes during the run', () => {
  it('is not switched off by the last step', async () => {
    // Nothing to push, so that the machine stays Ready, on and nobody's until the end.
    await using site = await testSite({
      servers: [{ hostname: 'srv001', bios: TEMPLATE }],
      users: [{ name: 'bob', admin: true }],
    })
    onSubTask(site, 'subtask.started', 'Removing our files from the host…', () =>
      site.lab.server('srv001').intervene('allocate'),
    )
    const run = await site.hw.manager.start(site.workflow({ retryCount: 0 }))
    const { status, error } = await run.outcome()
    expect(status).toBe('FAILED')
    expect(error?.code).toBe('machine.taken')
    expect(effects(site, 'maas POST machines/{id}?op=power_off')).toEqual([])
    expect(record(site)).toMatchObject({ status_name: 'Allocated' })
    expect(site.lab.server('srv001').machine.power).toBe('on')
  })

  it('is not switched off by the cleaning up after a failure', async () => {
    await using site = await testSite()
    site.lab.faults.always({ call: 'ilorest login', mode: 'wrong-status' })
    onSubTask(site, 'subtask.started', 'Exporting current BIOS configuration…', () =>
      site.lab.server('srv001').intervene('allocate'),
    )
    const { status } = await (await site.hw.manager.start(site.workflow({ retryCount: 0 }))).outcome()
    expect(status).toBe('FAILED')
    expect(effects(site, 'maas POST machines/{id}?op=power_off')).toEqual([])
    expect(site.lab.server('srv001').machine.power).toBe('on')
  })

  it('gets no BIOS settings', async () => {
    await using site = await testSite()
    onSubTask(site, 'subtask.ended', 'Comparing with the template of a1.c5.large…', () =>
      site.lab.server('srv001').intervene('allocate'),
    )
    const { error } = await (await site.hw.manager.start(site.workflow({ retryCount: 0 }))).outcome()
    expect(error?.code).toBe('machine.taken')
    expect(site.lab.log.of('ilorest commit')).toEqual([])
  })
})

/** What the template of a1.c5.large changes on a factory machine. */
const TEMPLATE = {
  AutoPowerOn: 'AlwaysPowerOn',
  PowerOnDelay: 'Random',
  SerialConsolePort: 'Virtual',
  WorkloadProfile: 'GeneralThroughputCompute',
}

describe('a host that vanishes between two steps', () => {
  it('is booted anew', async () => {
    await using site = await testSite()
    onSubTask(site, 'subtask.ended', 'Checking that this is a a1.c5.large…', () =>
      site.lab.server('srv001').machine.powerOff(),
    )
    const { status } = await (await site.hw.manager.start(site.workflow())).outcome()
    expect(status).toBe('COMPLETED')
    await site.lab.clock.settled()
    site.lab.assertClean()
  })
})

describe('a MAAS that is away for a while', () => {
  it.each([60_000, 300_000])('for %i ms in the middle of the BIOS push delays the run and no more', async (ms) => {
    await using site = await testSite()
    onSubTask(site, 'subtask.started', 'Booting the rescue system…', () => {
      const fault = site.lab.faults.always({ call: 'maas *', mode: 'wrong-status', status: 502 })
      site.lab.clock.after(ms, () => fault.remove())
    })
    const { status, leftBehind } = await (await site.hw.manager.start(site.workflow())).outcome()
    expect(status).toBe('COMPLETED')
    expect(leftBehind).toEqual([])
    expect(effects(site, 'maas POST machines/{id}?op=rescue_mode')).toHaveLength(1)
    site.lab.assertClean()
  })

  it('during the cleaning up is waited for', async () => {
    await using site = await testSite()
    site.lab.faults.always({ call: 'ilorest login', mode: 'wrong-status' })
    onSubTask(site, 'subtask.started', 'Removing our files from the host…', () => {
      const fault = site.lab.faults.always({ call: 'maas *', mode: 'refuse' })
      site.lab.clock.after(15 * 60_000, () => fault.remove())
    })
    const { status, record: end } = await (await site.hw.manager.start(site.workflow({ retryCount: 0 }))).outcome()
    expect(status).toBe('FAILED')
    expect(end.settled).toMatchObject({ status: 'completed', endState: 'Ready, off' })
    await site.lab.clock.settled()
    site.lab.assertClean()
  })
})

describe('leaving a machine on', () => {
  it.each([{}, { recommission: true }])(
    'ends in rescue mode, owned and marked, also when nothing made it reboot: %o',
    async (request) => {
      await using site = await testSite({ servers: [{ hostname: 'srv001', status: 'ready', bios: TEMPLATE }] })
      const run = await site.hw.manager.start(site.workflow({ ...request, leaveOn: 'rescue' }))
      const { status } = await run.outcome()
      expect(status).toBe('COMPLETED')
      expect(site.lab.server('srv001').maasRecord()).toMatchObject({
        status_name: 'Rescue mode',
        owner: 'admin',
        workload_annotations: { 'hwa-run': run.id },
      })
      expect(site.lab.server('srv001').machine.phase).toBe('up')
      await site.lab.clock.settled()
      expect(() => site.lab.assertClean()).toThrow(/^(?!.*\.hwa)/s)
    },
  )

  it.each([
    ['as it is', () => {}],
    ['switched off meanwhile', (site: TestSite) => site.lab.server('srv001').machine.powerOff()],
  ] as const)('lets the next run adopt it, %s', async (_, act) => {
    await using site = await testSite({ servers: [{ hostname: 'srv001', status: 'ready' }] })
    await (await site.hw.manager.start(site.workflow({ leaveOn: 'rescue' }))).outcome()
    act(site)
    // MAAS has not looked at its power since.
    await site.lab.clock.sleep(30_000)
    const { status, record: end } = await (await site.hw.manager.start(site.workflow())).outcome()
    expect(status).toBe('COMPLETED')
    expect(end.steps[0]?.output).toMatchObject({ way: 'adopted' })
    await site.lab.clock.settled()
    site.lab.assertClean()
  })

  it('gives an adopted machine back when the run fails', async () => {
    await using site = await testSite({ servers: [{ hostname: 'srv001', status: 'ready' }] })
    await (await site.hw.manager.start(site.workflow({ leaveOn: 'rescue' }))).outcome()
    site.lab.faults.always({ call: 'ilorest login', mode: 'wrong-status' })
    const { status } = await (await site.hw.manager.start(site.workflow({ retryCount: 0 }))).outcome()
    expect(status).toBe('FAILED')
    await site.lab.clock.settled()
    site.lab.assertClean()
  })
})

describe('a run that is cut short', () => {
  it('by its time-out in the middle of the BIOS push ends after it, and names what was written', async () => {
    await using site = await testSite()
    const { status, leftBehind, error } = await (await site.hw.manager.start(site.workflow({ timeout: 500 }))).outcome()
    expect(status).toBe('FAILED')
    expect(error?.code).toBe('workflow.deadline-exceeded')
    expect(site.lab.server('srv001').machine.bios.current.get('WorkloadProfile')).toBe('GeneralThroughputCompute')
    expect(leftBehind.map(({ what }) => what).join()).toMatch(/BIOS settings.*WorkloadProfile/)
  })
})

describe('one machine, several names', () => {
  it('is one request: the second start is the first run, however the machine is called', async () => {
    await using site = await testSite()
    const { systemId } = site.lab.server('srv001')
    const first = await site.hw.manager.start(site.workflow(), { idempotencyKey: 'ticket-42' })
    for (const serverId of ['srv001.maas', systemId, 'SRV001']) {
      expect((await site.hw.manager.start(site.workflow({ serverId }))).id).toBe(first.id)
      expect((await site.hw.manager.start(site.workflow({ serverId }), { idempotencyKey: 'ticket-42' })).id).toBe(
        first.id,
      )
    }
    await expect(
      site.hw.manager.start(site.workflow({ serverId: systemId, recommission: true })),
    ).rejects.toMatchObject({ code: 'workflow.resource-busy' })
    await first.outcome()
  })
})

describe('a clean-up that cannot succeed', () => {
  it('names how the machine was last seen', async () => {
    await using site = await testSite()
    site.lab.faults.always({ call: 'ilorest login', mode: 'wrong-status' })
    site.lab.faults.always({ call: 'maas POST machines/{id}?op=power_off', mode: 'ack-no-effect' })
    const { status, leftBehind } = await (await site.hw.manager.start(site.workflow({ retryCount: 0 }))).outcome()
    expect(status).toBe('FAILED')
    expect(leftBehind.map(({ what }) => what).join()).toContain('last seen Ready, power on')
  })
})
