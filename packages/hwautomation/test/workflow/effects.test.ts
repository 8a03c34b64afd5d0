import { expect, test } from 'vitest'
import { MemoryStore } from '../../src/stores/memory-store.ts'
import type { EffectSpec, StepContext } from '../../src/workflow/context.ts'
import { WorkflowManager } from '../../src/workflow/manager.ts'
import type { EffectClass, Json } from '../../src/workflow/record.ts'
import { idle, SteppedClock } from './stepped-clock.ts'
import { deviceError, switchStep, TinyWorld, tinyWorkflow, untilStopped, World } from './tiny-world.ts'

/** A device that counts commissionings: the count is the marker. */
class Commissioner extends TinyWorld {
  count = 0
  markerReads = 0
  readable = true
  verdict: 'count' | 'unknown' = 'count'

  commission(): Promise<void> {
    return this.send('commission', () => {
      this.count += 1
    })
  }
}

function specs(world: Commissioner, effectClass: EffectClass): EffectSpec<Json> {
  if (effectClass !== 'marked') return { effect: effectClass, act: () => world.commission() }
  return {
    effect: 'marked',
    marker: async () => {
      world.markerReads += 1
      return world.count
    },
    act: () => world.commission(),
    happened: async (marker) => {
      if (!world.readable) throw deviceError('transient', 'MAAS silent')
      if (world.verdict === 'unknown') return 'unknown'
      return world.count > (marker as number) ? 'happened' : 'not-happened'
    },
  }
}

async function commissioned(
  world: Commissioner,
  effectClass: EffectClass,
  afterEffect?: (ctx: StepContext) => Promise<void>,
) {
  const answers: string[] = []
  const step = switchStep('commission', {
    act: async (ctx) => {
      answers.push(await ctx.effect(specs(world, effectClass)))
      await afterEffect?.(ctx)
    },
    verify: async (ctx) => ({
      ok: world.count > 0,
      output: { on: String(world.count) },
      evidence: [ctx.evidence('commissioned', world.count)],
    }),
    undo: undefined as never,
  })
  const workflow = tinyWorkflow([step], { world, spec: { effects: { set: 'set', marked: 'marked', blind: 'blind' } } })
  await using manager = new WorkflowManager({
    store: new MemoryStore(),
    clock: new SteppedClock('auto'),
    closeGrace: 200,
  })
  const end = await (await manager.start(workflow)).outcome()
  return { ...end, answers, intent: end.record.steps[0]!.intents[0] }
}

for (const effectClass of ['set', 'marked', 'blind'] as const)
  test(`${effectClass}: the intent is durable before the call goes out, and done once the step is verified`, async () => {
    const world = new Commissioner()
    const store = new MemoryStore()
    const durable: unknown[] = []
    const step = switchStep('commission', {
      act: (ctx) =>
        ctx.effect({
          ...specs(world, effectClass),
          act: async () => {
            const record = await store.load(ctx.workflowId)
            durable.push(record!.steps[0]!.intents)
            await world.commission()
          },
        }),
      verify: async (ctx) => {
        // answered, but not yet seen in the world
        durable.push((await store.load(ctx.workflowId))!.steps[0]!.intents[0]!.state)
        return { ok: true, output: { on: 'x' }, evidence: [] }
      },
    })
    const workflow = tinyWorkflow([step], {
      world,
      spec: { effects: { set: 'set', marked: 'marked', blind: 'blind' } },
    })
    await using manager = new WorkflowManager({ store, clock: new SteppedClock('auto') })
    const end = await (await manager.start(workflow)).outcome()
    expect(end.error).toBeUndefined()
    expect(durable).toEqual([
      [expect.objectContaining({ effect: effectClass, class: effectClass, sent: 1, state: 'intended' })],
      'intended',
    ])
    expect(end.record.steps[0]!.intents[0]).toMatchObject({ sent: 1, state: 'done' })
  })

