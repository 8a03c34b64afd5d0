import { expect, test } from 'vitest'
import { MemoryStore } from '../../src/stores/memory-store.ts'
import type { Capability } from '../../src/workflow/context.ts'
import { newRunId } from '../../src/workflow/ids.ts'
import { WorkflowManager } from '../../src/workflow/manager.ts'
import type { ManagerOptions } from '../../src/workflow/manager-options.ts'
import { idle, SteppedClock } from './stepped-clock.ts'
import { deviceError, switchStep, TinyWorld, tinyWorkflow, untilStopped } from './tiny-world.ts'

function newManager(more: Partial<ManagerOptions> = {}) {
  return new WorkflowManager({ store: new MemoryStore(), clock: new SteppedClock(), closeGrace: 30, ...more })
}

const hanging = (id = 'hang') => switchStep(id, { act: (ctx) => ctx.subTask('hang', () => untilStopped(ctx)) })

test('a second start of the identical request is the first run; a different one is refused with its id and requester', async () => {
  await using manager = newManager()
  const first = await manager.start(tinyWorkflow([hanging()]), { requestedBy: 'ada' })
  const again = await manager.start(tinyWorkflow([hanging()]), { requestedBy: 'bob' })
  expect(again.id).toBe(first.id)
  const different = tinyWorkflow([hanging()], { request: { server: 'machine-1', recommission: true } })
  await expect(manager.start(different, { requestedBy: 'bob' })).rejects.toMatchObject({
    code: 'workflow.resource-busy',
    kind: 'conflict',
    message: expect.stringMatching(/machine-1\.example is held by run .* ada/),
    context: { run: first.id, requestedBy: 'ada' },
  })
})

test('works on a run until it is over or detached', async () => {
  const store = new MemoryStore()
  const manager = newManager({ store })
  const running = await manager.start(tinyWorkflow([hanging()]))
  expect([manager.isWorkingOn(running.id), manager.isWorkingOn('run_other')]).toEqual([true, false])
  await manager.close({ mode: 'detach' })
  expect(manager.isWorkingOn(running.id)).toBe(false)
})

test('different names of one machine are one resource', async () => {
  await using manager = newManager()
  const byName = (server: string) =>
    tinyWorkflow([hanging()], {
      request: { server },
      resolve: async () => ({ resource: 'abc123', label: 'srv001', request: { server: 'abc123' } }),
    })
  const first = await manager.start(byName('srv001'))
  expect((await manager.start(byName('srv001.example.com'))).id).toBe(first.id)
  expect((await manager.start(byName('abc123'))).id).toBe(first.id)
})

test('fifty identical starts at once are one run, and one key is one run, also when its run ends at once', async () => {
  const clock = new SteppedClock('auto')
  await using manager = newManager({ clock })
  const identical = await Promise.all(Array.from({ length: 50 }, () => manager.start(tinyWorkflow([hanging()]))))
  expect(new Set(identical.map((run) => run.id)).size).toBe(1)

  const world = new TinyWorld()
  const start = () =>
    manager.start(tinyWorkflow([switchStep('alpha')], { world, resource: 'm2' }), { idempotencyKey: 'ticket-42' })
  const keyed = await Promise.all(Array.from({ length: 50 }, start))
  expect(new Set(keyed.map((run) => run.id)).size).toBe(1)
  await keyed[0]!.outcome()
  expect(world.sent).toEqual(['on alpha'])
})

test('a key gives the first run also after its end and after a restart; with another request it is refused', async () => {
  const store = new MemoryStore()
  const clock = new SteppedClock('auto')
  const request = { idempotencyKey: 'ticket-42', requestedBy: 'ada' }
  const first = newManager({ store, clock })
  const run = await first.start(tinyWorkflow([switchStep('alpha')]), request)
  await run.outcome()
  expect((await first.start(tinyWorkflow([switchStep('alpha')]), request)).id).toBe(run.id)
  await first.close()

  await using second = newManager({ store, clock })
  const again = await second.start(tinyWorkflow([switchStep('alpha')]), request)
  expect([again.id, again.status]).toEqual([run.id, 'COMPLETED'])
  expect((await again.outcome()).status).toBe('COMPLETED')
  const other = tinyWorkflow([switchStep('alpha')], { request: { server: 'machine-9' } })
  await expect(second.start(other, request)).rejects.toMatchObject({
    code: 'workflow.idempotency-mismatch',
    context: { run: run.id },
  })
})

