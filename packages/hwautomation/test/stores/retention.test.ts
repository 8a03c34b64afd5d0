import { readdir, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { v7 } from 'uuid'
import type { LowdbStore } from '../../src/stores/lowdb-store.ts'
import type { WorkflowRecord } from '../../src/workflow/record.ts'
import type { WorkflowStatus } from '../../src/workflow/status.ts'
import { FaultyFileSystem, WRITING } from './faulty-file-system.ts'
import { StateFolder } from './state-folder.ts'
import { entryOf, eventsOf, recordOf } from './store-contract.ts'

const state = new StateFolder()
const at = (day: number) => `2026-01-${String(day).padStart(2, '0')}T12:00:00.000Z`

/** A run that began on a day of January, and ended on another. */
async function runOf(
  store: LowdbStore,
  began: number,
  ended: number,
  status: WorkflowStatus,
  files: readonly string[],
) {
  const id = `run_${v7({ msecs: Date.parse(at(began)) })}`
  const artefacts: WorkflowRecord['artefacts'][number][] = []
  for (const name of files)
    artefacts.push({ name, mediaType: 'text/plain', step: 's', ...(await store.putArtefact(Buffer.from(name))) })
  const common = { createdAt: at(began), artefacts, idempotencyKey: `key-${id}` }
  await store.save(recordOf(id, common), [entryOf(id, 1, { at: at(began) })])
  const record = recordOf(id, { ...common, status, ...(status === 'RUNNING' ? {} : { endedAt: at(ended) }) })
  await store.save(record, [entryOf(id, 2, { at: at(ended) })])
  return record
}

async function january(store: LowdbStore, stuck: boolean) {
  return {
    old: [
      await runOf(store, 1, 1, 'COMPLETED', ['only old', 'shared', 'running']),
      await runOf(store, 2, 3, 'FAILED', ['only old']),
    ],
    running: stuck ? [await runOf(store, 4, 5, 'RUNNING', ['running'])] : [],
    kept: [await runOf(store, 6, 11, 'CANCELLED', ['shared']), await runOf(store, 12, 12, 'COMPLETED', ['new'])],
  }
}

test('old runs, their events and their artefacts are removed; what others need stays, and runs that have not ended always do', async () => {
  const store = await state.open()
  const { old, running, kept } = await january(store, true)
  await store.documents('batches').put('b1', { runs: old.map(({ id }) => id) })
  expect(await store.retain({ olderThan: new Date(at(10)) })).toEqual({ runs: 2, journalDays: 2, artefacts: 1 })
  expect((await store.list({})).records).toEqual([...kept.toReversed(), ...running])
  for (const record of [...running, ...kept]) {
    expect((await eventsOf(store, record.id)).map(({ seq }) => seq)).toEqual([1, 2])
    expect((await store.findByIdempotencyKey(record.idempotencyKey!))?.id).toBe(record.id)
    for (const { sha256 } of record.artefacts) expect(await store.getArtefact(sha256)).toBeDefined()
  }
  expect(await store.documents('batches').get('b1')).toEqual({ runs: old.map(({ id }) => id) })
  for (const record of old) {
    expect(await store.load(record.id)).toBeUndefined()
    expect(await store.findByIdempotencyKey(record.idempotencyKey!)).toBeUndefined()
    expect(await eventsOf(store, record.id)).toEqual([])
  }
  expect((await store.list({ server: 'srv001' })).records).toHaveLength(3)
  expect(await store.retain({ olderThan: new Date(at(10)) })).toEqual({ runs: 0, journalDays: 0, artefacts: 0 })
  const cursor = (await eventsOf(store, kept[1]!.id))[0]!.cursor
  await store.close()
  const next = await state.open()
  expect(await next.retain({ olderThan: new Date(at(31)) })).toEqual({ runs: 2, journalDays: 0, artefacts: 2 })
  expect((await next.list({})).records).toEqual(running.map((record) => ({ ...record, seq: 2 })))
  const after: number[] = []
  for await (const line of next.journal({ after: cursor })) if (line.type !== 'audit') after.push(line.seq)
  expect(after).toEqual([2])
})

test('an artefact that was put and is named by no record yet stays', async () => {
  const store = await state.open()
  const { sha256 } = await store.putArtefact(Buffer.from('fresh'))
  expect(await store.retain({ olderThan: new Date() })).toEqual({ runs: 0, journalDays: 0, artefacts: 0 })
  expect(await store.getArtefact(sha256)).toBeDefined()
  await store.close()
  expect(await (await state.open()).retain({ olderThan: new Date() })).toEqual({
    runs: 0,
    journalDays: 0,
    artefacts: 1,
  })
})

test('a document that cannot be read still keeps the artefacts it names', async () => {
  const store = await state.open()
  const { sha256 } = await store.putArtefact(Buffer.from('log'))
  const record = recordOf(`run_${v7()}`, {
    artefacts: [{ name: 'log', sha256, bytes: 3, mediaType: 'text/plain', step: 's' }],
  })
  await store.save(record, [])
  await store.close()
  await writeFile(state.file('workflows', `${record.id}.json`), JSON.stringify(record).slice(0, -3))
  const next = await state.open()
  expect(await next.load(record.id)).toBeUndefined()
  await next.retain({ olderThan: new Date() })
  expect(await next.getArtefact(sha256)).toBeDefined()
})

test('it stops when told to, and goes on the next time', async () => {
  const store = await state.open()
  await january(store, false)
  await expect(
    store.retain({ olderThan: new Date(at(31)), signal: AbortSignal.abort(new Error('enough')) }),
  ).rejects.toThrow('enough')
  expect((await store.list({})).records).toHaveLength(4)
  expect(await store.retain({ olderThan: new Date(at(31)) })).toMatchObject({ runs: 4 })
})

test('cut off anywhere it leaves nothing that names something gone, and the next time removes the rest', async () => {
  for (let nth = 0; nth < 60; nth += 1) {
    const disk = new FaultyFileSystem()
    const store = await state.open({ fileSystem: disk.fs })
    const { kept } = await january(store, false)
    let count = 0
    disk.fault = ({ call }) => (WRITING.has(call) && call !== 'utimes' && count++ >= nth ? 'EIO' : undefined)
    const whole = await store.retain({ olderThan: new Date(at(10)) }).catch(() => undefined)
    disk.fault = () => undefined
    await store.close()
    const next = await state.open()
    for (const { artefacts } of (await next.list({})).records)
      for (const { sha256 } of artefacts) expect(await next.getArtefact(sha256)).toBeDefined()
    await next.retain({ olderThan: new Date(at(10)) })
    expect((await next.list({})).records).toEqual(kept.toReversed())
    expect((await readdir(state.file('artefacts'))).length).toBe(2)
    for (const record of kept) expect((await eventsOf(next, record.id)).length).toBe(2)
    await next.retain({ olderThan: new Date(at(31)) })
    await next.close()
    if (whole !== undefined) return
  }
  expect.fail('it never got through')
}, 60_000)
