import { appendFile, chmod, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Logger } from '../../src/logger.ts'
import { LowdbStore } from '../../src/stores/lowdb-store.ts'
import { seal } from '../../src/stores/sealed-json.ts'
import { newRunId } from '../../src/workflow/ids.ts'
import { entryOf, eventsOf, recordOf, storeContract } from './store-contract.ts'

let folder: string
const open: LowdbStore[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hwa-store-'))
})

afterEach(async () => {
  await Promise.all(open.splice(0).map((store) => store.close()))
  await rm(folder, { recursive: true, force: true })
})

async function newStore(logger?: Logger): Promise<LowdbStore> {
  const store = new LowdbStore(folder, logger === undefined ? {} : { logger })
  open.push(store)
  await store.open()
  return store
}

const file = (id: string) => join(folder, 'workflows', `${id}.json`)

storeContract(() => newStore())

test('everything is there again for the next process', async () => {
  const first = await newStore()
  const record = recordOf(newRunId(), { idempotencyKey: 'ticket-1', fromTheFuture: 'kept' })
  await first.save(record, [])
  const events = await first.append([entryOf(record.id, 1), entryOf(record.id, 2)])
  const { sha256 } = await first.putArtefact(Buffer.from('log'))
  await first.close()

  const second = await newStore()
  expect(await second.load(record.id)).toEqual({ ...record, seq: 2 })
  expect(await eventsOf(second, record.id)).toEqual(events)
  expect((await second.findByIdempotencyKey('ticket-1'))?.id).toBe(record.id)
  expect(Buffer.from((await second.getArtefact(sha256))!).toString()).toBe('log')
  expect(second.troubles).toEqual([])
  const [third] = await second.append([entryOf(record.id, 3)])
  expect(await eventsOf(second, record.id)).toEqual([...events, third])
})

test('files are 0600 and folders 0700, also those that were there before', async () => {
  await chmod(folder, 0o755)
  const store = await newStore()
  const record = recordOf(newRunId())
  await store.save(record, [])
  await store.append([entryOf(record.id, 1)])
  const { sha256 } = await store.putArtefact(Buffer.from('log'))
  const mode = async (...path: string[]) => ((await stat(join(folder, ...path))).mode & 0o777).toString(8)
  expect(await Promise.all([mode(), mode('workflows'), mode('journal'), mode('artefacts')])).toEqual(
    Array(4).fill('700'),
  )
  expect(
    await Promise.all([
      mode('workflows', `${record.id}.json`),
      mode('journal', '20260101.jsonl'),
      mode('artefacts', sha256),
    ]),
  ).toEqual(Array(3).fill('600'))
})

for (const [what, content] of [
  ['torn', '{"schema":1,"id":"run_'],
  ['empty', ''],
  ['foreign', '{"hello":"world"}'],
  ['binary', '\u0000\u0001\u0002'],
  ['another run’s', JSON.stringify(recordOf(newRunId()))],
  ['an unknown status’', seal({ ...recordOf('x'), status: 'SLEEPING' })],
] as const)
  test(`${what} document is set aside with a clear message, nothing of it is lost, and the rest is served`, async () => {
    const lines: string[] = []
    const line = (fields: object, message: string) => void lines.push(`${message}: ${JSON.stringify(fields)}`)
    const store = await newStore({ debug: line, info: line, warn: line, error: line })
    const good = recordOf(newRunId())
    await store.save(good, [])
    const bad = newRunId()
    await writeFile(file(bad), content)
    expect((await store.list({})).records).toEqual([good])
    expect(await store.load(bad)).toBeUndefined()
    expect(store.troubles).toEqual([
      {
        file: `workflows/${bad}.json`,
        message: expect.stringContaining(`set aside as ${bad}.json.unreadable-1`),
        level: 'error',
      },
    ])
    expect(lines).toEqual([expect.stringContaining(bad)])
    expect(await readFile(`${file(bad)}.unreadable-1`, 'utf8')).toBe(content)
    await store.close()
    // until somebody has looked and taken the file away
    const named = {
      file: `workflows/${bad}.json.unreadable-1`,
      message: expect.stringContaining('look after its machine'),
    }
    expect((await newStore()).troubles).toEqual([{ ...named, level: 'error' }])
  })

test('a document of a later version is left where it is and said so', async () => {
  const store = await newStore()
  const id = newRunId()
  const text = JSON.stringify({ ...recordOf(id), schema: 3 })
  await writeFile(file(id), text)
  expect(await store.load(id)).toBeUndefined()
  expect(store.troubles).toEqual([
    { file: `workflows/${id}.json`, message: expect.stringContaining('newer'), level: 'error' },
  ])
  expect(await readFile(file(id), 'utf8')).toBe(text)
})