test('once a run has ended its resource is free at once', async () => {
  await using manager = newManager({ clock: new SteppedClock('auto') })
  for (let round = 0; round < 5; round += 1) {
    const run = await manager.start(tinyWorkflow([switchStep('alpha')], { request: { round } }))
    for await (const event of run.events()) void event
  }
  expect((await manager.list()).records).toHaveLength(5)
})

test('a start that comes while an ended run still closes what it used waits for that', async () => {
  await using manager = newManager({ clock: new SteppedClock('auto'), closeGrace: 5_000 })
  const world = new TinyWorld()
  let open = 0
  let most = 0
  const start = (round: number) =>
    manager.start(
      tinyWorkflow([switchStep('alpha')], {
        world,
        request: { round },
        capabilities: () => {
          open += 1
          most = Math.max(most, open)
          return {
            get: <T>(_: Capability<T>) => world as T,
            [Symbol.asyncDispose]: async () => {
              await idle()
              open -= 1
            },
          }
        },
      }),
    )
  const second = new Promise<Awaited<ReturnType<typeof start>>>((resolve, reject) => {
    const off = manager.onEvent((event) => {
      if (event.type !== 'workflow.status' || event.to !== 'COMPLETED') return
      off()
      start(2).then(resolve, reject)
    })
  })
  const first = await start(1)
  expect((await (await second).outcome()).status).toBe('COMPLETED')
  expect([(await second).id === first.id, most]).toEqual([false, 1])
})

test('a second start with a key waits for the first, however long its own look at the world takes', async () => {
  await using manager = newManager({ clock: new SteppedClock('auto') })
  const world = new TinyWorld()
  let looks = 0
  const start = () =>
    manager.start(
      tinyWorkflow([switchStep('alpha')], {
        world,
        resolve: async () => {
          looks += 1
          if (looks > 1) for (let turn = 0; turn < 20; turn += 1) await idle()
          return { resource: 'm1', label: 'm1', request: {} }
        },
      }),
      { idempotencyKey: 'ticket-42' },
    )
  const [first, second] = await Promise.all([start(), start()])
  await Promise.all([first.outcome(), second.outcome()])
  expect(second.id).toBe(first.id)
  expect(world.sent).toEqual(['on alpha'])
})

test('no more than the given number run at a time; the others are PENDING and say that they wait for a slot', async () => {
  await using manager = newManager({ concurrency: 2 })
  const runs = await Promise.all(
    Array.from({ length: 5 }, (_, index) => manager.start(tinyWorkflow([hanging()], { resource: `m${index}` }))),
  )
  await idle()
  expect(runs.map((run) => run.status)).toEqual(['RUNNING', 'RUNNING', 'PENDING', 'PENDING', 'PENDING'])
  expect(runs[2]!.record().waitingFor).toMatchObject({ kind: 'slot' })
  await runs[0]!.cancel({ by: 'ada', reason: 'next' })
  await runs[0]!.outcome()
  await idle()
  expect(runs[2]!.record()).toMatchObject({ status: 'RUNNING' })
  expect(runs[2]!.record().waitingFor).toBeUndefined()
})

test('one requester with many runs does not keep another waiting behind all of them', async () => {
  await using manager = newManager({ concurrency: 1, clock: new SteppedClock('auto') })
  const order: string[] = []
  const start = (who: string, number: number) =>
    manager.start(
      tinyWorkflow([switchStep('alpha', { guard: async () => void order.push(`${who}${number}`) })], {
        resource: `${who}-${number}`,
      }),
      { requestedBy: who },
    )
  const runs = [await start('ada', 1)]
  for (const number of [2, 3, 4]) runs.push(await start('ada', number))
  runs.push(await start('bob', 1))
  await Promise.all(runs.map((run) => run.outcome()))
  expect(order.indexOf('bob1')).toBeLessThan(order.indexOf('ada4'))
})

test('what resolve refuses is refused before anything is written', async () => {
  await using manager = newManager()
  const refused = tinyWorkflow([switchStep('alpha')], {
    resolve: () => Promise.reject(deviceError('conflict', 'deployed')),
  })
  await expect(manager.start(refused)).rejects.toMatchObject({ message: 'deployed' })
  expect((await manager.list()).records).toEqual([])
  expect(manager.activeRuns).toBe(0)
})

