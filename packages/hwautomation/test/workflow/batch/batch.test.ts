import { describe, expect, it } from 'vitest'
import { MemoryStore } from '../../../src/stores/memory-store.ts'
import { idle } from '../stepped-clock.ts'
import { board, count, Machines, manager, names, until } from './batch-world.ts'

const ASKED = { label: 'm[01-06]', requestedBy: 'ada' } as const
const runs = (machines: Machines, count: number) => names(count).map((name) => ({ workflow: machines.workflow(name) }))

describe('a batch', () => {
  it('runs every item once, never more at once than it may, and says how each ended', async () => {
    const machines = new Machines({ free: true }).breakOne('m03')
    await using m = manager()
    const batch = await m.startBatch(runs(machines, 12), { ...ASKED, atOnce: 3 })
    const end = await batch.outcome()
    expect(end.status).toBe('ended')
    expect([count(end, 'COMPLETED'), count(end, 'FAILED')]).toEqual([11, 1])
    expect(machines.most).toBeLessThanOrEqual(3)
    expect(machines.world.sent.toSorted()).toEqual(
      names(12)
        .filter((name) => name !== 'm03')
        .map((name) => `on ${name}`),
    )
    expect(end.items[2]?.error?.message).toContain('m03 is broken')
    const { records } = await m.list({ limit: 100 })
    expect(new Set(records.map((record) => record.batch))).toEqual(new Set([batch.id]))
    expect(records.map(({ idempotencyKey }) => idempotencyKey)).toContain(`${batch.id}/m01`)
  })

  it('begins no more of a group at a time than it may', async () => {
    const machines = new Machines()
    await using m = manager()
    const some = names(6).map((name, index) => ({ workflow: machines.workflow(name), group: index < 4 ? 'r1' : 'r2' }))
    const batch = await m.startBatch(some, { ...ASKED, atOnce: 4, perGroup: 1 })
    const begun = await until(m, batch.id, (record) => count(record, 'started') === 2)
    expect(board(begun)).toEqual([
      'm01 started',
      'm02 waiting',
      'm03 waiting',
      'm04 waiting',
      'm05 started',
      'm06 waiting',
    ])
    machines.letAllGo()
    expect(count(await batch.outcome(), 'COMPLETED')).toBe(6)
  })

  it('begins nothing else before its canaries are COMPLETED', async () => {
    const machines = new Machines()
    await using m = manager()
    const batch = await m.startBatch(runs(machines, 5), { ...ASKED, atOnce: 5, canary: 2 })
    expect(count(await until(m, batch.id, (record) => count(record, 'started') === 2), 'waiting')).toBe(3)
    await expect.poll(() => machines.atWork.size).toBe(2)
    machines.letGo('m01')
    expect(count(await until(m, batch.id, (record) => count(record, 'COMPLETED') === 1), 'waiting')).toBe(3)
    machines.letAllGo()
    expect(count(await batch.outcome(), 'COMPLETED')).toBe(5)
  })

  it('pauses when a canary fails, and goes on when somebody has seen it', async () => {
    const machines = new Machines({ free: true }).breakOne('m01')
    await using m = manager()
    const batch = await m.startBatch(runs(machines, 3), { ...ASKED, canary: 1 })
    const paused = await until(m, batch.id, ({ status }) => status === 'paused')
    expect(paused.paused).toMatchObject({ by: 'hwautomation' })
    expect(paused.paused?.reason).toContain('the canary m01.example failed')
    expect(board(paused)).toEqual(['m01 started FAILED', 'm02 waiting', 'm03 waiting'])
    await m.proceedBatch(batch.id, { by: 'bob', reason: 'its fan is known to be dead' })
    expect(board(await batch.outcome())).toEqual([
      'm01 started FAILED',
      'm02 started COMPLETED',
      'm03 started COMPLETED',
    ])
  })

  it('pauses when a canary is cancelled', async () => {
    const machines = new Machines()
    await using m = manager()
    const batch = await m.startBatch(runs(machines, 2), { ...ASKED, canary: 1 })
    const begun = await until(m, batch.id, (record) => record.items[0]?.run !== undefined)
    await m.cancel(begun.items[0]!.run!, { by: 'bob' })
    const paused = await until(m, batch.id, ({ status }) => status === 'paused')
    expect(paused.paused?.reason).toContain('was cancelled')
  })

  it('takes the retry of a failed canary for the canary', async () => {
    const machines = new Machines({ free: true }).breakOne('m01')
    await using m = manager()
    const batch = await m.startBatch(runs(machines, 2), { ...ASKED, canary: 1 })
    const paused = await until(m, batch.id, ({ status }) => status === 'paused')
    machines.mend('m01')
    const again = await m.retry(paused.items[0]!.run!, { by: 'bob' })
    expect(again.record().batch).toBe(batch.id)
    const better = await until(m, batch.id, (record) => record.items[0]?.outcome === 'COMPLETED')
    expect([better.items[0]!.run, better.items[0]!.error, better.status]).toEqual([again.id, undefined, 'paused'])
    await m.proceedBatch(batch.id, { by: 'bob' })
    expect(count(await batch.outcome(), 'COMPLETED')).toBe(2)
  })

  it('pauses when more have failed than may, and counts anew after that', async () => {
    const machines = new Machines({ free: true })
    for (const name of ['m01', 'm02', 'm04']) machines.breakOne(name)
    await using m = manager()
    const batch = await m.startBatch(runs(machines, 6), { ...ASKED, atOnce: 1, maxFailures: 1 })
    const paused = await until(m, batch.id, ({ status }) => status === 'paused')
    expect(paused.paused?.reason).toBe('2 failed, which is more than 1')
    expect(count(paused, 'waiting')).toBe(4)
    await m.proceedBatch(batch.id, { by: 'bob' })
    const end = await batch.outcome()
    expect([count(end, 'COMPLETED'), count(end, 'FAILED')]).toEqual([3, 3])
  })

  it('refuses an item whose machine is taken, counts it as a failure, and goes on with the others', async () => {
    const machines = new Machines()
    await using m = manager()
    await m.start(machines.workflow('m02', { request: { server: 'm02', other: true } }), { requestedBy: 'eve' })
    const batch = await m.startBatch(runs(machines, 3), { ...ASKED, atOnce: 3 })
    machines.letAllGo()
    const refused = await until(m, batch.id, (record) => record.items[1]?.status === 'refused')
    expect(refused.items[1]?.error).toMatchObject({ code: 'workflow.resource-busy' })
    expect(refused.items[1]?.error?.message).toContain('eve')
    expect(count(await batch.outcome(), 'COMPLETED')).toBe(2)
  })

  it('does not keep a single run of somebody else waiting for all of its items', async () => {
    const machines = new Machines()
    await using m = manager(undefined, { concurrency: 2 })
    const batch = await m.startBatch(runs(machines, 6), { ...ASKED, atOnce: 6 })
    await until(m, batch.id, (record) => count(record, 'started') === 6)
    await expect.poll(() => machines.atWork.size).toBe(2)
    const bobs = await m.start(machines.workflow('other'), { requestedBy: 'bob' })
    await expect.poll(() => bobs.record().waitingFor?.kind).toBe('slot')
    machines.letGo([...machines.atWork][0]!)
    machines.letGo([...machines.atWork][1]!)
    await expect.poll(() => machines.atWork.has('other')).toBe(true)
    machines.letAllGo()
    await batch.outcome()
  })

  it('is one batch for one key, and only for what was asked', async () => {
    const machines = new Machines()
    await using m = manager()
    const key = { ...ASKED, idempotencyKey: 'ticket-1' }
    let called = 0
    const find = async () => {
      called += 1
      return runs(machines, 2)
    }
    const [one, two] = await Promise.all([m.startBatch(find, key), m.startBatch(find, key)])
    expect([one.id, called]).toEqual([two.id, 1])
    await expect(m.startBatch(find, { ...key, label: 'm[01-09]' })).rejects.toMatchObject({
      code: 'batch.idempotency-mismatch',
    })
    machines.letAllGo()
    await one.outcome()
    expect((await m.startBatch(find, key)).record().status).toBe('ended')
  })

  it('refuses what cannot be, and starts nothing of it', async () => {
    const machines = new Machines({ free: true })
    await using m = manager()
    const refused = async (items: ReturnType<typeof runs>, more: object = {}) =>
      m.startBatch(items, { ...ASKED, ...more }).then(
        () => 'started',
        ({ message }: Error) => message,
      )
    expect(await refused([])).toContain('there is nothing in it')
    expect(await refused([...runs(machines, 2), ...runs(machines, 1)])).toContain('m01.example is in it twice')
    expect(await refused(runs(machines, 2), { atOnce: 0, canary: 1.5 })).toMatch(/atOnce: .*got 0; canary: .*got 1\.5/)
    const unknown = machines.workflow('m09', {
      resolve: async () => {
        throw new Error('no such machine: m09')
      },
    })
    expect(await refused([...runs(machines, 1), { workflow: unknown }])).toContain('no such machine: m09')
    expect(await m.batches()).toEqual([])
    expect(machines.world.sent).toEqual([])
  })
})

