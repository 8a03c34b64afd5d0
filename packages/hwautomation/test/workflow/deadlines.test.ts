import { expect, test } from 'vitest'
import { MemoryStore } from '../../src/stores/memory-store.ts'
import { WorkflowManager } from '../../src/workflow/manager.ts'
import { idle, SteppedClock } from './stepped-clock.ts'
import { deviceError, switchStep, TinyWorld, tinyWorkflow, untilStopped } from './tiny-world.ts'

function setUp() {
  const clock = new SteppedClock()
  const manager = new WorkflowManager({ store: new MemoryStore(), clock, closeGrace: 30 })
  return { clock, manager, world: new TinyWorld() }
}

test('an attempt that hangs is stopped at its time-out and followed by another; none runs beside the next', async () => {
  const { clock, manager, world } = setUp()
  let running = 0
  let most = 0
  const step = switchStep('alpha', {
    act: async (ctx) => {
      running += 1
      most = Math.max(most, running)
      try {
        if (ctx.attempt < 3) await untilStopped(ctx)
        await world.switchOn('alpha')
      } finally {
        await Promise.resolve()
        running -= 1
      }
    },
  })
  const run = await manager.start(tinyWorkflow([step], { world }))
  await clock.advance(10 * 60_000)
  const end = await run.outcome()
  expect([end.status, most]).toEqual(['COMPLETED', 1])
  expect(end.record.steps[0]).toMatchObject({
    attempt: 3,
    earlierErrors: [{ code: 'workflow.attempt-timeout' }, { code: 'workflow.attempt-timeout' }],
  })
  await manager.close()
})

test('all attempts together have a time-out, which names the last error', async () => {
  const { clock, manager } = setUp()
  const step = switchStep('alpha', {
    timeout: { attempt: '1m', total: '90s' },
    retry: { retries: 50, minDelay: '10s', maxDelay: '10s' },
    act: async () => {
      throw deviceError('transient', 'connection refused')
    },
  })
  const run = await manager.start(tinyWorkflow([step]))
  await clock.advance(90_000)
  const end = await run.outcome()
  expect(end).toMatchObject({
    status: 'FAILED',
    error: { code: 'workflow.step-timeout', causes: [{ message: 'connection refused' }] },
  })
  await manager.close()
})

test('the deadline of the whole run ends it FAILED without undo, settled', async () => {
  const { clock, manager, world } = setUp()
  const settle = { within: '1m', run: async () => 'off' } as const
  const hang = switchStep('hang', { act: untilStopped, timeout: { attempt: '9h', total: '9h' } })
  const workflow = tinyWorkflow([switchStep('alpha'), hang], { world, timeout: '2h', spec: { settle } })
  const run = await manager.start(workflow)
  await clock.advance(2 * 3_600_000 - 1)
  expect(run.status).toBe('RUNNING')
  await clock.advance(1)
  const end = await run.outcome()
  expect(end).toMatchObject({ status: 'FAILED', error: { code: 'workflow.deadline-exceeded' } })
  expect(end.record.settled?.endState).toBe('off')
  expect(world.sent).toEqual(['on alpha'])
  await manager.close()
})

test('a cancel after the deadline does not change the reason, and is marked as too late', async () => {
  const { clock, manager } = setUp()
  let goOn = () => {}
  const hang = switchStep('hang', {
    act: async (ctx) => {
      await untilStopped(ctx).catch(() => {})
      await new Promise<void>((resolve) => (goOn = resolve))
      throw ctx.signal.reason
    },
    timeout: { attempt: '9h', total: '9h' },
  })
  const run = await manager.start(tinyWorkflow([hang], { timeout: '1h' }))
  await clock.advance(3_600_000)
  expect(await run.cancel({ by: 'ada', reason: 'stop' })).toBe('too-late')
  goOn()
  const end = await run.outcome()
  expect(end).toMatchObject({ status: 'FAILED', error: { code: 'workflow.deadline-exceeded' } })
  expect(end.record.cancel?.cameTooLate).toBe(true)
  await manager.close()
})

test('in a critical section neither cancel, nor attempt, step and run deadlines interrupt; the first takes effect after it', async () => {
  const { clock, manager, world } = setUp()
  const seen: boolean[] = []
  const flash = switchStep('flash', {
    timeout: { attempt: '1m', total: '2m' },
    act: async (ctx) => {
      await ctx.critical('flashing the BIOS', '30m', async (inside) => {
        await clock.sleep(20 * 60_000, inside.signal)
        seen.push(ctx.signal.aborted, inside.signal.aborted)
        await inside.effect({ effect: 'switch', act: () => world.switchOn('flash') })
      })
      seen.push(ctx.signal.aborted)
      ctx.signal.throwIfAborted()
    },
  })
  const run = await manager.start(tinyWorkflow([flash], { world, timeout: '10m' }))
  await idle()
  await clock.advance(5_000)
  await run.cancel({ by: 'ada', reason: 'stop' })
  await clock.advance(19 * 60_000)
  expect(run.record()).toMatchObject({ status: 'RUNNING', waitingFor: { kind: 'safe-point' } })
  await clock.advance(2 * 60_000)
  const end = await run.outcome()
  expect(seen).toEqual([false, false, true])
  expect(end.status).toBe('CANCELLED')
  expect(world.sent).toEqual(['on flash', 'off flash'])
  await manager.close()
})