test('a run that cannot be written down does not start and holds nothing', async () => {
  class FullDisk extends MemoryStore {
    full = true
    override async save(...of: Parameters<MemoryStore['save']>) {
      if (this.full) throw new Error('ENOSPC')
      return super.save(...of)
    }
  }
  const store = new FullDisk()
  await using manager = newManager({ store, clock: new SteppedClock('auto') })
  const workflow = tinyWorkflow([switchStep('alpha')])
  await expect(manager.start(workflow)).rejects.toMatchObject({ code: 'workflow.store-failed' })
  expect(workflow.world.sent).toEqual([])
  store.full = false
  expect((await (await manager.start(workflow)).outcome()).status).toBe('COMPLETED')
})

test('two different definitions cannot share a name and version', async () => {
  await using manager = newManager()
  const spec = { name: 'acme/provision' }
  await manager.start(tinyWorkflow([hanging()], { spec }))
  await expect(manager.start(tinyWorkflow([hanging('other')], { spec, resource: 'm2' }))).rejects.toMatchObject({
    code: 'workflow.definition-conflict',
  })
})

test('get knows running, ended and stored runs, and nothing else', async () => {
  const store = new MemoryStore()
  await using manager = newManager({ store, clock: new SteppedClock('auto') })
  const run = await manager.start(tinyWorkflow([switchStep('alpha')]))
  expect((await manager.get(run.id))?.id).toBe(run.id)
  await run.outcome()
  expect((await manager.get(run.id))?.record().status).toBe('COMPLETED')
  expect(await manager.get(newRunId())).toBeUndefined()
  expect(await manager.get('../../etc/passwd')).toBeUndefined()
})

test('an unfinished run of an unknown definition is parked, says why, and holds its machine until it is cancelled', async () => {
  const store = new MemoryStore()
  const old = newManager({ store })
  const left = await old.start(tinyWorkflow([hanging()], { spec: { name: 'older/thing', version: 7 } }))
  await idle()
  await old.close()

  await using manager = newManager({ store, clock: new SteppedClock('auto') })
  expect((await manager.list({ status: ['RUNNING'] })).records.map((record) => record.id)).toEqual([left.id])
  const handle = (await manager.get(left.id))!
  expect(handle.record().waitingFor).toMatchObject({ kind: 'hold', detail: expect.stringContaining('older/thing@7') })
  expect(manager.isWorkingOn(left.id)).toBe(false)
  await expect(manager.start(tinyWorkflow([switchStep('alpha')]))).rejects.toMatchObject({
    code: 'workflow.resource-busy',
  })
  await expect(manager.resume(left.id, { by: 'ada' })).rejects.toMatchObject({ code: 'workflow.unknown-definition' })
  expect(await handle.cancel({ by: 'ada', reason: 'x', withoutUndo: true })).toBe('requested')
  const end = await handle.outcome()
  expect(end).toMatchObject({
    status: 'CANCELLED',
    leftBehind: [{ what: expect.stringContaining('without being undone') }],
  })
  expect((await (await manager.start(tinyWorkflow([switchStep('alpha')]))).outcome()).status).toBe('COMPLETED')
})

test('close detaches: nothing is sent any more, documents stay as they are, and handles say why', async () => {
  const store = new MemoryStore()
  const world = new TinyWorld()
  const clock = new SteppedClock()
  const manager = newManager({ store, clock, concurrency: 1 })
  const running = await manager.start(tinyWorkflow([switchStep('alpha'), hanging()], { world }))
  const waiting = await manager.start(tinyWorkflow([hanging()], { resource: 'm2' }))
  await idle()
  await manager.close()
  const end = await running.outcome()
  expect(end).toMatchObject({ status: 'RUNNING', error: { code: 'workflow.detached' } })
  expect((await store.load(running.id))!).toMatchObject({
    status: 'RUNNING',
    steps: [{ status: 'completed' }, { status: 'running' }],
  })
  expect((await store.load(waiting.id))!.status).toBe('PENDING')
  expect(world.sent).toEqual(['on alpha'])
  expect([world.scopesOpen, clock.sleeping, manager.activeRuns]).toEqual([0, 0, 0])
  await expect(manager.start(tinyWorkflow([hanging()]))).rejects.toMatchObject({ code: 'workflow.manager-closed' })
  await manager.close()
})

