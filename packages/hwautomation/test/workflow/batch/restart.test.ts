import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { HwError } from '../../../src/errors.ts'
import { LowdbStore } from '../../../src/stores/lowdb-store.ts'
import { MemoryStore } from '../../../src/stores/memory-store.ts'
import type { BatchRecord } from '../../../src/workflow/batch/record.ts'
import type { WorkflowManager } from '../../../src/workflow/manager.ts'
import type { ManagerOptions } from '../../../src/workflow/manager-options.ts'
import type { WorkflowStore } from '../../../src/workflow/ports.ts'
import type { Json } from '../../../src/workflow/record.ts'
import { board, count, Machines, manager, names, until } from './batch-world.ts'
import { DyingStore } from './dying-store.ts'

const ASKED = { label: 'some machines', requestedBy: 'ada', idempotencyKey: 'ticket-1' } as const
const runs = (machines: Machines, count: number) => names(count).map((name) => ({ workflow: machines.workflow(name) }))

/** The next process: it knows the workflow before it opens. */
function next(store: WorkflowStore, machines: Machines, more: Partial<ManagerOptions> = {}): WorkflowManager {
  const later = manager(store, more)
  const workflow = machines.workflow('any')
  later.register(workflow.definition, (view) => workflow.capabilities(view))
  return later
}

/** One run for each item, which is the one that the item names; the item says of it what its record says. */
async function assertEachOnce(m: WorkflowManager, id: string): Promise<void> {
  const { records } = await m.list({ limit: 1000 })
  const batch = (await m.batch(id))!
  expect(records.map(({ resource }) => resource).toSorted()).toEqual(
    batch.items
      .filter(({ run }) => run !== undefined)
      .map(({ resource }) => resource)
      .toSorted(),
  )
  for (const record of records) {
    const item = batch.items.find(({ resource }) => resource === record.resource)
    expect([item?.run, item?.outcome, record.batch]).toEqual([record.id, record.status, id])
  }
}

/** Each item names the newest run of its machine. */
async function assertNewest(m: WorkflowManager, id: string): Promise<void> {
  for (const { resource, run, outcome } of (await m.batch(id))!.items) {
    const [newest] = (await m.list({ resource, limit: 1 })).records
    expect([run, outcome]).toEqual([newest?.id, newest?.status])
  }
}

/** The same, but for a method. */
function instead<Of extends object>(store: Of, more: Partial<Of>): Of {
  return new Proxy(store, {
    get: (of, name) => {
      const found: unknown = name in more ? Reflect.get(more, name) : Reflect.get(of, name)
      return typeof found === 'function' ? found.bind(of) : found
    },
  })
}

/** It writes its first batch, and says that it did not. */
function lyingOnce(store: WorkflowStore): WorkflowStore {
  let lies = true
  return instead(store, {
    documents: (collection) => {
      const documents = store.documents(collection)
      const put: typeof documents.put = async (id, value) => {
        await documents.put(id, value)
        if (collection !== 'batches' || !lies) return
        lies = false
        throw new HwError({ code: 'store.full', kind: 'transient', message: 'no room', hint: 'make some' })
      }
      return instead(documents, { put })
    },
  })
}

const interrupted = async (more: Partial<ManagerOptions>) => {
  const store = new MemoryStore()
  const machines = new Machines()
  const first = next(store, machines)
  const { id } = await first.startBatch(runs(machines, 3), { ...ASKED, atOnce: 1 })
  await until(first, id, (record) => count(record, 'started') === 1)
  await first.close()
  machines.letAllGo()
  const later = next(store, machines, more)
  await later.open()
  return { id, store, machines, later }
}

