import { describe, expect, it } from 'vitest'
import { TestMaas, brief } from './lab.ts'
import type { HttpAnswer } from './lab.ts'
import type { LabServerSpec } from '../../../src/lab.ts'

const QUIET = { enable_ssh: '1', skip_bmc_config: '1', testing_scripts: 'none' }
const QUERY = (maas: TestMaas) => maas.call('GET', `machines/${maas.id('srv001')}/?op=query_power_state`)
const set = (maas: TestMaas, body: Record<string, string>) =>
  maas.call('PUT', `machines/${maas.id('srv001')}/`, { body })
const NO_RACK = 'No rack controllers can access the BMC of node srv001'
const TIMEOUT =
  'Unexpected exception: TimeoutError. See /var/log/maas/regiond.log on the region server for more information.'

/** Waits for an answer in lab time: what it is, and after how many lab seconds it came. */
async function timed(maas: TestMaas, pending: Promise<HttpAnswer>): Promise<[HttpAnswer, number]> {
  const since = maas.clock.now()
  const arrived = { yet: false }
  void pending.then(() => (arrived.yet = true))
  for (let spent = 0; !arrived.yet && spent < 300_000; spent += 100) await maas.clock.advance(100)
  return [await pending, (maas.clock.now() - since) / 1000]
}

describe('query_power_state', () => {
  it('tells and takes over what the BMC says, for anybody', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001' }])
    expect((await maas.record('srv001')).power_state).toBe('unknown')
    const answer = await maas.call('GET', `machines/${maas.id('srv001')}/?op=query_power_state`, { as: 'bob' })
    expect([answer.status, answer.json]).toEqual([200, { state: 'off' }])
    expect((await maas.record('srv001')).power_state).toBe('off')
  })

  it('wrong password, BMC never reached before: 503', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001' }])
    await set(maas, { power_parameters_power_pass: 'wrong' })
    const answer = await QUERY(maas)
    expect([answer.status, answer.type, answer.text]).toEqual([503, 'text/plain; charset=utf-8', NO_RACK])
    expect(await maas.record('srv001')).toMatchObject({
      power_state: 'unknown',
      status_message: `Failed to query node's BMC - ${NO_RACK}`,
      status_action: "Failed to query node's BMC",
    })
  })

  it('wrong password, BMC reached before: 200 with "error"; put right again, the old message stays', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001' }])
    const { power_pass = '' } = maas.door.powerParameters(maas.id('srv001'))
    await QUERY(maas)
    await set(maas, { power_parameters_power_pass: 'wrong' })
    expect((await QUERY(maas)).json).toEqual({ state: 'error' })
    const message = "Failed to query node's BMC - Incorrect password.  Check BMC configuration and try again."
    expect(await maas.record('srv001')).toMatchObject({ power_state: 'error', status_message: message })
    await set(maas, { power_parameters_power_pass: power_pass })
    expect((await QUERY(maas)).json).toEqual({ state: 'off' })
    expect(await maas.record('srv001')).toMatchObject({ power_state: 'off', status_message: message })
  })

  it('nothing at the address: 504 after 60 s, the record keeps its old state', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001', status: 'ready' }])
    maas.world.machine('srv001').bmc.reachable = false
    const [answer, seconds] = await timed(maas, QUERY(maas))
    expect([answer.status, answer.text, Math.round(seconds)]).toEqual([504, TIMEOUT, 60])
    expect((await maas.record('srv001')).power_state).toBe('off')
  })

  it('an address that is none: 504 after 60 s, and the record says error', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001', status: 'ready' }])
    await set(maas, { power_parameters_power_address: 'not an address' })
    const [answer] = await timed(maas, QUERY(maas))
    expect(answer.status).toBe(504)
    const record = await maas.record('srv001')
    expect([record.power_state, record.status_message]).toEqual([
      'error',
      expect.stringMatching(/^Failed to query node's BMC - Failed to power query not an address: /),
    ])
  })

  it('a BMC that has moved is silent until MAAS is told', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001', status: 'ready' }])
    maas.world.machine('srv001').bmc.network.address = '192.168.1.100'
    expect((await timed(maas, QUERY(maas)))[0].status).toBe(504)
    await set(maas, { power_parameters_power_address: '192.168.1.100:623' })
    expect((await QUERY(maas)).json).toEqual({ state: 'off' })
  })
})

