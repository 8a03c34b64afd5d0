import { expect, test } from 'vitest'
import { MemoryStore } from '../../src/stores/memory-store.ts'
import type { JournalLine } from '../../src/workflow/events.ts'
import type { ManagerOptions, StartOptions } from '../../src/workflow/manager-options.ts'
import { WorkflowManager } from '../../src/workflow/manager.ts'
import { diesIn, event, Process } from './processes.ts'
import { idle, SteppedClock } from './stepped-clock.ts'
import { deviceError, switchStep, TinyWorld, tinyWorkflow } from './tiny-world.ts'

const approval = { reason: 'production rack', expiresIn: '4h' } as const
const asked: StartOptions = { requestedBy: 'ada', via: 'slack', approval }
const yes = { by: 'bob', reason: 'seen the change', via: 'slack' }
const HOUR = 3_600_000

function setUp(more: Partial<ManagerOptions> = {}) {
  const clock = new SteppedClock()
  const store = new MemoryStore()
  const world = new TinyWorld()
  const workflow = tinyWorkflow([switchStep('alpha')], { world })
  const newManager = (options: Partial<ManagerOptions> = more) => {
    const manager = new WorkflowManager({ store, clock, closeGrace: 200, ...options })
    manager.register(workflow.definition, (view) => workflow.capabilities(view))
    return manager
  }
  return { clock, store, world, workflow, newManager, manager: newManager() }
}

async function journalOf(manager: WorkflowManager): Promise<JournalLine[]> {
  const lines: JournalLine[] = []
  for await (const line of manager.audit()) lines.push(line)
  return lines
}

async function auditOf(manager: WorkflowManager, action: string) {
  return (await journalOf(manager)).filter((line) => line.type === 'audit' && line.action === action)
}

test('a run that needs approval waits for a second person without a slot, and says for whom, why, since when and until when', async () => {
  const { manager, world, workflow, store } = setUp({ concurrency: 1 })
  const run = await manager.start(workflow, asked)
  await idle()
  expect(run.record()).toMatchObject({
    status: 'PENDING',
    approval: { reason: 'production rack', since: '2026-01-01T00:00:00.000Z', until: '2026-01-01T04:00:00.000Z' },
    waitingFor: {
      kind: 'approval',
      since: '2026-01-01T00:00:00.000Z',
      until: '2026-01-01T04:00:00.000Z',
      detail: 'somebody other than ada must approve it: production rack',
    },
  })
  expect((await store.load(run.id))?.waitingFor?.kind).toBe('approval')
  const other = await manager.start(tinyWorkflow([switchStep('beta')], { world, resource: 'machine-2' }))
  expect((await other.outcome()).status).toBe('COMPLETED')

  await manager.approve(run.id, yes)
  const end = await run.outcome()
  expect(end.status).toBe('COMPLETED')
  expect(end.record.approval?.granted).toEqual({ ...yes, at: '2026-01-01T00:00:00.000Z' })
  expect(world.sent).toEqual(['on beta', 'on alpha'])
  const types = (await journalOf(manager))
    .filter((line) => line.type !== 'audit' && line.workflowId === run.id)
    .filter(({ type }) => type.startsWith('workflow.'))
  expect(types.map(({ type }) => type)).toEqual([
    'workflow.created',
    'workflow.status',
    'workflow.approval-required',
    'workflow.waiting',
    'workflow.approved',
    'workflow.waiting',
    'workflow.status',
    'workflow.status',
  ])
  expect(types[2]).toMatchObject({ reason: 'production rack', until: '2026-01-01T04:00:00.000Z' })
  expect(types[4]).toMatchObject(yes)
  expect(await auditOf(manager, 'approve')).toEqual([
    expect.objectContaining({ ...yes, workflowId: run.id, resource: 'machine-1', outcome: 'accepted' }),
  ])
  await manager.close()
})

for (const by of [
  'ada',
  ' Ada ',
  'ＡＤＡ',
  'a\u200Bda',
  'ada\uFE0F',
  '\u202Eada\u202C',
  'a\u00ADda',
  '\u200B',
  'Anonymous',
])
  test(`who asked for a run cannot approve it as ${JSON.stringify(by)}; the try is in the audit trail`, async () => {
    const { manager, workflow, world } = setUp()
    const run = await manager.start(workflow, asked)
    await expect(manager.approve(run.id, { by })).rejects.toMatchObject({
      code: 'workflow.own-approval',
      hint: expect.stringContaining('Somebody else'),
    })
    await idle()
    expect([run.status, world.sent]).toEqual(['PENDING', []])
    expect(await auditOf(manager, 'approve')).toEqual([
      expect.objectContaining({
        outcome: 'refused',
        error: expect.objectContaining({ code: 'workflow.own-approval' }),
      }),
    ])
    await manager.approve(run.id, yes)
    expect((await run.outcome()).status).toBe('COMPLETED')
    await expect(manager.approve(run.id, { by })).rejects.toMatchObject({ code: 'workflow.own-approval' })
    await manager.close()
  })

