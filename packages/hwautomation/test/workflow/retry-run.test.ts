import { expect, test } from 'vitest'
import { MemoryStore } from '../../src/stores/memory-store.ts'
import type { StepContext } from '../../src/workflow/context.ts'
import type { RunHandle } from '../../src/workflow/run-handle.ts'
import { WorkflowManager } from '../../src/workflow/manager.ts'
import { event, Process } from './processes.ts'
import { idle, SteppedClock } from './stepped-clock.ts'
import { deviceError, switchStep, TinyWorld, tinyWorkflow, untilStopped, World } from './tiny-world.ts'

const by = { by: 'ada' }

function newManager(store = new MemoryStore(), clock = new SteppedClock('auto')) {
  return new WorkflowManager({ store, clock, closeGrace: 200 })
}

const statuses = (run: RunHandle) => run.record().steps.map(({ id, status, carriedFrom }) => [id, status, carriedFrom])
const blindStep = (id: string, more: Parameters<typeof switchStep>[1] = {}) =>
  switchStep(id, {
    act: (ctx) => ctx.effect({ effect: 'blind', act: () => ctx.use(World).switchOn(id) }),
    undo: undefined as never,
    ...more,
  })

test('goes on from the step it failed at: what earlier steps found is taken over, and nothing of theirs is sent again', async () => {
  const world = new TinyWorld()
  world.fail('on beta', deviceError('invalid'))
  await using manager = newManager()
  const seen: unknown[] = []
  const alpha = switchStep('alpha')
  const beta = switchStep('beta', { guard: async (ctx) => void seen.push(ctx.output(alpha)) })
  const first = await manager.start(tinyWorkflow([alpha, beta], { world }), { requestedBy: 'bob' })
  await first.outcome()
  const again = await manager.retry(first.id, { by: 'ada', via: 'slack' })
  const end = await again.outcome()
  expect(end).toMatchObject({
    status: 'COMPLETED',
    record: { retryOf: first.id, requestedBy: 'ada', via: 'slack', percent: 100 },
  })
  expect(statuses(again)).toEqual([
    ['alpha', 'completed', first.id],
    ['beta', 'completed', undefined],
  ])
  expect(end.record.steps[1]!.inherited).toMatchObject([{ effect: 'switch', sent: 1 }])
  expect([world.sent, seen]).toEqual([
    ['on alpha', 'on beta', 'on beta'],
    [{ on: 'alpha' }, { on: 'alpha' }],
  ])
})

for (const [what, recheck] of [
  ['does not hold any more', async () => 'somebody switched it off'],
  ['cannot be looked at', async () => Promise.reject(deviceError('transient', 'no answer'))],
] as const)
  test(`what ${what} is done again, with all that comes after it, and a warning says why`, async () => {
    const world = new TinyWorld()
    world.fail('on gamma', deviceError('invalid'))
    await using manager = newManager()
    const first = await manager.start(
      tinyWorkflow([switchStep('alpha'), switchStep('beta', { recheck }), switchStep('gamma')], { world }),
    )
    await first.outcome()
    const again = await manager.retry(first.id, by)
    const end = await again.outcome()
    expect(end.status).toBe('COMPLETED')
    expect(statuses(again)).toEqual([
      ['alpha', 'completed', first.id],
      ['beta', 'completed', undefined],
      ['gamma', 'completed', undefined],
    ])
    expect(world.sent.slice(3)).toEqual(['on beta', 'on gamma'])
    expect(end.warnings).toMatchObject([
      { code: 'workflow.done-again', step: 'beta', message: expect.stringMatching(/switched it off|no answer/) },
    ])
  })

