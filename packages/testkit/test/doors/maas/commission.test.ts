import { describe, expect, it } from 'vitest'
import { TestMaas, brief } from './lab.ts'
import type { LabServerSpec } from '../../../src/lab.ts'
import type { MachineJson } from './lab.ts'

const QUIET = { enable_ssh: '1', skip_bmc_config: '1', testing_scripts: 'none' }
const NOT_AVAILABLE = { __all__: ['Commission is not available because of the current state of the node.'] }
const BUSY = (action: string) =>
  `Unable to change power state to '${action}' for node srv001: another action is already in progress for that node.`

const results = async (maas: TestMaas, query = '') =>
  (await maas.call('GET', `nodes/${maas.id('srv001')}/results/${query}`)).json
const currentStatuses = async (maas: TestMaas): Promise<number[]> => [
  ...new Set<number>(
    (await results(maas, 'current-commissioning/')).results.map((result: { status: number }) => result.status),
  ),
]

describe('a commissioning', () => {
  it('goes from New to Ready by the recorded stages, and stays on with enable_ssh', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001' }])
    const answer = await maas.op('srv001', 'commission', QUIET)
    expect(answer.status).toBe(200)
    expect(answer.json).toMatchObject({
      status: 1,
      status_name: 'Commissioning',
      status_message: 'Commissioning',
      status_action: '',
      owner: 'admin',
      commissioning_status: 0,
      commissioning_status_name: 'Pending',
      testing_status: -1,
    })
    await maas.clock.advance(100)
    expect((await maas.record('srv001')).status_message).toBe('Powering on')
    await maas.clock.advance(4200)
    expect((await maas.record('srv001')).power_state).toBe('on')

    const swings: number[] = []
    let hardwareAt: number | undefined
    const began = maas.clock.now()
    const watch = (record: MachineJson) => {
      if (swings.at(-1) !== record.commissioning_status) swings.push(record.commissioning_status)
      if (hardwareAt === undefined && record.ip_addresses.length > 0) hardwareAt = record.status
      return record.status === 4
    }
    const ready = await maas.until('srv001', watch, 600_000, 100)
    expect(hardwareAt).toBe(1)
    expect(swings.filter((status) => status === 1)).toHaveLength(11)
    expect(swings.at(-1)).toBe(2)
    expect(ready).toMatchObject({
      owner: null,
      status_message: 'Ready',
      power_state: 'on',
      commissioning_status_name: 'Passed',
    })
    expect(ready.ip_addresses).toEqual([maas.world.machine('srv001').boot?.address])
    expect(ready['interface_set']).toMatchObject([
      { links: [{ mode: 'auto' }] },
      { name: 'eth1', links: [], vlan: null, discovered: null },
    ])
    expect(maas.clock.now() - began).toBeLessThan(5 * 60_000)
    await maas.clock.advance(600_000)
    expect(maas.world.machine('srv001').phase).toBe('up')
    expect(maas.world.machine('srv001').boot?.plan.authorizedKeys).toHaveLength(1)
  })

  it('without enable_ssh the machine switches itself off, and MAAS notices only when it looks', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001' }])
    for (const enable_ssh of ['false', 'False', '']) {
      await maas.op('srv001', 'commission', { ...QUIET, enable_ssh })
      await maas.until('srv001', (record) => record.status === 4)
      await maas.clock.advance(15_000)
      expect(maas.world.machine('srv001').power).toBe('off')
      expect((await maas.record('srv001')).power_state).toBe('on')
      await maas.clock.advance(20_000)
      expect((await maas.record('srv001')).power_state).toBe('off')
    }
  })

  it.each(['0', 'no', 'banana'])('enable_ssh=%s counts as true', async (enable_ssh) => {
    await using maas = await TestMaas.open([{ hostname: 'srv001' }])
    await maas.op('srv001', 'commission', { ...QUIET, enable_ssh })
    await maas.until('srv001', (record) => record.status === 4)
    await maas.clock.advance(60_000)
    expect(maas.world.machine('srv001').power).toBe('on')
  })

  it('without testing_scripts runs the default test before Ready', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001' }])
    const answer = await maas.op('srv001', 'commission', { enable_ssh: '1', skip_bmc_config: '1' })
    expect(answer.json).toMatchObject({ testing_status: 0, storage_test_status: 0 })
    expect((await results(maas, '?type=testing'))[0].results).toMatchObject([
      { name: 'smartctl-validate', parameters: { storage: { type: 'storage' } } },
    ])
    await maas.until('srv001', (record) => record.status === 21)
    const ready = await maas.until('srv001', (record) => record.status === 4)
    expect(ready).toMatchObject({ owner: null, testing_status: 2 })
  })

  it('without skip_bmc_config writes a BMC user and uses it from then on', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001' }])
    const before = maas.door.powerParameters(maas.id('srv001'))
    await maas.op('srv001', 'commission', { enable_ssh: '1', testing_scripts: 'none' })
    await maas.until('srv001', (record) => record.status === 4)
    const after = maas.door.powerParameters(maas.id('srv001'))
    expect(after['power_pass']).not.toBe(before['power_pass'])
    expect(maas.world.machine('srv001').bmc.users.find((user) => user.name === 'maas')?.password).toBe(
      after['power_pass'],
    )
    expect((await maas.call('GET', `machines/${maas.id('srv001')}/?op=query_power_state`)).json).toEqual({
      state: 'on',
    })
  })

  it('runs on after a reboot of the host', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001' }])
    await maas.op('srv001', 'commission', QUIET)
    await maas.until('srv001', (record) => record.ip_addresses.length > 0)
    maas.world.machine('srv001').reboot()
    await maas.clock.advance(60_000)
    expect((await maas.record('srv001')).status).toBe(1)
    await maas.until('srv001', (record) => record.status === 4)
    expect(await currentStatuses(maas)).toEqual([2, 9])
  })
})

