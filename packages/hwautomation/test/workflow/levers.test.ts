import { expect, test } from 'vitest'
import { MemoryStore } from '../../src/stores/memory-store.ts'
import { WorkflowManager } from '../../src/workflow/manager.ts'
import type { ManagerOptions } from '../../src/workflow/manager-options.ts'
import { idle, SteppedClock } from './stepped-clock.ts'
import { switchStep, TinyWorld, tinyWorkflow, untilStopped } from './tiny-world.ts'

const by = { by: 'ada', reason: 'power maintenance' }

function setUp(more: Partial<ManagerOptions> = {}) {
  const clock = new SteppedClock()
  const store = new MemoryStore()
  const manager = new WorkflowManager({ store, clock, closeGrace: 200, ...more })
  return { clock, store, manager, world: new TinyWorld() }
}

/** A gate in a step: it goes on when it is opened. */
function gate() {
  let open!: () => void
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { open, opened }
}

test('hold: the step under way ends, the next does not begin, the run says who holds it; release lets it go on', async () => {
  const { manager, world } = setUp()
  const door = gate()
  const alpha = switchStep('alpha', { guard: () => door.opened })
  const run = await manager.start(tinyWorkflow([alpha, switchStep('beta')], { world }))
  await idle()
  await manager.hold(run.id, by)
  expect(run.record().hold).toMatchObject({ ...by, via: 'api' })
  door.open()
  await idle()
  expect(world.sent).toEqual(['on alpha'])
  expect(run.record()).toMatchObject({
    status: 'RUNNING',
    waitingFor: { kind: 'hold', detail: expect.stringContaining('held by ada: power maintenance') },
  })
  await manager.release(run.id, { by: 'bob' })
  expect((await run.outcome()).status).toBe('COMPLETED')
  expect(run.record().hold).toBeUndefined()
  await manager.close()
})

test('a held run gives its slot to others, and takes its turn again', async () => {
  const { manager, world } = setUp({ concurrency: 1 })
  const door = gate()
  const steps = [switchStep('alpha', { guard: () => door.opened }), switchStep('gamma')]
  const held = await manager.start(tinyWorkflow(steps, { world, resource: 'm1' }))
  const other = await manager.start(tinyWorkflow([switchStep('beta')], { world, resource: 'm2' }))
  await manager.hold(held.id, by)
  expect(other.status).toBe('PENDING')
  door.open()
  expect((await other.outcome()).status).toBe('COMPLETED')
  expect(held.record().waitingFor?.kind).toBe('hold')
  await manager.release(held.id, by)
  expect((await held.outcome()).status).toBe('COMPLETED')
  await manager.close()
})

test('a held run is cancelled without being released, and a hold survives the process', async () => {
  const { manager, world, store, clock } = setUp()
  const workflow = tinyWorkflow([switchStep('alpha'), switchStep('beta', { guard: (ctx) => untilStopped(ctx) })], {
    world,
  })
  const run = await manager.start(workflow)
  await idle()
  await manager.hold(run.id, by)
  await manager.close()
  const next = new WorkflowManager({ store, clock, closeGrace: 200 })
  next.register(workflow.definition, (view) => workflow.capabilities(view))
  const again = (await next.get(run.id))!
  await idle()
  expect([again.status, again.record().waitingFor?.kind, world.sent]).toEqual(['RUNNING', 'hold', ['on alpha']])
  await next.cancel(run.id, { by: 'bob' })
  expect([(await again.outcome()).status, [...world.on]]).toEqual(['CANCELLED', []])
  await expect(next.hold(run.id, by)).rejects.toMatchObject({ code: 'workflow.has-ended' })
  await expect(next.release('run_none', by)).rejects.toMatchObject({ code: 'workflow.no-such-run' })
  await next.close()
})

test('two cancels of a parked run at once go on with it once', async () => {
  const { manager, world, store, clock } = setUp()
  const workflow = tinyWorkflow([switchStep('alpha'), switchStep('beta', { guard: (ctx) => untilStopped(ctx) })], {
    world,
  })
  const run = await manager.start(workflow)
  await idle()
  await manager.close()
  const next = new WorkflowManager({ store, clock, closeGrace: 200, resume: 'park' })
  next.register(workflow.definition, (view) => workflow.capabilities(view))
  const again = (await next.get(run.id))!
  expect(await Promise.all([next.cancel(run.id, by), next.cancel(run.id, by)])).toEqual([
    'requested',
    'already-requested',
  ])
  expect((await again.outcome()).status).toBe('CANCELLED')
  expect(again.record().resumptions).toHaveLength(1)
  expect(world.sent).toEqual(['on alpha', 'off beta', 'off alpha'])
  await next.close()
})