test('a step’s recheck is told what was found, when, and where the retry goes on', async () => {
  const world = new TinyWorld()
  world.fail('on beta', deviceError('invalid'))
  await using manager = newManager()
  const asked: unknown[] = []
  const recheck = async ({
    recorded,
    completedAt,
    resumesAt,
  }: {
    recorded: unknown
    completedAt: string
    resumesAt: string
  }) => {
    asked.push({ recorded, completedAt, resumesAt })
    return undefined
  }
  const first = await manager.start(tinyWorkflow([switchStep('alpha', { recheck }), switchStep('beta')], { world }))
  const { record } = await first.outcome()
  await (await manager.retry(first.id, by)).outcome()
  expect(asked).toEqual([{ recorded: { on: 'alpha' }, completedAt: record.steps[0]!.endedAt, resumesAt: 'beta' }])
})

test('a hold or a skip that comes while an earlier finding is looked at again is honoured before the step is done again', async () => {
  const world = new TinyWorld()
  world.fail('on beta', deviceError('invalid'))
  await using manager = newManager()
  let held = ''
  const recheck = async (ctx: { workflowId: string }) => {
    held = ctx.workflowId
    await manager.hold(held, by)
    return 'it is off'
  }
  const first = await manager.start(
    tinyWorkflow([switchStep('alpha', { recheck, skippable: true }), switchStep('beta')], { world }),
  )
  await first.outcome()
  const again = await manager.retry(first.id, by)
  await idle()
  expect([again.status, again.record().waitingFor?.kind, world.sent]).toEqual([
    'RUNNING',
    'hold',
    ['on alpha', 'on beta'],
  ])
  await manager.skip(held, 'alpha', by)
  await manager.release(held, by)
  expect((await again.outcome()).status).toBe('COMPLETED')
  expect(world.sent.slice(2)).toEqual(['on beta'])
})

/** The call goes out, the answer never comes. */
async function shotInTheDark(manager: WorkflowManager, world: TinyWorld, ...more: ReturnType<typeof switchStep>[]) {
  world.fail('on blind', deviceError('timeout'), 'after')
  const first = await manager.start(tinyWorkflow([blindStep('blind'), ...more], { world }))
  expect((await first.outcome()).error).toMatchObject({ code: 'workflow.unknown-outcome' })
  return first
}

test('assume: needed where a blind call’s outcome is unknown; done is not sent again, not-done is', async () => {
  for (const [assume, sent] of [
    ['done', ['on blind']],
    ['not-done', ['on blind', 'on blind']],
  ] as const) {
    const world = new TinyWorld()
    await using manager = newManager()
    const first = await shotInTheDark(manager, world)
    await expect(manager.retry(first.id, by)).rejects.toMatchObject({
      code: 'workflow.assume-needed',
      context: { effects: ['blind'] },
    })
    const again = await manager.retry(first.id, { ...by, assume })
    expect((await again.outcome()).status).toBe('COMPLETED')
    expect(world.sent).toEqual(sent)
  }
})

test('assume is refused where nothing is unknown', async () => {
  const world = new TinyWorld()
  world.fail('on alpha', deviceError('invalid'))
  await using manager = newManager()
  const first = await manager.start(tinyWorkflow([switchStep('alpha')], { world }))
  await first.outcome()
  await expect(manager.retry(first.id, { ...by, assume: 'done' })).rejects.toMatchObject({
    code: 'workflow.nothing-to-assume',
  })
})

test('a marked call whose marker says nothing needs `assume`, too', async () => {
  const world = new TinyWorld()
  world.fail('on alpha', deviceError('timeout'), 'after')
  await using manager = newManager()
  const act = (ctx: StepContext) =>
    ctx.effect({
      effect: 'marked',
      marker: async () => 0,
      happened: async () => 'unknown',
      act: () => world.switchOn('alpha'),
    })
  const first = await manager.start(tinyWorkflow([switchStep('alpha', { act })], { world }))
  await first.outcome()
  await expect(manager.retry(first.id, by)).rejects.toMatchObject({ code: 'workflow.assume-needed' })
  const end = await (await manager.retry(first.id, { ...by, assume: 'done' })).outcome()
  expect([end.status, world.sent]).toEqual(['COMPLETED', ['on alpha']])
})

