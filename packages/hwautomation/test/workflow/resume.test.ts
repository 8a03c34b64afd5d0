import { expect, test } from 'vitest'
import { MemoryStore } from '../../src/stores/memory-store.ts'
import type { ManagerOptions } from '../../src/workflow/manager-options.ts'
import type { RunOutcome } from '../../src/workflow/outcome.ts'
import { diesIn, event, type Point, Process } from './processes.ts'
import { idle, SteppedClock } from './stepped-clock.ts'
import {
  deviceError,
  switchStep,
  TinyWorld,
  tinyWorkflow,
  type TinyWorkflow,
  untilStopped,
  World,
} from './tiny-world.ts'

const settle = { within: '1m', run: async () => 'off' } as const

/** The workflow in a process that dies at `at`, then in one that does not. */
async function killedAt(at: Point, workflow: TinyWorkflow, more: Partial<ManagerOptions> = {}) {
  const store = new MemoryStore()
  const id = await diesIn(new Process(store, [workflow], more).dieAt(at), workflow)
  return goneOn(store, id, workflow, more)
}

async function goneOn(store: MemoryStore, id: string, workflow: TinyWorkflow, more: Partial<ManagerOptions> = {}) {
  await using manager = new Process(store, [workflow], more).manager
  return await (await manager.get(id))!.outcome()
}

const twoSteps = (world = new TinyWorld()) => tinyWorkflow([switchStep('alpha'), switchStep('beta')], { world })
const resumedIn = (end: RunOutcome) => end.record.resumptions?.map(({ step }) => step)

const POINTS: readonly [string, Point, step: string | undefined, sent: string[]][] = [
  [
    'before a step has begun',
    { when: 'before', write: event('step.status', { step: 'beta', to: 'running' }) },
    undefined,
    ['on alpha', 'on beta'],
  ],
  [
    'before its intent',
    { when: 'before', write: event('step.intent', { step: 'beta' }) },
    'beta',
    ['on alpha', 'on beta'],
  ],
  [
    'after its intent, before the call',
    { when: 'after', write: event('step.intent', { step: 'beta' }) },
    'beta',
    ['on alpha', 'on beta'],
  ],
  [
    'before the step is completed',
    { when: 'before', write: event('step.status', { step: 'beta', to: 'completed' }) },
    'beta',
    ['on alpha', 'on beta', 'on beta'],
  ],
  [
    'between two steps',
    { when: 'after', write: event('step.status', { step: 'alpha', to: 'completed' }) },
    undefined,
    ['on alpha', 'on beta'],
  ],
  [
    'before the last transition',
    { when: 'before', write: event('workflow.status', { to: 'COMPLETED' }) },
    undefined,
    ['on alpha', 'on beta'],
  ],
]
for (const [where, point, step, sent] of POINTS)
  test(`killed ${where}, the run goes on there and completes`, async () => {
    const workflow = twoSteps()
    const end = await killedAt(point, workflow)
    expect([end.status, end.record.percent]).toEqual(['COMPLETED', 100])
    expect(workflow.world.sent).toEqual(sent)
    expect(resumedIn(end)).toEqual([step])
  })

test('killed before RUNNING is written, the run begins', async () => {
  const workflow = twoSteps()
  const end = await killedAt({ when: 'before', write: event('workflow.status', { to: 'RUNNING' }) }, workflow)
  expect([end.status, end.record.resumptions]).toEqual(['COMPLETED', undefined])
})

test('killed after the last transition, nothing is gone on with', async () => {
  const workflow = twoSteps()
  const end = await killedAt({ when: 'after', write: event('workflow.status', { to: 'COMPLETED' }) }, workflow)
  expect([end.status, workflow.world.sent]).toEqual(['COMPLETED', ['on alpha', 'on beta']])
})

test('killed at any write, before or after it, again and again: the run completes, nothing marked is sent twice, seq rises', async () => {
  for (let nth = 1; nth < 40; nth += 1)
    for (const when of ['before', 'after'] as const) {
      const store = new MemoryStore()
      const world = new TinyWorld()
      const mark = switchStep('mark', {
        act: (ctx) =>
          ctx.effect({
            effect: 'marked',
            marker: async () => world.on.has('mark'),
            happened: async () => (world.on.has('mark') ? 'happened' : 'not-happened'),
            act: () => world.switchOn('mark'),
          }),
      })
      const workflow = tinyWorkflow([switchStep('alpha'), mark, switchStep('omega')], { world })
      const dieAtWrite = () => {
        let writes = 0
        return new Process(store, [workflow]).dieAt({ when, write: () => (writes += 1) === nth })
      }
      const first = dieAtWrite()
      void first.manager.start(workflow)
      await Promise.race([first.died, idle()])
      const second = dieAtWrite()
      void second.manager.open()
      await Promise.race([second.died, idle()])
      await using manager = new Process(store, [workflow]).manager
      const [record] = (await manager.list()).records
      if (record === undefined) continue
      const run = (await manager.get(record.id))!
      const seqs: number[] = []
      expect((await run.outcome()).status).toBe('COMPLETED')
      for await (const { seq } of run.events()) seqs.push(seq)
      expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b))
      expect([world.sent.filter((sent) => sent === 'on mark').length, [...world.on].length]).toEqual([1, 3])
    }
})

