import { getEventListeners } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { LowdbStore } from '../../src/stores/lowdb-store.ts'
import { MemoryStore } from '../../src/stores/memory-store.ts'
import { executeWorkflow } from '../../src/workflow/execute.ts'
import { WorkflowManager } from '../../src/workflow/manager.ts'
import { SteppedClock } from './stepped-clock.ts'
import { deviceError, switchStep, tinyWorkflow, untilStopped } from './tiny-world.ts'

/** What keeps the process alive and did not before, by kind. The test runner's own may come and go. */
function more(before: readonly string[]): string[] {
  const left = [...before]
  return process.getActiveResourcesInfo().filter((kind) => {
    const at = left.indexOf(kind)
    if (at >= 0) left.splice(at, 1)
    return at < 0
  })
}

/** On the wall clock: one run that completes, one that fails, one that is cancelled, one that is detached. */
async function everyEnd(store: ConstructorParameters<typeof WorkflowManager>[0]['store']): Promise<string[]> {
  const manager = new WorkflowManager({ store, closeGrace: '5s' })
  const start = (id: string, spec: Parameters<typeof switchStep>[1]) =>
    manager.start(tinyWorkflow([switchStep(id, spec)], { resource: id, timeout: '1h', retryCount: 1 }))
  const hang = (ctx: { readonly signal: AbortSignal }) => untilStopped(ctx)
  const [completed, failed, cancelled, detached] = await Promise.all([
    start('completed', { retry: { minDelay: 1 } }),
    start('failed', { act: () => Promise.reject(deviceError('transient')), retry: { minDelay: 5, maxDelay: 5 } }),
    start('cancelled', { act: (ctx) => ctx.subTask('hang', () => hang(ctx)) }),
    start('detached', { act: (ctx) => ctx.waiting('device', 'it is busy', () => hang(ctx)) }),
  ])
  for await (const event of cancelled.events()) if (event.type === 'subtask.started') break
  await cancelled.cancel({ by: 'ada', reason: 'stop' })
  await Promise.all([completed, failed, cancelled].map((run) => run.outcome()))
  await manager.close()
  return [completed, failed, cancelled, detached].map((run) => run.status)
}

test('after every kind of end and close no timer, file or listener of ours is left, in memory', async () => {
  const before = process.getActiveResourcesInfo()
  expect(await everyEnd(new MemoryStore())).toEqual(['COMPLETED', 'FAILED', 'CANCELLED', 'RUNNING'])
  await nextTurn()
  expect(more(before)).toEqual([])
})

test('after every kind of end and close no timer, file or listener of ours is left, on disk', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hwa-leaks-'))
  try {
    const before = process.getActiveResourcesInfo()
    expect(await everyEnd(new LowdbStore(folder))).toEqual(['COMPLETED', 'FAILED', 'CANCELLED', 'RUNNING'])
    await nextTurn()
    expect(more(before)).toEqual([])
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('a signal that outlives a thousand runs carries no listener of theirs', async () => {
  const { signal } = new AbortController()
  await using manager = new WorkflowManager({ store: new MemoryStore(), clock: new SteppedClock('auto') })
  for (let count = 0; count < 1_000; count += 1)
    await executeWorkflow(tinyWorkflow([switchStep('alpha')], { request: { count } }), { manager, signal })
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
})