test('what was said to be done stays said, however often the retry is retried', async () => {
  const world = new TinyWorld()
  await using manager = newManager()
  const first = await shotInTheDark(manager, world)
  world.on.delete('blind') // whoever said so was wrong: reading back shows otherwise, again and again
  let last = await manager.retry(first.id, { ...by, assume: 'done' })
  expect((await last.outcome()).error).toMatchObject({ code: 'workflow.not-verified' })
  for (let times = 0; times < 2; times += 1) {
    last = await manager.retry(last.id, by)
    expect((await last.outcome()).error).toMatchObject({ code: 'workflow.not-verified' })
  }
  expect(world.sent).toEqual(['on blind'])
})

test('a retry that was cancelled before it began loses nothing: the next one takes over what the first run found', async () => {
  const world = new TinyWorld()
  world.fail('on omega', deviceError('invalid'))
  await using manager = newManager()
  const first = await manager.start(tinyWorkflow([blindStep('blind'), switchStep('omega')], { world }))
  await first.outcome()
  await manager.pause(by)
  const second = await manager.retry(first.id, by)
  expect(await second.cancel(by)).toBe('requested')
  expect((await second.outcome()).status).toBe('CANCELLED')
  await manager.proceed(by)
  const third = await manager.retry(second.id, by)
  expect((await third.outcome()).status).toBe('COMPLETED')
  expect(statuses(third)).toEqual([
    ['blind', 'completed', first.id],
    ['omega', 'completed', undefined],
  ])
  expect(world.sent).toEqual(['on blind', 'on omega', 'on omega'])
})

test('a blind call whose undo did not get through is not sent again without somebody saying so', async () => {
  const world = new TinyWorld()
  for (let times = 0; times < 3; times += 1) world.fail('off blind', deviceError('invalid'))
  await using manager = newManager(new MemoryStore(), new SteppedClock())
  const undo = () => world.switchOff('blind')
  const hang = switchStep('hang', { act: (ctx) => untilStopped(ctx) })
  const first = await manager.start(tinyWorkflow([switchStep('alpha'), blindStep('blind', { undo }), hang], { world }))
  await idle()
  await first.cancel(by)
  expect((await first.outcome()).leftBehind).toMatchObject([{ step: 'blind' }])
  await expect(manager.retry(first.id, by)).rejects.toMatchObject({ code: 'workflow.assume-needed' })
})

test('a cancelled run whose steps cannot be undone is taken over whole', async () => {
  const world = new TinyWorld()
  await using manager = newManager(new MemoryStore(), new SteppedClock())
  const hang = switchStep('hang', {
    undo: undefined as never,
    act: async (ctx) => (world.on.has('go') ? undefined : untilStopped(ctx)),
    verify: async () => ({ ok: true, output: { on: 'x' }, evidence: [] }),
  })
  const first = await manager.start(tinyWorkflow([blindStep('blind'), hang], { world }))
  await idle()
  await first.cancel(by)
  await first.outcome()
  world.on.add('go')
  const again = await manager.retry(first.id, by)
  expect([(await again.outcome()).status, world.sent]).toEqual(['COMPLETED', ['on blind']])
})

test('two retries at once are one run, also with a key of its own each, which stand for it ever after', async () => {
  const world = new TinyWorld()
  world.fail('on alpha', deviceError('invalid'))
  await using manager = newManager()
  const first = await manager.start(tinyWorkflow([switchStep('alpha')], { world }))
  await first.outcome()
  const retry = (idempotencyKey: string) => manager.retry(first.id, { ...by, idempotencyKey })
  const [one, two] = await Promise.all([retry('k1'), retry('k1')])
  expect(two.id).toBe(one.id)
  await one.outcome()
  expect((await retry('k1')).id).toBe(one.id)
  await expect(retry('k2')).rejects.toMatchObject({ code: 'workflow.superseded' })
})

