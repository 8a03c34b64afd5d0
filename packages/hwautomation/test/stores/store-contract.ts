import { expect, test } from 'vitest'
import { newRunId } from '../../src/workflow/ids.ts'
import type { JournalEntry, WorkflowEvent } from '../../src/workflow/events.ts'
import type { WorkflowStore } from '../../src/workflow/ports.ts'
import type { WorkflowRecord } from '../../src/workflow/record.ts'

export function recordOf(id: string, more: Partial<WorkflowRecord> = {}): WorkflowRecord {
  return {
    schema: 1,
    id,
    definition: { name: 'test/tiny', version: 1 },
    request: { server: 'srv001' },
    resource: 'abc123',
    resourceLabel: 'srv001',
    requestedBy: 'ada',
    via: 'api',
    status: 'RUNNING',
    createdAt: '2026-01-01T00:00:00.000Z',
    percent: 0,
    seq: 1,
    steps: [],
    warnings: [],
    leftBehind: [],
    artefacts: [],
    ...more,
  }
}

export function entryOf(workflowId: string, seq: number, more: Partial<JournalEntry> = {}): JournalEntry {
  return {
    v: 1,
    workflowId,
    seq,
    at: '2026-01-01T12:00:00.000Z',
    percent: 0,
    type: 'subtask.started',
    step: 'alpha',
    name: `number ${seq}`,
    ...more,
  } as JournalEntry
}

export async function eventsOf(store: WorkflowStore, id: string, after = 0): Promise<WorkflowEvent[]> {
  const events: WorkflowEvent[] = []
  for await (const event of store.events(id, after)) events.push(event)
  return events
}

/** What every store promises. `make` gives an opened one. */
export function storeContract(make: () => Promise<WorkflowStore>): void {
  test('what was saved is loaded, fields that nobody knows included, and later changes of the caller are not in it', async () => {
    const store = await make()
    const steps = [{ id: 'alpha' }] as unknown as WorkflowRecord['steps']
    const record = recordOf(newRunId(), { steps, fromTheFuture: { kept: [1, 2] } })
    await store.save(record)
    expect(await store.load(record.id)).toEqual(record)
    expect(await store.load(newRunId())).toBeUndefined()
    expect(await store.load('../../etc/passwd')).toBeUndefined()
  })

  test('a hundred saves of one document at once leave the newest', async () => {
    const store = await make()
    const id = newRunId()
    await Promise.all(Array.from({ length: 100 }, (_, seq) => store.save(recordOf(id, { seq }))))
    expect((await store.load(id))?.seq).toBe(99)
  })

  test('lists are newest first, filtered, and paged without gaps or repetitions', async () => {
    const store = await make()
    const ids = Array.from({ length: 25 }, newRunId)
    for (const [index, id] of ids.entries())
      await store.save(
        recordOf(id, { status: index % 2 === 0 ? 'COMPLETED' : 'RUNNING', resource: index < 10 ? 'old' : 'new' }),
      )
    const seen: string[] = []
    for (let after: string | undefined, page = 0; page < 10; page += 1) {
      const { records, next } = await store.list({ limit: 10, ...(after === undefined ? {} : { after }) })
      seen.push(...records.map((record) => record.id))
      after = next
      if (next === undefined) break
    }
    expect(seen).toEqual(ids.toReversed())
    const running = await store.list({ status: ['RUNNING'], resource: 'new' })
    expect(running.records.map((record) => record.id)).toEqual(
      ids.filter((_, index) => index % 2 === 1 && index >= 10).toReversed(),
    )
    expect(running.next).toBeUndefined()
  })

  test('a run is found by its idempotency key, whatever its status, before and after the first question', async () => {
    const store = await make()
    const [first, second] = [newRunId(), newRunId()]
    await store.save(recordOf(first, { idempotencyKey: 'ticket-1', status: 'FAILED' }))
    expect((await store.findByIdempotencyKey('ticket-1'))?.id).toBe(first)
    expect(await store.findByIdempotencyKey('ticket-2')).toBeUndefined()
    await store.save(recordOf(second, { idempotencyKey: 'ticket-2' }))
    expect((await store.findByIdempotencyKey('ticket-2'))?.id).toBe(second)
    expect(await store.findByIdempotencyKey('toString')).toBeUndefined()
  })

  test('events come back in order with the cursors they were given, from any seq on, each run its own', async () => {
    const store = await make()
    const [one, two] = [newRunId(), newRunId()]
    for (const id of [one, two]) await store.save(recordOf(id))
    const written: WorkflowEvent[] = []
    for (let seq = 1; seq <= 20; seq += 2)
      written.push(
        ...(await store.append([
          entryOf(one, seq),
          entryOf(two, seq, { name: 'ünïcode ☃ \n "quoted"' }),
          entryOf(one, seq + 1),
        ])),
      )
    const ofOne = written.filter((event) => event.workflowId === one)
    expect(await eventsOf(store, one)).toEqual(ofOne)
    expect(await eventsOf(store, one, 13)).toEqual(ofOne.filter((event) => event.seq > 13))
    expect(await eventsOf(store, two)).toEqual(written.filter((event) => event.workflowId === two))
    expect(await eventsOf(store, newRunId())).toEqual([])
    expect(new Set(written.map((event) => event.cursor)).size).toBe(written.length)
    expect(await store.append([])).toEqual([])
  })

  test('a thousand appends at once keep the order of each run', async () => {
    const store = await make()
    const ids = Array.from({ length: 10 }, newRunId)
    for (const id of ids) await store.save(recordOf(id))
    await Promise.all(
      Array.from({ length: 1_000 }, (_, at) => store.append([entryOf(ids[at % 10]!, 1 + Math.floor(at / 10))])),
    )
    for (const id of ids)
      expect((await eventsOf(store, id)).map((event) => event.seq)).toEqual(
        Array.from({ length: 100 }, (_, at) => at + 1),
      )
  })

  test('artefacts are kept by their hash, and only by that', async () => {
    const store = await make()
    const bytes = new TextEncoder().encode('<bios/>')
    const first = await store.putArtefact(bytes)
    expect(await store.putArtefact(bytes)).toEqual(first)
    expect(first).toEqual({ sha256: '6a87c0ff2eff5769c8a44bc1c11244c3e777ae2efad2d4f4b0ccbc11d7ae0e9a', bytes: 7 })
    expect(new Uint8Array((await store.getArtefact(first.sha256))!)).toEqual(bytes)
    expect(await store.getArtefact('0'.repeat(64))).toBeUndefined()
    expect(await store.getArtefact('../workflows')).toBeUndefined()
  })
}