test('killed in verify, the step is verified anew', async () => {
  const world = new TinyWorld()
  const store = new MemoryStore()
  let looks = 0
  const flow = (first?: Process) =>
    tinyWorkflow(
      [
        switchStep('alpha', {
          verify: async (ctx) => {
            looks += 1
            if (looks === 1) await first!.die()
            return { ok: world.on.has('alpha'), output: { on: 'alpha' }, evidence: [ctx.evidence('on', true)] }
          },
        }),
      ],
      { world },
    )
  const first: Process = new Process(store, [])
  const id = await diesIn(first, flow(first))
  const end = await goneOn(store, id, flow())
  expect([end.status, looks, world.sent]).toEqual(['COMPLETED', 2, ['on alpha', 'on alpha']])
})

test('a blind call whose intent is on record is not sent by the next process: its outcome is unknown, and named', async () => {
  const world = new TinyWorld()
  const blind = switchStep('blind', {
    act: (ctx) => ctx.effect({ effect: 'blind', act: () => world.switchOn('blind') }),
  })
  const workflow = tinyWorkflow([blind], { world, spec: { settle } })
  const end = await killedAt({ when: 'after', write: event('step.intent') }, workflow)
  expect(end).toMatchObject({
    status: 'FAILED',
    error: { code: 'workflow.unknown-outcome', context: { effect: 'blind' } },
  })
  expect(end.leftBehind).toMatchObject([{ what: 'It is not known whether blind took effect', step: 'blind' }])
  expect(world.sent).toEqual([])
})

test('the number of the attempt and the tries that are left survive: one killed in the wait for its second has one more', async () => {
  const world = new TinyWorld()
  for (let times = 0; times < 9; times += 1) world.fail('on alpha', deviceError('transient', `no ${times}`))
  const workflow = tinyWorkflow([switchStep('alpha', { undo: undefined as never })], { world, retryCount: 2 })
  const end = await killedAt({ when: 'after', write: event('step.retrying', { attempt: 3 }) }, workflow)
  expect([end.status, world.sent.length]).toEqual(['FAILED', 3])
  expect(end.record.steps[0]).toMatchObject({ attempt: 3, earlierErrors: [{ message: 'no 0' }, { message: 'no 1' }] })
})

test('sub-tasks of the dead process are told as ended', async () => {
  const store = new MemoryStore()
  const first: Process = new Process(store, [])
  const flow = (dies: boolean) =>
    tinyWorkflow([
      switchStep('alpha', {
        act: (ctx) =>
          ctx.subTask('copy', async () => {
            await ctx.effect({ effect: 'switch', act: () => ctx.use(World).switchOn('alpha') }) // the document knows it
            if (dies) await first.die()
          }),
      }),
    ])
  const id = await diesIn(first, flow(true))
  const end = await goneOn(store, id, flow(false))
  expect(end.record.steps[0]!.subTasks.map(({ status, detail }) => [status, detail])).toEqual([
    ['cancelled', 'the process that worked on it ended'],
    ['completed', undefined],
  ])
})

/** A flash of two parts that must both be written; the process dies between them. */
function flashing(
  world: TinyWorld,
  between: () => Promise<unknown> = async () => {},
  onCancel: 'stop' | 'finish' = 'finish',
) {
  const flash = switchStep('flash', {
    onCancel,
    undo: undefined as never,
    act: (ctx) => {
      ctx.safePoint()
      return ctx.critical('flash', '1h', async (inside) => {
        await inside.effect({ effect: 'switch', key: 'a', act: () => world.switchOn('a') })
        await between()
        await inside.effect({ effect: 'switch', key: 'b', act: () => world.switchOn('b') })
      })
    },
    verify: async (ctx) => ({ ok: world.on.has('b'), output: { on: 'b' }, evidence: [ctx.evidence('on', true)] }),
  })
  return tinyWorkflow([switchStep('alpha'), flash], { world, spec: { settle } })
}

test('killed inside a critical section, the run goes through it again', async () => {
  const world = new TinyWorld()
  const store = new MemoryStore()
  const first: Process = new Process(store, [])
  const id = await diesIn(
    first,
    flashing(world, () => first.die()),
  )
  expect((await store.load(id))!.steps[1]!.critical).toMatchObject({ name: 'flash' })
  const end = await goneOn(store, id, flashing(world))
  expect(end.status).toBe('COMPLETED')
  expect(end.record.steps[1]!.critical).toBeUndefined()
  expect(world.sent).toEqual(['on alpha', 'on a', 'on a', 'on b'])
})

