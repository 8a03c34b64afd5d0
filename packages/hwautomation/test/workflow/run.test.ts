import { expect, test } from 'vitest'
import { z } from 'zod'
import { MemoryStore } from '../../src/stores/memory-store.ts'
import type { Capability, UndoContext } from '../../src/workflow/context.ts'
import type { WorkflowEvent } from '../../src/workflow/events.ts'
import { WorkflowManager } from '../../src/workflow/manager.ts'
import type { ManagerOptions } from '../../src/workflow/manager-options.ts'
import { WorkflowStep, type StepSpec } from '../../src/workflow/step.ts'
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

const STEPS = ['alpha', 'beta', 'gamma', 'delta'] as const

function newManager(more: Partial<ManagerOptions> = {}) {
  return new WorkflowManager({ store: new MemoryStore(), clock: new SteppedClock('auto'), closeGrace: 200, ...more })
}

async function runToEnd(workflow: TinyWorkflow, onEvent?: (event: WorkflowEvent, cancel: () => void) => void) {
  await using manager = newManager()
  const run = await manager.start(workflow, { requestedBy: 'ada' })
  const off = manager.onEvent((event) => {
    onEvent?.(event, () => void run.cancel({ by: 'bob', reason: 'wrong server' }))
  })
  const end = await run.outcome()
  off()
  expect(workflow.world.scopesOpen).toBe(0)
  return end
}

const statuses = (end: { record: { steps: readonly { status: string }[] } }) =>
  end.record.steps.map(({ status }) => status)

test('a run whose steps are all verified is COMPLETED at 100 %, with output and evidence of each', async () => {
  const workflow = tinyWorkflow([switchStep('first'), switchStep('second')])
  const end = await runToEnd(workflow)
  expect(end.error).toBeUndefined()
  expect(end.status).toBe('COMPLETED')
  expect(end.record.percent).toBe(100)
  expect(end.record.steps.map((step) => [step.id, step.status, step.output])).toEqual([
    ['first', 'completed', { on: 'first' }],
    ['second', 'completed', { on: 'second' }],
  ])
  expect(end.evidence.map(({ claim, observed }) => [claim, observed])).toEqual([
    ['first is on', { on: true }],
    ['second is on', { on: true }],
  ])
  expect(end.record.steps.every((step) => step.intents.every((intent) => intent.state === 'done'))).toBe(true)
  expect(workflow.world.sent).toEqual(['on first', 'on second'])
})