describe('an operator', () => {
  it('pauses a batch: what is under way goes on, nothing is begun', async () => {
    const machines = new Machines()
    await using m = manager()
    const batch = await m.startBatch(runs(machines, 3), { ...ASKED, atOnce: 1 })
    await until(m, batch.id, (record) => count(record, 'started') === 1)
    const paused = await m.pauseBatch(batch.id, { by: 'bob', reason: 'lunch' })
    expect(paused.paused).toMatchObject({ by: 'bob', reason: 'lunch' })
    expect((await m.pauseBatch(batch.id, { by: 'eve' })).paused?.by).toBe('bob')
    machines.letAllGo()
    const later = await until(m, batch.id, (record) => count(record, 'COMPLETED') === 1)
    expect([later.status, count(later, 'waiting')]).toEqual(['paused', 2])
    await m.proceedBatch(batch.id, { by: 'bob' })
    expect(count(await batch.outcome(), 'COMPLETED')).toBe(3)
  })

  it('cancels a batch: its runs are undone, the rest is left out, and other runs are left alone', async () => {
    const machines = new Machines()
    await using m = manager()
    const same = await m.start(machines.workflow('m02'), { requestedBy: 'eve' })
    const batch = await m.startBatch(runs(machines, 4), { ...ASKED, atOnce: 2 })
    const begun = await until(m, batch.id, (record) => count(record, 'started') === 2)
    expect(begun.items[1]?.run).toBe(same.id)
    const cancelling = await m.cancelBatch(batch.id, { by: 'bob', reason: 'wrong rack' })
    expect(['cancelling', 'ended']).toContain(cancelling.status)
    await until(m, batch.id, (record) => record.items[0]?.outcome === 'CANCELLED')
    expect(same.record().cancel).toBeUndefined()
    machines.letAllGo()
    const end = await batch.outcome()
    expect(board(end)).toEqual(['m01 started CANCELLED', 'm02 started COMPLETED', 'm03 left-out', 'm04 left-out'])
    expect(end.cancel).toMatchObject({ by: 'bob', reason: 'wrong rack' })
    await expect(m.proceedBatch(batch.id, { by: 'bob' })).rejects.toMatchObject({ code: 'batch.has-ended' })
    await expect(m.cancelBatch('batch_none', { by: 'bob' })).rejects.toMatchObject({ code: 'batch.no-such-batch' })
  })

  it('is in the audit trail, accepted or refused', async () => {
    const machines = new Machines()
    await using m = manager()
    const batch = await m.startBatch(runs(machines, 2), { ...ASKED, atOnce: 1, via: 'slack' })
    await m.pauseBatch(batch.id, { by: 'bob', via: 'cli' })
    await m.proceedBatch(batch.id, { by: 'bob' })
    await m.cancelBatch(batch.id, { by: 'eve', reason: 'no' })
    await batch.outcome()
    await m.pauseBatch(batch.id, { by: 'bob' }).catch(() => {})
    const lines: string[] = []
    for await (const line of m.audit())
      if (line.type === 'audit' && line.action.startsWith('batch'))
        lines.push([line.action, line.by, line.via, line.outcome, line.error?.code].filter(Boolean).join(' '))
    expect(lines).toEqual([
      'batch-start ada slack accepted',
      'batch-pause bob cli accepted',
      'batch-proceed bob api accepted',
      'batch-cancel eve api accepted',
      'batch-pause bob api refused batch.has-ended',
    ])
  })

  it('drains the manager: no item is begun until that is taken back', async () => {
    const machines = new Machines()
    await using m = manager()
    const batch = await m.startBatch(runs(machines, 3), { ...ASKED, atOnce: 1 })
    await until(m, batch.id, (record) => count(record, 'started') === 1)
    await m.drain({ by: 'bob' })
    machines.letAllGo()
    const first = await until(m, batch.id, (record) => count(record, 'COMPLETED') === 1)
    await idle() // it could begin another by now
    expect([first.status, count(batch.record(), 'waiting')]).toEqual(['running', 2])
    await m.proceed({ by: 'bob' })
    expect(count(await batch.outcome(), 'COMPLETED')).toBe(3)
    const refused: string[] = []
    for await (const line of m.audit())
      if (line.type === 'audit' && line.outcome === 'refused') refused.push(line.action)
    expect(refused).toEqual([])
  })
})