test('files that are not ours are left alone and said so; what a killed write left is taken away', async () => {
  await (await newStore()).close()
  const leftover = `.${newRunId()}.json.0b8f4a52-4e0f-4d5b-9b0e-0123456789ab.tmp`
  await writeFile(join(folder, 'workflows', 'notes.txt'), 'mine')
  await writeFile(join(folder, 'workflows', leftover), '{"half')
  const store = await newStore()
  expect(store.troubles).toEqual([
    { file: 'workflows/notes.txt', message: expect.stringContaining('left alone'), level: 'warn' },
  ])
  expect(await readdir(join(folder, 'workflows'))).toEqual(['notes.txt'])
})

test('a torn last line of the journal is set aside, what is before it is served, and writing goes on behind it', async () => {
  const first = await newStore()
  const record = recordOf(newRunId())
  await first.save(record, [])
  const events = await first.append([entryOf(record.id, 1), entryOf(record.id, 2)])
  await first.close()
  const journal = join(folder, 'journal', '20260101.jsonl')
  const { size } = await stat(journal)
  await appendFile(journal, JSON.stringify(entryOf(record.id, 3, { name: 'long '.repeat(1_000) })).slice(0, -20))

  const second = await newStore()
  expect(second.troubles).toEqual([
    { file: 'journal/20260101.jsonl', message: expect.stringContaining('torn'), level: 'warn' },
  ])
  expect(await eventsOf(second, record.id)).toEqual(events)
  const [next] = await second.append([entryOf(record.id, 4)])
  expect(await eventsOf(second, record.id)).toEqual([...events, next])
  expect(await readFile(join(folder, 'journal', `20260101.torn-${size}`), 'utf8')).toContain('"seq":3')
  await second.close()
  expect((await newStore()).troubles).toEqual([])
})

test('a journal cut at any byte loses at most what is behind the cut', async () => {
  const first = await newStore()
  const record = recordOf(newRunId())
  await first.save(record, [])
  const events = await first.append([
    entryOf(record.id, 1),
    entryOf(record.id, 2, { name: 'schnee ☃' }),
    entryOf(record.id, 3),
  ])
  await first.close()
  const journal = join(folder, 'journal', '20260101.jsonl')
  const whole = await readFile(journal)
  const ends = events.map((event) => Number(event.cursor.split('.')[1]))
  for (let length = whole.byteLength; length >= 0; length -= 7) {
    await writeFile(journal, whole)
    await truncate(journal, length)
    const store = await newStore()
    const left = ends.filter((end) => end <= length).length
    expect((await eventsOf(store, record.id)).map((event) => event.seq)).toEqual([1, 2, 3].slice(0, left))
    await store.close()
  }
})

test('a line of rubbish in the middle of a journal is passed over and said so, once', async () => {
  const first = await newStore()
  const record = recordOf(newRunId())
  await first.save(record, [])
  await first.append([entryOf(record.id, 1)])
  await first.close()
  await appendFile(join(folder, 'journal', '20260101.jsonl'), `{"workflowId":"${record.id}" rubbish\n`)
  const second = await newStore()
  await second.append([entryOf(record.id, 2)])
  for (let time = 0; time < 2; time += 1)
    expect((await eventsOf(second, record.id)).map((event) => event.seq)).toEqual([1, 2])
  expect(second.troubles).toEqual([
    { file: 'journal/20260101.jsonl', message: expect.stringContaining('not JSON'), level: 'warn' },
  ])
})

test('a journal is a file a day, read in order across midnight, and a clock set back does not go back to an older file', async () => {
  const store = await newStore()
  const record = recordOf(newRunId())
  await store.save(record, [])
  const days = [
    '2026-01-01T23:59:59.000Z',
    '2026-01-02T00:00:01.000Z',
    '2026-01-01T23:00:00.000Z',
    '2026-01-03T00:00:00.000Z',
  ]
  for (const [index, at] of days.entries()) await store.append([entryOf(record.id, index + 1, { at })])
  expect((await eventsOf(store, record.id)).map((event) => event.seq)).toEqual([1, 2, 3, 4])
  expect(await readdir(join(folder, 'journal'))).toEqual(['20260101.jsonl', '20260102.jsonl', '20260103.jsonl'])
})

test('an artefact whose content was changed is not served', async () => {
  const store = await newStore()
  const { sha256 } = await store.putArtefact(Buffer.from('log'))
  await writeFile(join(folder, 'artefacts', sha256), 'changed')
  expect(await store.getArtefact(sha256)).toBeUndefined()
  expect(store.troubles).toEqual([expect.objectContaining({ file: `artefacts/${sha256}` })])
  await store.putArtefact(Buffer.from('log'))
  expect(Buffer.from((await store.getArtefact(sha256))!).toString()).toBe('log')
})

test('what could not be written is not served from memory', async () => {
  const store = await newStore()
  const record = recordOf(newRunId(), { seq: 1 })
  await store.save(record, [])
  await rm(join(folder, 'workflows'), { recursive: true })
  await expect(store.save({ ...record, seq: 2 }, [])).rejects.toMatchObject({ code: 'store.failed' })
  expect((await store.load(record.id))?.seq).toBe(1)
})
