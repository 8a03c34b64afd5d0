import { expect, test } from 'vitest'
import { newRunId } from '../../src/workflow/ids.ts'
import type { AuditEntry, JournalEntry, JournalLine, WorkflowEvent } from '../../src/workflow/events.ts'
import type { Documents, JournalQuery, WorkflowStore } from '../../src/workflow/ports.ts'
import type { Json, WorkflowRecord } from '../../src/workflow/record.ts'

export function recordOf(id: string, more: Partial<WorkflowRecord> = {}): WorkflowRecord {
  return {
    schema: 2,
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
    resource: 'abc123',
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

export function auditOf(action: string, more: Partial<AuditEntry> = {}): AuditEntry {
  return {
    v: 1,
    type: 'audit',
    at: '2026-01-01T12:00:00.000Z',
    action,
    by: 'ada',
    via: 'cli',
    outcome: 'accepted',
    ...more,
  }
}

export async function journalOf(store: WorkflowStore, query: JournalQuery = {}): Promise<JournalLine[]> {
  const lines: JournalLine[] = []
  for await (const line of store.journal(query)) lines.push(line)
  return lines
}

export async function entriesOf(documents: Documents): Promise<(readonly [id: string, value: Json])[]> {
  const all: (readonly [string, Json])[] = []
  for await (const entry of documents.entries()) all.push(entry)
  return all
}

export async function allOf(documents: Documents): Promise<Record<string, Json>> {
  return Object.fromEntries(await entriesOf(documents))
}

/** Ids that somebody may hand in, each a document of its own. */
export const HOSTILE_IDS = [
  'slack/1722.42.abc',
  '../../etc/passwd',
  '/',
  '.',
  '..',
  '.json',
  'a',
  'A',
  'a.json',
  'a%2f1',
  'a/1',
  'a\\1',
  'CON',
  ' ',
  '\u0000',
  '\n',
  '~',
  'ä',
  'a\u0308',
  '☃',
  '\ud83d\ude00',
  '\ud83d',
  '\ude00',
  '\ufffd',
  'x'.repeat(200),
  `${'x'.repeat(199)}y`,
  '☃'.repeat(200),
  'X'.repeat(100),
  'hasOwnProperty',
  '__proto__',
  '"',
]

/** What every store promises. `make` gives an opened one. */
export function storeContract(make: () => Promise<WorkflowStore>): void {
  test('what was saved is loaded, fields that nobody knows included, and later changes of the caller are not in it', async () => {
    const store = await make()
    const steps = [{ id: 'alpha' }] as unknown as WorkflowRecord['steps']
    const record = recordOf(newRunId(), { steps, fromTheFuture: { kept: [1, 2] } })
    await store.save(record, [])
    expect(await store.load(record.id)).toEqual(record)
    expect(await store.load(newRunId())).toBeUndefined()
    expect(await store.load('../../etc/passwd')).toBeUndefined()
  })

  test('a hundred saves of one document at once leave the newest', async () => {
    const store = await make()
    const id = newRunId()
    await Promise.all(Array.from({ length: 100 }, (_, seq) => store.save(recordOf(id, { seq }), [])))
    expect((await store.load(id))?.seq).toBe(99)
  })

  test('lists are newest first, filtered, and paged without gaps or repetitions', async () => {
    const store = await make()
    const ids = Array.from({ length: 25 }, newRunId)
    for (const [index, id] of ids.entries())
      await store.save(
        recordOf(id, { status: index % 2 === 0 ? 'COMPLETED' : 'RUNNING', resource: index < 10 ? 'old' : 'new' }),
        [],
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
    await store.save(recordOf(first, { idempotencyKey: 'ticket-1', status: 'FAILED' }), [])
    expect((await store.findByIdempotencyKey('ticket-1'))?.id).toBe(first)
    expect(await store.findByIdempotencyKey('ticket-2')).toBeUndefined()
    await store.save(recordOf(second, { idempotencyKey: 'ticket-2' }), [])
    expect((await store.findByIdempotencyKey('ticket-2'))?.id).toBe(second)
    expect(await store.findByIdempotencyKey('toString')).toBeUndefined()
    // a key that joined a run under way is one of its keys from then on
    await store.save(recordOf(second, { idempotencyKey: 'ticket-2', furtherKeys: ['ticket-3'] }), [])
    expect((await store.findByIdempotencyKey('ticket-3'))?.id).toBe(second)
    await store.save(recordOf(second, { idempotencyKey: 'ticket-2', furtherKeys: ['ticket-3'], status: 'FAILED' }), [])
    expect((await store.findByIdempotencyKey('ticket-3'))?.id).toBe(second)
  })

  test('events come back in order with the cursors they were given, from any seq on, each run its own', async () => {
    const store = await make()
    const [one, two] = [newRunId(), newRunId()]
    for (const id of [one, two]) await store.save(recordOf(id), [])
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
    for (const id of ids) await store.save(recordOf(id), [])
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

  test('what is saved with a run is in its events and in the journal, with the cursors that were returned', async () => {
    const store = await make()
    const record = recordOf(newRunId(), { seq: 2 })
    const saved = await store.save(record, [entryOf(record.id, 1), entryOf(record.id, 2)])
    const added = await store.append([entryOf(record.id, 3)])
    const last = await store.save({ ...record, seq: 4, status: 'COMPLETED' }, [entryOf(record.id, 4)])
    expect(await eventsOf(store, record.id)).toEqual([...saved, ...added, ...last])
    expect(await journalOf(store)).toEqual([...saved, ...added, ...last])
    expect([...saved, ...added, ...last].map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
    expect(await eventsOf(store, record.id, 3)).toEqual(last)
  })

  test('events that come after the end of a run are found with the others', async () => {
    const store = await make()
    const record = recordOf(newRunId(), { status: 'COMPLETED' })
    await store.save(record, [entryOf(record.id, 1)])
    await store.append([entryOf(record.id, 2)])
    await store.append([entryOf(record.id, 3), entryOf(record.id, 4)])
    expect((await eventsOf(store, record.id)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4])
    expect(await store.load(record.id)).toEqual(record)
  })

  test('what a run asks for at once is written in the order of asking', async () => {
    const store = await make()
    const record = recordOf(newRunId())
    await store.save(record, [])
    await Promise.all([
      store.save({ ...record, seq: 1 }, [entryOf(record.id, 1)]),
      store.append([entryOf(record.id, 2)]),
      store.save({ ...record, seq: 3 }, [entryOf(record.id, 3)]),
      store.append([entryOf(record.id, 4), auditOf('hold')]),
      store.append([entryOf(record.id, 5)]),
    ])
    expect((await eventsOf(store, record.id)).map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5])
    expect((await store.load(record.id))?.seq).toBe(3)
  })

  test('unfinished runs are those that have not ended, oldest first, their seq not below that of any of their events', async () => {
    const store = await make()
    const ids = Array.from({ length: 6 }, newRunId)
    const status = ['RUNNING', 'COMPLETED', 'PENDING', 'FAILED', 'RUNNING', 'CANCELLED'] as const
    for (const [index, id] of ids.entries())
      await store.save(recordOf(id, { status: status[index]! }), [entryOf(id, 1), entryOf(id, 2)])
    await store.append([entryOf(ids[4]!, 3), entryOf(ids[4]!, 9)])
    const unfinished = await store.unfinished()
    expect(unfinished.map(({ id }) => id)).toEqual([ids[0], ids[2], ids[4]])
    expect(unfinished.map(({ seq }) => seq)).toEqual([2, 2, 9])
    expect(Object.keys(unfinished[0]!).toSorted()).toEqual(Object.keys(recordOf(ids[0]!)).toSorted())
  })

  test('a machine is found by its id, its name and its short name, in any letter case, past runs and running ones alike', async () => {
    const store = await make()
    const machines = [
      { resource: 'Abc123', resourceLabel: 'srv001.Rack1.example' },
      { resource: 'xyz789', resourceLabel: 'srv002.rack1.example' },
      { resource: 'srv003', resourceLabel: '10.0.0.1' },
    ]
    const runs: string[][] = [[], [], []]
    for (let round = 0; round < 3; round += 1)
      for (const [index, machine] of machines.entries()) {
        const record = recordOf(newRunId(), { ...machine, status: round < 2 ? 'COMPLETED' : 'RUNNING' })
        runs[index]!.unshift(record.id)
        await store.save(record, [])
      }
    const found = async (query: Parameters<WorkflowStore['list']>[0]) =>
      (await store.list(query)).records.map(({ id }) => id)
    for (const server of ['Abc123', 'ABC123', 'SRV001', 'srv001', 'srv001.rack1.EXAMPLE'])
      expect(await found({ server })).toEqual(runs[0])
    expect(await found({ server: 'srv002', status: ['RUNNING'] })).toEqual(runs[1]!.slice(0, 1))
    expect(await found({ server: 'srv002', status: ['COMPLETED'] })).toEqual(runs[1]!.slice(1))
    expect(await found({ server: '10.0.0.1' })).toEqual(runs[2])
    for (const server of ['10', 'srv00', 'rack1', '', '../..', 'srv001.rack1'])
      expect(await found({ server })).toEqual([])
    expect(await found({ resource: 'Abc123' })).toEqual(runs[0])
    expect(await found({ resource: 'abc123' })).toEqual([])
    const page = await store.list({ server: 'srv001', limit: 2 })
    expect(page.records.map(({ id }) => id)).toEqual(runs[0]!.slice(0, 2))
    expect(await found({ server: 'srv001', after: page.next! })).toEqual(runs[0]!.slice(2))
  })

  test('the journal goes on after any of its cursors, missing nothing and repeating nothing', async () => {
    const store = await make()
    const id = newRunId()
    await store.save(recordOf(id), [])
    for (let seq = 1; seq <= 9; seq += 1)
      await store.append([
        entryOf(id, seq, { at: `2026-01-0${seq}T12:00:00.000Z` }),
        auditOf('hold', { workflowId: id }),
      ])
    const all = await journalOf(store)
    expect(all).toHaveLength(18)
    for (const [index, line] of all.entries())
      expect(await journalOf(store, { after: line.cursor })).toEqual(all.slice(index + 1))
    for (const cursor of ['', 'x', '../1', '20260101.', '99999999999.1'])
      await expect(journalOf(store, { after: cursor })).rejects.toMatchObject({ code: 'store.no-such-cursor' })
  })

  test('the journal is filtered by time, machine and run, all together', async () => {
    const store = await make()
    const [one, two] = [newRunId(), newRunId()]
    for (const id of [one, two]) await store.save(recordOf(id, { resource: id === one ? 'a"1' : 'b2' }), [])
    for (let day = 1; day <= 5; day += 1)
      await store.append([
        entryOf(one, day, { at: `2026-01-0${day}T12:00:00.000Z`, resource: 'a"1' }),
        entryOf(two, day, { at: `2026-01-0${day}T13:00:00.000Z`, resource: 'b2' }),
        auditOf('hold', { at: `2026-01-0${day}T14:00:00.000Z`, resource: 'b2', workflowId: two }),
        auditOf('pause', { at: `2026-01-0${day}T15:00:00.000Z` }),
      ])
    const all = await journalOf(store)
    for (const query of [
      { from: '2026-01-02T13:00:00.000Z' },
      { until: '2026-01-02T13:00:00.000Z' },
      { from: '2026-01-02T13:00:00.000Z', until: '2026-01-04T12:00:00.001Z', resource: 'b2' },
      { resource: 'a"1' },
      { workflowId: two },
      { workflowId: two, resource: 'a"1' },
    ] satisfies JournalQuery[]) {
      const expected = all.filter(
        (line) =>
          line.at >= (query.from ?? '') &&
          line.at < (query.until ?? '9') &&
          (query.resource === undefined || line.resource === query.resource) &&
          (query.workflowId === undefined || line.workflowId === query.workflowId),
      )
      expect(await journalOf(store, query)).toEqual(expected)
    }
    expect(await journalOf(store, { from: '2027-01-01T00:00:00.000Z' })).toEqual([])
  })

  test('the state of the manager is empty at first, then what was saved last', async () => {
    const store = await make()
    expect(await store.loadState()).toEqual({})
    const wish = { by: 'ada', reason: 'maintenance', via: 'cli', at: '2026-01-01T00:00:00.000Z' }
    await store.saveState({ intake: { ...wish, is: 'paused' }, hardwareOff: wish })
    expect(await store.loadState()).toEqual({ intake: { ...wish, is: 'paused' }, hardwareOff: wish })
    await store.saveState({})
    expect(await store.loadState()).toEqual({})
  })

  test('what the caller changes after a save is not in it, nor what it changes in what it got', async () => {
    const store = await make()
    const record = recordOf(newRunId(), { request: { server: 'srv001' } })
    const saving = store.save(record, [])
    ;(record.request as { server: string }).server = 'changed'
    await saving
    const loaded = await store.load(record.id)
    expect(loaded?.request).toEqual({ server: 'srv001' })
    ;(loaded!.request as { server: string }).server = 'changed'
    expect((await store.load(record.id))?.request).toEqual({ server: 'srv001' })
  })

  test('a document is there as it was put, until it is deleted; collections are apart, and the same each time', async () => {
    const store = await make()
    const batches = store.documents('batches')
    expect(await batches.get('b1')).toBeUndefined()
    expect(await allOf(batches)).toEqual({})
    await batches.put('b1', { label: 'rack 7', items: [1, null, 'ü', { deep: [true] }] })
    await batches.put('b2', 'text')
    await store.documents('slack-orders').put('b1', null)
    expect(store.documents('batches')).toBe(batches)
    expect(await batches.get('b1')).toEqual({ label: 'rack 7', items: [1, null, 'ü', { deep: [true] }] })
    expect(await allOf(batches)).toEqual({
      b1: { label: 'rack 7', items: [1, null, 'ü', { deep: [true] }] },
      b2: 'text',
    })
    await batches.delete('b1')
    await batches.delete('b1')
    await batches.delete('never there')
    expect(await batches.get('b1')).toBeUndefined()
    expect(await allOf(batches)).toEqual({ b2: 'text' })
    expect(await allOf(store.documents('slack-orders'))).toEqual({ b1: null })
    await batches.put('b1', 2)
    expect(await batches.get('b1')).toBe(2)
  })

  test('documents go in and out as copies', async () => {
    const documents = (await make()).documents('batches')
    const value = { items: ['srv001'] }
    const putting = documents.put('b1', value)
    value.items.push('srv002')
    await putting
    const first = (await documents.get('b1')) as typeof value
    first.items.push('srv003')
    const [[, second]] = (await entriesOf(documents)) as unknown as [[string, typeof value]]
    second.items.push('srv004')
    expect(await documents.get('b1')).toEqual({ items: ['srv001'] })
  })

  test('ids of any kind are each a document of their own', async () => {
    const documents = (await make()).documents('batches')
    for (const id of HOSTILE_IDS) await documents.put(id, { id })
    for (const id of HOSTILE_IDS) expect(await documents.get(id)).toEqual({ id })
    const all = await entriesOf(documents)
    expect(all.map(([id]) => id).toSorted()).toEqual(HOSTILE_IDS.toSorted())
    expect(all.map(([id]) => ({ id }))).toEqual(all.map(([, value]) => value))
    for (const id of HOSTILE_IDS) await documents.delete(id)
    expect(await entriesOf(documents)).toEqual([])
  })

  test('an id that no document may have is refused when it is put, and never found', async () => {
    const store = await make()
    const documents = store.documents('batches')
    for (const id of ['', 'x'.repeat(201)]) {
      await expect(documents.put(id, 1)).rejects.toThrow('1 to 200 characters')
      expect(await documents.get(id)).toBeUndefined()
      await documents.delete(id)
    }
    for (const name of ['', '..', 'a/b', 'Batches', 'a--b', '-a', 'x'.repeat(61)])
      expect(() => store.documents(name)).toThrow('kebab-case')
  })

  test('what is asked of one document at once takes effect in the order of asking', async () => {
    const documents = (await make()).documents('batches')
    const asked = Array.from({ length: 100 }, (_, at) => documents.put('b1', at))
    await Promise.all([...asked, documents.delete('b1'), documents.put('b1', 'then')])
    expect(await documents.get('b1')).toBe('then')
    await Promise.all([documents.put('b1', 'again'), documents.delete('b1')])
    expect(await documents.get('b1')).toBeUndefined()
    const putting = documents.put('b1', 'read behind it')
    expect(await documents.get('b1')).toBe('read behind it')
    await putting
    const ids = Array.from({ length: 50 }, (_, at) => `b${at}`)
    await Promise.all(ids.map((id) => documents.put(id, id)))
    expect(await allOf(documents)).toEqual(Object.fromEntries(ids.map((id) => [id, id])))
  })
}