describe('a process that dies at any write', () => {
  const SIZE = 4
  const asked = { ...ASKED, atOnce: 2, canary: 1 }

  it('leaves a batch that the next one brings to its end, with one run for each item', async () => {
    for (let at = 1, over = false; !over; at += 1)
      for (const when of ['before', 'after'] as const) {
        const store = new MemoryStore()
        const machines = new Machines({ free: true }).breakOne('m03')
        const dying = new DyingStore(at, when)
        const first = next(dying.of(store), machines)
        const ended = first.startBatch(runs(machines, SIZE), asked).then((batch) => batch.outcome())
        const survived = await Promise.race([ended.then(() => true), dying.died.then(() => false)])
        over = survived
        await using later = next(store, machines)
        // whoever asked got no answer, and asks again
        const batch = await later.startBatch(runs(machines, SIZE), asked)
        const end = await batch.outcome()
        const what = `${when} write ${at}`
        expect(board(end), what).toEqual([
          'm01 started COMPLETED',
          'm02 started COMPLETED',
          'm03 started FAILED',
          'm04 started COMPLETED',
        ])
        expect((await later.batches()).length, what).toBe(1)
        await assertEachOnce(later, batch.id)
        expect(machines.most).toBeLessThanOrEqual(4)
      }
  }, 60_000)

  it('during a cancel leaves no machine half-way, and begins none', async () => {
    for (let at = 1, over = false; !over; at += 1)
      for (const when of ['before', 'after'] as const) {
        const store = new MemoryStore()
        const machines = new Machines()
        await using before = next(store, machines)
        const { id } = await before.startBatch(runs(machines, SIZE), { ...ASKED, atOnce: 2 })
        await until(before, id, (record) => count(record, 'started') === 2)
        await before.close()

        const dying = new DyingStore(at, when)
        const first = next(dying.of(store), machines)
        const cancelled = first
          .cancelBatch(id, { by: 'bob' })
          .then(() => until(first, id, ({ status }) => status === 'ended'))
        over = await Promise.race([cancelled.then(() => true), dying.died.then(() => false)])

        await using later = next(store, machines)
        const now = (await later.batch(id))!
        const begun = now.items.filter(({ run }) => run !== undefined).length
        if (now.status !== 'ended' && now.cancel === undefined) await later.cancelBatch(id, { by: 'bob' })
        const end = await until(later, id, ({ status }) => status === 'ended')
        expect([begun, count(end, 'left-out'), count(end, 'CANCELLED')], `${when} write ${at}`).toEqual([2, 2, 2])
        expect(machines.world.on.size).toBe(0)
        await assertEachOnce(later, id)
      }
  }, 60_000)
})

describe('a cancel', () => {
  it('of a batch whose process died while it began runs cancels those as well', async () => {
    for (let at = 1, over = false; !over; at += 1) {
      const store = new MemoryStore()
      const machines = new Machines()
      const dying = new DyingStore(at, 'after')
      const first = next(dying.of(store), machines)
      const begun = first
        .startBatch(runs(machines, 3), { ...ASKED, atOnce: 2 })
        .then(({ id }) => until(first, id, (record) => count(record, 'started') === 2))
      over = await Promise.race([begun.then(() => true), dying.died.then(() => false)])
      await using later = next(store, machines, { resume: 'leave' })
      const [batch] = await later.batches()
      if (batch === undefined) continue
      await later.cancelBatch(batch.id, { by: 'bob' })
      const end = await until(later, batch.id, ({ status }) => status === 'ended')
      expect(end.items.every(({ status, outcome }) => status === 'left-out' || outcome === 'CANCELLED')).toBe(true)
      await assertEachOnce(later, batch.id)
      if (over) await first.close()
    }
  }, 30_000)

  it('of a batch that an earlier process left begins nothing of it', async () => {
    const store = new MemoryStore()
    const machines = new Machines()
    const first = next(store, machines)
    const { id } = await first.startBatch(runs(machines, 3), { ...ASKED, approval: { reason: 'look first' } })
    await first.close()
    const second = next(store, machines)
    await second.proceedBatch(id, { by: 'bob' }).then(() => second.close())
    const begun = (await store.list({})).records.length
    await using later = next(store, machines, { resume: 'leave' })
    await later.cancelBatch(id, { by: 'bob' })
    await until(later, id, ({ status }) => status === 'ended')
    expect((await store.list({})).records).toHaveLength(begun)
  })

  it('of a batch that is just beginning a run cancels it when it is there', async () => {
    const store = new MemoryStore()
    const dying = new DyingStore()
    const machines = new Machines()
    await using m = next(dying.of(store), machines)
    let makeRoom = () => {}
    dying.room = new Promise((resolve) => (makeRoom = resolve))
    const batch = await m.startBatch(runs(machines, 2), { ...ASKED, atOnce: 1 })
    const cancelling = await m.cancelBatch(batch.id, { by: 'bob' })
    expect(board(cancelling)).toEqual(['m01 waiting', 'm02 left-out'])
    makeRoom()
    expect(board(await batch.outcome())).toEqual(['m01 started CANCELLED', 'm02 left-out'])
    await assertEachOnce(m, batch.id)
  })
})