for (const [at, failing] of STEPS.entries()) {
  test(`a failure for good in ${failing} ends FAILED there: nothing is undone, the device is settled, the rest stays pending`, async () => {
    const world = new TinyWorld()
    world.fail(`on ${failing}`, deviceError('invalid'))
    const settle = { within: '1m', run: async () => 'off' } as const
    const end = await runToEnd(
      tinyWorkflow(
        STEPS.map((id) => switchStep(id)),
        { world, spec: { settle } },
      ),
    )
    expect(end.status).toBe('FAILED')
    expect(end.error).toMatchObject({ code: 'test.invalid', hint: 'look at the device' })
    expect(statuses(end)).toEqual(
      STEPS.map((_, index) => (index < at ? 'completed' : index === at ? 'failed' : 'pending')),
    )
    expect(end.record.settled).toMatchObject({ status: 'completed', endState: 'off' })
    expect(world.sent).toEqual(STEPS.slice(0, at + 1).map((id) => `on ${id}`))
    expect(end.record.percent).toBeLessThan(100)
  })

  test(`a failure that passes in ${failing} is tried again and the run completes`, async () => {
    const world = new TinyWorld()
    world.fail(`on ${failing}`, deviceError('transient'))
    world.fail(`on ${failing}`, deviceError('busy'))
    const end = await runToEnd(
      tinyWorkflow(
        STEPS.map((id) => switchStep(id)),
        { world },
      ),
    )
    expect(end.status).toBe('COMPLETED')
    expect(end.record.steps[at]).toMatchObject({
      attempt: 3,
      earlierErrors: [{ code: 'test.transient' }, { code: 'test.busy' }],
    })
    expect([...world.on]).toEqual([...STEPS])
  })

  test(`a cancel while ${failing} runs undoes every started step in reverse and ends CANCELLED`, async () => {
    const world = new TinyWorld()
    const steps = STEPS.map((id) =>
      switchStep(
        id,
        id !== failing
          ? {}
          : {
              act: async (ctx) => {
                await ctx.effect({ effect: 'switch', act: () => ctx.use(World).switchOn(id) })
                await ctx.subTask('hang', () => untilStopped(ctx))
              },
            },
      ),
    )
    const end = await runToEnd(tinyWorkflow(steps, { world }), (event, cancel) => {
      if (event.type === 'subtask.started') cancel()
    })
    expect(end.status).toBe('CANCELLED')
    expect(end.record.cancel).toMatchObject({ by: 'bob', reason: 'wrong server' })
    expect(end.record.cancel?.cameTooLate).toBeUndefined()
    expect(end.error).toMatchObject({ code: 'workflow.cancelled', kind: 'cancelled' })
    expect(statuses(end)).toEqual(
      STEPS.map((_, index) => (index < at ? 'completed' : index === at ? 'cancelled' : 'pending')),
    )
    const started = STEPS.slice(0, at + 1)
    expect(world.sent).toEqual([...started.map((id) => `on ${id}`), ...started.toReversed().map((id) => `off ${id}`)])
    expect(world.on.size).toBe(0)
    expect(end.record.steps.slice(0, at + 1).every((step) => step.undo?.status === 'completed')).toBe(true)
    expect(end.leftBehind).toEqual([])
  })

  test(`an undo of ${failing} that cannot finish is named in leftBehind, and the others are undone all the same`, async () => {
    const world = new TinyWorld()
    for (let count = 0; count < 3; count += 1) world.fail(`off ${failing}`, deviceError('transient', 'BMC silent'))
    const hang = switchStep('hang', { act: untilStopped, undo: undefined as never })
    const end = await runToEnd(
      tinyWorkflow([...STEPS.map((id) => switchStep(id)), hang], { world }),
      (event, cancel) => {
        if (event.type === 'step.status' && event.step === 'hang') cancel()
      },
    )
    expect(end.status).toBe('CANCELLED')
    expect([...world.on]).toEqual([failing])
    expect(end.leftBehind).toEqual([
      { what: expect.stringContaining('BMC silent'), remedy: 'look at the device', step: failing },
    ])
    expect(end.error?.causes).toEqual([expect.objectContaining({ code: 'test.transient' })])
    expect(end.record.steps[at]!.undo).toMatchObject({ status: 'failed', error: { message: 'BMC silent' } })
  })
}

test('a cancel before the run has a slot ends CANCELLED and nothing is sent, undone or settled', async () => {
  await using manager = newManager({ concurrency: 1, clock: new SteppedClock() })
  const first = await manager.start(tinyWorkflow([switchStep('hang', { act: untilStopped })], { resource: 'm1' }))
  const workflow = tinyWorkflow([switchStep('alpha')], { resource: 'm2' })
  const second = await manager.start(workflow)
  await idle()
  expect(second.record()).toMatchObject({ status: 'PENDING', waitingFor: { kind: 'slot' } })
  expect(await second.cancel({ by: 'ada', reason: 'never mind' })).toBe('requested')
  const end = await second.outcome()
  expect(end.status).toBe('CANCELLED')
  expect(end.record.waitingFor).toBeUndefined()
  expect(workflow.world.sent).toEqual([])
  await first.cancel({ by: 'ada', reason: 'done' })
  expect((await first.outcome()).status).toBe('CANCELLED')
})

test('a cancel that comes when the intent is written and before it is sent keeps it from being sent', async () => {
  const world = new TinyWorld()
  const end = await runToEnd(
    tinyWorkflow([switchStep('alpha', { undo: undefined as never })], { world }),
    (event, cancel) => {
      if (event.type === 'step.intent') cancel()
    },
  )
  expect(end.status).toBe('CANCELLED')
  expect(world.sent).toEqual([])
  expect(end.record.steps[0]!.intents).toEqual([expect.objectContaining({ sent: 0, state: 'intended' })])
})

