import { expect, test } from 'vitest'
import { MemoryStore } from '../../src/stores/memory-store.ts'
import { WorkflowManager } from '../../src/workflow/manager.ts'
import { idle, SteppedClock } from './stepped-clock.ts'
import { switchStep, TinyWorld, tinyWorkflow } from './tiny-world.ts'

/** A run that is held after its first step, whose undo waits until `open` is called. */
async function heldRun() {
  const store = new MemoryStore()
  const manager = new WorkflowManager({ store, clock: new SteppedClock(), closeGrace: 200, concurrency: 1 })
  const world = new TinyWorld()
  let begin!: () => void
  let open!: () => void
  const begun = new Promise<void>((resolve) => (begin = resolve))
  const undone = new Promise<void>((resolve) => (open = resolve))
  const first = switchStep('alpha', { guard: () => begun, undo: () => undone })
  const run = await manager.start(tinyWorkflow([first, switchStep('beta')], { world }))
  await manager.hold(run.id, { by: 'ada' })
  begin()
  await idle()
  expect(run.record().waitingFor?.kind).toBe('hold')
  return { manager, store, world, run, open }
}

test('a held run that is cancelled no longer says that it waits to be released while it is undone', async () => {
  const { manager, run, open } = await heldRun()
  await run.cancel({ by: 'bob' })
  await idle()
  expect(run.record()).toMatchObject({ status: 'RUNNING', steps: [{ undo: { status: 'running' } }, {}] })
  expect(run.record().waitingFor).toBeUndefined()
  open()
  expect((await run.outcome()).status).toBe('CANCELLED')
  await manager.close()
})

test('the undo of a held run takes the slot that is free, so that no other run begins beside it', async () => {
  const { manager, run, world, open } = await heldRun()
  await run.cancel({ by: 'bob' })
  await idle()
  const other = await manager.start(tinyWorkflow([switchStep('gamma')], { world, resource: 'machine-2' }))
  await idle()
  expect([other.status, other.record().waitingFor?.kind]).toEqual(['PENDING', 'slot'])
  open()
  expect((await other.outcome()).status).toBe('COMPLETED')
  await manager.close()
})

test('a held run that its process lets go of is on record as held', async () => {
  const { manager, store, run } = await heldRun()
  await manager.close()
  expect((await store.load(run.id))?.waitingFor?.kind).toBe('hold')
})
