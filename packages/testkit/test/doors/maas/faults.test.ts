import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TestMaas, brief } from './lab.ts'
import type { FaultSpec } from '../../../src/faults.ts'

let maas: TestMaas
beforeEach(async () => {
  maas = await TestMaas.open([{ hostname: 'srv001', status: 'ready' }, { hostname: 'srv002' }])
})
afterEach(() => maas[Symbol.asyncDispose]())

const RESCUE = 'maas POST machines/{id}?op=rescue_mode'
const strike = (mode: FaultSpec['mode'], call = RESCUE, more: Partial<FaultSpec> = {}) =>
  maas.faults.once({ server: 'srv001', call, mode, ...more })
const entries = (call = RESCUE) => maas.log.of(call).map(({ outcome, effect, fault }) => [outcome, effect, fault])

describe('faults on a mutating call', () => {
  it('ack-no-effect shows the record that would have been, and nothing has happened', async () => {
    strike('ack-no-effect')
    const answer = await maas.op('srv001', 'rescue_mode')
    expect([answer.status, answer.json.status, answer.json.owner]).toEqual([200, 17, 'admin'])
    await maas.clock.advance(60_000)
    expect(brief(await maas.record('srv001'))).toMatchObject({ status: 4, owner: null, power_state: 'off' })
    expect(maas.world.machine('srv001').power).toBe('off')
    expect(entries()).toEqual([[200, 'none', 'ack-no-effect']])
    expect((await maas.call('GET', `events/?op=query&id=${maas.id('srv001')}`)).json.count).toBe(0)
  })

  it.each<[string, () => Promise<{ status: number; json: unknown }>, unknown, () => Promise<unknown>, unknown]>([
    [
      'maas POST tags',
      () => maas.call('POST', 'tags/', { body: { name: 'x' } }),
      expect.objectContaining({ name: 'x' }),
      async () => (await maas.call('GET', 'tags/x/')).status,
      404,
    ],
    [
      'maas POST tags/{name}?op=update_nodes',
      () => maas.call('POST', 'tags/virtual/?op=update_nodes', { body: { add: maas.id('srv001') } }),
      { added: 1, removed: 0 },
      async () => (await maas.record('srv001')).tag_names,
      [],
    ],
    [
      'maas PUT machines/{id}',
      () => maas.call('PUT', `machines/${maas.id('srv001')}/`, { body: { description: 'new' } }),
      expect.objectContaining({ description: 'new' }),
      async () => (await maas.record('srv001'))['description'],
      '',
    ],
    [
      'maas DELETE machines/{id}',
      () => maas.call('DELETE', `machines/${maas.id('srv001')}/`),
      undefined,
      async () => (await maas.record('srv001')).status,
      4,
    ],
  ])('ack-no-effect of %s', async (call, act, answered, read, still) => {
    maas.faults.once({ call, mode: 'ack-no-effect' })
    const answer = await act()
    expect(answer.status).toBeLessThan(300)
    expect(answer.json).toEqual(answered)
    expect(await read()).toEqual(still)
  })

  it('effect-late answers at once and does it later', async () => {
    strike('effect-late', RESCUE, { delayMs: 30_000 })
    expect((await maas.op('srv001', 'rescue_mode')).json.status).toBe(17)
    await maas.clock.advance(29_000)
    expect((await maas.record('srv001')).status).toBe(4)
    await maas.clock.advance(2000)
    expect((await maas.record('srv001')).status).toBe(17)
    expect(entries()).toEqual([[200, 'late', 'effect-late']])
  })

  it.each<[FaultSpec['mode'], number]>([
    ['reply-lost-after-effect', 17],
    ['drop-mid-reply', 17],
    ['drop-before-effect', 4],
    ['refuse', 4],
  ])('%s breaks the connection and leaves the machine in %i', async (mode, status) => {
    strike(mode)
    await expect(maas.op('srv001', 'rescue_mode')).rejects.toThrow()
    expect((await maas.record('srv001')).status).toBe(status)
  })

  it("wrong-status and auth-failure refuse in MAAS's words and do nothing", async () => {
    strike('wrong-status')
    expect((await maas.op('srv001', 'rescue_mode')).status).toBe(500)
    strike('wrong-status', RESCUE, { status: 503 })
    expect((await maas.op('srv001', 'rescue_mode')).status).toBe(503)
    strike('auth-failure')
    const denied = await maas.op('srv001', 'rescue_mode')
    expect([denied.status, denied.text]).toEqual([401, 'Authorization Error: Invalid API key.'])
    expect((await maas.record('srv001')).status).toBe(4)
  })

  it('an intervention happens before the call is served', async () => {
    const id = maas.id('srv001')
    strike('intervention', RESCUE, { act: () => maas.door.intervene(id, 'allocate') })
    const answer = await maas.op('srv001', 'rescue_mode')
    expect([answer.status, answer.json.status]).toEqual([200, 17])
    await maas.until('srv001', (record) => record.status === 16)
    await maas.op('srv001', 'exit_rescue_mode')
    await maas.clock.advance(60_000)
    expect((await maas.record('srv001')).status).toBe(19)
  })
})