test('a cancel is visible at once while the status stays RUNNING until the step has stopped', async () => {
  await using manager = newManager()
  const letGo: (() => void)[] = []
  const step = switchStep('alpha', {
    act: async (ctx) => {
      await untilStopped(ctx).catch(() => {})
      await new Promise<void>((resolve) => letGo.push(resolve))
      ctx.signal.throwIfAborted()
    },
  })
  const run = await manager.start(tinyWorkflow([step]))
  await idle()
  const answer = run.cancel({ by: 'ada', reason: 'stop' })
  expect(run.record()).toMatchObject({ status: 'RUNNING', cancel: { by: 'ada', reason: 'stop' } })
  expect(await answer).toBe('requested')
  expect(await run.cancel({ by: 'bob', reason: 'me too' })).toBe('already-requested')
  expect(run.status).toBe('RUNNING')
  await idle()
  letGo[0]!()
  expect((await run.outcome()).record).toMatchObject({ status: 'CANCELLED', cancel: { by: 'ada' } })
  expect(await run.cancel({ by: 'bob', reason: 'again' })).toBe('too-late')
})

test('a cancel after the last verify ends COMPLETED, and the record says that it came too late', async () => {
  const world = new TinyWorld()
  const end = await runToEnd(tinyWorkflow([switchStep('alpha'), switchStep('beta')], { world }), (event, cancel) => {
    if (event.type === 'step.status' && event.step === 'beta' && event.to === 'completed') cancel()
  })
  expect(end.status).toBe('COMPLETED')
  expect(end.record.cancel).toMatchObject({ by: 'bob', cameTooLate: true })
  expect([...world.on]).toEqual(['alpha', 'beta'])
})

test('a step that must finish does so before a cancel takes effect, and the record says what is waited for', async () => {
  const world = new TinyWorld()
  let goOn = () => {}
  const flash = switchStep('flash', {
    onCancel: 'finish',
    act: async (ctx) => {
      await new Promise<void>((resolve) => (goOn = resolve))
      expect(ctx.signal.aborted).toBe(false)
      await ctx.effect({ effect: 'switch', act: () => world.switchOn('flash') })
    },
  })
  await using manager = newManager({ clock: new SteppedClock() })
  const run = await manager.start(tinyWorkflow([flash, switchStep('beta')], { world }))
  await idle()
  await run.cancel({ by: 'ada', reason: 'stop' })
  await idle()
  expect(run.record()).toMatchObject({ status: 'RUNNING', waitingFor: { kind: 'safe-point' } })
  goOn()
  const end = await run.outcome()
  expect(end.status).toBe('CANCELLED')
  expect(statuses(end)).toEqual(['completed', 'pending'])
  expect(world.sent).toEqual(['on flash', 'off flash'])
})

test('a safe point is where a step that must finish may stop after all', async () => {
  const world = new TinyWorld()
  let goOn = () => {}
  const flash = switchStep('flash', {
    onCancel: 'finish',
    act: async (ctx) => {
      ctx.safePoint()
      await new Promise<void>((resolve) => (goOn = resolve))
      ctx.safePoint()
      await world.switchOn('flash')
    },
  })
  await using manager = newManager({ clock: new SteppedClock() })
  const run = await manager.start(tinyWorkflow([flash], { world }))
  await idle()
  await run.cancel({ by: 'ada', reason: 'stop' })
  goOn()
  const end = await run.outcome()
  expect([end.status, ...statuses(end)]).toEqual(['CANCELLED', 'cancelled'])
  expect(world.sent).toEqual(['off flash'])
})

test('a step that fails on its own while a cancel waits for it ends CANCELLED, with its error beside the cancel', async () => {
  let goOn = () => {}
  const flash = switchStep('flash', {
    onCancel: 'finish',
    act: async () => {
      await new Promise<void>((resolve) => (goOn = resolve))
      throw deviceError('invalid')
    },
  })
  await using manager = newManager({ clock: new SteppedClock() })
  const run = await manager.start(tinyWorkflow([flash]))
  await idle()
  await run.cancel({ by: 'ada', reason: 'stop' })
  goOn()
  const end = await run.outcome()
  expect([end.status, ...statuses(end)]).toEqual(['CANCELLED', 'failed'])
  expect(end.error).toMatchObject({ code: 'workflow.cancelled', causes: [{ code: 'test.invalid' }] })
})

