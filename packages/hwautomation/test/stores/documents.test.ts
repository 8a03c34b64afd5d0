import { readFile, stat, writeFile } from 'node:fs/promises'
import { expect, test, vi } from 'vitest'
import { documentFile } from '../../src/stores/document-name.ts'
import { seal } from '../../src/stores/sealed-json.ts'
import { FaultyFileSystem } from './faulty-file-system.ts'
import { StateFolder } from './state-folder.ts'
import { StoreProcess } from './store-process.ts'
import { allOf, entriesOf, HOSTILE_IDS } from './store-contract.ts'

const state = new StateFolder()
const TTL = 300

test('documents are there for the next process, and for one that only looks', async () => {
  const first = await state.open()
  for (const id of HOSTILE_IDS) await first.documents('slack-orders').put(id, { id })
  await first.documents('slack-orders').delete('/')
  const looking = await state.open({ readOnly: true })
  expect(await looking.documents('slack-orders').get('a')).toEqual({ id: 'a' })
  await expect(looking.documents('slack-orders').put('a', 1)).rejects.toMatchObject({ code: 'store.read-only' })
  await expect(looking.documents('slack-orders').delete('a')).rejects.toMatchObject({ code: 'store.read-only' })
  await first.close()
  await expect(first.documents('slack-orders').put('a', 1)).rejects.toMatchObject({ code: 'store.closed' })

  const second = await state.open()
  const found = await entriesOf(second.documents('slack-orders'))
  expect(found.map(([id]) => id).toSorted()).toEqual(HOSTILE_IDS.filter((id) => id !== '/').toSorted())
  for (const [id, value] of found) expect(value).toEqual({ id })
  expect(second.troubles).toEqual([])
})

test('closing writes what was asked for before', async () => {
  const first = await state.open()
  const putting = Array.from({ length: 20 }, (_, at) => first.documents('batches').put(`b${at}`, at))
  await first.close()
  await Promise.all(putting)
  expect(Object.keys(await allOf((await state.open()).documents('batches')))).toHaveLength(20)
})

test('every file is named within what a disk takes, stays in its folder, and no two differ by letter case alone', () => {
  const names = HOSTILE_IDS.map(documentFile)
  expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(HOSTILE_IDS.length)
  for (const name of names) expect(name).toMatch(/^[a-z0-9_%~-]{1,120}\.json$/)
})

test('files are 0600 and folders 0700; nothing is made before something is put', async () => {
  const store = await state.open()
  await store.documents('batches').get('b1')
  await store.documents('batches').delete('b1')
  expect(await allOf(store.documents('batches'))).toEqual({})
  await expect(stat(state.file('documents'))).rejects.toThrow('ENOENT')
  await store.documents('batches').put('b1', 1)
  const mode = async (...path: string[]) => ((await stat(state.file('documents', ...path))).mode & 0o777).toString(8)
  expect(await Promise.all([mode(), mode('batches'), mode('batches', 'b1.json')])).toEqual(['700', '700', '600'])
})

test('changes that wait for the same file are written once, the newest; others are not held up', async () => {
  const disk = new FaultyFileSystem()
  const store = await state.open({ fileSystem: disk.fs })
  const documents = store.documents('slack-links')
  await documents.put('other', 0)
  let goOn = () => {}
  const waiting = new Promise<void>((resolve) => (goOn = resolve))
  disk.gate = ({ call, path }) => (call === 'file.datasync' && path.includes('run1') ? waiting : undefined)
  const writes = Array.from({ length: 50 }, (_, at) => documents.put('run1', at))
  await documents.put('other', 1)
  const renames = () => disk.calls.filter(({ call, path }) => call === 'rename' && path.includes('.run1.json.')).length
  expect(renames()).toBe(0)
  goOn()
  await Promise.all(writes)
  expect(renames()).toBe(2)
  expect(await documents.get('run1')).toBe(49)
})

for (const [what, content] of [
  ['torn', '{"@crc":"0a1b2c3d","id":"b1","val'],
  ['empty', ''],
  ['foreign', '{"hello":"world"}'],
  ['changed', seal({ id: 'b1', value: 1 }).replace('"value":1', '"value":2')],
  ['another one’s', seal({ id: 'b2', value: 1 })],
  ['no object', 'null'],
] as const)
  test(`a document that is ${what} is set aside with all its bytes and named, the others are served, and it can be put anew`, async () => {
    const store = await state.open()
    const documents = store.documents('batches')
    await documents.put('b0', 0)
    await writeFile(state.file('documents', 'batches', 'b1.json'), content)
    const looking = await state.open({ readOnly: true })
    expect(await looking.documents('batches').get('b1')).toBeUndefined()
    expect(looking.troubles).toEqual([expect.objectContaining({ message: expect.stringContaining('not served') })])

    expect(await allOf(documents)).toEqual({ b0: 0 })
    expect(store.troubles).toEqual([
      {
        file: 'documents/batches/b1.json',
        message: expect.stringContaining('set aside as b1.json.unreadable-1'),
        level: 'error',
      },
    ])
    expect(await readFile(state.file('documents', 'batches', 'b1.json.unreadable-1'), 'utf8')).toBe(content)
    await documents.put('b1', 'anew')
    expect(await documents.get('b1')).toBe('anew')
    expect(await allOf(documents)).toEqual({ b0: 0, b1: 'anew' })
  })

test('a bit flipped anywhere in a document is noticed', async () => {
  const store = await state.open()
  const documents = store.documents('batches')
  await documents.put('b1', { label: 'rack 7' })
  const file = state.file('documents', 'batches', 'b1.json')
  const bytes = await readFile(file)
  for (let at = 0; at < bytes.byteLength; at += 1) {
    const changed = Buffer.from(bytes)
    changed[at] = bytes[at]! ^ (1 << (at % 8))
    await writeFile(file, changed)
    const looking = await state.open({ readOnly: true })
    const found = await looking.documents('batches').get('b1')
    if (found !== undefined) expect(found).toEqual({ label: 'rack 7' })
    else expect(looking.troubles).toHaveLength(1)
  }
})

