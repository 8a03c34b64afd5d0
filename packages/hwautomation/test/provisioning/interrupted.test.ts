import type { Lab } from '@hwautomation/testkit'
import { describe, expect, it } from 'vitest'
import { endOf, lives, type Life } from './lives.ts'
import { FACTORY_BIOS } from './site.ts'

const TARGET = '192.168.1.100'
const record = (lab: Lab) => lab.server('srv001').maasRecord()
const effects = (lab: Lab, call: string) => lab.log.of(call, 'srv001').filter(({ effect }) => effect !== 'none')

/** Does something when a sub-task has started. */
function when(life: Life, name: RegExp, act: () => void): void {
  let done = false
  life.hw.manager.onEvent((event) => {
    if (done || event.type !== 'subtask.started' || !name.test(event.name)) return
    done = true
    act()
  })
}

async function clean(lab: Lab): Promise<void> {
  await lab.clock.settled()
  lab.assertClean()
}

describe('a cancel that comes while nobody works on the run', () => {
  it('ends it in a known state where nothing was begun that must be finished', async () => {
    await using all = await lives()
    const first = await all.begin()
    all.lab.faults.once({ call: 'ilorest save', mode: 'intervention', act: () => first.lose() })
    const run = await first.hw.manager.start(first.workflow({ targetIpmiIp: TARGET }))
    await run.outcome()
    const second = await all.begin({ resume: 'park' })
    await second.hw.manager.cancel(run.id, { by: 'ada', reason: 'not today' })
    const end = await endOf(second, run.id)
    expect(end.status).toBe('CANCELLED')
    expect(effects(all.lab, 'ilorest commit')).toEqual([])
    expect(record(all.lab)).toMatchObject({ status_name: 'Ready', power_state: 'off', owner: null })
    await clean(all.lab)
  })

  it('waits for the change of the BMC’s address to be finished or put back, and names it', async () => {
    await using all = await lives()
    const first = await all.begin()
    all.lab.faults.once({ call: 'ipmitool lan set', mode: 'intervention', act: () => first.lose() })
    const run = await first.hw.manager.start(first.workflow({ targetIpmiIp: TARGET }))
    await run.outcome()
    const second = await all.begin({ resume: 'park' })
    await second.hw.manager.cancel(run.id, { by: 'ada', reason: 'not today' })
    const end = await endOf(second, run.id)
    expect(end.status).toBe('CANCELLED')
    const { address } = all.lab.server('srv001').machine.bmc.network
    expect(all.lab.server('srv001').powerParameters()['power_address']).toBe(address)
    expect(end.leftBehind.map(({ what }) => what).join()).toContain(TARGET)
    expect(record(all.lab)).toMatchObject({ status_name: 'Ready', power_state: 'off', owner: null })
    await clean(all.lab)
  })

  it('is remembered by the next process where the first one died of it', async () => {
    await using all = await lives({ servers: [{ hostname: 'srv001', bios: FACTORY_BIOS }] })
    const first = await all.begin()
    const run = await first.hw.manager.start(first.workflow())
    all.lab.faults.once({
      call: 'ilorest commit',
      mode: 'intervention',
      act: () => void run.cancel({ by: 'ada', reason: 'not today' }).then(() => first.lose()),
    })
    await run.outcome()
    const second = await all.begin()
    const end = await endOf(second, run.id)
    expect(end.status).toBe('CANCELLED')
    expect(effects(all.lab, 'ilorest commit')).toHaveLength(1)
    expect(end.leftBehind.map(({ what }) => what).join()).toMatch(/BIOS settings.*WorkloadProfile/)
    expect(record(all.lab)).toMatchObject({ status_name: 'Ready', power_state: 'off', owner: null })
    await clean(all.lab)
  })
})