test('a critical section that passes its own deadline is a failure of unknown outcome; nothing is undone or settled', async () => {
  const { clock, manager, world } = setUp()
  const settle = { within: '1m', run: () => world.switchOff('power').then(() => 'off') } as const
  const flash = switchStep('flash', {
    timeout: { attempt: '2h', total: '2h' },
    act: (ctx) => ctx.critical('flashing the BIOS', '30m', (inside) => untilStopped(inside)),
  })
  const run = await manager.start(tinyWorkflow([switchStep('alpha'), flash], { world, spec: { settle } }))
  await idle()
  await run.cancel({ by: 'ada', reason: 'stop' })
  await clock.advance(30 * 60_000)
  const end = await run.outcome()
  expect(end).toMatchObject({
    status: 'FAILED',
    error: {
      code: 'workflow.unknown-outcome',
      kind: 'unknown-outcome',
      hint: expect.stringContaining('Do not power-cycle'),
    },
  })
  expect(end.leftBehind).toEqual([expect.objectContaining({ what: expect.stringContaining('may still be at work') })])
  expect(end.record.cancel?.cameTooLate).toBe(true)
  expect(world.sent).toEqual(['on alpha'])
  await manager.close()
})

test('a critical section that ends just after its deadline is a success after all', async () => {
  const { clock, manager, world } = setUp()
  const flash = switchStep('flash', {
    timeout: { attempt: '2h', total: '2h' },
    act: (ctx) =>
      ctx.critical('flashing', '30m', async (inside) => {
        await untilStopped(inside).catch(() => {})
        await world.switchOn('flash')
      }),
  })
  const run = await manager.start(tinyWorkflow([flash], { world }))
  await clock.advance(30 * 60_000)
  expect((await run.outcome()).status).toBe('COMPLETED')
  await manager.close()
})

test('an attempt that will not stop ends the run FAILED, hands off, whatever was wished', async () => {
  const { clock, manager, world } = setUp()
  const stuck = switchStep('stuck', { act: () => new Promise(() => {}) })
  const run = await manager.start(tinyWorkflow([switchStep('alpha'), stuck], { world }))
  await clock.advance(60_000)
  const end = await run.outcome()
  expect(end).toMatchObject({ status: 'FAILED', error: { code: 'workflow.would-not-stop' } })
  expect(end.record.steps[1]!.attempt).toBe(1)
  expect(world.sent).toEqual(['on alpha'])
  await manager.close()
})

test('an undo has a signal and a deadline of its own', async () => {
  const { clock, manager } = setUp()
  const aborted: boolean[] = []
  const step = switchStep('alpha', {
    act: untilStopped,
    undoWithin: '5m',
    undo: async (ctx) => {
      aborted.push(ctx.signal.aborted)
      await untilStopped(ctx)
    },
  })
  const run = await manager.start(tinyWorkflow([step], { timeout: '1m' }))
  await idle()
  await run.cancel({ by: 'ada', reason: 'stop' })
  await clock.advance(4 * 60_000)
  expect(run.status).toBe('RUNNING')
  expect(run.record().steps[0]!.undo?.status).toBe('running')
  await clock.advance(60_000)
  const end = await run.outcome()
  expect(aborted).toEqual([false])
  expect(end.status).toBe('CANCELLED')
  expect(end.leftBehind).toEqual([
    expect.objectContaining({ step: 'alpha', what: expect.stringContaining('did not end within 5m') }),
  ])
  await manager.close()
})

test('an undo is tried again after an error that may pass', async () => {
  const { clock, manager, world } = setUp()
  world.fail('off alpha', deviceError('transient'))
  const hang = switchStep('hang', { act: untilStopped, undo: undefined as never })
  const run = await manager.start(tinyWorkflow([switchStep('alpha'), hang], { world }))
  await idle()
  await run.cancel({ by: 'ada', reason: 'stop' })
  await clock.advance(60_000)
  expect((await run.outcome()).leftBehind).toEqual([])
  expect(world.on.size).toBe(0)
  await manager.close()
})

test('after any end nobody sleeps on the clock', async () => {
  const { clock, manager } = setUp()
  const runs = await Promise.all([
    manager.start(tinyWorkflow([switchStep('alpha')], { resource: 'm1', timeout: '9h' })),
    manager.start(tinyWorkflow([switchStep('hang', { act: untilStopped })], { resource: 'm2', timeout: '9h' })),
    manager.start(
      tinyWorkflow([switchStep('fail', { act: () => Promise.reject(deviceError('auth')) })], {
        resource: 'm3',
        timeout: '9h',
        retryCount: 0,
      }),
    ),
  ])
  await idle()
  await runs[1].cancel({ by: 'ada', reason: 'stop' })
  await Promise.all(runs.map((run) => run.outcome()))
  expect(clock.sleeping).toBe(0)
  await manager.close()
})
