import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { Low } from 'lowdb'
import { JSONFile } from 'lowdb/node'
import { LowdbStore } from '../packages/hwautomation/src/stores/lowdb-store.ts'
import type { JournalEntry } from '../packages/hwautomation/src/workflow/events.ts'
import { newRunId } from '../packages/hwautomation/src/workflow/ids.ts'
import type { WorkflowRecord } from '../packages/hwautomation/src/workflow/record.ts'
import { benchRecord, writeHistory } from './store-history.ts'

/** Created, start and end of seven steps, end. */
const SAVES = 16
const HISTORIES = [0, 1_000, 100_000]
const CONCURRENCY = [
  { at: 1, runs: 25 },
  { at: 50, runs: 150 },
]

/** Writes one transition: the document, and the event that goes with it. */
type Save = (record: WorkflowRecord, event: JournalEntry) => Promise<unknown>

/**
 * Durable runs of 16 transitions with a document of 20 KB each, next to the limit (the same bytes in one group-committed journal) and to
 * one lowdb file for everything, on the same disk in the same run. Then what opening and looking cost with a long history.
 */
export async function benchStore(): Promise<string[]> {
  const lines = [`store: ${SAVES} transitions a run, ${kilobytes()} KB a document`]
  const limits = new Map<number, number>()
  for (const { at, runs } of CONCURRENCY) {
    const us = await inFolder((folder) => rawJournal(folder, runs, at))
    limits.set(at, us)
    lines.push(figures('raw journal, the limit', at, us))
  }
  const looks: string[] = []
  let first: readonly number[] | undefined
  for (const past of HISTORIES)
    await inFolder(async (folder) => {
      await (await opened(folder)).close()
      await writeHistory(folder, past)
      const look = await looking(folder)
      if (past > 0) looks.push(lookLine(past, look, (first ??= look)))
      const store = await opened(folder)
      for (const { at, runs } of CONCURRENCY) {
        const us = await perTransition(runs, at, (record, event) => store.save(record, [event]))
        lines.push(
          `${figures(`store, ${past} past runs`, at, us)}   ×${(us / limits.get(at)!).toFixed(1)} of the limit`,
        )
      }
      await store.close()
    })
  for (const past of [0, 1_000]) {
    const us = await inFolder((folder) => oneFile(folder, past))
    lines.push(
      `${figures(`one lowdb file (no fsync), ${past} past runs`, 1, us)}   ×${(us / limits.get(1)!).toFixed(1)} of the limit`,
    )
  }
  return [...lines, ...looks]
}

/** Microseconds a transition, all runs together. */
async function perTransition(runs: number, concurrency: number, save: Save): Promise<number> {
  let next = 0
  const begin = performance.now()
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (next < runs) await run((next += 1), save)
    }),
  )
  return ((performance.now() - begin) * 1_000) / (runs * SAVES)
}

async function run(server: number, save: Save): Promise<void> {
  const id = newRunId()
  const record = benchRecord(id, server)
  for (let seq = 1; seq <= SAVES; seq += 1) {
    const status = seq === SAVES ? ('COMPLETED' as const) : ('RUNNING' as const)
    await save({ ...record, seq, status }, eventOf(record, seq))
  }
}

function eventOf({ id, resource }: WorkflowRecord, seq: number): JournalEntry {
  const common = { v: 1, workflowId: id, resource, seq, at: new Date().toISOString(), percent: seq } as const
  return { ...common, type: 'subtask.started', step: 'bios-push', name: 'Writing the BIOS settings' }
}

/** What the disk can do: document and event as lines of one file, one fdatasync for all that wait. */
async function rawJournal(folder: string, runs: number, concurrency: number): Promise<number> {
  const file = await open(join(folder, 'raw.jsonl'), 'a')
  try {
    return await perTransition(runs, concurrency, groupCommit(file))
  } finally {
    await file.close()
  }
}

function groupCommit(file: FileHandle): Save {
  let waiting: { readonly text: string; readonly done: () => void }[] = []
  let writing = false
  const drain = async () => {
    writing = true
    while (waiting.length > 0) {
      const batch = waiting
      waiting = []
      await file.appendFile(batch.map(({ text }) => text).join(''))
      await file.datasync()
      for (const { done } of batch) done()
    }
    writing = false
  }
  return (record, event) =>
    new Promise<void>((done, failed) => {
      waiting.push({ text: `${JSON.stringify(record)}\n${JSON.stringify(event)}\n`, done })
      if (!writing) drain().catch(failed)
    })
}

/** As lowdb is used by its own examples: everything in one document. Two runs only, since it costs what there is. */
async function oneFile(folder: string, past: number): Promise<number> {
  const records = Object.fromEntries(
    Array.from({ length: past }, (_, at) => [`old-${at}`, benchRecord(`old-${at}`, at)]),
  )
  const db = new Low<{ records: Record<string, WorkflowRecord>; events: JournalEntry[] }>(
    new JSONFile(join(folder, 'db.json')),
    { records, events: [] },
  )
  return perTransition(2, 1, async (record, event) => {
    db.data.records[record.id] = record
    db.data.events.push(event)
    await db.write()
  })
}

/** Milliseconds: open, first page of 50, look-up by key, first page of a server. Medians of five. */
async function looking(folder: string): Promise<readonly number[]> {
  const times: number[][] = [[], [], [], []]
  for (let round = 0; round < 5; round += 1) {
    let store: LowdbStore | undefined
    const tasks = [
      async () => (store = await opened(folder)),
      () => store!.list({}),
      () => store!.findByIdempotencyKey('nobody'),
      () => store!.list({ server: 'srv7', limit: 10 }),
    ]
    for (const [index, task] of tasks.entries()) {
      const begin = performance.now()
      await task()
      times[index]!.push(performance.now() - begin)
    }
    await store!.close()
  }
  return times.map((each) => each.toSorted((a, b) => a - b)[2]!)
}

async function opened(folder: string): Promise<LowdbStore> {
  const store = new LowdbStore(folder)
  await store.open()
  return store
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'hwa-bench-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function figures(name: string, concurrency: number, us: number): string {
  const runs = 1e6 / (us * SAVES)
  return `  ${name.padEnd(42)} ${String(concurrency).padStart(2)} at once ${runs.toFixed(1).padStart(8)} runs/s ${us.toFixed(0).padStart(7)} µs/transition`
}

function lookLine(past: number, times: readonly number[], first: readonly number[]): string {
  const names = ['open', 'first page of 50', 'unknown key', 'page of a server']
  const all = names.map(
    (name, index) => `${name} ${times[index]!.toFixed(1)} ms ×${(times[index]! / first[index]!).toFixed(1)}`,
  )
  return `  looking, ${past} past runs: ${all.join(', ')}`
}

function kilobytes(): string {
  return (JSON.stringify(benchRecord('x', 1)).length / 1_000).toFixed(0)
}