test('a second yes is harmless, also two at once and one after the end: the first counts, each is in the audit trail', async () => {
  const { manager, workflow } = setUp()
  const run = await manager.start(workflow, asked)
  await Promise.all([manager.approve(run.id, yes), manager.approve(run.id, { by: 'eve' })])
  await run.outcome()
  await manager.approve(run.id, { by: 'eve' })
  expect(run.record().approval?.granted?.by).toBe('bob')
  const lines = await journalOf(manager)
  expect(lines.filter(({ type }) => type === 'workflow.approved')).toHaveLength(1)
  const answers = (await auditOf(manager, 'approve')).map((line) => line.type === 'audit' && [line.by, line.detail])
  expect(answers).toHaveLength(3)
  expect(answers).toEqual(
    expect.arrayContaining([
      ['bob', { answer: 'approved' }],
      ['eve', { answer: 'already-approved' }],
    ]),
  )
  await manager.close()
})

test('what does not wait for an approval cannot be approved, and says why', async () => {
  const { manager, workflow, world } = setUp()
  const plain = await manager.start(tinyWorkflow([switchStep('beta')], { world, resource: 'machine-2' }))
  await plain.outcome()
  await expect(manager.approve(plain.id, yes)).rejects.toMatchObject({ code: 'workflow.has-ended' })
  await expect(manager.approve('run_none', yes)).rejects.toMatchObject({ code: 'workflow.no-such-run' })
  await expect(manager.approve(plain.id, { by: ' ' })).rejects.toMatchObject({ code: 'workflow.nobody-asked' })
  const held = await manager.start(tinyWorkflow([switchStep('gamma')], { world, resource: 'machine-3' }))
  await manager.hold(held.id, yes)
  await expect(manager.approve(held.id, yes)).rejects.toThrow(/needs no approval|has ended/)

  const run = await manager.start(workflow, asked)
  await manager.cancel(run.id, { by: 'bob', reason: 'not today' })
  await expect(manager.approve(run.id, { by: 'eve' })).rejects.toThrow(/bob cancelled it|has ended/)
  const end = await run.outcome()
  expect([end.status, world.sent.includes('on alpha')]).toEqual(['CANCELLED', false])
  expect(end.record.waitingFor).toBeUndefined()
  expect(end.error?.message).toBe('Cancelled by bob: not today')
  await expect(manager.approve(run.id, yes)).rejects.toMatchObject({ code: 'workflow.has-ended' })
  await manager.close()
})

test('a yes that comes with a no behind it is refused: the run is being cancelled already', async () => {
  const { manager, workflow, world } = setUp()
  const run = await manager.start(workflow, asked)
  const no = manager.cancel(run.id, { by: 'bob', reason: 'not today' })
  await expect(manager.approve(run.id, { by: 'eve' })).rejects.toMatchObject({
    code: 'workflow.not-waiting-for-approval',
    message: expect.stringContaining('bob cancelled it'),
  })
  expect(await no).toBe('requested')
  expect([(await run.outcome()).status, world.sent]).toEqual(['CANCELLED', []])
  expect(run.record().approval?.granted).toBeUndefined()
  await manager.close()
})

test('a run that nobody approves in time is cancelled, and its machine is free again', async () => {
  const { manager, workflow, clock, world } = setUp()
  const run = await manager.start(workflow, asked)
  await clock.advance(4 * HOUR - 1)
  expect(run.status).toBe('PENDING')
  await clock.advance(1)
  const end = await run.outcome()
  expect(end).toMatchObject({
    status: 'CANCELLED',
    record: {
      cancel: { by: 'hwautomation', reason: expect.stringContaining('nobody approved it by 2026-01-01T04:00') },
    },
  })
  expect(world.sent).toEqual([])
  await expect(manager.approve(run.id, yes)).rejects.toMatchObject({ code: 'workflow.has-ended' })
  const next = await manager.start(workflow, { requestedBy: 'ada' })
  expect((await next.outcome()).status).toBe('COMPLETED')
  expect(clock.sleeping).toBe(0)
  await manager.close()
})