describe('a batch that needs a second person', () => {
  it('begins nothing before somebody else says yes', async () => {
    const machines = new Machines({ free: true })
    await using m = manager()
    const batch = await m.startBatch(runs(machines, 2), { ...ASKED, approval: { reason: 'production rack' } })
    expect(batch.record()).toMatchObject({ status: 'paused', approval: { reason: 'production rack' } })
    await expect(m.proceedBatch(batch.id, { by: 'Ada' })).rejects.toMatchObject({
      code: 'workflow.own-approval',
      message: expect.stringMatching(/^Batch batch_\S+ \(m\[01-06\]\) was asked for by ada/),
    })
    const granted = await m.proceedBatch(batch.id, { by: 'bob' })
    expect(granted.approval?.granted?.by).toBe('bob')
    expect(count(await batch.outcome(), 'COMPLETED')).toBe(2)
  })

  it('counts as the approval of each of its runs: a retry by anybody else needs a second person again', async () => {
    const machines = new Machines({ free: true }).breakOne('m01')
    await using m = manager()
    const batch = await m.startBatch(runs(machines, 1), { ...ASKED, approval: { reason: 'production rack' } })
    await m.proceedBatch(batch.id, { by: 'bob' })
    const run = (await batch.outcome()).items[0]!.run!
    expect((await m.get(run))!.record().approval).toMatchObject({ reason: 'production rack', granted: { by: 'bob' } })
    const own = await m.retry(run, { by: 'ada' })
    expect((await own.outcome()).status).toBe('FAILED')
    const other = await m.retry(own.id, { by: 'eve' })
    expect(other.record().approval).not.toHaveProperty('granted')
    await expect(m.approve(other.id, { by: 'eve' })).rejects.toMatchObject({ code: 'workflow.own-approval' })
    machines.mend('m01')
    await m.approve(other.id, { by: 'ada' })
    expect((await other.outcome()).status).toBe('COMPLETED')
  })

  it('is cancelled when nobody does in time', async () => {
    const machines = new Machines({ free: true })
    await using m = manager()
    const batch = await m.startBatch(runs(machines, 2), { ...ASKED, approval: { reason: 'x', expiresIn: '20ms' } })
    const end = await batch.outcome()
    expect(board(end)).toEqual(['m01 left-out', 'm02 left-out'])
    expect(end.cancel?.by).toBe('hwautomation')
  })
})