test('set: after an answer that was lost it is simply sent again', async () => {
  const world = new Commissioner()
  world.fail('commission', deviceError('lost-contact-after-effect'), 'after')
  const end = await commissioned(world, 'set')
  expect(end.status).toBe('COMPLETED')
  expect(world.count).toBe(2)
  expect(end.intent).toMatchObject({ sent: 2, state: 'done' })
})

for (const kind of ['lost-contact-after-effect', 'timeout'] as const)
  test(`marked: an answer lost (${kind}) after the effect is found by the marker, and nothing is sent again`, async () => {
    const world = new Commissioner()
    world.fail('commission', deviceError(kind), 'after')
    const end = await commissioned(world, 'marked')
    expect(end.status).toBe('COMPLETED')
    expect([world.count, world.sent.length]).toEqual([1, 1])
    expect(end.answers).toEqual(['had-happened'])
    expect(end.record.steps[0]!.attempt).toBe(1)
  })

test('marked: an answer lost before the effect is sent again, after the marker has said so, with a fresh marker', async () => {
  const world = new Commissioner()
  world.fail('commission', deviceError('lost-contact-after-effect'), 'before')
  const end = await commissioned(world, 'marked')
  expect(end.status).toBe('COMPLETED')
  expect([world.count, world.sent.length, world.markerReads]).toEqual([1, 2, 2])
  expect(end.answers).toEqual(['sent'])
})

test('marked: where the marker cannot tell, it is not sent again, and the error says what to look at', async () => {
  const world = new Commissioner()
  world.verdict = 'unknown'
  world.fail('commission', deviceError('lost-contact-after-effect'), 'after')
  const end = await commissioned(world, 'marked')
  expect(end.status).toBe('FAILED')
  expect(end.error).toMatchObject({ code: 'workflow.unknown-outcome', kind: 'unknown-outcome', retryable: false })
  expect(end.error?.hint).toContain('Look at the device')
  expect(world.sent).toHaveLength(1)
})

test('marked: while the marker cannot be read nothing is sent; the next attempt asks again', async () => {
  const world = new Commissioner()
  world.readable = false
  world.fail('commission', deviceError('lost-contact-after-effect'), 'after')
  let retries = 0
  const step = switchStep('commission', {
    guard: async () => {
      retries += 1
      if (retries === 3) world.readable = true
    },
    act: (ctx) => ctx.effect(specs(world, 'marked')),
    verify: async () => ({ ok: world.count > 0, output: { on: 'x' }, evidence: [] }),
  })
  await using manager = new WorkflowManager({ store: new MemoryStore(), clock: new SteppedClock('auto') })
  const end = await (await manager.start(tinyWorkflow([step], { world }))).outcome()
  expect([end.status, world.count, world.sent.length, retries]).toEqual(['COMPLETED', 1, 1, 3])
})

test('marked: a later attempt finds what the first has sent', async () => {
  const world = new Commissioner()
  let failures = 2
  const end = await commissioned(world, 'marked', async () => {
    failures -= 1
    if (failures >= 0) throw deviceError('transient', 'poll failed')
  })
  expect(end.status).toBe('COMPLETED')
  expect(end.answers).toEqual(['sent', 'had-happened', 'had-happened'])
  expect(world.count).toBe(1)
})

for (const kind of ['lost-contact-after-effect', 'timeout', 'transient', 'internal'] as const)
  test(`blind: after ${kind} it is never sent again and the outcome is said to be unknown`, async () => {
    const world = new Commissioner()
    world.fail('commission', deviceError(kind), 'after')
    const end = await commissioned(world, 'blind')
    expect(end.error).toMatchObject({ code: 'workflow.unknown-outcome' })
    expect(world.sent).toHaveLength(1)
    expect(end.leftBehind).toEqual([expect.objectContaining({ what: expect.stringContaining('blind') })])
  })

test('blind: a refusal is an answer, so a device that is busy is asked again', async () => {
  const world = new Commissioner()
  world.fail('commission', deviceError('busy'))
  const end = await commissioned(world, 'blind')
  expect([end.status, world.count]).toEqual(['COMPLETED', 1])
  expect(end.intent).toMatchObject({ sent: 1, state: 'done' })
})