test('the deadline of a held run counts on', async () => {
  const { manager, clock, world } = setUp()
  const run = await manager.start(
    tinyWorkflow([switchStep('alpha', { guard: () => idle() }), switchStep('beta')], { world, timeout: '10m' }),
  )
  await manager.hold(run.id, by)
  await idle()
  await clock.advance(10 * 60_000)
  expect((await run.outcome()).error).toMatchObject({ code: 'workflow.deadline-exceeded' })
  await manager.close()
})

test('skip: leaves out a step that may be left out and has not begun, and says who asked', async () => {
  const { manager, world } = setUp()
  const door = gate()
  const steps = [
    switchStep('alpha', { guard: () => door.opened, skippable: true }),
    switchStep('beta', { skippable: true }),
    switchStep('gamma'),
  ]
  const run = await manager.start(tinyWorkflow(steps, { world }))
  await idle()
  await manager.skip(run.id, 'beta', by)
  for (const step of ['alpha', 'gamma', 'nix'])
    await expect(manager.skip(run.id, step, by)).rejects.toMatchObject({ code: 'workflow.not-skippable' })
  door.open()
  const end = await run.outcome()
  expect(end.record.steps.map(({ status }) => status)).toEqual(['completed', 'skipped', 'completed'])
  expect(end.record.steps[1]!.skippedBecause).toBe('ada asked to leave it out: power maintenance')
  expect(world.sent).toEqual(['on alpha', 'on gamma'])
  await manager.close()
})

test('pause: runs wait before their next step, new ones are taken and wait; proceed lets all go on; it survives the process', async () => {
  const { manager, world, store, clock } = setUp()
  const door = gate()
  const workflow = tinyWorkflow([switchStep('alpha', { guard: () => door.opened }), switchStep('beta')], { world })
  const run = await manager.start(workflow)
  await idle()
  expect(await manager.pause(by)).toMatchObject({ intake: { is: 'paused', by: 'ada' } })
  door.open()
  const later = await manager.start(tinyWorkflow([switchStep('gamma')], { world, resource: 'm2' }))
  await idle()
  expect([run.status, later.status, world.sent]).toEqual(['RUNNING', 'PENDING', ['on alpha']])
  await manager.close()

  const next = new WorkflowManager({ store, clock, closeGrace: 200 })
  next.register(workflow.definition, (view) => workflow.capabilities(view))
  next.register(tinyWorkflow([switchStep('gamma')]).definition, (view) => workflow.capabilities(view))
  const runs = await Promise.all([run.id, later.id].map(async (id) => (await next.get(id))!))
  await idle()
  expect([next.state.intake?.is, world.sent]).toEqual(['paused', ['on alpha']])
  expect(await next.proceed(by)).toEqual({})
  expect((await Promise.all(runs.map((each) => each.outcome()))).map(({ status }) => status)).toEqual([
    'COMPLETED',
    'COMPLETED',
  ])
  await next.close()
})

test('drain: runs go on to their end, waiting ones do not begin, new ones are refused', async () => {
  const { manager, world } = setUp({ concurrency: 1 })
  const door = gate()
  const run = await manager.start(
    tinyWorkflow([switchStep('alpha', { guard: () => door.opened }), switchStep('beta')], { world }),
  )
  const waiting = await manager.start(tinyWorkflow([switchStep('gamma')], { world, resource: 'm2' }))
  await manager.drain(by)
  door.open()
  expect((await run.outcome()).status).toBe('COMPLETED')
  await idle()
  expect([waiting.status, waiting.record().waitingFor?.kind]).toEqual(['PENDING', 'hold'])
  const start = () => manager.start(tinyWorkflow([switchStep('delta')], { resource: 'm3' }))
  await expect(start()).rejects.toMatchObject({ code: 'workflow.draining' })
  await manager.proceed(by)
  expect((await waiting.outcome()).status).toBe('COMPLETED')
  await start()
  await manager.close()
})

