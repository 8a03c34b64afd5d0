import { readdir } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { UNFINISHED_WRITE } from '../../src/stores/durable-file.ts'
import type { LowdbStore } from '../../src/stores/lowdb-store.ts'
import { newRunId } from '../../src/workflow/ids.ts'
import type { WorkflowRecord } from '../../src/workflow/record.ts'
import { FaultyFileSystem, WRITING } from './faulty-file-system.ts'
import { StateFolder } from './state-folder.ts'
import { allOf, auditOf, entryOf, eventsOf, journalOf, recordOf } from './store-contract.ts'

const state = new StateFolder()
const CODES = {
  ENOSPC: 'store.full',
  EDQUOT: 'store.full',
  EROFS: 'store.read-only',
  EACCES: 'store.read-only',
  EIO: 'store.failed',
}

/** What may be asked of a store that writes, on a run with one event that is there already. */
const WRITES: Readonly<Record<string, (store: LowdbStore, record: WorkflowRecord) => Promise<unknown>>> = {
  'a transition': (store, record) => store.save({ ...record, seq: 2 }, [entryOf(record.id, 2)]),
  'a new run': (store) => store.save(recordOf(newRunId()), []),
  progress: (store, record) => store.append([entryOf(record.id, 2)]),
  'an audit entry of a later day': (store) => store.append([auditOf('hold', { at: '2026-02-01T00:00:00.000Z' })]),
  'the state': (store) => store.saveState({ hardwareOff: { by: 'ada', reason: 'x', via: 'cli', at: '2026-01-01' } }),
  'an artefact': (store) => store.putArtefact(Buffer.from('log')),
  'a document': (store, record) => store.documents('batches').put(record.id, { seq: record.seq }),
  'the end of a document': (store) => store.documents('batches').delete('b1'),
}

for (const [what, write] of Object.entries(WRITES))
  for (const [errno, code] of Object.entries(CODES))
    test(`${what}: where the disk says ${errno} at any of its calls, it is ${code}, memory and disk agree, and the next try works`, async () => {
      const disk = new FaultyFileSystem()
      const store = await state.open({ fileSystem: disk.fs })
      const counting = recordOf(newRunId())
      await store.save(counting, [entryOf(counting.id, 1)])
      disk.calls.length = 0
      await write(store, counting)
      const calls = disk.calls.filter(({ call }) => WRITING.has(call)).length
      expect(calls).toBeGreaterThan(0)

      for (let nth = 0; nth < calls; nth += 1) {
        const record = recordOf(newRunId())
        await store.save(record, [entryOf(record.id, 1)])
        let count = 0
        disk.fault = ({ call }) => (WRITING.has(call) && count++ === nth ? errno : undefined)
        const failure = await write(store, record).then(
          () => undefined,
          (error: unknown) => error,
        )
        disk.fault = () => undefined
        if (failure !== undefined)
          expect(failure).toMatchObject({
            code,
            hint: expect.any(String),
            context: { errno, path: expect.any(String) },
          })

        const looking = await state.open({ readOnly: true })
        expect(await store.load(record.id)).toEqual(await looking.load(record.id))
        expect(await store.loadState()).toEqual(await looking.loadState())
        expect(await allOf(store.documents('batches'))).toEqual(await allOf(looking.documents('batches')))
        await write(store, record)
        const seqs = (await eventsOf(store, record.id)).map(({ seq }) => seq)
        expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b))
        expect(seqs[0]).toBe(1)
        expect(await eventsOf(looking, record.id)).toEqual(await eventsOf(store, record.id))
        expect(store.troubles).toEqual([])
        await store.save({ ...record, status: 'COMPLETED', seq: 5 }, [entryOf(record.id, 5)])
      }
      for (const folder of ['workflows', 'artefacts', 'journal', 'owner/0000000001'])
        expect((await readdir(state.file(folder))).filter((name) => UNFINISHED_WRITE.test(name))).toEqual([])
      const all = await journalOf(store)
      await store.close()
      expect(await journalOf(await state.open())).toEqual(all)
    })

test('a full disk at the end of a run does not fail the run: it has ended durably, and is moved by the next open', async () => {
  const disk = new FaultyFileSystem()
  const store = await state.open({ fileSystem: disk.fs })
  const record = recordOf(newRunId(), { idempotencyKey: 'ticket-1' })
  await store.save(record, [entryOf(record.id, 1)])
  disk.fault = ({ call, path }) =>
    (call === 'open' && path.includes('/index/')) || (call === 'rename' && path.includes('/workflows/'))
      ? 'ENOSPC'
      : undefined
  const ended = { ...record, status: 'COMPLETED', seq: 2 } as const
  await store.save(ended, [entryOf(record.id, 2)])
  expect(store.troubles).toEqual([
    expect.objectContaining({ message: expect.stringContaining('the next open does it') }),
  ])
  expect((await store.findByIdempotencyKey('ticket-1'))?.status).toBe('COMPLETED')
  expect((await store.list({})).records).toEqual([ended])
  expect(await store.unfinished()).toEqual([])
  await store.close()

  const next = await state.open()
  expect(await readdir(state.file('workflows'))).toEqual([])
  expect((await next.findByIdempotencyKey('ticket-1'))?.status).toBe('COMPLETED')
  expect((await next.list({ server: 'srv001' })).records).toEqual([ended])
  expect((await eventsOf(next, record.id)).map(({ seq }) => seq)).toEqual([1, 2])
})

test('a directory that cannot be written cannot be opened, and says so; reading it is possible', async () => {
  const first = await state.open()
  const record = recordOf(newRunId())
  await first.save(record, [])
  await first.close()
  const disk = new FaultyFileSystem()
  disk.fault = ({ call }) => (WRITING.has(call) ? 'EROFS' : undefined)
  await expect(state.open({ fileSystem: disk.fs })).rejects.toMatchObject({ code: 'store.read-only' })
  const looking = await state.open({ fileSystem: disk.fs, readOnly: true })
  expect((await looking.list({})).records).toEqual([record])
  await expect(looking.save(record, [])).rejects.toMatchObject({ code: 'store.read-only' })
})

test('wherever opening fails, the next one works and nothing is lost', async () => {
  const first = await state.open()
  const [running, ended] = [recordOf(newRunId()), recordOf(newRunId(), { status: 'FAILED' })]
  for (const record of [running, ended]) await first.save(record, [entryOf(record.id, 1)])
  await first.close()
  const disk = new FaultyFileSystem()
  await (await state.open({ fileSystem: disk.fs })).close()
  const calls = disk.calls.filter(({ call }) => WRITING.has(call)).length
  for (let nth = 0; nth < calls; nth += 1) {
    let count = 0
    disk.fault = ({ call }) => (WRITING.has(call) && count++ === nth ? 'EIO' : undefined)
    const broken = await state.open({ fileSystem: disk.fs }).catch((error: unknown) => error)
    if (broken instanceof Error) expect(broken).toMatchObject({ code: 'store.failed' })
    else await (broken as LowdbStore).close()
    const next = await state.open({ leaseTtlMs: 60 })
    expect((await next.list({})).records).toEqual([ended, running])
    expect(await journalOf(next)).toHaveLength(2)
    await next.close()
  }
})