test('a key that joined a run under way stands for it after its end and in the next process', async () => {
  const store = new MemoryStore()
  const world = new TinyWorld()
  const flow = () =>
    tinyWorkflow(
      [
        switchStep('alpha', {
          act: async (ctx) => (await idle(), ctx.effect({ effect: 'switch', act: () => world.switchOn('alpha') })),
        }),
      ],
      { world },
    )
  const manager = newManager(store, new SteppedClock())
  const first = await manager.start(flow(), { idempotencyKey: 'bob-1' })
  expect((await manager.start(flow(), { idempotencyKey: 'ada-1' })).id).toBe(first.id)
  await first.outcome()
  expect((await manager.start(flow(), { idempotencyKey: 'ada-1' })).id).toBe(first.id)
  await manager.close()
  await using next = newManager(store, new SteppedClock())
  expect((await next.start(flow(), { idempotencyKey: 'ada-1' })).id).toBe(first.id)
  expect((await next.start(flow(), { idempotencyKey: 'bob-1' })).id).toBe(first.id)
  expect(world.sent).toEqual(['on alpha'])
})

test('refused: a run that goes on, one that completed, one after which the machine had another, and an unknown one', async () => {
  const world = new TinyWorld()
  world.fail('on alpha', deviceError('invalid'))
  await using manager = newManager()
  const failed = await manager.start(tinyWorkflow([switchStep('alpha')], { world }))
  await failed.outcome()
  const completed = await manager.start(tinyWorkflow([switchStep('alpha')], { world }))
  await completed.outcome()
  await expect(manager.retry(completed.id, by)).rejects.toMatchObject({ code: 'workflow.not-ended' })
  await expect(manager.retry(failed.id, by)).rejects.toMatchObject({
    code: 'workflow.superseded',
    context: { newer: completed.id },
  })
  await expect(manager.retry('run_none', by)).rejects.toMatchObject({ code: 'workflow.no-such-run' })
  await manager.pause(by)
  const going = await manager.start(tinyWorkflow([switchStep('beta')]))
  await expect(manager.retry(going.id, by)).rejects.toMatchObject({ code: 'workflow.not-ended' })
})

test('steps can be left out of a retry where they are skippable', async () => {
  const world = new TinyWorld()
  world.fail('on alpha', deviceError('invalid'))
  await using manager = newManager()
  const first = await manager.start(
    tinyWorkflow([switchStep('alpha', { skippable: true }), switchStep('beta')], { world }),
  )
  await first.outcome()
  await expect(manager.retry(first.id, { ...by, skip: ['beta'] })).rejects.toMatchObject({
    code: 'workflow.not-skippable',
  })
  await expect(manager.retry(first.id, { ...by, skip: ['nix'] })).rejects.toMatchObject({
    code: 'workflow.not-skippable',
  })
  const again = await manager.retry(first.id, { ...by, reason: 'broken lamp', skip: ['alpha'] })
  expect((await again.outcome()).record.steps[0]).toMatchObject({
    status: 'skipped',
    skippedBecause: 'ada asked to leave it out: broken lamp',
  })
})

test('a retry survives its process: what it had taken over and what it has still to look at', async () => {
  const store = new MemoryStore()
  const world = new TinyWorld()
  world.fail('on gamma', deviceError('invalid'))
  const workflow = tinyWorkflow([switchStep('alpha'), switchStep('beta'), switchStep('gamma')], { world })
  const before = newManager(store)
  const first = await before.start(workflow)
  await first.outcome()
  await before.close()
  const dying = new Process(store, [workflow]).dieAt({
    when: 'after',
    write: event('step.status', { step: 'alpha', to: 'completed' }),
  })
  const second = await dying.manager.retry(first.id, by)
  await dying.died
  await using next = new Process(store, [workflow]).manager
  const end = await (await next.get(second.id))!.outcome()
  expect([end.status, world.sent]).toEqual(['COMPLETED', ['on alpha', 'on beta', 'on gamma', 'on gamma']])
})