test('one that was approved in time does not expire, and leaves no timer behind', async () => {
  const { manager, workflow, clock } = setUp({ concurrency: 1 })
  await manager.pause({ by: 'ops' })
  const run = await manager.start(workflow, asked)
  await manager.approve(run.id, yes)
  await clock.advance(5 * HOUR)
  expect([run.status, run.record().waitingFor?.kind]).toEqual(['PENDING', 'hold'])
  await manager.proceed({ by: 'ops' })
  expect((await run.outcome()).status).toBe('COMPLETED')
  expect(clock.sleeping).toBe(0)
  await manager.close()
})

test('without a time it waits for as long as it takes, and a held one waits on when it is approved', async () => {
  const { manager, workflow, clock } = setUp()
  const run = await manager.start(workflow, { requestedBy: 'ada', approval: { reason: '' } })
  await manager.hold(run.id, { by: 'ops' })
  await clock.advance(1_000 * HOUR)
  expect(run.record().waitingFor).toEqual({
    kind: 'approval',
    since: '2026-01-01T00:00:00.000Z',
    detail: 'somebody other than ada must approve it',
  })
  await manager.approve(run.id, yes)
  await idle()
  expect(run.record().waitingFor?.kind).toBe('hold')
  await manager.release(run.id, { by: 'ops' })
  expect((await run.outcome()).status).toBe('COMPLETED')
  await manager.close()
})

test('an approval that nobody asks for by name is refused: nobody could be told from them', async () => {
  const { manager, workflow } = setUp()
  await expect(manager.start(workflow, { approval })).rejects.toThrow(/needs `requestedBy`/)
  for (const requestedBy of [' ', 'anonymous'])
    await expect(manager.start(workflow, { approval, requestedBy })).rejects.toThrow(/needs `requestedBy`/)
  expect((await manager.list()).records).toEqual([])
  await manager.close()
})

test('a time that is none is refused before anything is begun', async () => {
  const { manager, workflow } = setUp()
  for (const expiresIn of ['soon', -1, 9e15])
    await expect(manager.start(workflow, { requestedBy: 'ada', approval: { reason: 'x', expiresIn } })).rejects.toThrow(
      /duration|calendar/,
    )
  expect([manager.activeRuns, (await manager.list()).records]).toEqual([0, []])
  await manager.close()
})

test('it waits on in the next process, for the same time, and is approved there', async () => {
  const { manager, newManager, workflow, clock, world } = setUp()
  const run = await manager.start(workflow, asked)
  await clock.advance(HOUR)
  await manager.close()
  const next = newManager()
  const again = (await next.get(run.id))!
  await idle()
  expect(again.record()).toMatchObject({
    status: 'PENDING',
    waitingFor: { kind: 'approval', since: '2026-01-01T00:00:00.000Z', until: '2026-01-01T04:00:00.000Z' },
  })
  await expect(next.approve(run.id, { by: 'ada' })).rejects.toMatchObject({ code: 'workflow.own-approval' })
  await clock.advance(2 * HOUR)
  await next.approve(run.id, yes)
  expect((await again.outcome()).status).toBe('COMPLETED')
  expect(world.sent).toEqual(['on alpha'])
  await next.close()
})

for (const [what, away, on] of [
  ['while no process is there', 5 * HOUR, 0],
  ['in the next process', HOUR, 3 * HOUR],
] as const)
  test(`the time to approve a run counts through restarts: it is over ${what}`, async () => {
    const { manager, newManager, workflow, clock, world } = setUp()
    const run = await manager.start(workflow, asked)
    await manager.close()
    await clock.advance(away)
    const next = newManager()
    const again = (await next.get(run.id))!
    await clock.advance(on)
    expect((await again.outcome()).record).toMatchObject({ status: 'CANCELLED', cancel: { by: 'hwautomation' } })
    expect(world.sent).toEqual([])
    await next.close()
  })

test('a parked run is approved without being gone on with; one whose time was over meanwhile is not', async () => {
  const { manager, newManager, workflow, clock } = setUp()
  const run = await manager.start(workflow, asked)
  await manager.close()
  const parked = newManager({ resume: 'park' })
  await parked.approve(run.id, yes)
  await idle()
  expect((await parked.get(run.id))!.status).toBe('PENDING')
  const resumed = await parked.resume(run.id, { by: 'ops' })
  expect((await resumed.outcome()).status).toBe('COMPLETED')

  const late = await parked.start(workflow, asked)
  await parked.close()
  await clock.advance(5 * HOUR)
  const desk = newManager({ resume: 'leave' })
  await expect(desk.approve(late.id, yes)).rejects.toMatchObject({
    code: 'workflow.not-waiting-for-approval',
    message: expect.stringContaining('the time for it was over at 2026-01-01T04:00:00.000Z'),
  })
  await desk.close()
})

