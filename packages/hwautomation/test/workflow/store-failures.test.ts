import { expect, test } from 'vitest'
import { HwError } from '../../src/errors.ts'
import { MemoryStore } from '../../src/stores/memory-store.ts'
import { WorkflowManager } from '../../src/workflow/manager.ts'
import { idle, SteppedClock } from './stepped-clock.ts'
import { switchStep, TinyWorld, tinyWorkflow, untilStopped } from './tiny-world.ts'

const storeError = (code: string) =>
  new HwError({ code, kind: 'internal', message: `the disk says ${code}`, hint: 'look' })

/** A store that refuses writes for as long as it is told to. */
class FailingStore extends MemoryStore {
  refuses: HwError | undefined
  refused = 0
  onRefused: () => void = () => {}
  readonly #lost = new Set<(error: Error) => void>()

  override async save(...of: Parameters<MemoryStore['save']>) {
    this.#check()
    return super.save(...of)
  }

  override onLost(listener?: (error: Error) => void): () => void {
    if (listener !== undefined) this.#lost.add(listener)
    return () => {}
  }

  takeAway(error: Error): void {
    for (const listener of this.#lost) listener(error)
  }

  #check(): void {
    const error = this.refuses
    if (error === undefined) return
    this.refused += 1
    this.onRefused()
    throw error
  }
}

test('a full disk is waited for: nothing is sent meanwhile, and with room again the run goes on to its end', async () => {
  const store = new FailingStore()
  const world = new TinyWorld()
  const lines: string[] = []
  const log = (_: object, message: string) => void lines.push(message)
  const logger = { debug: log, info: log, warn: log, error: log }
  await using manager = new WorkflowManager({ store, clock: new SteppedClock(), logger })
  let sentWhileFull = -1
  store.onRefused = () => {
    if (store.refused < 2) return
    sentWhileFull = world.sent.length
    store.refuses = undefined
  }
  const filling = switchStep('filling', {
    act: async (ctx) => {
      store.refuses = storeError('store.full')
      await ctx.effect({ effect: 'switch', act: () => world.switchOn('filling') })
    },
  })
  const end = await (await manager.start(tinyWorkflow([filling, switchStep('beta')], { world }))).outcome()
  expect(end).toMatchObject({ status: 'COMPLETED' })
  expect(sentWhileFull).toBe(0)
  expect(world.sent).toEqual(['on filling', 'on beta'])
  expect(lines).toContain('the run waits for room in its store')
})

test('a store that is broken for good stops what is being done, but not what must not be interrupted', async () => {
  const store = new FailingStore()
  const world = new TinyWorld()
  const seen: string[] = []
  await using manager = new WorkflowManager({ store, clock: new SteppedClock(), closeGrace: 50 })
  const plain = switchStep('plain', {
    act: (ctx) =>
      ctx.subTask('reading', async () => {
        store.refuses = storeError('store.failed')
        const write = ctx.waiting('device', 'it is busy', async () => {}).catch(() => {})
        await untilStopped(ctx).catch((error: HwError) => seen.push(`plain: ${error.code}`))
        await write
      }),
  })
  const run = await manager.start(tinyWorkflow([plain], { world }))
  const end = await run.outcome()
  expect(end).toMatchObject({ status: 'RUNNING', error: { code: 'workflow.store-failed' } })
  expect(seen).toEqual(['plain: workflow.store-failed'])

  store.refuses = undefined
  const flash = switchStep('flash', {
    act: (ctx) =>
      ctx.critical('flashing', '10m', async (inside) => {
        store.refuses = storeError('store.failed')
        await inside.waiting('device', 'it is busy', async () => {}).catch(() => {})
        await idle()
        seen.push(inside.signal.aborted ? 'flash: aborted' : 'flash: let be')
        await world.switchOn('flash')
      }),
  })
  const critical = await manager.start(tinyWorkflow([flash], { world, resource: 'machine-2' }))
  expect(await critical.outcome()).toMatchObject({ status: 'RUNNING', error: { code: 'workflow.store-failed' } })
  expect(seen.at(-1)).toBe('flash: let be')
  expect(world.sent).toEqual(['on flash'])
})

test('when another process takes the store, runs are let go of at once, and new ones are refused', async () => {
  const store = new FailingStore()
  const world = new TinyWorld()
  const reasons: string[] = []
  await using manager = new WorkflowManager({ store, clock: new SteppedClock(), closeGrace: 50 })
  const hanging = switchStep('hang', {
    act: (ctx) => untilStopped(ctx).catch((error: HwError) => reasons.push(error.code)),
  })
  const run = await manager.start(tinyWorkflow([hanging, switchStep('beta')], { world }))
  await idle()
  const before = await store.load(run.id)
  store.takeAway(storeError('store.lease-lost'))
  const end = await run.outcome()
  expect(end).toMatchObject({ status: 'RUNNING', error: { code: 'workflow.lease-lost' } })
  expect(reasons).toEqual(['workflow.lease-lost'])
  expect(world.sent).toEqual([])
  expect(await store.load(run.id)).toEqual(before)
  await expect(manager.start(tinyWorkflow([switchStep('alpha')], { resource: 'm2' }))).rejects.toMatchObject({
    code: 'workflow.lease-lost',
  })
  await expect(manager.cancel(run.id, { by: 'ada' })).rejects.toMatchObject({ code: 'workflow.lease-lost' })
})

test('a run whose store failed holds its machine: nobody else gets it before the store is opened anew, and then it goes first', async () => {
  const store = new FailingStore()
  const world = new TinyWorld()
  const failing = switchStep('failing', {
    act: async (ctx) => {
      if (ctx.attempt === 1 && world.sent.length === 0) store.refuses = storeError('store.failed')
      await ctx.effect({ effect: 'switch', act: () => world.switchOn('failing') })
    },
  })
  const workflow = tinyWorkflow([failing], { world })
  const first = new WorkflowManager({ store, clock: new SteppedClock() })
  const stuck = await first.start(workflow)
  expect(await stuck.outcome()).toMatchObject({ status: 'RUNNING', error: { code: 'workflow.store-failed' } })
  expect([first.isWorkingOn(stuck.id), first.activeRuns]).toEqual([false, 0])
  store.refuses = undefined
  const other = tinyWorkflow([switchStep('other')], { world })
  await expect(first.start(other)).rejects.toMatchObject({ code: 'workflow.resource-busy', context: { run: stuck.id } })
  await first.close()

  await using second = new WorkflowManager({ store, clock: new SteppedClock('auto') })
  world.sent.push('from now on the disk is sound')
  second.register(workflow.definition, (view) => workflow.capabilities(view))
  await second.open()
  expect((await (await second.get(stuck.id))!.outcome()).status).toBe('COMPLETED')
})