describe('who listens', () => {
  it('hears of every change in order, and cannot harm the batch', async () => {
    const machines = new Machines({ free: true })
    await using m = manager()
    const revisions: number[] = []
    m.onBatch(() => {
      throw new Error('a bad listener')
    })
    m.onBatch(async () => Promise.reject(new Error('another')))
    m.onBatch(({ revision }) => revisions.push(revision))
    const end = await (await m.startBatch(runs(machines, 4), ASKED)).outcome()
    expect(revisions).toEqual(Array.from({ length: end.revision }, (_, index) => index + 1))
  })

  it('finds batches newest first, with what was asked for each server', async () => {
    const machines = new Machines({ free: true })
    await using m = manager()
    const one = await m.startBatch(runs(machines, 1), ASKED)
    await one.outcome()
    const two = await m.startBatch(runs(machines, 2), { ...ASKED, label: 'later' })
    expect((await m.batches()).map(({ id }) => id)).toEqual([two.id, one.id])
    expect((await m.batch(one.id))?.items[0]?.request).toEqual({ server: 'm01' })
    expect(await m.batch('batch_none')).toBeUndefined()
    await two.outcome()
  })

  it('keeps the documents of the last 50 that ended, and no more', async () => {
    const machines = new Machines({ free: true })
    const store = new MemoryStore()
    await using m = manager(store)
    for (let n = 0; n < 53; n += 1)
      await (await m.startBatch(runs(machines, 1), { ...ASKED, idempotencyKey: `key ${n}` })).outcome()
    await expect.poll(async () => (await m.batches()).length).toBe(50)
    const left = async (collection: string) => {
      let found = 0
      for await (const _ of store.documents(collection).entries()) found += 1
      return found
    }
    await expect.poll(() => left('batch-requests')).toBe(50)
  })
})
