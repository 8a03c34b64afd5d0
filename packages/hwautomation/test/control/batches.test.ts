import { describe, expect, it } from 'vitest'
import { ControlClient } from '../../src/control/client.ts'
import { directExchange } from '../../src/control/exchange.ts'
import { liveSite } from '../../src/control/live-site.ts'
import { controlRouter } from '../../src/control/router.ts'
import { storedSite } from '../../src/control/stored-site.ts'
import { Redactor } from '../../src/redaction.ts'
import { testSite } from '../provisioning/site.ts'
import { Machines, names, until } from '../workflow/batch/batch-world.ts'
import { tinySite } from './tiny-site.ts'

const LONG = { timeout: 60_000 }
const runs = (machines: Machines, count: number) => names(count).map((name) => ({ workflow: machines.workflow(name) }))
const code = (call: Promise<unknown>) =>
  call.then(
    () => 'no error',
    (error: { code: string }) => error.code,
  )

describe('the control API', () => {
  it('lists batches in short, and shows one with how its runs are now, but not what was asked of each', async () => {
    await using site = await tinySite()
    const machines = new Machines()
    const { id } = await site.manager.startBatch(runs(machines, 3), { label: 'rack 7', requestedBy: 'ada', atOnce: 1 })
    await until(site.manager, id, (record) => record.items[0]?.run !== undefined)
    await expect.poll(() => machines.atWork.size).toBe(1)
    const { batches } = await site.client.batches()
    expect(batches).toMatchObject([
      { id, label: 'rack 7', status: 'running', requestedBy: 'ada', counts: { waiting: 2, underWay: 1, completed: 0 } },
    ])
    const { batch } = await site.client.batch(id)
    expect([batch.working, batch.items[0]?.progress?.status, batch.items[1]?.progress]).toEqual([
      true,
      'RUNNING',
      undefined,
    ])
    expect(batch.items[0]?.progress?.batch).toBe(id)
    expect(JSON.stringify(batch.items)).not.toContain('"request":{"server":"m02"')
    expect(await code(site.client.batch('batch_none'))).toBe('batch.no-such-batch')
    const answer = await site.router.fetch(new Request('http://control/api/batches/batch_none'))
    expect(answer.status).toBe(404)
    machines.letAllGo()
    await until(site.manager, id, ({ status }) => status === 'ended')
    expect((await site.client.batch(id)).batch).toMatchObject({ status: 'ended', working: false })
  })

  it('pauses, lets proceed and cancels a batch for somebody with a name', async () => {
    await using site = await tinySite({ by: 'bob' })
    const machines = new Machines()
    const { id } = await site.manager.startBatch(runs(machines, 2), { label: 'x', requestedBy: 'ada', atOnce: 1 })
    const paused = await site.client.steerBatch(id, 'pause', { reason: 'lunch' })
    expect(paused.batch).toMatchObject({ status: 'paused', paused: { by: 'bob', via: 'cli', reason: 'lunch' } })
    expect((await site.client.steerBatch(id, 'proceed')).batch.status).toBe('running')
    const cancelled = await site.client.steerBatch(id, 'cancel', { reason: 'wrong rack' })
    expect(cancelled.batch.cancel).toMatchObject({ by: 'bob', reason: 'wrong rack' })
    await until(site.manager, id, ({ status }) => status === 'ended')
    expect(await code(site.client.steerBatch(id, 'proceed'))).toBe('batch.has-ended')
    const nobody = new Request(`http://control/api/batches/${id}/pause`, { method: 'POST' })
    expect((await site.router.fetch(nobody)).status).toBe(400)
  })

  it('shows batches of a state directory that nobody works on, and changes none there', async () => {
    await using site = await tinySite()
    const machines = new Machines({ free: true })
    const batch = await site.manager.startBatch(runs(machines, 2), { label: 'x', requestedBy: 'ada' })
    await batch.outcome()
    const stored = storedSite(site.store, { redactor: new Redactor(), site: 'nothing' })
    const client = new ControlClient(directExchange(controlRouter(stored)), { by: 'bob' })
    expect((await client.batches()).batches).toMatchObject([{ id: batch.id, counts: { completed: 2 } }])
    expect((await client.batch(batch.id)).batch.working).toBe(false)
    expect(await code(client.steerBatch(batch.id, 'cancel'))).toBe('control.read-only')
    expect(await code(client.provisionBatch({ servers: 'srv001', deviceType: 'a1' }))).toBe('control.read-only')
  })

  it('checks and starts a batch of servers, one for one key', LONG, async () => {
    await using lab = await testSite({ servers: [{ hostname: 'srv001' }, { hostname: 'srv002' }] })
    const router = controlRouter(liveSite(lab.hw, lab.hw.store))
    const client = new ControlClient(directExchange(router), { by: 'ada' })
    const order = { servers: 'srv[001-002]', deviceType: 'a1.c5.large', atOnce: 2, canary: 1, maxFailures: 0 } as const
    const { check } = await client.checkBatch({ ...order, servers: 'srv[001-003]' })
    expect(check.items.map(({ serverId, problems }) => [serverId, problems.length])).toEqual([
      ['srv001', 0],
      ['srv002', 0],
      ['srv003', 1],
    ])
    const { batch } = await client.provisionBatch(order, { idempotencyKey: 'k1' })
    expect(batch).toMatchObject({
      label: 'srv[001-002] a1.c5.large',
      requestedBy: 'ada',
      via: 'cli',
      policy: { canary: 1 },
    })
    expect((await client.provisionBatch(order, { idempotencyKey: 'k1' })).batch.id).toBe(batch.id)
    expect(await code(client.provisionBatch(order))).toBe('batch.refused')
    const end = await until(lab.hw.manager, batch.id, ({ status }) => status === 'ended')
    expect(end.items.map(({ outcome }) => outcome)).toEqual(['COMPLETED', 'COMPLETED'])
  })

  it('names every field of a body that it cannot read, and takes a sheet larger than other bodies', LONG, async () => {
    await using lab = await testSite()
    const router = controlRouter(liveSite(lab.hw, lab.hw.store))
    const post = async (path: string, body: unknown) => {
      const headers = { 'content-type': 'application/json', 'hwa-by': 'ada' }
      const answer = await router.fetch(
        new Request(`http://control${path}`, { method: 'POST', headers, body: JSON.stringify(body) }),
      )
      return { status: answer.status, text: await answer.text() }
    }
    const wrong = await post('/api/batches', { servers: 1, per_group: { by: 'row', most: 1 }, colour: 'red' })
    expect([wrong.status, wrong.text]).toEqual([
      400,
      expect.stringMatching(/servers: .*per_group\.by: .*colour: there is no/),
    ])
    const sheet = `server,device type\n${'# a remark\n'.repeat(20_000)}srv001,a1.c5.large\n`
    const large = await post('/api/batches/check', { sheet })
    expect([large.status, JSON.parse(large.text)]).toMatchObject([
      200,
      { check: { problems: [], items: [{ serverId: 'srv001' }] } },
    ])
    expect((await post('/api/batches/check', { sheet: 'x'.repeat(600_000) })).status).toBe(413)
  })
})