describe('a manager that is opened again', () => {
  it('goes on with the batch on disk, where the process before let go of it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hwa-batch-'))
    try {
      const machines = new Machines()
      const first = next(new LowdbStore(folder), machines)
      const batch = await first.startBatch(runs(machines, 5), { ...ASKED, atOnce: 2 })
      await until(first, batch.id, (record) => count(record, 'started') === 2)
      await expect.poll(() => machines.atWork.size).toBe(2)
      machines.letGo('m01')
      await until(first, batch.id, (record) => count(record, 'started') === 3)
      await first.close()
      expect((await batch.outcome()).status).toBe('running')
      machines.letAllGo()
      await using later = next(new LowdbStore(folder), machines)
      await later.open()
      const end = await until(later, batch.id, ({ status }) => status === 'ended')
      expect(count(end, 'COMPLETED')).toBe(5)
      await assertEachOnce(later, batch.id)
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  it('with park pauses it, and lets it proceed with the run it had begun', async () => {
    const { id, later } = await interrupted({ resume: 'park' })
    await using _ = later
    const paused = (await later.batch(id))!
    expect([paused.status, paused.paused?.by, count(paused, 'waiting')]).toEqual(['paused', 'hwautomation', 2])
    await later.proceedBatch(id, { by: 'bob' })
    expect(count(await until(later, id, ({ status }) => status === 'ended'), 'COMPLETED')).toBe(3)
  })

  it('with fail pauses it, and says what became of its run', async () => {
    const { id, later } = await interrupted({ resume: 'fail' })
    await using _ = later
    const paused = await until(later, id, (record) => count(record, 'FAILED') === 1)
    expect([paused.status, count(paused, 'waiting')]).toEqual(['paused', 2])
    await later.proceedBatch(id, { by: 'bob' })
    expect(count(await until(later, id, ({ status }) => status === 'ended'), 'COMPLETED')).toBe(2)
  })

  it('with leave writes nothing of it, so that the process after it goes on', async () => {
    const { id, later, store, machines } = await interrupted({ resume: 'leave' })
    const left = (await later.batch(id))!
    expect([left.status, later.activeBatches]).toEqual(['paused', 0])
    await later.close()
    expect(((await store.documents('batches').get(id)) as { status: string }).status).toBe('running')
    await using last = next(store, machines)
    await last.open()
    expect(count(await until(last, id, ({ status }) => status === 'ended'), 'COMPLETED')).toBe(3)
  })

  it('with leave goes on with it when somebody says so, its run included', async () => {
    const { id, later } = await interrupted({ resume: 'leave' })
    await using _ = later
    await later.proceedBatch(id, { by: 'bob' })
    expect(count(await until(later, id, ({ status }) => status === 'ended'), 'COMPLETED')).toBe(3)
  })

  it('without the workflow pauses it and says so, until a process has it', async () => {
    const store = new MemoryStore()
    const machines = new Machines()
    const first = next(store, machines)
    const { id } = await first.startBatch(runs(machines, 3), { ...ASKED, atOnce: 1 })
    await first.pauseBatch(id, { by: 'bob' })
    machines.letAllGo()
    await until(first, id, (record) => count(record, 'COMPLETED') === 1)
    await first.close()
    await using later = manager(store)
    await later.proceedBatch(id, { by: 'bob' })
    const paused = await until(later, id, ({ status }) => status === 'paused')
    expect(paused.paused?.reason).toContain('does not know the workflow test/batch@1')
    const workflow = machines.workflow('any')
    later.register(workflow.definition, (view) => workflow.capabilities(view))
    await later.proceedBatch(id, { by: 'bob' })
    expect(count(await until(later, id, ({ status }) => status === 'ended'), 'COMPLETED')).toBe(3)
  })

  it('finds the retry of a failed item that the batch did not hear of', async () => {
    const store = new MemoryStore()
    const machines = new Machines({ free: true }).breakOne('m01')
    const first = next(store, machines)
    const { id } = await first.startBatch(runs(machines, 2), { ...ASKED, canary: 1 })
    const paused = await until(first, id, ({ status }) => status === 'paused')
    await first.close()
    const without = next(store, machines, { resume: 'leave' })
    const slow = new Machines()
    without.register(slow.workflow('any').definition)
    await without.open()
    machines.mend('m01')
    const again = await without.retry(paused.items[0]!.run!, { by: 'bob' })
    await without.close()
    await using last = next(store, machines)
    await last.open()
    const better = await until(last, id, (record) => record.items[0]?.outcome === 'COMPLETED')
    expect(better.items[0]?.run).toBe(again.id)
  })
})

