import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import type { LowdbStore } from '../../src/stores/lowdb-store.ts'
import { newRunId } from '../../src/workflow/ids.ts'
import type { WorkflowRecord } from '../../src/workflow/record.ts'
import { StateFolder, withoutSync } from './state-folder.ts'
import { entryOf, eventsOf, journalOf, recordOf } from './store-contract.ts'

const state = new StateFolder()
/** At how many bytes of a file the damaged directory is also taken, mended and written. */
const OWNED = 5
const WISH = { by: 'ada', reason: 'smoke', via: 'cli', at: '2026-01-01T00:00:00.000Z' }

interface Content {
  readonly running: WorkflowRecord
  readonly past: WorkflowRecord
  readonly files: Readonly<Record<string, string>>
}

/** A small state directory, closed. */
async function filled(): Promise<Content> {
  const store = await state.open()
  const running = recordOf(newRunId(), { resource: 'r1', resourceLabel: 'srv001' })
  const past = recordOf(newRunId(), {
    resource: 'p1',
    resourceLabel: 'srv002',
    status: 'FAILED',
    idempotencyKey: 'key',
  })
  for (const record of [running, past]) await store.save(record, [entryOf(record.id, 1, { resource: record.resource })])
  await store.saveState({ hardwareOff: WISH })
  await store.close()
  return { running, past, files: await state.contents() }
}

async function restore(files: Content['files']): Promise<void> {
  await rm(state.path, { recursive: true })
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(state.file(name)), { recursive: true })
    await writeFile(state.file(name), content, 'latin1')
  }
}

const DAMAGES: Readonly<Record<string, (bytes: Buffer, at: number) => Buffer>> = {
  truncated: (bytes, at) => bytes.subarray(0, at),
  'with a bit flipped': (bytes, at) => changed(bytes, at, bytes[at]! ^ (1 << (at % 8))),
  'with a byte of garbage': (bytes, at) => changed(bytes, at, at % 3 === 0 ? 0x0a : at % 3 === 1 ? 0xff : 0x22),
  'with another digit or letter': (bytes, at) => changed(bytes, at, bytes[at] === 0x31 ? 0x32 : 0x31),
  'with zeros from there on': (bytes, at) =>
    Buffer.concat([bytes.subarray(0, at), Buffer.alloc(bytes.byteLength - at)]),
}

function changed(bytes: Buffer, at: number, to: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at] = to
  return copy
}

/** Everything a reader may ask. Each answer must be right or missing. */
async function look(store: LowdbStore, { running, past }: Content): Promise<{ readonly missing: string[] }> {
  const missing: string[] = []
  const either = (what: string, found: unknown, right: unknown) => {
    if (found === undefined || (Array.isArray(found) && found.length === 0)) missing.push(what)
    else expect(found, what).toEqual(right)
  }
  either('running', await store.load(running.id), running)
  either('past', await store.load(past.id), past)
  either('unfinished', await store.unfinished(), [running])
  const all = (await store.list({})).records
  expect([past, running]).toEqual(expect.arrayContaining([...all]))
  either('by key', await store.findByIdempotencyKey('key'), past)
  either('by server', (await store.list({ server: 'srv002' })).records, [past])
  const wrote = {
    [running.id]: entryOf(running.id, 1, { resource: 'r1' }),
    [past.id]: entryOf(past.id, 1, { resource: 'p1' }),
  }
  for (const record of [running, past])
    either(`events of ${record.id}`, (await eventsOf(store, record.id)).map(withoutCursor), [wrote[record.id]])
  const journal = (await journalOf(store)).map(withoutCursor)
  expect(Object.values(wrote)).toEqual(expect.arrayContaining(journal))
  expect(new Set(journal.map((line) => JSON.stringify(line))).size).toBe(journal.length)
  return { missing }
}

function withoutCursor({ cursor: _, ...rest }: { readonly cursor: string }): object {
  return rest
}