describe('faults on a read', () => {
  it('garbage is JSON that ends too early under a right length', async () => {
    strike('garbage', 'maas GET machines/{id}')
    await expect(maas.call('GET', `machines/${maas.id('srv001')}/`)).rejects.toThrow(SyntaxError)
  })

  it('a hang is over when the client gives up, and is a leftover until then', async () => {
    strike('hang', 'maas GET machines/{id}')
    const abort = new AbortController()
    const url = `${maas.door.url}/api/2.0/machines/${maas.id('srv001')}/`
    const pending = fetch(url, { headers: { authorization: maas.sign('admin') }, signal: abort.signal })
    await expect.poll(() => entries('maas GET machines/{id}')).toEqual([['hung', 'none', 'hang']])
    expect(maas.door.leftovers()).toEqual([`MAAS: unfinished request GET /MAAS/api/2.0/machines/${maas.id('srv001')}/`])
    abort.abort()
    await expect(pending).rejects.toThrow()
    await expect.poll(() => maas.door.leftovers()).toEqual([])
  })

  it('strike only the machine they name', async () => {
    strike('wrong-status', 'maas GET machines/{id}')
    expect((await maas.call('GET', `machines/${maas.id('srv002')}/`)).status).toBe(200)
    expect((await maas.call('GET', `machines/${maas.id('srv001')}/`)).status).toBe(500)
  })
})

describe('the log', () => {
  it('names calls with ids replaced, knows the machine, and holds no form values', async () => {
    const [A, B] = [maas.id('srv001'), maas.id('srv002')]
    await maas.call('GET', 'version/', { as: null })
    await maas.call('GET', 'users/?op=whoami')
    await maas.call('GET', 'account/prefs/sshkeys/')
    await maas.call('GET', `machines/?id=${A}&id=${B}`)
    await maas.call('GET', `machines/?op=power_parameters&id=${A}`)
    await maas.call('PUT', `machines/${A}/`, { body: { power_parameters_power_pass: 'hunter2' } })
    await maas.call('POST', 'tags/virtual/?op=update_nodes', { body: { add: B } })
    await maas.call('GET', `events/?op=query&id=${A}`)
    await maas.call('GET', `nodes/${A}/results/?type=commissioning`)
    await maas.call('POST', `machines/${A}/?op=mark_fixed`)
    expect(
      maas.log.entries.map((entry) => [entry.call, entry.server, entry.mutating, entry.outcome, entry.effect]),
    ).toEqual([
      ['maas GET version', undefined, false, 200, 'none'],
      ['maas GET users?op=whoami', undefined, false, 200, 'none'],
      ['maas GET account/prefs/sshkeys', undefined, false, 200, 'none'],
      ['maas GET machines', undefined, false, 200, 'none'],
      ['maas GET machines?op=power_parameters', 'srv001', false, 200, 'none'],
      ['maas PUT machines/{id}', 'srv001', true, 200, 'now'],
      ['maas POST tags/{name}?op=update_nodes', 'srv002', true, 200, 'now'],
      ['maas GET events?op=query', 'srv001', false, 200, 'none'],
      ['maas GET nodes/{id}/results', 'srv001', false, 200, 'none'],
      ['maas POST machines/{id}?op=mark_fixed', 'srv001', true, 409, 'none'],
    ])
    expect(JSON.stringify(maas.log.entries)).not.toContain('hunter2')
  })
})

describe('interventions of another admin', () => {
  it.each([
    ['enter-rescue', { status: 17, owner: 'night-shift' }],
    ['allocate', { status: 10, owner: 'night-shift' }],
    ['mark-broken', { status: 8, owner: null }],
    ['power-off', { status: 4, owner: null }],
  ] as const)('%s', async (act, wanted) => {
    maas.door.intervene(maas.id('srv001'), act)
    expect(await maas.record('srv001')).toMatchObject(wanted)
  })

  it('release what somebody else has allocated, abort what he commissions, and leave his rescue mode', async () => {
    const id = maas.id('srv001')
    await maas.call('POST', 'machines/?op=allocate', { body: { system_id: id } })
    maas.door.intervene(id, 'release')
    expect((await maas.record('srv001')).status).toBe(4)
    await maas.op('srv001', 'rescue_mode')
    await maas.until('srv001', (record) => record.status === 16)
    maas.door.intervene(id, 'exit-rescue')
    await maas.until('srv001', (record) => record.status === 4)
    await maas.op('srv001', 'commission', { testing_scripts: 'none' })
    await maas.clock.advance(10_000)
    maas.door.intervene(id, 'abort')
    expect((await maas.record('srv001')).status).toBe(0)
  })

  it("are refused with MAAS's words where MAAS refuses", () => {
    expect(() => maas.door.intervene(maas.id('srv002'), 'abort')).toThrow(/409.*Cannot abort in current state/)
  })
})

describe('what a client leaves behind', () => {
  it('is told: rescue mode, a Ready machine that is on, annotations', async () => {
    expect(maas.door.leftovers()).toEqual([])
    await maas.op('srv001', 'rescue_mode')
    await maas.op('srv001', 'set_workload_annotations', { 'hwa-run': '1' })
    expect(maas.door.leftovers().join()).toMatch(/srv001 \(\w+\) is still in status 17 Entering rescue mode/)
    await maas.until('srv001', (record) => record.status === 16)
    await maas.op('srv001', 'exit_rescue_mode')
    await maas.until('srv001', (record) => record.status === 4)
    expect(maas.door.leftovers()).toEqual([expect.stringMatching(/is Ready and still carries the annotations hwa-run/)])
    await maas.commission('srv002')
    expect(maas.door.leftovers()).toContainEqual(expect.stringMatching(/srv002 \(\w+\) is Ready and still on/))
  })
})