describe('who may commission from where', () => {
  it.each<[LabServerSpec['status'], number]>([
    ['new', 200],
    ['ready', 200],
    ['failed-commissioning', 200],
    ['broken', 200],
    ['allocated', 400],
    ['deployed', 400],
  ])('%s → %d', async (status = 'new', wanted) => {
    await using maas = await TestMaas.open([{ hostname: 'srv001', status }])
    expect((await maas.op('srv001', 'commission', QUIET, 'bob')).status).toBe(403)
    const answer = await maas.op('srv001', 'commission', QUIET)
    expect(answer.status).toBe(wanted)
    if (wanted === 400) expect(answer.json).toEqual(NOT_AVAILABLE)
    if (wanted === 200) expect((await maas.op('srv001', 'commission', QUIET)).json).toEqual(NOT_AVAILABLE)
  })

  it('of eight at once exactly one is taken', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001' }])
    const answers = await Promise.all(Array.from({ length: 8 }, () => maas.op('srv001', 'commission', QUIET)))
    expect(answers.map((answer) => answer.status).toSorted((a, b) => a - b)).toEqual([
      200, 400, 400, 400, 400, 400, 400, 400,
    ])
    expect(await results(maas, '?type=commissioning')).toHaveLength(1)
  })

  it.each(['commissioning_scripts', 'testing_scripts'])('%s=nosuch → 400', async (field) => {
    await using maas = await TestMaas.open([{ hostname: 'srv001' }])
    const answer = await maas.op('srv001', 'commission', { [field]: 'nosuch' })
    expect([answer.status, answer.json]).toEqual([
      400,
      { [field]: ['Select a valid choice. nosuch is not one of the available choices.'] },
    ])
  })
})

describe('while a power action runs', () => {
  it('commission is a 503 without Retry-After, and leaves owner, a new result id and aborted results behind', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001' }])
    await maas.commission('srv001')
    const before = await maas.record('srv001')
    expect((await maas.op('srv001', 'power_off')).status).toBe(200)
    const refused = await maas.op('srv001', 'commission', QUIET)
    expect([refused.status, refused.text]).toEqual([503, BUSY('cycle')])
    expect(refused.type).toMatch(/^text\/plain/)
    expect(refused.headers.get('transfer-encoding')).toBe('chunked')
    expect([
      refused.headers.get('retry-after'),
      refused.headers.get('vary'),
      refused.headers.get('x-maas-api-hash'),
    ]).toEqual([null, null, null])
    const after = await maas.record('srv001')
    expect(after).toMatchObject({ status: 4, owner: 'admin', commissioning_status: 2 })
    expect(after.status_message).toBe(
      "Failed to query node's BMC - (admin) - Aborting COMMISSIONING and reverting to READY. Unable to power control the node. Please check power credentials.",
    )
    expect(after.current_commissioning_result_id).toBeGreaterThan(before.current_commissioning_result_id ?? 0)
    expect(await currentStatuses(maas)).toEqual([5])
    await maas.clock.advance(5000)
    expect((await maas.op('srv001', 'commission', QUIET)).status).toBe(200)
  })

  it('abort right after commission is a 503 and leaves a Commissioning that nobody owns; the next one ends in New, off', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001' }])
    await maas.op('srv001', 'commission', QUIET)
    const refused = await maas.op('srv001', 'abort')
    expect([refused.status, refused.text]).toEqual([503, BUSY('off')])
    expect(brief(await maas.record('srv001'))).toMatchObject({
      status: 1,
      owner: null,
      status_message: 'Aborted commissioning',
    })
    await maas.clock.advance(5000)
    expect(maas.world.machine('srv001').power).toBe('on')
    await maas.clock.advance(3_600_000)
    expect((await maas.record('srv001')).status).toBe(1)
    const again = await maas.op('srv001', 'abort')
    expect(again.status).toBe(200)
    await maas.clock.advance(5000)
    expect(await maas.record('srv001')).toMatchObject({ status: 0, owner: null, power_state: 'off' })
  })

  it('the same action joins the running one', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001', status: 'ready' }])
    expect((await maas.op('srv001', 'power_off')).status).toBe(200)
    expect((await maas.op('srv001', 'power_off')).status).toBe(200)
  })

  it('power_off during an on is a 503 and changes nothing', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001' }])
    await maas.op('srv001', 'commission', QUIET)
    const before = await maas.record('srv001')
    expect((await maas.op('srv001', 'power_off')).text).toBe(BUSY('off'))
    expect(await maas.record('srv001')).toEqual(before)
  })
})