describe('a process that dies while it brings the machine to a known state', () => {
  it.each(['intervention', 'drop-before-effect'] as const)(
    'after a failure (%s) is followed by one that does',
    async (mode) => {
      await using all = await lives()
      const first = await all.begin()
      all.lab.faults.always({ call: 'ilorest login', mode: 'wrong-status' })
      all.lab.faults.once({ call: 'maas POST machines/{id}?op=power_off', mode, act: () => first.lose() })
      const run = await first.hw.manager.start(first.workflow({ retryCount: 0 }))
      await run.outcome()
      const end = await endOf(await all.begin(), run.id)
      expect(end.status).toBe('FAILED')
      expect(end.record.settled).toMatchObject({ status: 'completed', endState: 'Ready, off' })
      await clean(all.lab)
    },
  )

  it.each(['intervention', 'drop-before-effect', 'wrong-status'] as const)(
    'after a cancel, at the abort of a commissioning (%s), is followed by one that does',
    async (mode) => {
      await using all = await lives()
      const first = await all.begin()
      const run = await first.hw.manager.start(first.workflow())
      const cancel = () => void run.cancel({ by: 'ada', reason: 'not today' })
      when(first, /Waiting for commissioning/, cancel)
      all.lab.faults.once({ call: 'maas POST machines/{id}?op=abort', mode, act: () => first.lose() })
      await run.outcome()
      const end = await endOf(await all.begin(), run.id)
      expect(end.status).toBe('CANCELLED')
      expect(end.record.settled).toMatchObject({ status: 'completed', endState: 'New, off' })
      await clean(all.lab)
    },
  )

  it('gives a machine back that it was leaving rescue mode with', async () => {
    await using all = await lives({ servers: [{ hostname: 'srv001', status: 'ready' }] })
    const first = await all.begin()
    all.lab.faults.always({ call: 'ilorest login', mode: 'wrong-status' })
    all.lab.faults.once({
      call: 'maas POST machines/{id}?op=exit_rescue_mode',
      mode: 'intervention',
      act: () => first.lose(),
    })
    const run = await first.hw.manager.start(first.workflow({ retryCount: 0 }))
    await run.outcome()
    const end = await endOf(await all.begin(), run.id)
    expect(end.status).toBe('FAILED')
    expect(end.record.settled).toMatchObject({ status: 'completed', endState: 'Ready, off' })
    await clean(all.lab)
  })
})

describe('a process that dies while it puts the old BMC address back', () => {
  it.each(['ipmitool lan set', 'maas PUT machines/{id}'])(
    'at %s is followed by one that goes on with that',
    async (call) => {
      await using all = await lives()
      const { machine } = all.lab.server('srv001')
      const before = { ...machine.bmc.network }
      const first = await all.begin()
      const unreached = all.lab.faults.always({
        call: 'maas GET machines/{id}?op=query_power_state',
        mode: 'wrong-status',
      })
      when(first, /Putting the old BMC address/, () => {
        unreached.remove()
        all.lab.faults.once({ call, mode: 'intervention', act: () => first.lose() })
      })
      const run = await first.hw.manager.start(first.workflow({ targetIpmiIp: TARGET, retryCount: 0 }))
      await run.outcome()
      const end = await endOf(await all.begin(), run.id)
      expect(end.status).toBe('FAILED')
      expect(end.record.resumptions).toHaveLength(1)
      expect(end.error?.code).toBe('bmc.address-not-proven')
      expect(machine.bmc.network).toEqual(before)
      expect(all.lab.server('srv001').powerParameters()['power_address']).toBe(before.address)
      expect(end.leftBehind.filter(({ what }) => what.includes('BMC address'))).toEqual([])
      await clean(all.lab)
    },
  )
})