describe('a batch that is gone on with', () => {
  /** The batch as it was before its first process heard of its runs. */
  const forgetful = async (store: WorkflowStore, id: string) => {
    const stored = (await store.documents('batches').get(id)) as unknown as BatchRecord
    const items = stored.items.map(({ run: _, outcome: __, ...item }) => ({ ...item, status: 'waiting' }))
    await store.documents('batches').put(id, { ...stored, items } as unknown as Json)
  }

  it('hears of a run that ends while the others are looked for', async () => {
    const store = new MemoryStore()
    const machines = new Machines()
    const first = next(store, machines)
    const { id } = await first.startBatch(runs(machines, 2), { ...ASKED, atOnce: 1 })
    await until(first, id, (record) => count(record, 'started') === 1)
    await expect.poll(() => machines.atWork.size).toBe(1)
    await first.close()
    await forgetful(store, id)
    const hasEnded = async () => (await store.list({ resource: 'm01' })).records[0]?.status === 'COMPLETED'
    const slow = instead(store as WorkflowStore, {
      findByIdempotencyKey: async (key) => {
        if (key.endsWith('m02') && !machines.isFree) {
          await expect.poll(() => machines.atWork.has('m01')).toBe(true)
          machines.letAllGo()
          await expect.poll(hasEnded).toBe(true)
        }
        return store.findByIdempotencyKey(key)
      },
    })
    await using later = next(slow, machines)
    await later.open()
    const end = await until(later, id, ({ status }) => status === 'ended')
    expect(count(end, 'COMPLETED')).toBe(2)
    await assertEachOnce(later, id)
  })

  it('goes by the last retry of an item, also where that has ended without it', async () => {
    const store = new MemoryStore()
    const machines = new Machines({ free: true }).breakOne('m01')
    const first = next(store, machines)
    const { id } = await first.startBatch(runs(machines, 2), { ...ASKED, canary: 1 })
    const paused = await until(first, id, ({ status }) => status === 'paused')
    await first.close()
    const without = next(store, machines, { resume: 'leave' })
    const again = await without.retry(paused.items[0]!.run!, { by: 'bob' })
    await again.outcome()
    machines.mend('m01')
    const last = await without.retry(again.id, { by: 'bob' })
    expect((await last.outcome()).status).toBe('COMPLETED')
    await without.close()
    await using later = next(store, machines)
    await later.open()
    expect((await later.batch(id))!.items[0]).toMatchObject({ run: last.id, outcome: 'COMPLETED' })
  })
})

describe('a manager that is closed', () => {
  it('by cancel cancels its batches, so that nothing of them begins later', async () => {
    const store = new MemoryStore()
    const machines = new Machines()
    const first = next(store, machines)
    const batch = await first.startBatch(runs(machines, 3), { ...ASKED, atOnce: 1 })
    await until(first, batch.id, (record) => count(record, 'started') === 1)
    await expect.poll(() => machines.atWork.size).toBe(1)
    await first.close({ mode: 'cancel' })
    expect(board(await batch.outcome())).toEqual(['m01 started CANCELLED', 'm02 left-out', 'm03 left-out'])
  })

  it('by cancel leaves alone what it was told to leave', async () => {
    const { id, later, store } = await interrupted({ resume: 'leave' })
    await later.close({ mode: 'cancel' })
    expect(((await store.documents('batches').get(id)) as { status: string }).status).toBe('running')
    expect((await store.list({ resource: 'm01' })).records[0]).toMatchObject({ status: 'RUNNING' })
  })

  it('by drain begins nothing more, and writes down how the last ones ended', async () => {
    const store = new MemoryStore()
    const machines = new Machines()
    const first = next(store, machines)
    const batch = await first.startBatch(runs(machines, 3), { ...ASKED, atOnce: 1 })
    await until(first, batch.id, (record) => count(record, 'started') === 1)
    await expect.poll(() => machines.atWork.size).toBe(1)
    const closing = first.close({ mode: 'drain' })
    machines.letAllGo()
    await closing
    const left = await batch.outcome()
    expect([left.status, board(left)]).toEqual(['running', ['m01 started COMPLETED', 'm02 waiting', 'm03 waiting']])
    const closed = { code: 'workflow.manager-closed' }
    await expect(first.startBatch(runs(machines, 1), ASKED)).rejects.toMatchObject(closed)
    await expect(first.proceedBatch(batch.id, { by: 'bob' })).rejects.toMatchObject(closed)
    await expect(first.cancelBatch(batch.id, { by: 'bob' })).rejects.toMatchObject(closed)
    expect(await store.documents('batches').get(batch.id)).toMatchObject({ status: 'running' })
  })
})

