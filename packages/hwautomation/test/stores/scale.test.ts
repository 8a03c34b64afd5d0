import { mkdir, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { v7 } from 'uuid'
import type { LowdbStore } from '../../src/stores/lowdb-store.ts'
import { hashOf, textOf } from '../../src/stores/index-bucket.ts'
import { documentOf } from '../../src/stores/run-document.ts'
import { seal } from '../../src/stores/sealed-json.ts'
import { FaultyFileSystem } from './faulty-file-system.ts'
import { StateFolder } from './state-folder.ts'
import { entryOf, recordOf } from './store-contract.ts'

const state = new StateFolder()
const DAY = Date.parse('2026-03-01T00:00:00.000Z')
const MANY = 20_000

/** Past runs of 200 machines, spread over one day, as plain files; the index is theirs. */
async function history(count: number): Promise<void> {
  await (await state.open()).close()
  const names = new Map<string, string>()
  for (let index = 0; index < count; index += 1) {
    const id = `run_${v7({ msecs: DAY + Math.floor((index * 86_400_000) / count) })}`
    const key = `key-${index}`
    const label = `srv${index % Math.min(200, count)}`
    const record = recordOf(id, {
      status: 'COMPLETED',
      resource: `m-${label}`,
      resourceLabel: label,
      idempotencyKey: key,
    })
    const time = new Date(DAY + Math.floor((index * 86_400_000) / count)).toISOString()
    const folder = state.file('past', '20260301', `${time.slice(11, 13)}${time.slice(14, 15)}0`)
    if (index === 0 || !names.has(folder)) await mkdir(folder, { recursive: true })
    names.set(folder, '')
    await writeFile(
      `${folder}/${id}.COMPLETED.json`,
      seal(documentOf(record, { from: '00000000.0', at: '00000000.0', events: [] })),
    )
    for (const name of [record.resource, label]) {
      const path = state.file('index', 'servers', hashOf(name))
      names.set(path, (names.get(path) ?? '') + textOf({ id, hash: hashOf(name) }))
    }
    const path = state.file('index', 'keys', hashOf(key).slice(0, 3))
    names.set(path, (names.get(path) ?? '') + textOf({ id, hash: hashOf(key) }))
  }
  for (const [path, text] of names) if (text !== '') await writeFile(path, text)
}

/** File calls, and bytes read from the index, of what is done daily on a directory with so many past runs. */
async function costs(count: number): Promise<Record<string, number>> {
  await history(count)
  const disk = new FaultyFileSystem()
  const cost: Record<string, number> = {}
  const count1 = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    disk.calls.length = 0
    const result = await work()
    cost[what] = disk.calls.length
    return result
  }
  const store: LowdbStore = await count1('open', () => state.open({ fileSystem: disk.fs }))
  expect((await count1('first page', () => store.list({ limit: 10 }))).records).toHaveLength(10)
  const page = await count1('page of a status', () => store.list({ limit: 5, status: ['COMPLETED'] }))
  expect(page.records).toHaveLength(5)
  expect((await count1('next page', () => store.list({ limit: 5, after: page.next! }))).records).toHaveLength(5)
  expect((await count1('running ones', () => store.list({ status: ['RUNNING', 'PENDING'] }))).records).toEqual([])
  expect(await count1('unfinished', () => store.unfinished())).toEqual([])
  expect((await count1('by key', () => store.findByIdempotencyKey('key-7')))?.idempotencyKey).toBe('key-7')
  expect(await count1('by unknown key', () => store.findByIdempotencyKey('nobody'))).toBeUndefined()
  expect((await count1('by server', () => store.list({ server: 'SRV7', limit: 1 }))).records).toHaveLength(1)
  const run = recordOf(`run_${v7()}`, { resource: 'm-srv7', resourceLabel: 'srv7' })
  await count1('a run', async () => {
    await store.save(run, [entryOf(run.id, 1)])
    await store.save({ ...run, status: 'COMPLETED' }, [entryOf(run.id, 2)])
  })
  await store.close()
  return cost
}

test('with 20,000 past runs on one day nothing that is done daily needs more file calls than with 10, give or take a few folders', async () => {
  const few = await costs(10)
  await state.clear()
  const many = await costs(MANY)
  for (const [what, calls] of Object.entries(few)) expect(many[what], what).toBeLessThanOrEqual(calls + 12)
}, 60_000)