test('a file that the disk does not give is an error where it is asked for, and a trouble where all are', async () => {
  const disk = new FaultyFileSystem()
  const store = await state.open({ fileSystem: disk.fs })
  const documents = store.documents('batches')
  await documents.put('b1', 1)
  await documents.put('b2', 2)
  disk.fault = ({ call, path }) => (call === 'readFile' && path.endsWith('b1.json') ? 'EIO' : undefined)
  await expect(documents.get('b1')).rejects.toMatchObject({ code: 'store.failed' })
  expect(await allOf(documents)).toEqual({ b2: 2 })
  expect(store.troubles).toEqual([expect.objectContaining({ file: 'documents/batches/b1.json', level: 'error' })])
  disk.fault = () => undefined
  expect(await allOf(documents)).toEqual({ b1: 1, b2: 2 })
})

test('a folder whose making was cut is made durable by the next that writes there', async () => {
  const disk = new FaultyFileSystem()
  const store = await state.open({ fileSystem: disk.fs })
  disk.fault = ({ call, path }) => (call === 'file.sync' && path === state.file('documents') ? 'EIO' : undefined)
  await expect(store.documents('batches').put('b1', 1)).rejects.toMatchObject({ code: 'store.failed' })
  disk.fault = () => undefined
  disk.calls.length = 0
  await store.documents('batches').put('b1', 1)
  const synced = disk.calls.filter(({ call }) => call === 'file.sync').map(({ path }) => path)
  expect(synced).toEqual(
    expect.arrayContaining([state.path, state.file('documents'), state.file('documents', 'batches')]),
  )
})

test('a delete is durable when it resolves', async () => {
  const disk = new FaultyFileSystem()
  const store = await state.open({ fileSystem: disk.fs })
  await store.documents('batches').put('b1', 1)
  disk.fault = ({ call, path }) => (call === 'file.sync' && path.endsWith('batches') ? 'EIO' : undefined)
  await expect(store.documents('batches').delete('b1')).rejects.toMatchObject({ code: 'store.failed' })
  disk.fault = () => undefined
  disk.calls.length = 0
  await store.documents('batches').delete('b1')
  expect(disk.calls.map(({ call, path }) => `${call} ${path}`)).toContain(
    `file.sync ${state.file('documents/batches')}`,
  )
})

for (const [what, call, where] of [
  ['put, before its temporary file is made', 'open', '/owner/'],
  ['put, before it is renamed to its place', 'rename', '/owner/'],
  ['delete, before it is renamed away', 'rename', '/documents/'],
] as const)
  test(`a process stopped in a ${what}, while its directory is taken, changes nothing afterwards`, async () => {
    const disk = new FaultyFileSystem()
    const slow = await state.open({ fileSystem: disk.fs, leaseTtlMs: TTL })
    await slow.documents('batches').put('b1', 'first')
    let goOn = () => {}
    const stopped = new Promise<void>((reached) => {
      const waiting = new Promise<void>((resolve) => (goOn = resolve))
      disk.gate = (asked) => {
        if (asked.call === 'utimes') return waiting
        if (asked.call !== call || !asked.path.includes(where)) return undefined
        reached()
        return waiting
      }
    })
    const documents = slow.documents('batches')
    const late = (what.startsWith('put') ? documents.put('b1', 'late') : documents.delete('b1')).then(
      () => 'done',
      (error: { code: string }) => error.code,
    )
    await stopped
    const store = await vi.waitFor(() => state.open({ leaseTtlMs: TTL }), { timeout: 5_000, interval: 20 })
    await store.documents('batches').put('b1', 'second')
    goOn()
    expect(await late).toBe('store.lease-lost')
    await expect(documents.put('b2', 'late')).rejects.toMatchObject({ code: 'store.lease-lost' })
    expect(await allOf(store.documents('batches'))).toEqual({ b1: 'second' })
  })

test('a process killed at any instant, again and again, loses no document that it acknowledged and leaves none torn', async () => {
  const acknowledged = new Map<string, number>()
  for (let round = 0; round < 8; round += 1) {
    const child = await StoreProcess.start(state.path)
    let answers = 0
    const enough = 5 + ((round * 37) % 90)
    let reach = () => {}
    const reached = new Promise<void>((resolve) => (reach = resolve))
    const working = ['b/1', 'B/1', 'b2', 'b3'].map(async (id) => {
      try {
        for (let value = (acknowledged.get(id) ?? 0) + 1; ; value += 1) {
          if (value % 7 === 0) await child.ask('deleteDocument', 'batches', id)
          await child.ask('putDocument', 'batches', id, { value, padding: 'x'.repeat(value * 10) })
          acknowledged.set(id, value)
          answers += 1
          if (answers === enough) reach()
        }
      } catch {
        // killed
      }
    })
    await reached
    await child.kill()
    await Promise.all(working)
    const store = await state.open()
    expect(store.troubles).toEqual([])
    const found = (await allOf(store.documents('batches'))) as Record<string, { value: number; padding: string }>
    for (const [id, value] of acknowledged) {
      // one that was about to be deleted and put anew may be between the two
      if ((value + 1) % 7 === 0 && found[id] === undefined) continue
      expect(found[id]!.value).toBeGreaterThanOrEqual(value)
      expect(found[id]!.padding).toHaveLength(found[id]!.value * 10)
    }
    expect(store.troubles).toEqual([])
    await store.close()
  }
}, 60_000)