test('blind: a step that fails after it was answered does not send it again', async () => {
  const world = new Commissioner()
  let first = true
  const end = await commissioned(world, 'blind', async () => {
    if (first) {
      first = false
      throw deviceError('transient', 'poll failed')
    }
  })
  expect(end.error?.code).toBe('workflow.unknown-outcome')
  expect(world.sent).toHaveLength(1)
})

test('a cancel in the middle of a blind call leaves the question open, and says so', async () => {
  const world = new TinyWorld()
  const step = switchStep('alpha', {
    act: (ctx) =>
      ctx.effect({
        effect: 'blind',
        key: 'unlock',
        act: async () => {
          await world.switchOn('alpha')
          await untilStopped(ctx)
        },
      }),
    undo: undefined as never,
  })
  await using manager = new WorkflowManager({ store: new MemoryStore(), clock: new SteppedClock() })
  const run = await manager.start(tinyWorkflow([step], { world }))
  await idle()
  await run.cancel({ by: 'ada', reason: 'stop' })
  const end = await run.outcome()
  expect(end.status).toBe('CANCELLED')
  expect(end.leftBehind).toEqual([
    { what: 'It is not known whether blind (unlock) took effect', remedy: expect.any(String), step: 'alpha' },
  ])
})

test('what an undo sends is not taken for what the step sent', async () => {
  const world = new Commissioner()
  const step = switchStep('alpha', {
    act: async (ctx) => {
      await ctx.effect(specs(world, 'marked'))
      await ctx.subTask('hang', () => untilStopped(ctx))
    },
    undo: async (ctx) => {
      expect(ctx.intents).toEqual([{ effect: 'marked', key: '', marker: 0 }])
      expect(ctx.because).toBe('cancelled')
      await ctx.effect(specs(world, 'marked'))
    },
  })
  await using manager = new WorkflowManager({ store: new MemoryStore(), clock: new SteppedClock() })
  const run = await manager.start(tinyWorkflow([step], { world }))
  await idle()
  await run.cancel({ by: 'ada', reason: 'stop' })
  const end = await run.outcome()
  expect(end.leftBehind).toEqual([])
  expect(world.count).toBe(2)
  expect(end.record.steps[0]!.intents.map(({ key, sent }) => [key, sent])).toEqual([
    ['', 1],
    ['undo/', 1],
  ])
})

test('a step sees what it has sent so far, also in earlier attempts', async () => {
  const world = new Commissioner()
  const seen: number[] = []
  const step = switchStep('alpha', {
    act: async (ctx) => {
      seen.push(ctx.intents.length)
      await ctx.effect({ effect: 'switch', key: `try ${ctx.attempt}`, act: async () => {} })
      seen.push(ctx.intents.length)
      if (ctx.attempt === 1) throw deviceError('transient')
      await ctx.use(World).switchOn('alpha')
    },
  })
  await using manager = new WorkflowManager({ store: new MemoryStore(), clock: new SteppedClock('auto') })
  expect((await (await manager.start(tinyWorkflow([step], { world }))).outcome()).status).toBe('COMPLETED')
  expect(seen).toEqual([0, 1, 1, 2])
})

test('an effect that is not in the table, or is marked without a marker, is a defect and is not sent', async () => {
  const world = new TinyWorld()
  for (const spec of [{ effect: 'toString' }, { effect: 'unheard-of' }, { effect: 'marked' }]) {
    const step = switchStep('alpha', {
      act: (ctx) => ctx.effect({ ...spec, act: () => world.switchOn('alpha') }),
    })
    await using manager = new WorkflowManager({ store: new MemoryStore(), clock: new SteppedClock('auto') })
    const end = await (await manager.start(tinyWorkflow([step], { world }))).outcome()
    expect(end.error).toMatchObject({ code: 'workflow.effect-misuse', kind: 'internal' })
  }
  expect(world.sent).toEqual([])
})
