import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { v7 } from 'uuid'
import { hashOf, textOf } from '../packages/hwautomation/src/stores/index-bucket.ts'
import { documentOf } from '../packages/hwautomation/src/stores/run-document.ts'
import { seal } from '../packages/hwautomation/src/stores/sealed-json.ts'
import type { WorkflowRecord } from '../packages/hwautomation/src/workflow/record.ts'

/** Newest runs that are as large as real ones: those that pages show. The others are small, to spare the disk of who measures. */
const FULL_SIZE = 200
const STEPS = 7

/** A run's record of about 20 KB, as the standard steps leave it; `small`: without its steps. */
export function benchRecord(id: string, server: number, small = false): WorkflowRecord {
  const observed = {
    attributes: Object.fromEntries(Array.from({ length: 24 }, (_, at) => [`Setting${at}`, `value ${at}`])),
  }
  const evidence = Array.from({ length: 4 }, (_, at) => ({
    claim: `claim ${at}`,
    source: 'ssh',
    request: 'ilorest get',
    observed,
    observedAt: '2026-01-01T00:00:00.000Z',
  }))
  const steps = Array.from({ length: small ? 0 : STEPS }, (_, at) => ({
    id: `step-${at}`,
    title: `Step ${at}`,
    status: 'completed' as const,
    expectedMs: 60_000,
    attempt: 1,
    intents: [],
    subTasks: [],
    evidence,
    earlierErrors: [],
  }))
  return {
    schema: 2,
    id,
    definition: { name: 'bench/store', version: 1 },
    request: { serverId: `srv${server}` },
    resource: `m${server}`,
    resourceLabel: `srv${server}`,
    requestedBy: 'ada',
    via: 'api',
    idempotencyKey: `key-${id}`,
    status: 'RUNNING',
    createdAt: '2026-01-01T00:00:00.000Z',
    percent: 0,
    seq: 0,
    steps,
    warnings: [],
    leftBehind: [],
    artefacts: [],
  }
}

/** Puts past runs of 1,000 machines, all of the day before, into a state directory that was opened once. Plain writes: nothing is measured here. */
export async function writeHistory(stateDir: string, count: number): Promise<void> {
  const begin = Date.now() - 2 * 86_400_000
  const index = new Map<string, string>()
  const folders = new Set<string>()
  const enter = (kind: string, file: string, id: string, hash: string) => {
    const path = join(stateDir, 'index', kind, file)
    index.set(path, (index.get(path) ?? '') + textOf({ id, hash }))
  }
  for (let at = 0; at < count; at += 1) {
    const msecs = begin + Math.floor((at * 86_400_000) / count)
    const id = `run_${v7({ msecs })}`
    const record = { ...benchRecord(id, at % 1_000, at < count - FULL_SIZE), status: 'COMPLETED' as const }
    const digits = new Date(msecs).toISOString().replaceAll(/\D/g, '')
    const folder = join(stateDir, 'past', digits.slice(0, 8), `${digits.slice(8, 11)}0`)
    if (!folders.has(folder)) await mkdir(folder, { recursive: true })
    folders.add(folder)
    const document = documentOf(record, { from: '00000000.0', at: '00000000.0', events: [] })
    await writeFile(join(folder, `${id}.COMPLETED.json`), seal(document))
    for (const name of [record.resource, record.resourceLabel]) enter('servers', hashOf(name), id, hashOf(name))
    enter('keys', hashOf(record.idempotencyKey!).slice(0, 3), id, hashOf(record.idempotencyKey!))
  }
  for (const [path, text] of index) await writeFile(path, text)
}
