import { expect, test } from 'vitest'
import { MemoryStore } from '../../src/stores/memory-store.ts'
import type { AuditEntry } from '../../src/workflow/events.ts'
import { WorkflowManager } from '../../src/workflow/manager.ts'
import { Redactor } from '../../src/redaction.ts'
import { idle, SteppedClock } from './stepped-clock.ts'
import { deviceError, switchStep, TinyWorld, tinyWorkflow, untilStopped } from './tiny-world.ts'

function setUp() {
  const store = new MemoryStore()
  const clock = new SteppedClock()
  const redactor = new Redactor()
  const manager = new WorkflowManager({ store, clock, redactor, closeGrace: 200 })
  const trail = async () => {
    const entries: AuditEntry[] = []
    for await (const line of store.journal({})) if (line.type === 'audit') entries.push(line)
    return entries
  }
  return { store, clock, manager, redactor, trail }
}

test('every wish has one entry: who, why, through which door, about which run and machine, at what time', async () => {
  const { manager, trail, clock } = setUp()
  const world = new TinyWorld()
  world.fail('on alpha', deviceError('invalid'))
  const wish = { by: 'ada', reason: 'because', via: 'slack' }
  const hang = switchStep('hang', { skippable: true, act: (ctx) => untilStopped(ctx) })
  const start = () =>
    manager.start(tinyWorkflow([switchStep('alpha'), hang], { world }), { requestedBy: 'ada', via: 'slack' })
  const first = await start()
  await first.outcome()
  await manager.pause(wish)
  const second = await manager.retry(first.id, { ...wish, skip: ['hang'] })
  await manager.hold(second.id, wish)
  await manager.release(second.id, wish)
  await manager.skip(second.id, 'hang', wish)
  await manager.cancel(second.id, wish)
  await manager.drain(wish)
  await manager.proceed(wish)
  await manager.forbidHardware(wish)
  await manager.allowHardware(wish)
  await manager.note({ action: 'export', by: 'ada', via: 'cli', workflowId: first.id, outcome: 'accepted' })
  const about = (workflowId: string) => ({ workflowId, resource: 'machine-1' })
  const entries = await trail()
  expect(entries.map(({ action, outcome }) => [action, outcome])).toEqual(
    [
      'start',
      'pause',
      'retry',
      'hold',
      'release',
      'skip',
      'cancel',
      'drain',
      'proceed',
      'hardware-off',
      'hardware-on',
      'export',
    ].map((action) => [action, 'accepted']),
  )
  expect(entries[0]).toMatchObject({
    by: 'ada',
    via: 'slack',
    at: new Date(clock.now()).toISOString(),
    ...about(first.id),
  })
  expect(entries[2]).toMatchObject({ ...wish, ...about(second.id), detail: { skip: ['hang'] } })
  expect(entries[3]).toMatchObject({ ...wish, ...about(second.id) })
  expect(entries[5]).toMatchObject({ ...about(second.id), detail: { step: 'hang' } })
  await manager.close()
})

test('a refused wish is in the trail, with why', async () => {
  const { manager, trail } = setUp()
  const run = await manager.start(tinyWorkflow([switchStep('alpha', { act: (ctx) => untilStopped(ctx) })]), {
    requestedBy: 'ada',
  })
  await idle()
  await expect(manager.retry(run.id, { by: 'bob' })).rejects.toThrow()
  await expect(manager.resume(run.id, { by: 'bob' })).rejects.toThrow()
  await expect(manager.skip(run.id, 'alpha', { by: 'bob' })).rejects.toThrow()
  await expect(manager.cancel('run_none', { by: 'bob' })).rejects.toThrow()
  await expect(manager.start(tinyWorkflow([switchStep('beta')]), { requestedBy: 'bob' })).rejects.toThrow()
  await manager.drain({ by: 'ada' })
  await expect(
    manager.start(tinyWorkflow([switchStep('beta')], { resource: 'm2' }), { requestedBy: 'bob' }),
  ).rejects.toThrow()
  const refused = (await trail()).filter(({ outcome }) => outcome === 'refused')
  expect(refused.map(({ action, by, error }) => [action, by, error?.code])).toEqual([
    ['retry', 'bob', 'workflow.not-ended'],
    ['resume', 'bob', 'workflow.not-parked'],
    ['skip', 'bob', 'workflow.not-skippable'],
    ['cancel', 'bob', 'workflow.no-such-run'],
    ['start', 'bob', 'workflow.resource-busy'],
    ['start', 'bob', 'workflow.draining'],
  ])
  expect(refused[0]).toMatchObject({
    workflowId: run.id,
    resource: 'machine-1',
    error: { message: expect.stringContaining(run.id) },
  })
  await manager.close()
})

test('nobody can ask for something: a wish without a name is refused', async () => {
  const { manager } = setUp()
  const run = await manager.start(tinyWorkflow([switchStep('alpha')]))
  const nobody = { by: ' ' }
  const wishes = [
    () => manager.cancel(run.id, nobody),
    () => manager.hold(run.id, nobody),
    () => manager.retry(run.id, nobody),
    () => manager.pause(nobody),
    () => manager.forbidHardware(nobody),
  ]
  for (const ask of wishes) await expect(ask()).rejects.toMatchObject({ code: 'workflow.nobody-asked' })
  await manager.close()
})

test('a wish through a handle, and one that came too late, have their entry, too', async () => {
  const { manager, trail } = setUp()
  const run = await manager.start(tinyWorkflow([switchStep('alpha', { act: (ctx) => untilStopped(ctx) })]), {
    requestedBy: 'ada',
  })
  await idle()
  expect(await run.cancel({ by: 'bob', reason: 'wrong server' })).toBe('requested')
  expect(await run.cancel({ by: 'eve' })).toBe('already-requested')
  await run.outcome()
  expect(await run.cancel({ by: 'joe' })).toBe('too-late')
  expect((await trail()).filter(({ action }) => action === 'cancel').map(({ by }) => by)).toEqual(['bob', 'eve', 'joe'])
  await manager.close()
})

test('secrets in reasons are masked in the trail and in the record', async () => {
  const { manager, trail, redactor } = setUp()
  redactor.add('hunter2-hunter2')
  const run = await manager.start(tinyWorkflow([switchStep('alpha')]), { requestedBy: 'ada' })
  await manager.hold(run.id, { by: 'ada', reason: 'the password is hunter2-hunter2' })
  await manager.pause({ by: 'ada', reason: 'hunter2-hunter2' })
  expect(JSON.stringify([await trail(), run.record(), manager.state])).not.toContain('hunter2')
  await manager.close()
})

test('the trail can be read by machine, with the events of its runs', async () => {
  const { manager } = setUp()
  const run = await manager.start(tinyWorkflow([switchStep('alpha')], { resource: 'm1' }), { requestedBy: 'ada' })
  await manager.start(tinyWorkflow([switchStep('alpha')], { resource: 'm2' }))
  await run.outcome()
  const types: string[] = []
  for await (const line of manager.audit({ resource: 'm1' })) types.push(line.type)
  expect(types).toContain('audit')
  expect(types).toContain('workflow.created')
  for await (const line of manager.audit({ resource: 'm1' })) expect(line.resource).toBe('m1')
  await manager.close()
})