test('no hardware: nothing is sent, the steps’ time stands still, and then all goes on', async () => {
  const { manager, world, clock } = setUp()
  await manager.forbidHardware(by)
  const run = await manager.start(tinyWorkflow([switchStep('alpha')], { world }))
  await clock.advance(5 * 3_600_000)
  expect([run.status, world.sent]).toEqual(['RUNNING', []])
  expect(run.record().waitingFor).toMatchObject({
    kind: 'hold',
    detail: expect.stringContaining('no device is touched'),
  })
  await manager.allowHardware(by)
  expect((await run.outcome()).status).toBe('COMPLETED')
  expect(run.record().steps[0]).toMatchObject({ attempt: 1, earlierErrors: [] })
  await manager.close()
})

test('no hardware: a call whose intent was just being written is taken back, not sent', async () => {
  for (let turns = 0; turns < 25; turns += 1) {
    const { manager, world } = setUp()
    const run = await manager.start(tinyWorkflow([switchStep('alpha')], { world }))
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve()
    await manager.forbidHardware(by)
    const sent = world.sent.length
    await idle()
    expect(world.sent).toHaveLength(sent)
    await manager.allowHardware(by)
    expect((await run.outcome()).record.steps[0]!.intents).toMatchObject([{ state: 'done', sent: 1 }])
    await manager.close()
  }
})

const inTwoParts = (world: TinyWorld, between: Promise<void>) =>
  switchStep('flash', {
    act: (ctx) =>
      ctx.critical('flash', '1h', async (inside) => {
        await inside.effect({ effect: 'switch', key: 'a', act: () => world.switchOn('a') })
        await between
        await inside.effect({ effect: 'switch', key: 'b', act: () => world.switchOn('flash') })
      }),
  })

test('no hardware: a critical section that had begun is brought to its end, one that had not does not begin', async () => {
  const { manager, world } = setUp()
  const door = gate()
  const flashing = await manager.start(tinyWorkflow([inTwoParts(world, door.opened), switchStep('beta')], { world }))
  await idle()
  await manager.forbidHardware(by)
  const later = await manager.start(tinyWorkflow([inTwoParts(new TinyWorld(), door.opened)], { resource: 'm2' }))
  door.open()
  await idle()
  expect(world.sent).toEqual(['on a', 'on flash'])
  expect([flashing.record().waitingFor?.kind, later.record().waitingFor?.kind]).toEqual(['hold', 'hold'])
  expect(later.record().steps[0]).not.toHaveProperty('critical')
  await later.cancel(by)
  await manager.allowHardware(by)
  expect([(await flashing.outcome()).status, (await later.outcome()).status]).toEqual(['COMPLETED', 'CANCELLED'])
  await manager.close()
})

test('no hardware: an undo waits, too', async () => {
  const { manager, world } = setUp()
  const hang = switchStep('hang', { act: (ctx) => untilStopped(ctx), undo: undefined as never })
  const run = await manager.start(tinyWorkflow([switchStep('alpha'), hang], { world }))
  await idle()
  await manager.forbidHardware(by)
  await run.cancel(by)
  await idle()
  expect([run.status, world.sent]).toEqual(['RUNNING', ['on alpha']])
  await manager.allowHardware(by)
  expect([(await run.outcome()).status, world.sent]).toEqual(['CANCELLED', ['on alpha', 'off alpha']])
  await manager.close()
})

test('a hold that is answered before a step begins holds that step, whenever it comes', async () => {
  for (let turns = 0; turns < 40; turns += 1) {
    const { manager, world } = setUp()
    const run = await manager.start(tinyWorkflow([switchStep('alpha'), switchStep('beta')], { world }))
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve()
    await manager.hold(run.id, by)
    await idle()
    const events: string[] = []
    await manager.cancel(run.id, by)
    for await (const event of run.events())
      if (event.type === 'workflow.held' || (event.type === 'step.status' && event.to === 'running'))
        events.push(event.type)
    const held = events.indexOf('workflow.held')
    if (held >= 0) expect(events.slice(held + 1)).toEqual([])
    await manager.close()
  }
})
