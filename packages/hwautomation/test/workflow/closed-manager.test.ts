import { expect, test } from 'vitest'
import { LowdbStore } from '../../src/stores/lowdb-store.ts'
import { MemoryStore } from '../../src/stores/memory-store.ts'
import { executeWorkflow } from '../../src/workflow/execute.ts'
import { WorkflowManager } from '../../src/workflow/manager.ts'
import { StateFolder } from '../stores/state-folder.ts'
import { idle } from './stepped-clock.ts'
import { switchStep, tinyWorkflow, untilStopped } from './tiny-world.ts'

const folder = new StateFolder()

test('a manager that was closed before it was opened does not take the store any more', async () => {
  const manager = new WorkflowManager({ store: new LowdbStore(folder.path) })
  await manager.close()
  const refused = { code: 'workflow.manager-closed' }
  await expect(manager.open()).rejects.toMatchObject(refused)
  await expect(manager.list()).rejects.toMatchObject(refused)
  await expect(manager.get('run_none')).rejects.toMatchObject(refused)
  await expect(manager.cancel('run_none', { by: 'ada' })).rejects.toMatchObject(refused)
  await folder.open() // nobody has it
})

test('a closed manager does not listen to its store any more', async () => {
  let listeners = 0
  class Counting extends MemoryStore {
    override onLost(): () => void {
      listeners += 1
      return () => void (listeners -= 1)
    }
  }
  const manager = new WorkflowManager({ store: new Counting() })
  await manager.open()
  expect(listeners).toBe(1)
  await manager.close()
  expect(listeners).toBe(0)
})

test('an abort cancels a run that nobody in particular asked for', async () => {
  const stop = new AbortController()
  const end = executeWorkflow(tinyWorkflow([switchStep('alpha', { guard: (ctx) => untilStopped(ctx) })]), {
    own: { store: new MemoryStore() },
    requestedBy: '',
    signal: stop.signal,
  })
  await idle()
  stop.abort(new Error('enough'))
  await expect(end).rejects.toMatchObject({ code: 'workflow.cancelled' })
})
