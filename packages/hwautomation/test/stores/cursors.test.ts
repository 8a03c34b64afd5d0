import { expect, test } from 'vitest'
import { MemoryStore } from '../../src/stores/memory-store.ts'
import type { WorkflowStore } from '../../src/workflow/ports.ts'
import { StateFolder } from './state-folder.ts'

const folder = new StateFolder()

const asked = { v: 1, type: 'audit', at: '2026-03-01T12:00:00.000Z', action: 'pause', by: 'ada', via: 'api' } as const

async function read(store: WorkflowStore, after: string): Promise<number> {
  let lines = 0
  for await (const _ of store.journal({ after })) lines += 1
  return lines
}

test('a cursor of another directory, and one that somebody made up, are refused and are no damage of the journal', async () => {
  const store = await folder.open()
  const [first, last] = await store.append([
    { ...asked, outcome: 'accepted' },
    { ...asked, outcome: 'refused' },
  ])
  expect([await read(store, first!.cursor), await read(store, last!.cursor)]).toEqual([1, 0])
  const day = first!.cursor.slice(0, 8)
  for (const cursor of [`${day}.5`, `${day}.99999999`, '99999999.0', '-1', `${day}.-1`, 'memory.1', ''])
    await expect(read(store, cursor), cursor).rejects.toMatchObject({ code: 'store.no-such-cursor' })
  expect(store.troubles).toEqual([])
})

test('a cursor of a day that was removed since goes on with what is left', async () => {
  const store = await folder.open()
  await store.append([{ ...asked, outcome: 'accepted' }])
  expect(await read(store, '20200101.4711')).toBe(1)
})

test('in memory, a cursor of an earlier process is refused', async () => {
  const store = new MemoryStore()
  const [line] = await store.append([{ ...asked, outcome: 'accepted' }])
  expect(await read(store, line!.cursor)).toBe(0)
  await expect(read(store, 'memory.2')).rejects.toMatchObject({ code: 'store.no-such-cursor' })
})

test.for([0, -1, 1.5, Number.NaN])('a page of %s runs is refused', async (limit) => {
  await expect(new MemoryStore().list({ limit })).rejects.toThrow(/`limit` is a whole number from 1/)
})
