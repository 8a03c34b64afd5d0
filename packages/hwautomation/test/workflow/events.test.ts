import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MemoryStore } from '../../src/stores/memory-store.ts'
import type { AuditEntry, JournalEntry, WorkflowEvent } from '../../src/workflow/events.ts'
import { WorkflowManager } from '../../src/workflow/manager.ts'
import { idle, SteppedClock } from './stepped-clock.ts'
import { deviceError, switchStep, TinyWorld, tinyWorkflow, untilStopped } from './tiny-world.ts'

function newManager(store = new MemoryStore()) {
  return new WorkflowManager({ store, clock: new SteppedClock('auto'), closeGrace: 200 })
}

async function collect(events: AsyncIterable<WorkflowEvent>): Promise<WorkflowEvent[]> {
  const all: WorkflowEvent[] = []
  for await (const event of events) all.push(event)
  return all
}

const chatty = (id: string) =>
  switchStep(id, {
    act: async (ctx) => {
      await ctx.subTask('upload', async (task) => {
        for (let percent = 0; percent <= 100; percent += 10) {
          task.percent(percent)
          task.detail(`${percent} MB`)
          if (percent % 30 === 0) await Promise.resolve()
        }
      })
      await ctx.effect({ effect: 'switch', act: async () => {} })
    },
    verify: async () => ({ ok: true, output: { on: id }, evidence: [] }),
  })

test('events re-read from any seq, live ones and listeners all tell the same', async () => {
  const store = new MemoryStore()
  await using manager = newManager(store)
  const heard: WorkflowEvent[] = []
  manager.onEvent((event) => heard.push(event))
  const run = await manager.start(tinyWorkflow([chatty('alpha'), chatty('beta')]), { requestedBy: 'ada' })
  const live = await collect(run.events())
  expect(live).toEqual(heard)
  expect(live.map(({ seq }) => seq)).toEqual(live.map(({ seq }) => seq).toSorted((a, b) => a - b))
  expect(new Set(live.map(({ seq }) => seq)).size).toBe(live.length)
  for (const { seq } of live)
    expect(await collect(run.events({ after: seq }))).toEqual(live.filter((event) => event.seq > seq))
  expect(await collect((await manager.get(run.id))!.events())).toEqual(live)
  expect(live[0]).toMatchObject({ type: 'workflow.created', requestedBy: 'ada', v: 1, workflowId: run.id })
  expect(live.at(-1)).toMatchObject({ type: 'workflow.status', to: 'COMPLETED', percent: 100 })
  expect(live.at(-1)!.seq).toBe(run.record().seq)
})

test('an event reaches listeners only after the document and the journal have it', async () => {
  const store = new MemoryStore()
  await using manager = newManager(store)
  const checks: Promise<void>[] = []
  manager.onEvent((event) => {
    const { workflowId, seq } = event
    checks.push(
      (async () => {
        expect((await collect(store.events(workflowId, seq - 1)))[0]).toEqual(event)
        const record = (await store.load(workflowId))!
        if (event.type === 'step.status')
          expect(record.steps.find((step) => step.id === event.step)!.status).not.toBe('pending')
      })(),
    )
  })
  await (await manager.start(tinyWorkflow([chatty('alpha'), chatty('beta')]))).outcome()
  await Promise.all(checks)
  expect(checks.length).toBeGreaterThan(10)
})

test('a listener that throws, rejects or never ends does not disturb a run', async () => {
  await using manager = newManager()
  manager.onEvent(() => {
    throw new Error('bad')
  })
  manager.onEvent(() => Promise.reject(new Error('bad')))
  manager.onEvent(() => new Promise(() => {}))
  expect((await (await manager.start(tinyWorkflow([chatty('alpha')]))).outcome()).status).toBe('COMPLETED')
})

test('a slow reader delays nobody, misses nothing, and the last of many progress lines is never lost', async () => {
  const store = new MemoryStore()
  await using manager = newManager(store)
  const step = switchStep('alpha', {
    act: async (ctx) => {
      for (let number = 0; number < 3_000; number += 1)
        await ctx.subTask(`poll ${number}`, async (task) => task.detail(`line ${number}`))
    },
    verify: async () => ({ ok: true, output: { on: 'x' }, evidence: [] }),
  })
  const run = await manager.start(tinyWorkflow([step]))
  const reader = run.events()[Symbol.asyncIterator]()
  const first = await reader.next()
  await run.outcome()
  const rest = await collect({ [Symbol.asyncIterator]: () => reader })
  const all = [first.value as WorkflowEvent, ...rest]
  expect(all).toEqual(await collect(store.events(run.id, 0)))
  expect(all.filter((event) => event.type === 'subtask.ended' && event.detail !== undefined)).toHaveLength(3_000)
})

test('a reader that fell behind by more than is kept for it reads on from the journal', async () => {
  const store = new MemoryStore()
  await using manager = new WorkflowManager({ store, clock: new SteppedClock(), closeGrace: 200 })
  let goOn = () => {}
  const step = switchStep('alpha', {
    act: async (ctx) => {
      await new Promise<void>((resolve) => (goOn = resolve))
      for (let number = 0; number < 3_000; number += 1) await ctx.subTask(`poll ${number}`, () => Promise.resolve())
    },
    verify: async () => ({ ok: true, output: { on: 'x' }, evidence: [] }),
  })
  const run = await manager.start(tinyWorkflow([step]))
  const reader = run.events()[Symbol.asyncIterator]()
  const all: WorkflowEvent[] = []
  await idle()
  for (let seq = 0; seq < run.record().seq; seq = all.at(-1)!.seq)
    all.push((await reader.next()).value as WorkflowEvent)
  const waiting = reader.next()
  await idle()
  goOn()
  all.push((await waiting).value as WorkflowEvent)
  await run.outcome()
  all.push(...(await collect({ [Symbol.asyncIterator]: () => reader })))
  expect(all).toEqual(await collect(store.events(run.id, 0)))
  expect(all.length).toBeGreaterThan(6_000)
})