describe('what somebody else did while nobody of us looked', () => {
  it('is not taken for our own commissioning', async () => {
    await using all = await lives({ users: [{ name: 'bob', admin: true }] })
    const first = await all.begin()
    all.lab.faults.once({
      call: 'maas POST machines/{id}?op=commission',
      mode: 'drop-before-effect',
      act: () => first.lose(),
    })
    const run = await first.hw.manager.start(first.workflow())
    await run.outcome()
    const bob = await all.begin({ ...all.lab.connection('bob'), resume: 'leave' })
    await bob.hw.maas.commission(all.lab.server('srv001').systemId, { testingScripts: 'none' })
    await bob.detach()
    await all.lab.clock.sleep(20 * 60_000)
    const end = await endOf(await all.begin(), run.id)
    expect(end.error).toBeUndefined()
    expect(end.status).toBe('COMPLETED')
    expect(end.record.steps[0]?.output).toMatchObject({ way: 'was-ready' })
    expect(effects(all.lab, 'maas POST machines/{id}?op=commission')).toHaveLength(1)
    await clean(all.lab)
  })

  it('in the moment between our look and our rescue_mode is noticed by the events, and nothing more is done', async () => {
    await using all = await lives({ servers: [{ hostname: 'srv001', status: 'ready' }] })
    const life = await all.begin()
    all.lab.faults.once({
      call: 'maas POST machines/{id}?op=rescue_mode',
      mode: 'intervention',
      act: () => all.lab.server('srv001').intervene('allocate'),
    })
    const end = await (await life.hw.manager.start(life.workflow())).outcome()
    expect(end.status).toBe('FAILED')
    expect(end.error?.code).toBe('machine.taken')
    expect(end.error?.message).toContain('Allocated')
    expect(end.leftBehind.map(({ what }) => what).join()).toMatch(/it was Allocated when our request came/)
    expect(end.record.settled?.endState).toMatch(/left as it is/)
    expect(effects(all.lab, 'maas POST machines/{id}?op=exit_rescue_mode')).toEqual([])
    expect(effects(all.lab, 'maas POST machines/{id}?op=power_off')).toEqual([])
  })

  it('in the moment between our look and our commissioning is noticed by the events, and it is aborted', async () => {
    await using all = await lives({ servers: [{ hostname: 'srv001', status: 'ready' }] })
    const life = await all.begin()
    all.lab.faults.once({
      call: 'maas POST machines/{id}?op=commission',
      mode: 'intervention',
      act: () => all.lab.server('srv001').intervene('mark-broken'),
    })
    const end = await (await life.hw.manager.start(life.workflow({ recommission: true }))).outcome()
    expect(end.status).toBe('FAILED')
    expect(end.error).toMatchObject({ code: 'machine.taken', context: { met: 'Broken' } })
    expect(end.record.settled).toMatchObject({ status: 'completed', endState: 'New, off' })
    await clean(all.lab)
  })

  it('cannot be told where MAAS’s events cannot be read: a warning says so', async () => {
    await using all = await lives()
    const life = await all.begin()
    all.lab.faults.always({ call: 'maas GET events?op=query', mode: 'wrong-status' })
    const end = await (await life.hw.manager.start(life.workflow())).outcome()
    expect(end.status).toBe('COMPLETED')
    expect(end.warnings.map(({ code }) => code)).toContain('machine.events-unread')
  })
})

describe('a process that lets go in an orderly way', () => {
  it.each([
    'maas POST machines/{id}?op=commission',
    'ilorest save',
    'ilorest commit',
    'maas POST machines/{id}?op=rescue_mode',
    'ipmitool lan set',
    'maas PUT machines/{id}',
    'maas POST machines/{id}?op=exit_rescue_mode',
  ])('at %s is followed by one that brings the run to its end', async (call) => {
    await using all = await lives()
    const first = await all.begin()
    let gone: Promise<void> | undefined
    all.lab.faults.once({ call, mode: 'intervention', act: () => void (gone = first.detach()) })
    const run = await first.hw.manager.start(first.workflow({ targetIpmiIp: TARGET }))
    await run.outcome()
    await gone
    await all.lab.clock.sleep(2 * 3_600_000)
    const end = await endOf(await all.begin(), run.id)
    expect(end.error).toBeUndefined()
    expect(end.status).toBe('COMPLETED')
    expect(effects(all.lab, 'maas POST machines/{id}?op=commission')).toHaveLength(1)
    expect(effects(all.lab, 'ilorest commit')).toHaveLength(1)
    expect(record(all.lab)).toMatchObject({ status_name: 'Ready', power_state: 'off', owner: null })
    await clean(all.lab)
  })
})