test('what was acknowledged and not done is found by reading back, tried again, and in the end FAILED with the evidence', async () => {
  const lazy = switchStep('alpha', { act: async () => {} })
  const end = await runToEnd(tinyWorkflow([lazy], { retryCount: 1 }))
  expect(end.status).toBe('FAILED')
  expect(end.error).toMatchObject({ code: 'workflow.not-verified', message: expect.stringContaining('alpha is off') })
  expect(end.record.steps[0]).toMatchObject({
    attempt: 2,
    evidence: [{ claim: 'alpha is on', observed: { on: false } }],
    earlierErrors: [{ code: 'workflow.not-verified' }],
  })
})

test('evidence that was read before the act is no evidence', async () => {
  const clock = new SteppedClock('auto')
  await using manager = newManager({ clock })
  const stale: { evidence?: ReturnType<Parameters<StepSpec<any, any>['plan']>[0]['evidence']> } = {}
  const step = switchStep('alpha', {
    guard: async (ctx) => {
      stale.evidence = ctx.evidence('alpha is on', true)
      await clock.sleep(1_000, ctx.signal)
    },
    verify: async () => ({ ok: true, output: { on: 'alpha' }, evidence: [stale.evidence!] }),
  })
  const end = await (await manager.start(tinyWorkflow([step]))).outcome()
  expect(end.error?.code).toBe('workflow.stale-evidence')
})

test('an output its own schema refuses is a defect, not a success', async () => {
  const step = switchStep('alpha', {
    verify: async () => ({ ok: true, output: { on: 5 } as never, evidence: [] }),
  })
  const end = await runToEnd(tinyWorkflow([step]))
  expect(end).toMatchObject({ status: 'FAILED', error: { code: 'workflow.invalid-output', kind: 'internal' } })
})

test('a guard is read again before each attempt, and its refusal sends nothing', async () => {
  let asked = 0
  const step = switchStep('alpha', {
    guard: async () => {
      asked += 1
      if (asked < 3) throw deviceError('busy')
    },
  })
  const workflow = tinyWorkflow([step])
  const end = await runToEnd(workflow)
  expect(end.status).toBe('COMPLETED')
  expect(asked).toBe(3)
  expect(workflow.world.sent).toEqual(['on alpha'])
})

test('a step that does not apply is skipped with its reason, and later steps see that it has no output', async () => {
  const first = switchStep('alpha', { skip: () => 'no BMC address was asked for' })
  const second = switchStep('beta', {
    act: async (ctx) => {
      expect(ctx.maybeOutput(first)).toBeUndefined()
      expect(() => ctx.output(first)).toThrow(expect.objectContaining({ code: 'workflow.no-output' }))
      await ctx.use(World).switchOn('beta')
    },
  })
  const end = await runToEnd(tinyWorkflow([first, second]))
  expect(end.status).toBe('COMPLETED')
  expect(end.record.steps[0]).toMatchObject({ status: 'skipped', skippedBecause: 'no BMC address was asked for' })
})

test('outputs travel typed from step to step, defaults of the schema included', async () => {
  const first = new WorkflowStep({
    id: 'first',
    output: z.object({ address: z.string(), port: z.number().default(22) }),
    timeout: { attempt: '1m', total: '1m' },
    onCancel: 'stop',
    plan: (ctx) => ctx.todo(),
    act: async () => {},
    verify: async () => ({
      ok: true,
      output: { address: '10.0.0.1' } as { address: string; port: number },
      evidence: [],
    }),
  })
  const seen: unknown[] = []
  const second = switchStep('second', {
    act: async (ctx) => {
      seen.push(ctx.output(first).port, ctx.output(first).address)
      await ctx.use(World).switchOn('second')
    },
  })
  expect((await runToEnd(tinyWorkflow([first, second]))).status).toBe('COMPLETED')
  expect(seen).toEqual([22, '10.0.0.1'])
})

