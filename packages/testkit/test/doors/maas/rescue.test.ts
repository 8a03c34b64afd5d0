import { describe, expect, it } from 'vitest'
import { KEY_LINE, TestMaas, brief } from './lab.ts'
import type { LabServerSpec } from '../../../src/lab.ts'
import type { MachineJson } from './lab.ts'

const BUSY = (action: string) =>
  `Unable to change power state to '${action}' for node srv001: another action is already in progress for that node.`

/** A machine in Rescue mode (16), entered from a status. */
async function inRescue(maas: TestMaas): Promise<MachineJson> {
  const answer = await maas.op('srv001', 'rescue_mode')
  expect(answer.status).toBe(200)
  return maas.until('srv001', (record) => record.status === 16)
}

describe('entering rescue mode', () => {
  it.each<[LabServerSpec['status'], string | undefined]>([
    ['ready', undefined],
    ['new', undefined],
    ['broken', undefined],
    ['failed-commissioning', undefined],
    ['allocated', 'admin'],
    ['allocated', 'eve'],
  ])(
    'from %s (owner %s), off: 17 with the caller as owner, on after 4 s, 16 on the first signal',
    async (status = 'new', owner) => {
      await using maas = await TestMaas.open([
        { hostname: 'srv001', status, ...(owner === undefined ? {} : { owner }) },
      ])
      const before = await maas.record('srv001')
      const answer = await maas.op('srv001', 'rescue_mode')
      expect([answer.status, answer.json.status, answer.json.owner, answer.json.power_state]).toEqual([
        200,
        17,
        'admin',
        before.power_state,
      ])
      await maas.clock.advance(200)
      expect((await maas.record('srv001')).status_message).toBe('Power cycling')
      await maas.clock.advance(4200)
      expect((await maas.record('srv001')).power_state).toBe('on')
      const entered = await maas.until('srv001', (record) => record.status === 16)
      expect(entered).toMatchObject({
        owner: 'admin',
        status_name: 'Rescue mode',
        commissioning_status: before.commissioning_status,
      })
      expect(maas.world.machine('srv001').boot?.plan).toMatchObject({ os: 'ephemeral', authorizedKeys: [KEY_LINE] })
      expect(maas.world.machine('srv001').phase).toBe('up')
      await maas.clock.advance(3_600_000)
      expect((await maas.record('srv001')).status).toBe(16)
    },
  )

  it('from Ready, on: a power cycle of 8-9 s that power_state does not show', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001' }])
    await maas.commission('srv001')
    const { posts } = maas.world.machine('srv001')
    await maas.op('srv001', 'rescue_mode')
    const states = new Set<string>()
    for (let spent = 0; spent < 9000; spent += 500) {
      states.add((await maas.record('srv001')).power_state)
      await maas.clock.advance(500)
    }
    expect([...states]).toEqual(['on'])
    expect(maas.world.machine('srv001').posts).toBe(posts + 1)
    await maas.until('srv001', (record) => record.status === 16)
  })

  it.each([
    [16, 'Invalid transition: Rescue mode -> Entering rescue mode.'],
    [19, 'Invalid transition: Exiting rescue mode -> Entering rescue mode.'],
    [20, 'Invalid transition: Failed to exit rescue mode -> Entering rescue mode.'],
  ])('in %i is a 409', async (status, words) => {
    await using maas = await TestMaas.open([{ hostname: 'srv001', status: 'ready' }])
    await inRescue(maas)
    if (status !== 16) await maas.op('srv001', 'exit_rescue_mode')
    if (status === 20) maas.world.machine('srv001').bmc.reachable = false
    await maas.until('srv001', (record) => record.status === status)
    const answer = await maas.op('srv001', 'rescue_mode')
    expect([answer.status, answer.text]).toEqual([409, words])
  })

  it('in 17 is a 200 again and cycles the machine again', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001', status: 'ready' }])
    await maas.op('srv001', 'rescue_mode')
    await maas.clock.advance(30_000)
    const again = await maas.op('srv001', 'rescue_mode')
    expect([again.status, again.json.status]).toEqual([200, 17])
    await maas.until('srv001', (record) => record.status === 16)
    expect(maas.world.machine('srv001').posts).toBe(2)
  })

  it('while a power_off runs is a 503: stays Ready and unowned, with a stale message; 5 s later it works', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001', status: 'ready' }])
    await maas.op('srv001', 'power_off')
    const answer = await maas.op('srv001', 'rescue_mode')
    expect([answer.status, answer.text]).toEqual([503, BUSY('cycle')])
    expect(brief(await maas.record('srv001'))).toMatchObject({
      status: 4,
      owner: null,
      status_message: 'Entering rescue mode',
    })
    await maas.clock.advance(5000)
    expect((await maas.op('srv001', 'rescue_mode')).status).toBe(200)
  })

  it('with a silent BMC is a 200, and 18 after 140 s', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001', status: 'ready' }])
    maas.world.machine('srv001').bmc.reachable = false
    expect((await maas.op('srv001', 'rescue_mode')).json.status).toBe(17)
    await maas.clock.advance(138_000)
    expect((await maas.record('srv001')).status).toBe(17)
    await maas.clock.advance(4000)
    const record = await maas.record('srv001')
    expect([record.status, record.owner]).toEqual([18, 'admin'])
    expect(record.status_message).toMatch(
      /^Failed to power cycle node - Power cycle for the node failed: Could not contact node's BMC: /,
    )
  })

  it('without a signal is given up after 30 minutes: 18, still on and owned', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001', status: 'ready' }])
    maas.door.quirks(maas.id('srv001')).mute = true
    await maas.op('srv001', 'rescue_mode')
    await maas.clock.advance(29.9 * 60_000)
    expect((await maas.record('srv001')).status).toBe(17)
    await maas.clock.advance(10_000)
    expect(await maas.record('srv001')).toMatchObject({ status: 18, owner: 'admin', power_state: 'on' })
  })

  it('an agent that signals FAILED makes it 18', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001', status: 'ready' }])
    maas.door.quirks(maas.id('srv001')).rescueFails = true
    await maas.op('srv001', 'rescue_mode')
    const failed = await maas.until('srv001', (record) => record.status === 18)
    expect(failed).toMatchObject({
      owner: 'admin',
      power_state: 'on',
      commissioning_status: 3,
      status_message: 'Marking node failed - Failed to enter rescue mode.',
    })
  })
})