for (const [what, point, status] of [
  ['before it was approved', { when: 'before', write: event('workflow.approved') }, 'PENDING'],
  ['right after it was approved', { when: 'after', write: event('workflow.approved') }, 'COMPLETED'],
] as const)
  test(`killed ${what}, the run ${status === 'PENDING' ? 'waits on' : 'goes on without being asked again'}`, async () => {
    const store = new MemoryStore()
    const world = new TinyWorld()
    const workflow = tinyWorkflow([switchStep('alpha')], { world })
    const first = new Process(store, [workflow]).dieAt(point)
    const run = await first.manager.start(workflow, { requestedBy: 'ada', approval: { reason: 'x' } })
    first.manager.approve(run.id, yes).catch(() => {})
    await first.died
    expect(world.sent).toEqual([])
    const next = new Process(store, [workflow]).manager
    const again = (await next.get(run.id))!
    if (status === 'COMPLETED') await again.outcome()
    await idle()
    expect([again.status, again.record().waitingFor?.kind]).toEqual([
      status,
      status === 'PENDING' ? 'approval' : undefined,
    ])
    expect(world.sent).toEqual(status === 'PENDING' ? [] : ['on alpha'])
    await next.close()
  })

test('a start that is answered twice is one run, whatever the second says about approval', async () => {
  const { manager, workflow } = setUp()
  const run = await manager.start(workflow, { ...asked, idempotencyKey: 'k1' })
  const again = await manager.start(workflow, { ...asked, idempotencyKey: 'k1' })
  const joined = await manager.start(workflow, { requestedBy: 'bob' })
  expect([again.id, joined.id, joined.record().waitingFor?.kind]).toEqual([run.id, run.id, 'approval'])
  await manager.close()
})

test('a process killed before the wait was written down finds the run waiting', async () => {
  const store = new MemoryStore()
  const workflow = tinyWorkflow([switchStep('alpha')])
  const dying = new Process(store, [workflow]).dieAt({ when: 'after', write: event('workflow.approval-required') })
  const start = dying.manager.start.bind(dying.manager)
  dying.manager.start = (what) => start(what, asked)
  const id = await diesIn(dying, workflow)
  const next = new Process(store, [workflow], { clock: new SteppedClock() }).manager
  const again = (await next.get(id))!
  await idle()
  expect([again.status, again.record().waitingFor?.kind]).toEqual(['PENDING', 'approval'])
  await next.approve(id, yes)
  expect((await again.outcome()).status).toBe('COMPLETED')
  await next.close()
})

test('a retry by who asked for the run keeps the approval that it had; anybody else needs a second person again', async () => {
  const { manager, workflow, world, clock } = setUp()
  for (let time = 0; time < 3; time += 1) world.fail('on alpha', deviceError('invalid'))
  const first = await manager.start(workflow, asked)
  await manager.approve(first.id, yes)
  expect((await first.outcome()).status).toBe('FAILED')

  const own = await manager.retry(first.id, { by: 'Ada' })
  expect((await own.outcome()).status).toBe('FAILED')
  expect(own.record().approval).toEqual(first.record().approval)

  await clock.advance(HOUR)
  const others = await manager.retry(own.id, { by: 'bob' })
  await idle()
  expect(others.record()).toMatchObject({
    status: 'PENDING',
    waitingFor: { kind: 'approval', until: '2026-01-01T05:00:00.000Z' },
    approval: { reason: 'production rack', since: '2026-01-01T01:00:00.000Z', until: '2026-01-01T05:00:00.000Z' },
  })
  expect(others.record().approval?.granted).toBeUndefined()
  await expect(manager.approve(others.id, { by: 'bob' })).rejects.toMatchObject({ code: 'workflow.own-approval' })
  await manager.approve(others.id, { by: 'ada' })
  expect((await others.outcome()).status).toBe('FAILED')
  await manager.close()
})

test('a retry of a run that nobody approved asks again, whoever asks for it', async () => {
  const { manager, workflow, clock } = setUp()
  const first = await manager.start(workflow, asked)
  await clock.advance(5 * HOUR)
  expect((await first.outcome()).status).toBe('CANCELLED')
  const again = await manager.retry(first.id, { by: 'ada' })
  await idle()
  expect(again.record().waitingFor).toMatchObject({ kind: 'approval', until: '2026-01-01T09:00:00.000Z' })
  await manager.approve(again.id, yes)
  expect((await again.outcome()).status).toBe('COMPLETED')
  await manager.close()
})