test('settling that fails is said: in settled, in leftBehind and beside the error', async () => {
  const settle = {
    within: '1m',
    run: async () => {
      throw deviceError('conflict', 'somebody else holds it')
    },
  } as const
  const world = new TinyWorld()
  world.fail('on alpha', deviceError('licence'))
  const end = await runToEnd(tinyWorkflow([switchStep('alpha')], { world, spec: { settle } }))
  expect(end.record.settled).toMatchObject({ status: 'failed', endState: expect.stringContaining('not known') })
  expect(end.leftBehind).toEqual([
    expect.objectContaining({ step: 'settle', what: expect.stringContaining('somebody else') }),
  ])
  expect(end.error).toMatchObject({ code: 'test.licence', causes: [{ code: 'test.conflict' }] })
})

test('settling comes after the undo of a cancelled run, with intents of its own and those of all steps before its eyes', async () => {
  const world = new TinyWorld()
  const seen: unknown[] = []
  const settle = {
    within: '1m',
    run: async (ctx: UndoContext<any>) => {
      seen.push(
        ctx.because,
        ctx.intents.map(({ effect }) => effect),
      )
      await ctx.effect({ effect: 'switch', act: () => world.switchOff('power') })
      return 'READY and off'
    },
  }
  const hang = switchStep('beta', { act: untilStopped, undo: undefined as never })
  const end = await runToEnd(
    tinyWorkflow([switchStep('alpha'), hang], { world, spec: { settle } }),
    (event, cancel) => {
      if (event.type === 'step.status' && event.step === 'beta') cancel()
    },
  )
  expect(world.sent).toEqual(['on alpha', 'off alpha', 'off power'])
  expect(seen).toEqual(['cancelled', ['switch']])
  expect(end.record.settleIntents).toEqual([expect.objectContaining({ effect: 'switch', sent: 1 })])
  expect(end.record.settled).toMatchObject({ endState: 'READY and off' })
})

test('what the steps use cannot be made: the run is FAILED and nothing is settled', async () => {
  const workflow = tinyWorkflow([switchStep('alpha')], {
    capabilities: () => {
      throw deviceError('auth', 'the key of MAAS is wrong')
    },
  })
  await using manager = newManager()
  const end = await (await manager.start(workflow)).outcome()
  expect(end).toMatchObject({ status: 'FAILED', error: { code: 'test.auth' } })
  expect(end.record.settled).toBeUndefined()
})

test('what the steps used and will not close does not keep a run from its end', async () => {
  const world = new TinyWorld()
  const workflow = tinyWorkflow([switchStep('alpha')], {
    world,
    capabilities: () => ({
      get: <T>(_: Capability<T>) => world as T,
      [Symbol.asyncDispose]: () => new Promise<void>(() => {}),
    }),
  })
  await using manager = newManager({ closeGrace: 20 })
  expect((await (await manager.start(workflow)).outcome()).status).toBe('COMPLETED')
})

test('work that runs on after its attempt can neither send nor report any more', async () => {
  const world = new TinyWorld()
  let late: Promise<unknown> | undefined
  let goOn = () => {}
  const step = switchStep('alpha', {
    act: async (ctx) => {
      await world.switchOn('alpha')
      late = new Promise<void>((resolve) => (goOn = resolve))
        .then(() => ctx.effect({ effect: 'switch', act: () => world.switchOn('late') }))
        .catch((error: unknown) => error)
    },
  })
  const end = await runToEnd(tinyWorkflow([step], { world }))
  expect(end.status).toBe('COMPLETED')
  goOn()
  expect(await late).toMatchObject({ code: 'workflow.context-closed' })
  expect(world.sent).toEqual(['on alpha'])
})

test('warnings, what is left behind and kept files are in the record, and kept files can be read again', async () => {
  const step = switchStep('alpha', {
    act: async (ctx) => {
      ctx.warn('test.odd', 'that was odd')
      ctx.leaveBehind('a changed BIOS', 'run restoreBios')
      ctx.leaveBehind('a changed BIOS', 'run restoreBios')
      const ref = await ctx.keep('bios.xml', new TextEncoder().encode('<bios/>'), 'application/xml')
      expect(new TextDecoder().decode(await ctx.kept(ref))).toBe('<bios/>')
      await expect(ctx.kept({ ...ref, sha256: '0'.repeat(64) })).rejects.toMatchObject({
        code: 'workflow.artefact-missing',
      })
      await ctx.use(World).switchOn('alpha')
    },
  })
  const end = await runToEnd(tinyWorkflow([step]))
  expect(end.warnings).toEqual([expect.objectContaining({ code: 'test.odd', step: 'alpha' })])
  expect(end.leftBehind).toEqual([{ what: 'a changed BIOS', remedy: 'run restoreBios', step: 'alpha' }])
  expect(end.record.artefacts).toEqual([expect.objectContaining({ name: 'bios.xml', bytes: 7, step: 'alpha' })])
})

