import { hostname } from 'node:os'
import { join } from 'node:path'
import { mkdir, stat, utimes, writeFile } from 'node:fs/promises'
import { expect, test, vi } from 'vitest'
import { readLease } from '../../src/stores/lease/read-lease.ts'
import { thisProcess } from '../../src/stores/lease/process-identity.ts'
import { nodeFileSystem } from '../../src/stores/file-system.ts'
import { seal } from '../../src/stores/sealed-json.ts'
import { newRunId } from '../../src/workflow/ids.ts'
import { FaultyFileSystem, WRITING } from './faulty-file-system.ts'
import { StateFolder } from './state-folder.ts'
import { StoreProcess } from './store-process.ts'
import { entryOf, eventsOf, journalOf, recordOf } from './store-contract.ts'

const state = new StateFolder()
const TTL = 300

/** A lease as somebody else may have left it. */
async function leaseOf(more: object, ageMs = 0, epoch = 7): Promise<string> {
  const folder = state.file('owner', String(epoch).padStart(10, '0'))
  await mkdir(folder, { recursive: true })
  const file = join(folder, 'lease.json')
  await writeFile(
    file,
    seal({ ...(await thisProcess(nodeFileSystem)), epoch, since: '2026-01-01T00:00:00.000Z', ...more }),
  )
  const beat = new Date(Date.now() - ageMs)
  await utimes(file, beat, beat)
  return file
}

test('a second process is refused while the first lives, and is told who that is and where to reach it', async () => {
  await using first = await StoreProcess.start(state.path)
  await first.ask('publish', '/run/hwa.sock')
  await expect(state.open()).rejects.toMatchObject({
    code: 'store.in-use',
    kind: 'conflict',
    message: expect.stringContaining(`process ${first.pid} on ${hostname()}`),
    hint: expect.stringContaining('/run/hwa.sock'),
    context: { path: state.path, pid: first.pid, host: hostname(), since: expect.any(String), socket: '/run/hwa.sock' },
  })
  expect(await readLease(state.path)).toMatchObject({ pid: first.pid, control: '/run/hwa.sock', self: false })
  await first.ask('close')
  expect(await readLease(state.path)).toBeUndefined()
  await state.open()
  expect(await readLease(state.path)).toMatchObject({ pid: process.pid, self: true })
})

test('two stores of one process do not share a directory either', async () => {
  await state.open()
  await expect(state.open()).rejects.toMatchObject({
    code: 'store.in-use',
    message: expect.stringContaining('this very process'),
  })
})

test('of many that open at once exactly one gets the directory', async () => {
  const tries = await Promise.allSettled(Array.from({ length: 12 }, () => state.open()))
  expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  for (const each of tries) if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'store.in-use' })
})

test('a killed process is followed at once, whatever the time its lease has left', async () => {
  const first = await StoreProcess.start(state.path, { leaseTtlMs: 3_600_000 })
  const record = recordOf(newRunId())
  await first.ask('save', record, [entryOf(record.id, 1)])
  await first.kill()
  const store = await state.open({ leaseTtlMs: 3_600_000 })
  expect((await store.unfinished()).map(({ id }) => id)).toEqual([record.id])
  expect(store.troubles).toEqual([])
})

test('a process that slept longer than its lease finds it lost, is told once, and writes nothing any more, not even half', async () => {
  await using sleeper = await StoreProcess.start(state.path, { leaseTtlMs: TTL })
  const record = recordOf(newRunId())
  await sleeper.ask('save', record, [entryOf(record.id, 1)])
  sleeper.pause()
  // it asks for all of this the moment it wakes up, before any heartbeat of its can tell
  const late = [
    sleeper.ask('save', { ...record, seq: 2 }, [entryOf(record.id, 2)]),
    sleeper.ask('append', [entryOf(record.id, 3)]),
    sleeper.ask('save', recordOf(newRunId()), []),
    sleeper.ask('saveState', {}),
    sleeper.ask('putArtefact', 'late'),
  ].map((asked) => asked.catch((error: unknown) => error))

  const store = await vi.waitFor(() => state.open({ leaseTtlMs: TTL }), { timeout: 5_000, interval: 20 })
  await store.save({ ...record, seq: 5 }, [entryOf(record.id, 5)])
  const before = await state.contents()
  sleeper.resume()
  for (const answer of await Promise.all(late))
    expect(answer).toMatchObject({ code: 'store.lease-lost', context: { pid: process.pid } })
  expect(await sleeper.ask('losses')).toBe(1)
  expect(await state.contents()).toEqual(before)
  expect((await eventsOf(store, record.id)).map(({ seq }) => seq)).toEqual([1, 5])
  await sleeper.ask('close')
  await store.save({ ...record, seq: 6 }, [entryOf(record.id, 6)])
  expect((await journalOf(store)).length).toBe(3)
}, 60_000)

