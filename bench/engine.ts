import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import pRetry from 'p-retry'
import pTimeout from 'p-timeout'
import { z } from 'zod'
import { LowdbStore } from '../packages/hwautomation/src/stores/lowdb-store.ts'
import { MemoryStore } from '../packages/hwautomation/src/stores/memory-store.ts'
import { defineWorkflow, type RunnableWorkflow, StepList } from '../packages/hwautomation/src/workflow/definition.ts'
import { WorkflowManager } from '../packages/hwautomation/src/workflow/manager.ts'
import type { WorkflowStore } from '../packages/hwautomation/src/workflow/ports.ts'
import { WorkflowStep } from '../packages/hwautomation/src/workflow/step.ts'

const STEPS = 7
const ROUNDS = 3

/** Seven steps that do nothing: what is left is what the engine costs. */
const definition = defineWorkflow({
  name: 'bench/engine',
  version: 1,
  effects: { nothing: 'set' },
  steps: new StepList(Array.from({ length: STEPS }, (_, index) => trivialStep(`step-${index}`))),
})

/**
 * Microseconds per step of the engine next to a bare loop and to p-retry and p-timeout alone: the same run on the same machine, the
 * median of three rounds. Only the ratios travel from machine to machine.
 */
export async function benchEngine(): Promise<string[]> {
  const bare = await median(() => perStep(20_000, bareLoop))
  const packages = await median(() => perStep(1_000, packagesAlone))
  const memory = await median(() => engine(new MemoryStore(), 300, 50))
  const one = await median(() => onDisk((store) => engine(store, 20, 1)))
  const fifty = await median(() => onDisk((store) => engine(store, 150, 50)))
  const line = (name: string, us: number) =>
    `${name.padEnd(44)} ${us.toFixed(1).padStart(9)} µs/step   ×${(us / packages).toFixed(1)} of p-retry + p-timeout`
  return [
    line('bare loop', bare),
    line('p-retry + p-timeout', packages),
    line('engine, in memory, 50 runs at once', memory),
    line('engine, on disk (fsync), 1 run at a time', one),
    line('engine, on disk (fsync), 50 runs at once', fifty),
  ]
}

function trivialStep(id: string): WorkflowStep<unknown, { ok: boolean }> {
  return new WorkflowStep({
    id,
    output: z.object({ ok: z.boolean() }),
    timeout: { attempt: '1m', total: '1m' },
    onCancel: 'stop',
    plan: (ctx) => ctx.todo('nothing'),
    act: async () => {},
    verify: async (ctx) => ({ ok: true, output: { ok: true }, evidence: [ctx.evidence('nothing was done', true)] }),
  })
}

async function bareLoop(): Promise<void> {
  for (let step = 0; step < STEPS; step += 1) await Promise.resolve(step)
}

async function packagesAlone(): Promise<void> {
  const { signal } = new AbortController()
  for (let step = 0; step < STEPS; step += 1)
    await pRetry(() => pTimeout(Promise.resolve(step), { milliseconds: 60_000, signal }), { retries: 2, signal })
}

async function perStep(runs: number, run: () => Promise<void>): Promise<number> {
  const begin = performance.now()
  for (let count = 0; count < runs; count += 1) await run()
  return ((performance.now() - begin) * 1_000) / (runs * STEPS)
}

async function engine(store: WorkflowStore, runs: number, concurrency: number): Promise<number> {
  await using manager = new WorkflowManager({ store, concurrency })
  await manager.open()
  const begin = performance.now()
  const handles = await Promise.all(
    Array.from({ length: runs }, (_, index) => manager.start(nothingToDo(`machine-${index}`))),
  )
  const ends = await Promise.all(handles.map((handle) => handle.outcome()))
  const took = performance.now() - begin
  const failed = ends.find(({ status }) => status !== 'COMPLETED')
  if (failed !== undefined) throw new Error(`A run of the benchmark ended ${failed.status}: ${failed.error?.message}`)
  return (took * 1_000) / (runs * STEPS)
}

function nothingToDo(resource: string): RunnableWorkflow {
  return {
    definition,
    request: { resource },
    resolve: async () => ({ resource, label: resource, request: { resource } }),
    capabilities: () => ({
      get: () => {
        throw new Error('The benchmark has no capabilities.')
      },
      [Symbol.asyncDispose]: async () => {},
    }),
  }
}

async function onDisk(work: (store: WorkflowStore) => Promise<number>): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'hwa-bench-'))
  try {
    return await work(new LowdbStore(folder))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function median(measure: () => Promise<number>): Promise<number> {
  const rounds: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) rounds.push(await measure())
  return rounds.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)]!
}