test('detach waits for a critical section, and what it did is in the document', async () => {
  const store = new MemoryStore()
  const clock = new SteppedClock()
  const world = new TinyWorld()
  const manager = newManager({ store, clock, closeGrace: 5_000 })
  const flash = switchStep('flash', {
    act: (ctx) =>
      ctx.critical('flashing', '30m', async (inside) => {
        await clock.sleep(1_000, inside.signal)
        await inside.effect({ effect: 'switch', act: () => world.switchOn('flash') })
      }),
  })
  const run = await manager.start(tinyWorkflow([flash], { world }))
  await idle()
  const closing = manager.close()
  await idle()
  expect(run.status).toBe('RUNNING')
  await clock.advance(1_000)
  await closing
  expect(world.sent).toEqual(['on flash'])
  expect((await store.load(run.id))!.steps[0]).toMatchObject({ status: 'running', intents: [{ sent: 1 }] })
})

test('detach does not wait longer than it may, not even for a critical section, and writes nothing after it', async () => {
  const store = new MemoryStore()
  const manager = newManager({ store, closeGrace: 20 })
  const reasons: unknown[] = []
  const flash = switchStep('flash', {
    act: (ctx) =>
      ctx.critical('flashing', '30m', async (inside) => {
        await untilStopped(inside).catch((reason: unknown) => reasons.push((reason as { code: string }).code))
        await new Promise(() => {})
      }),
  })
  const run = await manager.start(tinyWorkflow([flash]))
  await idle()
  await manager.close()
  expect(reasons).toEqual(['workflow.detached'])
  expect((await store.load(run.id))!.status).toBe('RUNNING')
})

test('a detach during an undo leaves it running in the document', async () => {
  const store = new MemoryStore()
  const manager = newManager({ store })
  const step = switchStep('alpha', { act: untilStopped, undo: untilStopped })
  const run = await manager.start(tinyWorkflow([step]))
  await idle()
  await run.cancel({ by: 'ada', reason: 'stop' })
  await idle()
  await manager.close()
  expect(await store.load(run.id)).toMatchObject({
    status: 'RUNNING',
    cancel: { by: 'ada' },
    steps: [{ undo: { status: 'running' } }],
  })
})

test('close can cancel: every run is undone and ends CANCELLED', async () => {
  const world = new TinyWorld()
  const manager = newManager({ clock: new SteppedClock('auto'), closeGrace: 5_000 })
  const clockless = newManager({ closeGrace: 5_000 })
  const run = await clockless.start(tinyWorkflow([switchStep('alpha'), hanging()], { world }))
  await idle()
  await clockless.close({ mode: 'cancel', within: '5s' })
  await manager.close({ mode: 'cancel' })
  expect((await run.outcome()).status).toBe('CANCELLED')
  expect(world.sent).toEqual(['on alpha', 'off hang', 'off alpha'])
})

test('close can drain: running and waiting runs go to their end', async () => {
  const manager = newManager({ clock: new SteppedClock('auto'), concurrency: 1, closeGrace: 5_000 })
  const runs = await Promise.all(
    ['m1', 'm2', 'm3'].map((resource) => manager.start(tinyWorkflow([switchStep('alpha')], { resource }))),
  )
  await manager.close({ mode: 'drain', within: '10s' })
  expect(runs.map((run) => run.status)).toEqual(['COMPLETED', 'COMPLETED', 'COMPLETED'])
})

test('a thousand tiny runs at once all complete, a bounded number at a time', async () => {
  await using manager = newManager({ clock: new SteppedClock('auto'), concurrency: 25 })
  let running = 0
  let most = 0
  const step = () =>
    switchStep('alpha', {
      guard: async () => {
        running += 1
        most = Math.max(most, running)
        await Promise.resolve()
        running -= 1
      },
    })
  const runs = await Promise.all(
    Array.from({ length: 1_000 }, (_, index) => manager.start(tinyWorkflow([step()], { resource: `m${index}` }))),
  )
  const ends = await Promise.all(runs.map((run) => run.outcome()))
  expect(ends.every((end) => end.status === 'COMPLETED')).toBe(true)
  expect(most).toBeLessThanOrEqual(25)
  expect(manager.activeRuns).toBe(0)
})