for (const [kind, [how, damage]] of Object.entries(DAMAGES).entries())
  for (const [what, pattern, mayMiss] of [
    ['a running run’s document', /^workflows\//, ['running', 'unfinished', 'events of']],
    ['a past run’s document', /^past\//, ['past', 'by key', 'by server', 'events of']],
    ['the journal', /^journal\/\d+\.jsonl$/, ['events of']],
    ['the journal’s checkpoint', /checkpoint/, []],
    ['the layout file', /^layout/, []],
    ['the lease', /^owner\//, []],
    ['an index file of a machine', /^index\/servers\//, ['by server']],
    ['an index file of keys', /^index\/keys\//, ['by key']],
    ['the mark of the index', /^index\/whole/, []],
    ['the state', /^state\.json/, []],
  ] as const)
    test(`${what} ${how}, anywhere: nothing throws, nothing wrong is served, all others are`, async () => {
      const content = await filled()
      const names = Object.keys(content.files).filter((name) => pattern.test(name))
      expect(names.length).toBeGreaterThan(0)
      const name = names[0]!
      const bytes = Buffer.from(content.files[name]!, 'latin1')
      // each sort of damage begins one byte later: together they strike every byte
      for (let at = kind; at < bytes.byteLength; at += Object.keys(DAMAGES).length) {
        const damaged = damage(bytes, at)
        await writeFile(state.file(name), damaged)
        const readOnly = await state.open({ readOnly: true })
        const seen = await look(readOnly, content)
        expect(seen.missing.filter((each) => !mayMiss.some((may) => each.startsWith(may)))).toEqual([])
        // taking and mending it costs more: at some bytes
        if ((at - kind) % (Math.ceil(bytes.byteLength / OWNED / 5) * 5) !== 0) continue
        expect(await state.contents()).toEqual({ ...content.files, [name]: damaged.toString('latin1') })

        const store = await state.open({ leaseTtlMs: 20, fileSystem: withoutSync })
        const { missing } = await look(store, content)
        const place = `byte ${at}: ${missing.join()}`
        expect(
          missing.filter((each) => !mayMiss.some((may) => each.startsWith(may))),
          place,
        ).toEqual([])
        if (missing.includes('running'))
          expect(store.troubles, place).toContainEqual(expect.objectContaining({ file: name, level: 'error' }))
        if (missing.includes('past'))
          expect(store.troubles, place).toContainEqual(expect.objectContaining({ file: name }))
        expect(await store.loadState()).toEqual({ hardwareOff: WISH })
        // and writing goes on
        const next = recordOf(newRunId())
        await store.save(next, [entryOf(next.id, 1)])
        await store.save({ ...next, status: 'COMPLETED' }, [entryOf(next.id, 2)])
        expect((await eventsOf(store, next.id)).map(({ seq }) => seq)).toEqual([1, 2])
        await store.close()
        const after = await state.open({ readOnly: true })
        expect((await after.load(next.id))?.status).toBe('COMPLETED')
        await restore(content.files)
      }
    }, 60_000)

test('when both copies of the state are damaged, that is an error which names them', async () => {
  await filled()
  for (const name of ['state.json', 'state.copy.json'])
    await writeFile(state.file(name), '{"@crc":"00000000","state":{}}')
  const store = await state.open()
  expect(await store.loadState()).toEqual({})
  expect(store.troubles.filter(({ level }) => level === 'error').map(({ file }) => file)).toContain('state.copy.json')
  await store.saveState({ hardwareOff: WISH })
  expect(await store.loadState()).toEqual({ hardwareOff: WISH })
})

test('a missing index is made anew from the runs', async () => {
  const content = await filled()
  await rm(state.file('index'), { recursive: true })
  expect((await look(await state.open({ readOnly: true }), content)).missing).toEqual([])
  expect((await look(await state.open(), content)).missing).toEqual([])
  expect(await readFile(state.file('index', 'whole.json'), 'utf8')).toContain('format')
})