test('reading stops when its signal aborts or the reader leaves, and no listener stays behind', async () => {
  const store = new MemoryStore()
  await using manager = new WorkflowManager({ store, clock: new SteppedClock(), closeGrace: 50 })
  const run = await manager.start(tinyWorkflow([switchStep('hang', { act: untilStopped })]))
  await idle()
  const stop = new AbortController()
  const reading = collect(run.events({ signal: stop.signal }))
  await idle()
  stop.abort(new Error('page closed'))
  expect((await reading).length).toBeGreaterThan(2)
  for await (const event of run.events()) if (event.type === 'step.status') break
  await run.cancel({ by: 'ada', reason: 'done' })
  await run.outcome()
})

test('reading a run that was detached ends where it was left', async () => {
  const store = new MemoryStore()
  const manager = new WorkflowManager({ store, clock: new SteppedClock(), closeGrace: 50 })
  const run = await manager.start(tinyWorkflow([switchStep('hang', { act: untilStopped })]))
  const reading = collect(run.events())
  await idle()
  await manager.close()
  expect((await reading).at(-1)).toMatchObject({ type: 'step.status', to: 'running' })
})

test('many progress lines of one sub-task while the disk is slow become fewer events, the newest among them', async () => {
  class SlowDisk extends MemoryStore {
    override async append<Entry extends JournalEntry | AuditEntry>(entries: readonly Entry[]) {
      await idle()
      return super.append(entries)
    }
  }
  const store = new SlowDisk()
  await using manager = new WorkflowManager({ store, clock: new SteppedClock(), closeGrace: 200 })
  const step = switchStep('alpha', {
    act: (ctx) =>
      ctx.subTask('upload', async (task) => {
        for (let line = 1; line <= 10_000; line += 1) task.detail(`line ${line}`)
      }),
    verify: async () => ({ ok: true, output: { on: 'x' }, evidence: [] }),
  })
  const run = await manager.start(tinyWorkflow([step]))
  await run.outcome()
  const progress = (await collect(store.events(run.id, 0))).filter((event) => event.type === 'subtask.progress')
  expect(progress.length).toBeLessThan(10)
  expect(progress.at(-1)).toMatchObject({ detail: 'line 10000' })
})

const outcomeOfStep = fc.record({
  expected: fc.integer({ min: 0, max: 10 * 60_000 }),
  takes: fc.integer({ min: 0, max: 30_000 }),
  failures: fc.array(fc.constantFrom('transient' as const, 'busy' as const, 'timeout' as const), { maxLength: 3 }),
  end: fc.constantFrom(
    'ok' as const,
    'ok' as const,
    'ok' as const,
    'invalid' as const,
    'skip' as const,
    'lazy' as const,
  ),
})

test('whatever the steps do: the percentage never falls, is 100 only at COMPLETED, and seq rises', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(outcomeOfStep, { minLength: 1, maxLength: 6 }),
      fc.option(fc.nat(40)),
      async (plans, cancelAt) => {
        const clock = new SteppedClock('auto')
        await using manager = new WorkflowManager({ store: new MemoryStore(), clock, closeGrace: 1_000 })
        const steps = plans.map((plan, index) =>
          switchStep(`step-${index}`, {
            expected: () => plan.expected,
            skip: () => (plan.end === 'skip' ? 'not needed' : undefined),
            act: async (ctx) => {
              await clock.sleep(plan.takes, ctx.signal)
              const failure = plan.failures[ctx.attempt - 1]
              if (failure !== undefined) throw deviceError(failure)
              if (plan.end === 'invalid') throw deviceError('invalid')
              if (plan.end !== 'lazy')
                await ctx.effect({ effect: 'switch', act: () => world.switchOn(`step-${index}`) })
            },
          }),
        )
        const world = new TinyWorld()
        const run = await manager.start(tinyWorkflow(steps, { world }))
        let seen = 0
        manager.onEvent(() => {
          if (seen === cancelAt) void run.cancel({ by: 'ada', reason: 'stop' })
          seen += 1
        })
        const events = await collect(run.events())
        const end = await run.outcome()
        for (const [index, event] of events.entries()) {
          const before = events[index - 1]
          expect(event.percent).toBeGreaterThanOrEqual(before?.percent ?? 0)
          expect(event.seq).toBeGreaterThan(before?.seq ?? 0)
          const completed = event.type === 'workflow.status' && event.to === 'COMPLETED'
          expect(event.percent === 100).toBe(completed)
        }
        expect(end.record.percent).toBe(events.at(-1)!.percent)
        expect(end.status === 'COMPLETED').toBe(
          end.record.steps.every((step) => ['completed', 'skipped'].includes(step.status)) &&
            end.status !== 'CANCELLED',
        )
        if (end.status === 'CANCELLED') expect(world.on.size).toBe(0)
        expect(clock.sleeping).toBe(0)
        expect(world.scopesOpen).toBe(0)
      },
    ),
    { numRuns: 150 },
  )
}, 60_000)