for (const onCancel of ['stop', 'finish'] as const)
  test(`killed inside a critical section of a step that would ${onCancel} for a cancel, with one pending: the section is gone through first`, async () => {
    const world = new TinyWorld()
    const store = new MemoryStore()
    const first: Process = new Process(store, [])
    const between = async () => {
      const [record] = (await store.list({})).records
      await first.manager.cancel(record!.id, { by: 'ada' })
      await first.die()
    }
    const id = await diesIn(first, flashing(world, between, onCancel))
    const end = await goneOn(store, id, flashing(world, undefined, onCancel))
    expect(end.status).toBe('CANCELLED')
    expect(world.sent).toEqual(['on alpha', 'on a', 'on a', 'on b', 'off alpha'])
    expect(end.record.settled).toMatchObject({ status: 'completed' })
  })

test('killed while a device may still be at work, with a cancel pending: nothing is undone or settled by the next process either', async () => {
  const world = new TinyWorld()
  const clock = new SteppedClock()
  const store = new MemoryStore()
  const never = () => new Promise(() => {})
  const workflow = flashing(world, never)
  const first = new Process(store, [], { clock, closeGrace: 20 }).dieAt({
    when: 'after',
    write: event('step.status', { to: 'failed' }),
  })
  const run = await first.manager.start(workflow)
  await idle()
  expect(await run.cancel({ by: 'ada' })).toBe('requested')
  await clock.advance(2 * 3_600_000)
  await first.died
  const end = await goneOn(store, run.id, workflow)
  expect(end).toMatchObject({
    status: 'FAILED',
    error: { code: 'workflow.unknown-outcome', context: { critical: 'flash' } },
    record: { cancel: { cameTooLate: true } },
  })
  expect(end.leftBehind).toMatchObject([{ what: expect.stringContaining('may still be at work') }])
  expect(world.sent).toEqual(['on alpha', 'on a'])
  expect(end.record.settled).toBeUndefined()
})

for (const at of ['undo', 'settle'] as const)
  test(`killed in the ${at} of a cancel, the next process undoes and settles all`, async () => {
    const world = new TinyWorld()
    const store = new MemoryStore()
    const workflow = tinyWorkflow([switchStep('alpha'), switchStep('beta', { act: (ctx) => untilStopped(ctx) })], {
      world,
      spec: { settle },
    })
    const write = at === 'undo' ? event('step.undo', { step: 'alpha', status: 'running' }) : event('workflow.settled')
    const clock = new SteppedClock()
    const first = new Process(store, [workflow], { clock }).dieAt({ when: at === 'undo' ? 'after' : 'before', write })
    const run = await first.manager.start(workflow)
    await idle()
    expect(await run.cancel({ by: 'ada' })).toBe('requested')
    await first.died
    const end = await goneOn(store, run.id, workflow)
    expect([end.status, [...world.on]]).toEqual(['CANCELLED', []])
    expect(end.record).toMatchObject({ cancel: { by: 'ada' }, settled: { status: 'completed' }, leftBehind: [] })
    expect(end.record.steps.map(({ undo }) => undo?.status)).toEqual(['completed', 'completed'])
  })

test('a deadline that passed during the outage ends the run at once: nothing more is sent', async () => {
  const clock = new SteppedClock()
  const store = new MemoryStore()
  const workflow = tinyWorkflow([switchStep('alpha'), switchStep('beta')], { timeout: '10m', spec: { settle } })
  const first = new Process(store, [workflow], { clock }).dieAt({
    when: 'after',
    write: event('step.status', { to: 'completed' }),
  })
  const id = await diesIn(first, workflow)
  await clock.advance(11 * 60_000)
  const { manager } = new Process(store, [workflow], { clock })
  const end = await (await manager.get(id))!.outcome()
  expect(end).toMatchObject({ status: 'FAILED', error: { code: 'workflow.deadline-exceeded' } })
  expect(workflow.world.sent).toEqual(['on alpha'])
  await manager.close()
})

test('a run of an unknown workflow is parked with the reason, and goes on once somebody who knows it resumes it', async () => {
  const store = new MemoryStore()
  const workflow = twoSteps()
  const id = await diesIn(
    new Process(store, []).dieAt({ when: 'after', write: event('step.intent', { step: 'alpha' }) }),
    workflow,
  )
  await using manager = new Process(store, []).manager
  const run = (await manager.get(id))!
  expect(run.record().waitingFor).toMatchObject({
    kind: 'hold',
    detail: expect.stringContaining('does not know the workflow'),
  })
  expect(manager.isWorkingOn(id)).toBe(false)
  await expect(manager.resume(id, { by: 'ada' })).rejects.toMatchObject({ code: 'workflow.unknown-definition' })
  manager.register(workflow.definition, (view) => workflow.capabilities(view))
  expect((await (await manager.resume(id, { by: 'ada' })).outcome()).status).toBe('COMPLETED')
})

