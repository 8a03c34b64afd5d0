import { readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { CHECKPOINT_BYTES } from '../../src/stores/journal/checkpoint.ts'
import { newRunId } from '../../src/workflow/ids.ts'
import { FaultyFileSystem } from './faulty-file-system.ts'
import { StateFolder, withoutSync } from './state-folder.ts'
import { entryOf, eventsOf, journalOf, recordOf } from './store-contract.ts'

const state = new StateFolder()

test('events that were saved with a document but did not reach the journal are there after the next open, exactly once', async () => {
  for (const status of ['RUNNING', 'FAILED'] as const) {
    const disk = new FaultyFileSystem()
    const store = await state.open({ fileSystem: disk.fs })
    const record = recordOf(newRunId())
    await store.save(record, [entryOf(record.id, 1)])
    await store.append([entryOf(record.id, 2)])
    disk.fault = ({ call, path }) => (call === 'file.write' && path.includes('/journal/') ? 'EIO' : undefined)
    await expect(
      store.save({ ...record, seq: 4, status }, [entryOf(record.id, 3), entryOf(record.id, 4)]),
    ).rejects.toMatchObject({ code: 'store.failed' })
    await store.close()
    for (let time = 0; time < 3; time += 1) {
      const next = await state.open()
      expect((await eventsOf(next, record.id)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
      expect((await journalOf(next, { workflowId: record.id })).length).toBe(4)
      expect(await next.load(record.id)).toEqual({ ...record, seq: 4, status })
      await next.close()
    }
  }
})

test('events that reached the document only are written with the next save, once, also when it repeats them', async () => {
  const disk = new FaultyFileSystem()
  const store = await state.open({ fileSystem: disk.fs })
  const record = recordOf(newRunId())
  await store.save(record, [entryOf(record.id, 1)])
  disk.fault = ({ call, path }) => (call === 'file.datasync' && path.includes('/journal/') ? 'ENOSPC' : undefined)
  const failing = () => store.save({ ...record, seq: 2 }, [entryOf(record.id, 2)])
  await expect(failing()).rejects.toMatchObject({ code: 'store.full' })
  await expect(failing()).rejects.toMatchObject({ code: 'store.full' })
  disk.fault = () => undefined
  const written = await store.save({ ...record, seq: 3 }, [entryOf(record.id, 3)])
  expect(written.map(({ seq }) => seq)).toEqual([3])
  expect((await eventsOf(store, record.id)).map(({ seq }) => seq)).toEqual([1, 2, 3])
})

test('a run that had ended but was still among the unfinished is moved by the next open, and found as before', async () => {
  const store = await state.open()
  const record = recordOf(newRunId(), { status: 'COMPLETED', idempotencyKey: 'ticket-1' })
  await store.save(record, [entryOf(record.id, 1)])
  await store.close()
  const [past] = await state.files('past')
  await rename(state.file(past!), state.file('workflows', `${record.id}.json`))
  const next = await state.open()
  expect(await state.files('past')).toEqual([past])
  expect(await readdir(state.file('workflows'))).toEqual([])
  expect(await next.unfinished()).toEqual([])
  expect((await next.list({ server: 'srv001' })).records).toEqual([record])
  expect((await eventsOf(next, record.id)).length).toBe(1)
})

test('after an open, a run’s seq is not below that of its progress in the journal, however old its document is', async () => {
  const store = await state.open({ fileSystem: withoutSync })
  const [waiting, busy] = [recordOf(newRunId()), recordOf(newRunId())]
  for (const record of [waiting, busy]) await store.save(record, [entryOf(record.id, 1)])
  await store.append([entryOf(waiting.id, 2)])
  const name = 'x'.repeat(200_000)
  for (let seq = 2, bytes = 0; bytes < 2.5 * CHECKPOINT_BYTES; seq += 1, bytes += name.length)
    await store.append([entryOf(busy.id, seq, { name })])
  const { seq: last } = (await store.unfinished())[1]!
  await store.append([entryOf(waiting.id, 3)])
  const kept = await state.contents()
  await store.close()

  for (const checkpoint of [kept['journal/checkpoint.json']!, '', undefined]) {
    if (checkpoint !== undefined) await writeFile(state.file('journal', 'checkpoint.json'), checkpoint)
    const disk = new FaultyFileSystem()
    const next = await state.open({ fileSystem: disk.fs })
    expect((await next.unfinished()).map(({ seq }) => seq)).toEqual([3, last])
    const reads = disk.calls.filter(({ call, path }) => call === 'file.read' && path.endsWith('.jsonl')).length
    // 256 KiB a read: with its checkpoint it reads what came behind that, not everything
    if (checkpoint !== '') expect(reads).toBeLessThan((1.2 * CHECKPOINT_BYTES) / (256 * 1024))
    else expect(reads).toBeGreaterThan((2 * CHECKPOINT_BYTES) / (256 * 1024))
    await next.close()
  }
}, 60_000)

test('what is only the store’s is in the file and not in what it returns', async () => {
  const store = await state.open()
  const record = recordOf(newRunId())
  await store.save(record, [entryOf(record.id, 1)])
  expect(await readFile(state.file('workflows', `${record.id}.json`), 'utf8')).toContain('"@store"')
  for (const found of [await store.load(record.id), ...(await store.list({})).records, ...(await store.unfinished())])
    expect(Object.keys(found!).filter((key) => key.startsWith('@'))).toEqual([])
})

test('a cursor stays valid over restarts and days', async () => {
  let cursor: string | undefined
  const id = newRunId()
  const seen: number[] = []
  for (let day = 1; day <= 9; day += 1) {
    const store = await state.open()
    if (day === 1) await store.save(recordOf(id), [])
    await store.append([entryOf(id, day * 2 - 1, { at: `2026-01-0${day}T23:59:59.000Z` })])
    for await (const line of store.journal(cursor === undefined ? {} : { after: cursor })) {
      ;({ cursor } = line)
      if (line.type !== 'audit') seen.push(line.seq)
    }
    await store.append([entryOf(id, day * 2, { at: `2026-01-0${day}T23:59:59.500Z` })])
    await store.close()
  }
  expect(seen).toEqual(Array.from({ length: 17 }, (_, index) => index + 1))
})

test('a line whose writing failed leaves nothing between those before and after it', async () => {
  const disk = new FaultyFileSystem()
  const store = await state.open({ fileSystem: disk.fs })
  const record = recordOf(newRunId())
  await store.save(record, [entryOf(record.id, 1)])
  const long = { name: 'long '.repeat(500) }
  for (const [index, failing] of (['file.datasync', 'file.truncate'] as const).entries()) {
    disk.fault = ({ call }) => (call === 'file.datasync' || call === failing ? 'EIO' : undefined)
    await expect(store.append([entryOf(record.id, 9, long), entryOf(record.id, 10, long)])).rejects.toMatchObject({
      code: 'store.failed',
    })
    disk.fault = () => undefined
    expect((await journalOf(store)).length).toBe(1 + index)
    await store.append([entryOf(record.id, 2 + index)])
    const looking = await state.open({ readOnly: true })
    expect((await journalOf(looking)).map((line) => (line.type === 'audit' ? 0 : line.seq))).toEqual(
      [1, 2, 3].slice(0, 2 + index),
    )
    expect(looking.troubles).toEqual([])
  }
})

test('an event is served only when it is durable', async () => {
  const disk = new FaultyFileSystem()
  const store = await state.open({ fileSystem: disk.fs })
  const record = recordOf(newRunId())
  await store.save(record, [entryOf(record.id, 1)])
  let goOn = () => {}
  const written = new Promise<void>((reached) => {
    const waiting = new Promise<void>((resolve) => (goOn = resolve))
    disk.gate = ({ call }) => {
      if (call !== 'file.datasync') return undefined
      reached()
      return waiting
    }
  })
  const appending = store.append([entryOf(record.id, 2)])
  await written
  expect((await eventsOf(store, record.id)).map(({ seq }) => seq)).toEqual([1])
  goOn()
  await appending
  expect((await eventsOf(store, record.id)).map(({ seq }) => seq)).toEqual([1, 2])
})

test('when the end of the journal is lost, what the documents know of it comes back', async () => {
  const store = await state.open()
  const record = recordOf(newRunId())
  await store.save(record, [entryOf(record.id, 1)])
  await store.save({ ...record, seq: 3 }, [entryOf(record.id, 2), entryOf(record.id, 3)])
  await store.close()
  await writeFile(state.file('journal', '20260101.jsonl'), '')
  const next = await state.open()
  expect((await eventsOf(next, record.id)).map(({ seq }) => seq)).toEqual([2, 3])
  expect(next.troubles).toEqual([expect.objectContaining({ file: 'journal/checkpoint.json' })])
})