describe('in Rescue mode', () => {
  it.each<[string, number, string | RegExp]>([
    ['commission', 400, /"Commission is not available because of the current state of the node\."/],
    ['abort', 409, 'Cannot abort in current state: node {id} is in state Rescue mode.'],
    ['release', 409, "Machine cannot be released in its current state ('Rescue mode')."],
    ['deploy', 409, "Can't deploy a machine that is in the 'Rescue mode' state"],
    ['mark_fixed', 409, "Can't mark a non-broken node as 'Ready'."],
    ['lock', 409, "Can't lock, node is not deployed or deploying"],
  ])('%s → %d', async (op, status, words) => {
    await using maas = await TestMaas.open([{ hostname: 'srv001', status: 'ready' }])
    await inRescue(maas)
    const answer = await maas.op('srv001', op)
    expect(answer.status).toBe(status)
    if (typeof words === 'string') expect(answer.text).toBe(words.replace('{id}', maas.id('srv001')))
    else expect(answer.text).toMatch(words)
  })

  it('power_off and power_on leave the status alone', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001', status: 'ready' }])
    await inRescue(maas)
    expect((await maas.op('srv001', 'power_off')).status).toBe(200)
    await maas.clock.advance(5000)
    expect(brief(await maas.record('srv001'))).toMatchObject({ status: 16, power_state: 'off' })
    expect((await maas.op('srv001', 'power_on')).status).toBe(200)
    await maas.clock.advance(5000)
    expect(brief(await maas.record('srv001'))).toMatchObject({ status: 16, power_state: 'on' })
  })

  it('a reboot ends powered off, the status stays', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001', status: 'ready' }])
    await inRescue(maas)
    maas.world.machine('srv001').reboot()
    await maas.clock.advance(600_000)
    expect([maas.world.machine('srv001').power, (await maas.record('srv001')).status]).toEqual(['off', 16])
  })

  it('mark_broken leaves the machine on; mark_fixed makes it Ready, still on', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001', status: 'ready' }])
    await inRescue(maas)
    expect((await maas.op('srv001', 'mark_broken')).json).toMatchObject({ status: 8, owner: null })
    expect((await maas.op('srv001', 'mark_fixed')).json).toMatchObject({ status: 4 })
    expect(maas.world.machine('srv001').power).toBe('on')
  })

  it('is found by ?status=rescue_mode', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001', status: 'ready' }, { hostname: 'srv002' }])
    await inRescue(maas)
    expect(
      (await maas.call('GET', 'machines/?status=rescue_mode')).json.map((record: MachineJson) => record.hostname),
    ).toEqual(['srv001'])
  })

  it('the record follows the address of this boot, unless MAAS does not learn of it', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001', status: 'ready' }])
    const old = (await maas.record('srv001')).ip_addresses
    maas.door.quirks(maas.id('srv001')).forgetsLease = true
    expect((await inRescue(maas)).ip_addresses).toEqual(old)
    await maas.op('srv001', 'exit_rescue_mode')
    await maas.until('srv001', (record) => record.status === 4)
    maas.door.quirks(maas.id('srv001')).forgetsLease = false
    expect((await inRescue(maas)).ip_addresses).toEqual([maas.world.machine('srv001').boot?.address])
    maas.door.quirks(maas.id('srv001')).staleAddress = '10.0.255.1'
    expect((await maas.record('srv001')).ip_addresses).toEqual(['10.0.255.1'])
  })
})