describe('abort', () => {
  it.each<LabServerSpec['status']>(['new', 'ready', 'broken'])(
    'of a machine that was %s before ends in New; the answer still says Commissioning',
    async (status = 'new') => {
      await using maas = await TestMaas.open([{ hostname: 'srv001', status }])
      await maas.op('srv001', 'commission', QUIET)
      await maas.clock.advance(30_000)
      const answer = await maas.op('srv001', 'abort', { comment: 'enough' })
      expect([answer.status, answer.json.status, answer.json.status_message, answer.json.owner]).toEqual([
        200,
        1,
        'Aborted commissioning',
        null,
      ])
      expect(await maas.record('srv001')).toMatchObject({ status: 0, power_state: 'on', commissioning_status: 2 })
      await maas.clock.advance(100)
      expect((await maas.record('srv001')).status_message).toBe('Powering off')
      await maas.clock.advance(4500)
      expect(await maas.record('srv001')).toMatchObject({ status: 0, owner: null, power_state: 'off' })
      expect(maas.world.machine('srv001').power).toBe('off')
      expect(await currentStatuses(maas)).toEqual([5])
    },
  )

  it.each<[LabServerSpec['status'], string]>([
    ['new', 'New.'],
    ['ready', 'Ready.'],
    ['failed-commissioning', 'Failed commissioning.'],
    ['allocated', 'Allocated.'],
  ])('in %s is a 409', async (status = 'new', name) => {
    await using maas = await TestMaas.open([{ hostname: 'srv001', status, systemId: 'p3wxky' }])
    const answer = await maas.op('srv001', 'abort')
    expect([answer.status, answer.text]).toEqual([
      409,
      `Cannot abort in current state: node p3wxky is in state ${name}`,
    ])
  })

  it('by somebody who neither owns it nor is an admin is a 403', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001' }])
    await maas.op('srv001', 'commission', QUIET)
    expect((await maas.op('srv001', 'abort', {}, 'bob')).status).toBe(403)
  })
})

describe('a commissioning that fails', () => {
  it('names the script in its results: Failed commissioning at the end, owner kept, still on', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001' }])
    maas.door.quirks(maas.id('srv001')).failingScript = { name: 'maas-lshw', output: 'lshw: DMI table is broken\n' }
    await maas.op('srv001', 'commission', QUIET)
    const failed = await maas.until('srv001', (record) => record.status !== 1)
    expect(failed).toMatchObject({
      status: 2,
      status_message: 'Failed commissioning',
      owner: 'admin',
      commissioning_status: 3,
      power_state: 'on',
    })
    const set = await results(maas, 'current-commissioning/?include_output=true&filters=maas-lshw')
    expect(set.results).toHaveLength(1)
    expect(set.results[0]).toMatchObject({ name: 'maas-lshw', status: 3, status_name: 'Failed', exit_status: 1 })
    expect(Buffer.from(set.results[0].output, 'base64').toString()).toBe('lshw: DMI table is broken\n')
    expect(maas.world.machine('srv001').phase).toBe('up')
  })

  it('by a signal FAILED reads "Passed" in commissioning_status all the same', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001' }])
    maas.door.quirks(maas.id('srv001')).abandonAfter = '20-maas-02-dhcp-unconfigured-ifaces'
    await maas.op('srv001', 'commission', QUIET)
    const failed = await maas.until('srv001', (record) => record.status !== 1)
    expect(failed).toMatchObject({ status: 2, owner: 'admin', commissioning_status: 2 })
    expect(await currentStatuses(maas)).toEqual([2, 5])
  })

  it.each([{ hangingScript: 'maas-lshw' }, { mute: true }])(
    'by silence (%j) is ended by the monitor after 30 minutes',
    async (quirks) => {
      await using maas = await TestMaas.open([{ hostname: 'srv001' }])
      Object.assign(maas.door.quirks(maas.id('srv001')), quirks)
      await maas.op('srv001', 'commission', QUIET)
      await maas.clock.advance(29 * 60_000)
      expect((await maas.record('srv001')).status).toBe(1)
      await maas.until('srv001', (record) => record.status === 2, 600_000, 10_000)
      expect(await currentStatuses(maas)).toContain(4)
    },
  )
})