for (const [where, call, folder, seq, seqs] of [
  ['before its temporary file is made', 'open', '/owner/', 1, [1, 7]],
  ['while its temporary file is written', 'file.writeFile', '/owner/', 1, [1, 7]],
  ['before its document is renamed to its place', 'rename', '/owner/', 1, [1, 7]],
  ['before the folder is synced', 'file.sync', '/workflows', 2, [1, 2, 7]],
  ['before its events go to the journal', 'file.write', '/journal/', 2, [1, 2, 7]],
  ['before its events are durable', 'file.datasync', '/journal/', 2, [1, 2, 7]],
  ['before its past run is moved', 'rename', '/workflows/', 2, [1, 2, 7]],
] as const)
  test(`a process stopped ${where} while its directory is taken changes nothing afterwards`, async () => {
    const disk = new FaultyFileSystem()
    const slow = await state.open({ fileSystem: disk.fs, leaseTtlMs: TTL })
    const record = recordOf(newRunId())
    await slow.save(record, [entryOf(record.id, 1)])
    let goOn = () => {}
    const stopped = new Promise<void>((reached) => {
      const waiting = new Promise<void>((resolve) => (goOn = resolve))
      disk.gate = (asked) => {
        if (asked.call === 'utimes') return waiting
        if (asked.call !== call || !asked.path.includes(folder)) return undefined
        reached()
        return waiting
      }
    })
    const late = slow.save({ ...record, seq: 2, status: 'COMPLETED' }, [entryOf(record.id, 2)])
    const answer = late.then(
      () => 'saved',
      (error: { code: string }) => error.code,
    )
    await stopped

    const store = await vi.waitFor(() => state.open({ leaseTtlMs: TTL }), { timeout: 5_000, interval: 20 })
    await store.append([entryOf(record.id, 7)])
    const before = await state.contents()
    goOn()
    // the move of a run that had ended is what the new owner does as well
    expect(await answer).toBe(folder === '/workflows/' ? 'saved' : 'store.lease-lost')
    expect(await state.contents()).toEqual(before)
    expect((await store.load(record.id))?.seq).toBe(seq)
    expect((await eventsOf(store, record.id)).map((event) => event.seq)).toEqual(seqs)
    expect(store.troubles).toEqual([])
  })

test('a line that a stopped process was about to write does not land among those of its successor', async () => {
  const disk = new FaultyFileSystem()
  const slow = await state.open({ fileSystem: disk.fs, leaseTtlMs: TTL })
  const record = recordOf(newRunId())
  await slow.save(record, [entryOf(record.id, 1)])
  let goOn = () => {}
  const stopped = new Promise<void>((reached) => {
    const waiting = new Promise<void>((resolve) => (goOn = resolve))
    disk.gate = ({ call }) => {
      if (call === 'file.write') reached()
      return call === 'file.write' || call === 'utimes' ? waiting : undefined
    }
  })
  const late = slow.append([entryOf(record.id, 2, { name: 'late '.repeat(20) })]).catch((error: unknown) => error)
  await stopped
  const store = await vi.waitFor(() => state.open({ leaseTtlMs: TTL }), { timeout: 5_000, interval: 20 })
  for (let seq = 3; seq < 6; seq += 1) await store.append([entryOf(record.id, seq)])
  const before = await state.contents()
  goOn()
  expect(await late).toMatchObject({ code: 'store.lease-lost' })
  expect(await state.contents()).toEqual(before)
  expect((await eventsOf(store, record.id)).map(({ seq }) => seq)).toEqual([1, 3, 4, 5])
})