test('sub-tasks begin and end with their work, and the simple form lasts until the next', async () => {
  const step = switchStep('alpha', {
    act: async (ctx) => {
      ctx.reportSubTask('Exporting current BIOS configuration…')
      ctx.reportSubTask('Comparing')
      await ctx.subTask('upload', async (task) => {
        task.detail('10 of 20 MB')
        task.percent(50)
      })
      await ctx.subTask('optional', () => Promise.reject(deviceError('transient'))).catch(() => {})
      await ctx.use(World).switchOn('alpha')
    },
  })
  const end = await runToEnd(tinyWorkflow([step]))
  expect(
    end.record.steps[0]!.subTasks.map(({ name, status, percent, detail }) => [name, status, percent, detail]),
  ).toEqual([
    ['Exporting current BIOS configuration…', 'completed', undefined, undefined],
    ['Comparing', 'completed', undefined, undefined],
    ['upload', 'completed', 100, '10 of 20 MB'],
    ['optional', 'failed', undefined, 'device says transient'],
  ])
})

test('a document keeps the last 200 sub-tasks of a step', async () => {
  const step = switchStep('alpha', {
    act: async (ctx) => {
      for (let number = 1; number <= 250; number += 1) await ctx.subTask(`poll ${number}`, async () => {})
      await ctx.use(World).switchOn('alpha')
    },
  })
  const end = await runToEnd(tinyWorkflow([step]))
  const names = end.record.steps[0]!.subTasks.map(({ name }) => name)
  expect([names.length, names[0], names.at(-1)]).toEqual([200, 'poll 51', 'poll 250'])
})

test('a wait is in the record while it lasts', async () => {
  await using manager = newManager()
  let goOn = () => {}
  const step = switchStep('alpha', {
    act: async (ctx) => {
      await ctx.waiting(
        'device',
        'another commissioning is running',
        () => new Promise<void>((resolve) => (goOn = resolve)),
      )
      await ctx.use(World).switchOn('alpha')
    },
  })
  const run = await manager.start(tinyWorkflow([step]))
  await idle()
  expect(run.record().waitingFor).toMatchObject({ kind: 'device', detail: 'another commissioning is running' })
  goOn()
  expect((await run.outcome()).record.waitingFor).toBeUndefined()
})

test('a store that fails stops the run: nothing more is sent, and the outcome says why', async () => {
  class FullDisk extends MemoryStore {
    saves = 0
    override async save(...of: Parameters<MemoryStore['save']>) {
      this.saves += 1
      if (this.saves > 4) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
      return super.save(...of)
    }
  }
  const workflow = tinyWorkflow(STEPS.map((id) => switchStep(id)))
  await using manager = newManager({ store: new FullDisk() })
  const run = await manager.start(workflow)
  const end = await run.outcome()
  expect(end.status).toBe('RUNNING')
  expect(end.error).toMatchObject({ code: 'workflow.store-failed', message: expect.stringContaining('ENOSPC') })
  expect(workflow.world.sent.length).toBeLessThan(STEPS.length)
  expect(workflow.world.scopesOpen).toBe(0)
})

test.each([
  ['leads beyond the calendar', { timeout: '9999999999d' }, /calendar/],
  ['is no duration', { timeout: 'soon' }, /not a duration/],
])('a run whose time-out %s ends FAILED, and says so in the store', async (_, more, words) => {
  const store = new MemoryStore()
  const manager = newManager({ store })
  const workflow = tinyWorkflow([switchStep('first')], more)
  const run = await manager.start(workflow)
  const end = await run.outcome()
  await manager.close()
  expect(end.status).toBe('FAILED')
  expect(end.error?.message).toMatch(words)
  expect(await store.load(run.id)).toMatchObject({ status: 'FAILED' })
  expect(workflow.world.sent).toEqual([])
  expect(workflow.world.scopesOpen).toBe(0)
})