test('a run that nobody here could undo is cancelled only where that is asked for, and names what was not undone', async () => {
  const store = new MemoryStore()
  const id = await diesIn(
    new Process(store, []).dieAt({ when: 'after', write: event('step.intent', { step: 'beta' }) }),
    twoSteps(),
  )
  await using manager = new Process(store, []).manager
  await expect(manager.cancel(id, { by: 'ada' })).rejects.toMatchObject({ code: 'workflow.unknown-definition' })
  const run = (await manager.get(id))!
  expect([run.status, run.record().cancel]).toEqual(['RUNNING', undefined])
  expect(await manager.cancel(id, { by: 'ada', withoutUndo: true })).toBe('requested')
  const end = await run.outcome()
  expect(end.status).toBe('CANCELLED')
  expect(end.leftBehind.map(({ step }) => step)).toContain('beta')
})

test('a step’s output that does not parse any more ends the run, which names the step it was in', async () => {
  const store = new MemoryStore()
  const workflow = twoSteps()
  const id = await diesIn(
    new Process(store, []).dieAt({ when: 'after', write: event('step.intent', { step: 'beta' }) }),
    workflow,
  )
  const record = (await store.load(id))!
  await store.save(
    { ...record, steps: record.steps.map((step) => (step.id === 'alpha' ? { ...step, output: { now: 1 } } : step)) },
    [],
  )
  const end = await goneOn(store, id, workflow)
  expect(end).toMatchObject({
    status: 'FAILED',
    error: { code: 'workflow.unreadable-output', context: { step: 'alpha' } },
  })
  expect(end.leftBehind).toMatchObject([{ step: 'beta' }, { step: 'beta' }])
})

test('park: it waits and says so, a cancel goes on with it to undo; leave: nothing is written until somebody resumes it', async () => {
  const at: Point = { when: 'after', write: event('step.status', { step: 'alpha', to: 'completed' }) }
  const store = new MemoryStore()
  const workflow = twoSteps()
  const id = await diesIn(new Process(store, []).dieAt(at), workflow)
  const before = await store.load(id)
  const left = new Process(store, [workflow], { resume: 'leave' })
  await left.manager.open()
  expect(await store.load(id)).toEqual(before)
  await expect(left.manager.start(tinyWorkflow([switchStep('other')]))).rejects.toMatchObject({
    code: 'workflow.resource-busy',
  })
  await left.manager.close()

  await using manager = new Process(store, [workflow], { resume: 'park' }).manager
  const parked = (await manager.get(id))!
  expect(parked.record().waitingFor?.detail).toContain('resume it to go on')
  expect(await manager.cancel(id, { by: 'ada' })).toBe('requested')
  expect([(await parked.outcome()).status, [...workflow.world.on]]).toEqual(['CANCELLED', []])
})

test('fail: it ends FAILED, with what it was at and no sub-task running, and can be retried', async () => {
  const store = new MemoryStore()
  const workflow = twoSteps()
  const id = await diesIn(
    new Process(store, []).dieAt({ when: 'after', write: event('step.intent', { step: 'beta' }) }),
    workflow,
  )
  await using manager = new Process(store, [workflow], { resume: 'fail' }).manager
  const end = await (await manager.get(id))!.outcome()
  expect(end).toMatchObject({ status: 'FAILED', error: { code: 'workflow.interrupted' } })
  expect(end.record.steps.map(({ status }) => status)).toEqual(['completed', 'failed'])
  expect(end.leftBehind.map(({ what }) => what)).toEqual([
    '"Beta" had begun. Its process ended.',
    'switch had been sent, and its effect was not seen.',
  ])
  expect((await (await manager.retry(id, { by: 'ada' })).outcome()).status).toBe('COMPLETED')
  expect(workflow.world.sent).toEqual(['on alpha', 'on beta'])
})

test('what a closed manager let go of is not said to have ended', async () => {
  const store = new MemoryStore()
  const workflow = tinyWorkflow([switchStep('alpha', { act: (ctx) => untilStopped(ctx) })])
  const { manager } = new Process(store, [workflow], { clock: new SteppedClock() })
  const run = await manager.start(workflow)
  await idle()
  await manager.close()
  await expect(run.cancel({ by: 'ada' })).rejects.toMatchObject({ code: 'workflow.manager-closed' })
  await expect(manager.hold(run.id, { by: 'ada' })).rejects.toMatchObject({ code: 'workflow.manager-closed' })
})
