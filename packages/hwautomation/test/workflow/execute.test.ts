import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LowdbStore } from '../../src/stores/lowdb-store.ts'
import { MemoryStore } from '../../src/stores/memory-store.ts'
import { executeWorkflow } from '../../src/workflow/execute.ts'
import { WorkflowManager } from '../../src/workflow/manager.ts'
import { planWorkflow } from '../../src/workflow/plan.ts'
import { WorkflowCancelledError, WorkflowFailedError } from '../../src/workflow/workflow-errors.ts'
import { idle, SteppedClock } from './stepped-clock.ts'
import { deviceError, switchStep, TinyWorld, tinyWorkflow, untilStopped } from './tiny-world.ts'

const own = () => ({ store: new MemoryStore(), clock: new SteppedClock('auto'), closeGrace: 500 })

test('execute gives the outcome of a run that completes', async () => {
  const end = await executeWorkflow(tinyWorkflow([switchStep('alpha')]), { own: own() })
  expect([end.status, end.evidence.length]).toEqual(['COMPLETED', 1])
})

test('execute throws what happened, with the record and the hint on it', async () => {
  const world = new TinyWorld()
  world.fail('on alpha', deviceError('licence', 'needs an iLO Advanced licence'))
  const error = await executeWorkflow(tinyWorkflow([switchStep('alpha')], { world }), { own: own() }).catch(
    (thrown: unknown) => thrown as WorkflowFailedError,
  )
  expect(error).toBeInstanceOf(WorkflowFailedError)
  expect(error).toMatchObject({
    name: 'WorkflowFailedError',
    code: 'workflow.failed',
    kind: 'licence',
    retryable: false,
    hint: 'look at the device',
    message: 'machine-1.example: needs an iLO Advanced licence',
    context: { step: 'alpha', cause: 'test.licence' },
    record: { status: 'FAILED' },
  })
})

test('the abort of its signal cancels the run, with undo, and is thrown as such', async () => {
  const world = new TinyWorld()
  const stop = new AbortController()
  const running = executeWorkflow(
    tinyWorkflow([switchStep('alpha'), switchStep('hang', { act: untilStopped })], { world }),
    {
      own: { ...own(), clock: new SteppedClock() },
      signal: stop.signal,
      requestedBy: 'ada',
    },
  ).catch((thrown: unknown) => thrown as WorkflowCancelledError)
  await idle()
  stop.abort(new Error('Ctrl-C'))
  const error = await running
  expect(error).toBeInstanceOf(WorkflowCancelledError)
  expect(error).toMatchObject({
    code: 'workflow.cancelled',
    record: { status: 'CANCELLED', cancel: { by: 'ada', reason: 'Ctrl-C' } },
  })
  expect(world.sent).toEqual(['on alpha', 'off hang', 'off alpha'])
})

test('a signal that has aborted already starts nothing', async () => {
  const workflow = tinyWorkflow([switchStep('alpha')])
  const reason = new Error('too late')
  await expect(executeWorkflow(workflow, { own: own(), signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  expect(workflow.world.sent).toEqual([])
})

test('embed, follow, cancel: on disk and on the wall clock, and it is all there for the next process', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hwa-embed-'))
  try {
    const lines: string[] = []
    let id = ''
    {
      await using manager = new WorkflowManager({ store: new LowdbStore(folder) })
      const step = switchStep('alpha', {
        act: async (ctx) => {
          ctx.reportSubTask('Exporting current BIOS configuration…')
          await ctx.effect({ effect: 'switch', act: () => world.switchOn('alpha') })
        },
      })
      const world = new TinyWorld()
      const run = await manager.start(tinyWorkflow([step, switchStep('beta')], { world }), {
        requestedBy: 'ada',
        idempotencyKey: 'ticket-42',
      })
      for await (const event of run.events())
        if (event.type === 'subtask.started') lines.push(`${event.percent} ${event.step} ${event.name}`)
      const end = await run.outcome()
      expect(end.status).toBe('COMPLETED')
      id = run.id
    }
    expect(lines).toEqual(['0 alpha Exporting current BIOS configuration…'])
    await using next = new WorkflowManager({ store: new LowdbStore(folder) })
    const found = (await next.get(id))!
    expect(found.record()).toMatchObject({ status: 'COMPLETED', percent: 100, idempotencyKey: 'ticket-42' })
    const types: string[] = []
    for await (const event of found.events()) types.push(event.type)
    expect([types[0], types.at(-1)]).toEqual(['workflow.created', 'workflow.status'])
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('a plan says what every step would do, what is unknown and what speaks against it, and changes nothing', async () => {
  const first = switchStep('first', { plan: () => ({ todo: ['enter rescue mode'], reboots: 1, expectedMs: 5_000 }) })
  const workflow = tinyWorkflow([
    first,
    switchStep('second', { plan: (ctx) => ctx.todo(`use ${ctx.output(first).on}`), expected: () => '10s' }),
    switchStep('third', { skip: () => 'no BMC address was asked for' }),
    switchStep('fourth', { plan: () => Promise.reject(deviceError('licence', 'no licence')), expected: () => '1s' }),
    switchStep('fifth', {
      plan: () => ({ todo: ['exit'], reboots: 2, problems: ['the template disables PXE'], expectedMs: 1 }),
    }),
  ])
  const plan = await planWorkflow(workflow)
  expect(plan).toMatchObject({
    resource: 'machine-1',
    reboots: 3,
    expectedMs: 16_001,
    problems: ['Fourth: no licence', 'Fifth: the template disables PXE'],
    steps: [
      { id: 'first', plan: { todo: ['enter rescue mode'] } },
      { id: 'second', plan: { unknown: [expect.stringContaining('needs the output of "first"')] } },
      { id: 'third', plan: { skip: 'no BMC address was asked for' } },
      { id: 'fourth', plan: { problems: ['no licence'] } },
      { id: 'fifth', plan: { reboots: 2 } },
    ],
  })
  expect(workflow.world.sent).toEqual([])
  expect(workflow.world.scopesOpen).toBe(0)
})