describe('leaving rescue mode', () => {
  it.each<[LabServerSpec['status'], number]>([
    ['ready', 4],
    ['broken', 8],
  ])('that began in %s: off after 4 s, then %i without an owner', async (status = 'new', end) => {
    await using maas = await TestMaas.open([{ hostname: 'srv001', status }])
    await inRescue(maas)
    const answer = await maas.op('srv001', 'exit_rescue_mode')
    expect([answer.status, answer.json.status, answer.json.owner]).toEqual([200, 19, 'admin'])
    await maas.clock.advance(3500)
    expect(brief(await maas.record('srv001'))).toMatchObject({ status: 19, status_message: 'Powering off' })
    await maas.clock.advance(1000)
    expect(brief(await maas.record('srv001'))).toEqual({
      status: end,
      owner: null,
      power_state: 'off',
      status_message: 'Exited rescue mode',
    })
    expect(maas.world.machine('srv001').power).toBe('off')
    expect((await maas.op('srv001', 'commission')).status).toBe(200)
  })

  it.each<[LabServerSpec['status'], number]>([
    ['new', 0],
    ['failed-commissioning', 2],
  ])('that began in %s: no power action, stays 19 and on, until it is switched off', async (status = 'new', end) => {
    await using maas = await TestMaas.open([{ hostname: 'srv001', status }])
    await inRescue(maas)
    expect((await maas.op('srv001', 'exit_rescue_mode')).status).toBe(200)
    await maas.clock.advance(3_600_000)
    expect(brief(await maas.record('srv001'))).toMatchObject({ status: 19, power_state: 'on', owner: 'admin' })
    expect((await maas.op('srv001', 'power_off')).status).toBe(200)
    await maas.clock.advance(4500)
    expect(brief(await maas.record('srv001'))).toMatchObject({ status: end, power_state: 'off', owner: null })
  })

  it('that began in Allocated is stuck, queries fail with 500; mark_broken and mark_fixed free it', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001', status: 'allocated' }])
    await inRescue(maas)
    await maas.op('srv001', 'exit_rescue_mode')
    await maas.op('srv001', 'power_off')
    await maas.clock.advance(5000)
    expect(brief(await maas.record('srv001'))).toMatchObject({ status: 19, power_state: 'on', owner: 'admin' })
    const query = await maas.call('GET', `machines/${maas.id('srv001')}/?op=query_power_state`)
    expect([query.status, query.text]).toEqual([500, "'NoneType' object has no attribute 'username'"])
    expect((await maas.op('srv001', 'mark_broken')).status).toBe(200)
    expect((await maas.op('srv001', 'mark_fixed')).json.status).toBe(4)
  })

  it('of a machine with manual power is over in the answer itself', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001' }])
    await maas.call('PUT', `machines/${maas.id('srv001')}/`, { body: { power_type: 'manual' } })
    expect((await maas.op('srv001', 'rescue_mode')).json.status).toBe(17)
    expect(brief((await maas.op('srv001', 'exit_rescue_mode')).json)).toMatchObject({ status: 0, owner: null })
  })

  it('in 17 with no action running, and in 18, it works as in 16', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001', status: 'ready' }])
    maas.door.quirks(maas.id('srv001')).mute = true
    for (const at of [17, 18]) {
      await maas.op('srv001', 'rescue_mode')
      await maas.clock.advance(at === 17 ? 20_000 : 31 * 60_000)
      expect((await maas.record('srv001')).status).toBe(at)
      expect((await maas.op('srv001', 'exit_rescue_mode')).status).toBe(200)
      expect(brief(await maas.until('srv001', (record) => record.status === 4))).toMatchObject({
        owner: null,
        power_state: 'off',
      })
    }
  })

  it('while the entry still powers on is a 503 that leaves 19, then 20; leaving again works', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001', status: 'ready' }])
    await maas.op('srv001', 'rescue_mode')
    await maas.clock.advance(1000)
    const answer = await maas.op('srv001', 'exit_rescue_mode')
    expect([answer.status, answer.text]).toEqual([503, BUSY('off')])
    expect((await maas.record('srv001')).status).toBe(19)
    await maas.clock.advance(5000)
    expect(brief(await maas.record('srv001'))).toMatchObject({ status: 20, power_state: 'on', owner: 'admin' })
    expect((await maas.op('srv001', 'exit_rescue_mode')).status).toBe(200)
    expect(brief(await maas.until('srv001', (record) => record.status === 4))).toMatchObject({
      owner: null,
      power_state: 'off',
    })
  })

  it('with a silent BMC is a 200, and 20 after 140 s; with the BMC back it works', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001', status: 'ready' }])
    await inRescue(maas)
    const { bmc } = maas.world.machine('srv001')
    bmc.reachable = false
    expect((await maas.op('srv001', 'exit_rescue_mode')).json.status).toBe(19)
    await maas.clock.advance(138_000)
    expect((await maas.record('srv001')).status).toBe(19)
    await maas.clock.advance(3000)
    const record = await maas.record('srv001')
    expect(brief(record)).toMatchObject({ status: 20, power_state: 'on', owner: 'admin' })
    expect(record.status_message).toMatch(/^Failed to power off node - /)
    bmc.reachable = true
    await maas.op('srv001', 'exit_rescue_mode')
    await maas.clock.advance(4500)
    expect(brief(await maas.record('srv001'))).toMatchObject({ status: 4, power_state: 'off', owner: null })
  })

  it('in 19 again is harmless; anywhere else it is a 409', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001', status: 'ready' }])
    const early = await maas.op('srv001', 'exit_rescue_mode')
    expect([early.status, early.text]).toEqual([409, 'Invalid transition: Ready -> Exiting rescue mode.'])
    await inRescue(maas)
    await maas.op('srv001', 'exit_rescue_mode')
    expect((await maas.op('srv001', 'exit_rescue_mode')).status).toBe(200)
    await maas.clock.advance(5000)
    expect((await maas.record('srv001')).status).toBe(4)
  })
})

describe('op=test', () => {
  it('runs on a Ready machine and leaves it Ready and on; an abort ends in Ready and off', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001', status: 'ready' }])
    const body = { enable_ssh: '1', testing_scripts: 'stress-ng-cpu-short' }
    expect((await maas.op('srv001', 'test', body)).json).toMatchObject({ status: 21, owner: 'admin' })
    expect(brief(await maas.until('srv001', (record) => record.status === 4))).toMatchObject({
      power_state: 'on',
      owner: null,
    })
    await maas.op('srv001', 'test', body)
    await maas.clock.advance(20_000)
    expect((await maas.op('srv001', 'abort')).status).toBe(200)
    await maas.clock.advance(5000)
    expect(brief(await maas.record('srv001'))).toMatchObject({ status: 4, power_state: 'off', owner: null })
  })
})