test('a heartbeat keeps the directory for longer than the lease lasts', async () => {
  const first = await state.open({ leaseTtlMs: 90 })
  const beats = new Set<number>()
  await vi.waitFor(
    async () => {
      beats.add((await stat(state.file('owner', '0000000001', 'lease.json'))).mtimeMs)
      expect(beats.size).toBeGreaterThan(8)
    },
    { timeout: 5_000, interval: 10 },
  )
  await expect(state.open({ leaseTtlMs: 90 })).rejects.toMatchObject({ code: 'store.in-use' })
  await first.save(recordOf(newRunId()), [])
})

test('whether an owner is gone is told by more than its number', async () => {
  let epoch = 0
  for (const [what, more, age, opens] of [
    ['given up', { released: true }, 0, true],
    ['no such process', { pid: 2 ** 22 + 1 }, 0, true],
    ['its number is used again', { startTicks: '1' }, 0, true],
    [
      'before the last boot of this machine',
      { bootId: 'other', machineId: (await thisProcess(nodeFileSystem)).machineId },
      0,
      true,
    ],
    ['in another container', { pid: 2 ** 22 + 1, pidNamespace: 'pid:[1]' }, 0, false],
    ['on another machine', { pid: 2 ** 22 + 1, host: 'elsewhere' }, 0, false],
    ['on another machine, overdue', { host: 'elsewhere' }, TTL * 2, true],
    ['on another machine whose clock is ahead', { host: 'elsewhere' }, -TTL * 2, true],
    ['here, alive, overdue', {}, TTL * 2, true],
    ['here, alive', {}, 0, false],
  ] as const) {
    await leaseOf(more, age, (epoch += 10))
    const opened = await state.open({ leaseTtlMs: TTL }).catch((error: unknown) => error)
    if (opens) {
      expect(opened, what).not.toBeInstanceOf(Error)
      await (opened as { close: () => Promise<void> }).close()
    } else expect(opened, what).toMatchObject({ code: 'store.in-use' })
  }
}, 60_000)

test('an overdue owner that beats while it is watched keeps the directory: two clocks may differ', async () => {
  const file = await leaseOf({ host: 'elsewhere' }, 60_000)
  const opening = state.open({ leaseTtlMs: TTL }).catch((error: unknown) => error)
  const beating = setInterval(() => void utimes(file, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000)), 20)
  expect(await opening).toMatchObject({ code: 'store.in-use', context: { host: 'elsewhere' } })
  clearInterval(beating)
})

test('reading beside the owner takes nothing, makes nothing, changes nothing, and sees what is written', async () => {
  const looking = await state.open({ readOnly: true })
  expect((await looking.list({})).records).toEqual([])
  expect(await state.files()).toEqual([])
  const disk = new FaultyFileSystem()
  const beside = await state.open({ readOnly: true, fileSystem: disk.fs })
  const owner = await state.open()
  const record = recordOf(newRunId(), { idempotencyKey: 'ticket-1' })
  await owner.save(record, [entryOf(record.id, 1)])
  for (const store of [looking, beside]) {
    expect(await store.load(record.id)).toEqual(record)
    expect((await store.unfinished()).map(({ id }) => id)).toEqual([record.id])
  }
  await writeFile(state.file('journal', '20260101.jsonl'), '{"half', { flag: 'a' })
  expect((await eventsOf(beside, record.id)).map(({ seq }) => seq)).toEqual([1])
  await writeFile(state.file('workflows', `${newRunId()}.json`), '')
  expect((await beside.list({ server: 'srv001' })).records).toEqual([record])
  expect((await beside.findByIdempotencyKey('ticket-1'))?.id).toBe(record.id)
  expect(beside.troubles).toEqual([expect.objectContaining({ message: expect.stringContaining('not served') })])
  expect(disk.calls.filter(({ call }) => WRITING.has(call))).toEqual([])
  for (const write of [
    () => beside.save(record, []),
    () => beside.append([entryOf(record.id, 2)]),
    () => beside.saveState({}),
    () => beside.putArtefact(Buffer.from('x')),
    () => looking.publish({ control: 'x' }),
    () => looking.retain({ olderThan: new Date() }),
  ])
    await expect(write()).rejects.toMatchObject({ code: 'store.read-only' })
})