describe('a store that is full for a while', () => {
  it('does not make a retried item what the run before the retry came to', async () => {
    const store = new MemoryStore()
    const dying = new DyingStore()
    const machines = new Machines().breakOne('m01')
    await using m = next(dying.of(store), machines)
    const batch = await m.startBatch(runs(machines, 3), { ...ASKED, atOnce: 2, maxFailures: 0 })
    const begun = await until(m, batch.id, (record) => count(record, 'started') === 2)
    await expect.poll(() => machines.atWork.size).toBe(2)
    const run = (await m.get(begun.items[0]!.run!))!
    dying.fullFor = 1 // how it ended has to wait
    machines.letGo('m01')
    expect((await run.outcome()).status).toBe('FAILED')
    await expect.poll(() => dying.fullFor).toBe(0)
    machines.mend('m01')
    const again = await m.retry(run.id, { by: 'bob' })
    await until(m, batch.id, ({ items }) => items[0]!.run === again.id)
    dying.fullFor = 1 // what waits after it is written after it
    machines.letGo('m02')
    const now = await until(m, batch.id, (record) => count(record, 'COMPLETED') === 1)
    expect([now.status, board(now)[0]]).toEqual(['running', 'm01 started'])
    machines.letAllGo()
    expect(count(await batch.outcome(), 'COMPLETED')).toBe(3)
    await assertNewest(m, batch.id)
  }, 60_000)

  it('does not end a batch whose last item is retried before that could be written', async () => {
    const store = new MemoryStore()
    const dying = new DyingStore()
    const machines = new Machines().breakOne('m01')
    await using m = next(dying.of(store), machines)
    const off = m.onBatch((record) => {
      if (count(record, 'FAILED') === 0) return
      off()
      dying.fullFor = 1 // that it has ended has to wait
    })
    const batch = await m.startBatch(runs(machines, 1), ASKED)
    await expect.poll(() => machines.atWork.size).toBe(1)
    machines.letGo('m01')
    const failed = await until(m, batch.id, (record) => count(record, 'FAILED') === 1)
    await expect.poll(() => dying.fullFor).toBe(0)
    machines.mend('m01')
    await m.retry(failed.items[0]!.run!, { by: 'bob' })
    await expect.poll(() => machines.atWork.size).toBe(1)

    // another batch waits after it: its turn is over when that of this one is
    const other = await m.startBatch([{ workflow: machines.workflow('m02') }], { label: 'other', requestedBy: 'eve' })
    await expect.poll(() => machines.atWork.size).toBe(2)
    dying.fullFor = 1
    machines.letGo('m02')
    expect(board(await other.outcome())).toEqual(['m02 started COMPLETED'])
    expect([batch.record().status, board(batch.record())]).toEqual(['running', ['m01 started']])
    machines.letAllGo()
    expect(board(await batch.outcome())).toEqual(['m01 started COMPLETED'])
    await assertNewest(m, batch.id)
  }, 60_000)

  it('keeps nothing of a batch whose start it refused, though it had written it', async () => {
    const store = new MemoryStore()
    const machines = new Machines({ free: true })
    const first = next(lyingOnce(store), machines)
    await expect(first.startBatch(runs(machines, 2), ASKED)).rejects.toMatchObject({ code: 'store.full' })
    const batch = await first.startBatch(runs(machines, 2), ASKED)
    await batch.outcome()
    await first.close()
    await using later = next(store, machines)
    expect((await later.batches()).map(({ id }) => id)).toEqual([batch.id])
    expect((await later.list()).records).toHaveLength(2)
  })

  it('lets a batch expire that nobody approved', async () => {
    const store = new MemoryStore()
    const dying = new DyingStore()
    const machines = new Machines()
    await using m = next(dying.of(store), machines)
    const approval = { reason: 'look first', expiresIn: '50ms' }
    const batch = await m.startBatch(runs(machines, 2), { ...ASKED, approval })
    dying.fullFor = 1
    expect(board(await batch.outcome())).toEqual(['m01 left-out', 'm02 left-out'])
  }, 60_000)

  it('delays the batch and loses nothing; what an operator asks for is refused with the reason', async () => {
    const store = new MemoryStore()
    const dying = new DyingStore()
    const machines = new Machines()
    await using m = next(dying.of(store), machines)
    const batch = await m.startBatch(runs(machines, 2), { ...ASKED, atOnce: 1 })
    await until(m, batch.id, (record) => count(record, 'started') === 1)
    dying.fullFor = 1
    await expect(m.pauseBatch(batch.id, { by: 'bob' })).rejects.toMatchObject({ code: 'store.full' })
    expect(batch.record().status).toBe('running')
    dying.fullFor = 1
    machines.letAllGo()
    expect(count(await batch.outcome(), 'COMPLETED')).toBe(2)
  }, 60_000)
})