describe('commission with BMC trouble', () => {
  it('wrong password, never reached: 503 at once, back to New, the owner stays', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001' }])
    await set(maas, { power_parameters_power_pass: 'wrong' })
    const answer = await maas.op('srv001', 'commission', QUIET)
    expect([answer.status, answer.text]).toEqual([503, NO_RACK])
    expect(brief(await maas.record('srv001'))).toMatchObject({ status: 0, owner: 'admin' })
  })

  it('BMC silent, never reached: 503 after 60.3 s, back to New, the owner stays', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001' }])
    maas.world.machine('srv001').bmc.reachable = false
    const [answer, seconds] = await timed(maas, maas.op('srv001', 'commission', QUIET))
    expect([answer.status, answer.text]).toEqual([503, NO_RACK])
    expect(seconds).toBeCloseTo(60.3, 0)
    expect(brief(await maas.record('srv001'))).toMatchObject({
      status: 0,
      owner: 'admin',
      status_message:
        "Failed to query node's BMC - (admin) - Aborting COMMISSIONING and reverting to NEW. Unable to power control the node. Please check power credentials.",
    })
  })

  it('BMC silent, reached before: 200, and Failed commissioning only 220 s later', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001', status: 'ready' }])
    maas.world.machine('srv001').bmc.reachable = false
    expect((await maas.op('srv001', 'commission', QUIET)).status).toBe(200)
    await maas.clock.advance(215_000)
    expect(brief(await maas.record('srv001'))).toMatchObject({
      status: 1,
      status_message: 'Powering on',
      power_state: 'off',
    })
    await maas.clock.advance(10_000)
    expect(await maas.record('srv001')).toMatchObject({
      status: 2,
      owner: 'admin',
      power_state: 'off',
      commissioning_status: 3,
      status_message:
        "Failed to power on node - Power on for the node failed: Could not contact node's BMC: Connection timed out while performing power action.  Check BMC configuration and connectivity and try again.",
    })
  })
})

describe('power_on and power_off', () => {
  it.each<LabServerSpec['status']>(['new', 'ready', 'broken'])(
    'power_on of an unowned machine (%s) is a 409',
    async (status = 'new') => {
      await using maas = await TestMaas.open([{ hostname: 'srv001', status }])
      const answer = await maas.op('srv001', 'power_on')
      expect([answer.status, answer.text]).toEqual([409, "Can't start node: it hasn't been allocated."])
    },
  )

  it('power_on of an allocated machine starts a deployment', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001', status: 'allocated' }])
    const answer = await maas.op('srv001', 'power_on')
    expect([answer.status, answer.json.status, answer.json.power_state]).toEqual([200, 9, 'off'])
    await maas.clock.advance(5000)
    expect(brief(await maas.record('srv001'))).toMatchObject({
      status: 9,
      power_state: 'on',
      status_message: 'Powering on',
    })
    expect((await maas.op('srv001', 'power_off')).status).toBe(200)
    await maas.clock.advance(5000)
    expect(brief(await maas.record('srv001'))).toMatchObject({ status: 9, power_state: 'off' })
  })

  it('power_off of a Ready machine that is on is asynchronous', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001' }])
    await maas.commission('srv001')
    const answer = await maas.op('srv001', 'power_off', { stop_mode: 'hard' }, 'bob')
    expect([answer.status, answer.json.power_state]).toEqual([200, 'on'])
    await maas.clock.advance(3000)
    expect((await maas.record('srv001')).power_state).toBe('on')
    await maas.clock.advance(1500)
    expect(brief(await maas.record('srv001'))).toMatchObject({
      status: 4,
      power_state: 'off',
      status_message: 'Powering off',
    })
    expect(maas.world.machine('srv001').power).toBe('off')
  })

  it('a power state that nobody asked for is seen only by a query, or after five minutes', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001' }])
    await maas.commission('srv001')
    await maas.clock.advance(25_000)
    maas.world.machine('srv001').powerOff()
    await maas.clock.advance(60_000)
    expect((await maas.record('srv001')).power_state).toBe('on')
    await maas.clock.advance(300_000)
    expect((await maas.record('srv001')).power_state).toBe('off')
  })
})

describe('what a machine gets that is rebooted', () => {
  it('in Ready: it goes off and stays off', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001' }])
    await maas.commission('srv001')
    maas.world.machine('srv001').reboot()
    await maas.clock.advance(600_000)
    expect([maas.world.machine('srv001').power, (await maas.record('srv001')).status]).toEqual(['off', 4])
  })

  it.each<LabServerSpec['status']>(['new', 'broken', 'failed-commissioning'])(
    'in %s: the same',
    async (status = 'new') => {
      await using maas = await TestMaas.open([{ hostname: 'srv001', status }])
      maas.world.machine('srv001').powerOn()
      await maas.clock.advance(600_000)
      expect(maas.world.machine('srv001').power).toBe('off')
    },
  )
})
