import { expect, test } from 'vitest'
import { MemoryStore } from '../../src/stores/memory-store.ts'
import type { SubTask } from '../../src/workflow/context.ts'
import type { WorkflowEvent } from '../../src/workflow/events.ts'
import { WorkflowManager } from '../../src/workflow/manager.ts'
import { idle, SteppedClock } from './stepped-clock.ts'
import { switchStep, tinyWorkflow, World } from './tiny-world.ts'

const MINUTE = 60_000

/** A run in a sub-task that says something only when told to. */
async function talking(quietFor?: string) {
  const clock = new SteppedClock()
  const manager = new WorkflowManager({ store: new MemoryStore(), clock, closeGrace: 200 })
  const stalls: WorkflowEvent[] = []
  manager.onEvent((event) => event.type === 'subtask.stalled' && stalls.push(event))
  let task!: SubTask
  let end!: () => void
  const ended = new Promise<void>((resolve) => (end = resolve))
  const work = async (given: SubTask) => {
    task = given
    await ended
  }
  const step = switchStep('alpha', {
    timeout: { attempt: '10h', total: '10h' },
    act: async (ctx) => {
      await (quietFor === undefined ? ctx.subTask('flash', work) : ctx.subTask('flash', { quietFor }, work))
      await ctx.effect({ effect: 'switch', act: () => ctx.use(World).switchOn('alpha') })
    },
  })
  const run = await manager.start(tinyWorkflow([step]))
  await idle()
  return {
    clock,
    manager,
    stalls,
    run,
    end,
    say: (line: string) => task.detail(line),
    record: () => run.record().steps[0]!.subTasks[0]!,
  }
}

test('a sub-task that says nothing for five minutes is said to have stalled, once', async () => {
  const { clock, manager, stalls, end, run, record } = await talking()
  await clock.advance(5 * MINUTE - 1)
  expect(stalls).toEqual([])
  await clock.advance(1)
  expect(stalls).toMatchObject([{ step: 'alpha', name: 'flash', silentMs: 5 * MINUTE, quietForMs: 5 * MINUTE }])
  expect(record()).toMatchObject({ status: 'running', stalledSince: new Date(clock.now()).toISOString() })
  await clock.advance(60 * MINUTE)
  expect(stalls).toHaveLength(1)
  end()
  expect((await run.outcome()).status).toBe('COMPLETED')
  expect(record()).not.toHaveProperty('stalledSince')
  await manager.close()
  expect(clock.sleeping).toBe(0)
})

test('news takes the alarm back and arms it again; the same words twice are no news', async () => {
  const { clock, manager, stalls, say, record } = await talking()
  await clock.advance(4 * MINUTE)
  say('block 1')
  await clock.advance(4 * MINUTE)
  expect(stalls).toEqual([])
  say('block 1')
  await clock.advance(1 * MINUTE)
  expect(stalls).toHaveLength(1)
  say('block 2')
  expect(record()).not.toHaveProperty('stalledSince')
  await clock.advance(5 * MINUTE)
  expect(stalls).toHaveLength(2)
  await manager.close()
  expect(clock.sleeping).toBe(0)
})

test('a silence that is expected is no stall', async () => {
  const { clock, manager, stalls, record } = await talking('40m')
  await clock.advance(39 * MINUTE)
  expect([stalls.length, record().quietForMs]).toEqual([0, 40 * MINUTE])
  await clock.advance(MINUTE)
  expect(stalls).toMatchObject([{ silentMs: 40 * MINUTE, quietForMs: 40 * MINUTE }])
  await manager.close()
})
