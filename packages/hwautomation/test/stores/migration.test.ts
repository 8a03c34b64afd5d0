import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { seal } from '../../src/stores/sealed-json.ts'
import { newRunId } from '../../src/workflow/ids.ts'
import { FaultyFileSystem, WRITING } from './faulty-file-system.ts'
import { StateFolder } from './state-folder.ts'
import { auditOf, entryOf, eventsOf, journalOf, recordOf } from './store-contract.ts'

const state = new StateFolder()

/** A directory as the first release left it: past runs beside the others, no checksums, events that do not name their machine. */
async function firstRelease() {
  const running = recordOf(newRunId(), {
    resource: 'r1',
    cancel: { by: 'ada', reason: 'x', at: 't' } as never,
    own: { kept: 1 },
  })
  const past = Array.from({ length: 4 }, (_, index) =>
    recordOf(newRunId(), {
      status: 'COMPLETED',
      resource: `p${index}`,
      resourceLabel: `SRV${index}.example`,
      idempotencyKey: `key-${index}`,
    }),
  )
  await mkdir(state.file('workflows'), { recursive: true })
  await mkdir(state.file('journal'))
  const lines: object[] = []
  for (const record of [...past, running]) {
    await writeFile(state.file('workflows', `${record.id}.json`), JSON.stringify({ ...record, schema: 1 }))
    const { resource: _, ...event } = entryOf(record.id, 1)
    lines.push(event, { ...event, seq: 2, type: 'workflow.cancel-requested', by: 'ada', reason: 'x' })
  }
  await writeFile(state.file('journal', '20260101.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  return { running: { ...running, seq: 2, cancel: { ...running.cancel, via: 'api' } }, past }
}

async function expectAll({ running, past }: Awaited<ReturnType<typeof firstRelease>>, readOnly: boolean) {
  const store = await state.open({ readOnly })
  const seq = readOnly ? 1 : 2
  expect((await store.list({})).records).toEqual([...past.toReversed(), { ...running, seq }])
  expect(await store.unfinished()).toEqual([{ ...running, seq }])
  expect((await store.findByIdempotencyKey('key-2'))?.id).toBe(past[2]!.id)
  expect((await store.list({ server: 'srv3' })).records).toEqual([past[3]])
  const events = await eventsOf(store, running.id)
  expect(events.map((event) => [event.seq, event.resource])).toEqual([
    [1, 'r1'],
    [2, 'r1'],
  ])
  expect(events[1]).toMatchObject({ type: 'workflow.cancel-requested', via: 'api' })
  expect((await journalOf(store, { resource: 'p1' })).map(({ workflowId }) => workflowId)).toEqual([
    past[1]!.id,
    past[1]!.id,
  ])
  expect(store.troubles).toEqual([])
  return store
}

test('a directory of the first release is read as it is, and taken over when it is opened', async () => {
  const content = await firstRelease()
  const before = await state.contents()
  await expectAll(content, true)
  expect(await state.contents()).toEqual(before)
  const store = await expectAll(content, false)
  expect((await state.files('workflows')).length).toBe(1)
  expect((await state.files('past')).length).toBe(4)
  expect(JSON.parse(await readFile(state.file('layout.json'), 'utf8'))).toMatchObject({ layout: 2 })
  await store.save({ ...content.running, seq: 3, status: 'CANCELLED' } as never, [entryOf(content.running.id, 3)])
  expect(await store.load(content.running.id)).toMatchObject({
    schema: 2,
    own: { kept: 1 },
    cancel: { by: 'ada', via: 'api' },
  })
  await store.append([auditOf('hold')])
  await store.close()
  const next = await state.open()
  expect(await next.unfinished()).toEqual([])
  expect((await eventsOf(next, content.running.id)).map(({ seq }) => seq)).toEqual([1, 2, 3])
})

test('a take-over that is cut off anywhere is finished by the next open', async () => {
  const content = await firstRelease()
  const disk = new FaultyFileSystem()
  // the process ends at its n-th call: no later one reaches the disk
  for (let nth = 1; nth < 400; nth += 3) {
    let count = 0
    disk.fault = ({ call }) => (WRITING.has(call) && ++count >= nth ? 'EIO' : undefined)
    const cut = await state.open({ fileSystem: disk.fs, leaseTtlMs: 30 }).catch(() => undefined)
    await cut?.close()
    disk.fault = () => undefined
    if (cut !== undefined && count < nth) break
    await new Promise((resolve) => setTimeout(resolve, 40))
  }
  await (await expectAll(content, false)).close()
})

test('a directory of a later layout is refused and not touched', async () => {
  await writeFile(state.file('layout.json'), seal({ layout: 3 }))
  const before = await state.contents()
  for (const readOnly of [false, true])
    await expect(state.open({ readOnly })).rejects.toMatchObject({
      code: 'store.newer-layout',
      kind: 'conflict',
      context: { layout: 3 },
    })
  expect(await state.contents()).toEqual(before)
})
