import { describe, expect, it, vi } from 'vitest'
import { policyAccess, type Act } from '../../src/access/access.ts'
import { accessSchema, type AccessPolicyInput } from '../../src/access/policy.ts'
import { RateLimit } from '../../src/access/rate.ts'
import { slackUserGroups } from '../../src/access/user-groups.ts'
import { ACTIONS } from '../../src/views/action-ids.ts'
import { createWorld, PATIENCE, type World } from '../bot-world.ts'

const ignore = () => {}
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore }
const [ADA, GRACE, EVE] = ['U0000ADA', 'U000GRACE', 'U0000EVE']
const members: Record<string, readonly string[]> = { S0OPS: [GRACE], S0ADMINS: [ADA] }
const groups = { has: async (group: string, user: string) => members[group]?.includes(user) === true }
const access = (policy: AccessPolicyInput = {}) => policyAccess(accessSchema.parse(policy), { groups, team: 'T0OURS' })
const may = async (policy: AccessPolicyInput, user: string, act: Act, more: object = {}) => {
  const decision = await access(policy).may({ user, team: 'T0OURS', channel: 'C0HERE', ...more }, act)
  return decision.ok ? 'yes' : decision.because
}

describe('the policy', () => {
  it.each<[string, AccessPolicyInput, string, Act, object, string]>([
    ['everybody of the team may order by default', {}, EVE, { is: 'start' }, {}, 'yes'],
    ['somebody of another team may not even look', {}, EVE, { is: 'look' }, { team: 'T0THEIRS' }, 'stranger'],
    ['unless their team is allowed', { teams: ['T0THEIRS'] }, EVE, { is: 'look' }, { team: 'T0THEIRS' }, 'yes'],
    [
      'an admin of another team is a stranger, too',
      { admins: { users: [ADA] } },
      ADA,
      { is: 'start' },
      { team: 'T0THEIRS' },
      'stranger',
    ],
    ['nobody without a team', {}, EVE, { is: 'look' }, { team: '' }, 'stranger'],
    ['only in the channels of the list', { channels: ['C0THERE'] }, EVE, { is: 'look' }, {}, 'channel'],
    ['also an admin', { channels: ['C0THERE'], admins: { users: [ADA] } }, ADA, { is: 'cancel' }, {}, 'channel'],
    [
      'a direct message is in no channel',
      { channels: ['C0THERE'] },
      EVE,
      { is: 'look' },
      { channel: 'D0EVE', isDirect: true },
      'yes',
    ],
    ['operators by user', { operators: { users: [GRACE] } }, GRACE, { is: 'start' }, {}, 'yes'],
    ['and nobody else', { operators: { users: [GRACE] } }, EVE, { is: 'batch' }, {}, 'role'],
    ['operators by group', { operators: { groups: ['S0OPS'] } }, GRACE, { is: 'retry' }, {}, 'yes'],
    ['and nobody outside of it', { operators: { groups: ['S0OPS'] } }, EVE, { is: 'retry' }, {}, 'role'],
    [
      'admins are operators',
      { operators: { users: [] }, admins: { groups: ['S0ADMINS'] } },
      ADA,
      { is: 'start' },
      {},
      'yes',
    ],
    [
      'operators may look where viewers are few',
      { viewers: { users: [] }, operators: { users: [GRACE] } },
      GRACE,
      { is: 'look' },
      {},
      'yes',
    ],
    ['others may not', { viewers: { users: [] }, operators: { users: [GRACE] } }, EVE, { is: 'look' }, {}, 'role'],
    ['operators may cancel each other’s', {}, EVE, { is: 'cancel', requester: ADA }, {}, 'yes'],
    [
      'only the requester, where so said',
      { cancel: 'requester' },
      EVE,
      { is: 'cancel', requester: ADA },
      {},
      'requester-only',
    ],
    ['the requester', { cancel: 'requester' }, ADA, { is: 'cancel', requester: ADA }, {}, 'yes'],
    [
      'admins always',
      { cancel: 'requester', admins: { users: [GRACE] } },
      GRACE,
      { is: 'cancel', requester: ADA },
      {},
      'yes',
    ],
    ['what was started elsewhere only admins', { cancel: 'requester' }, EVE, { is: 'cancel' }, {}, 'requester-only'],
    [
      'a requester who lost the role may not',
      { cancel: 'requester', operators: { users: [GRACE] } },
      ADA,
      { is: 'cancel', requester: ADA },
      {},
      'role',
    ],
    ['somebody else approves', {}, GRACE, { is: 'approve', requester: ADA }, {}, 'yes'],
    ['somebody else refuses', {}, GRACE, { is: 'refuse', requester: ADA }, {}, 'yes'],
    ['not who asked, who may cancel', {}, ADA, { is: 'refuse', requester: ADA }, {}, 'own-approval'],
    ['never oneself', { admins: { users: [ADA] } }, ADA, { is: 'approve', requester: ADA }, {}, 'own-approval'],
    [
      'only admins, where so said',
      { approval: { by: 'admins' } },
      GRACE,
      { is: 'approve', requester: ADA },
      {},
      'role',
    ],
    [
      'nobody in Slack, where so said',
      { approval: { inSlack: false } },
      GRACE,
      { is: 'approve', requester: ADA },
      {},
      'not-in-slack',
    ],
  ])('%s', async (_, policy, user, act, more, decision) => expect(await may(policy, user, act, more)).toBe(decision))

  it.each([
    [{}, { servers: 50, deviceTypes: ['a1'] }, undefined],
    [{ batchOver: 10 }, { servers: 10, deviceTypes: ['a1'] }, undefined],
    [{ batchOver: 10 }, { servers: 11, deviceTypes: ['a1'] }, '11 servers at a time needs a second person'],
    [{ deviceTypes: ['db'] }, { servers: 1, deviceTypes: ['db'] }, 'device type db needs a second person'],
    [
      { channels: ['C0PROD'] },
      { servers: 1, deviceTypes: ['a1'], channel: 'C0PROD' },
      'what is asked for in this channel needs a second person',
    ],
    [{ everything: true }, { servers: 1, deviceTypes: ['a1'] }, 'every run needs a second person'],
  ])('%j and %j: %s', (approval, undertaking, reason) => {
    expect(access({ approval }).approvalFor(undertaking)?.reason).toBe(reason)
  })
})

describe('user groups', () => {
  it('are asked for once in five minutes, and are nobody’s while Slack cannot tell', async () => {
    let now = 0
    const clock = { now: () => now, sleep: async () => {} }
    const now_ = vi.fn(async () => ({ users: [ADA] }))
    const asked = slackUserGroups({ now: now_ as never }, { clock, logger: SILENT })
    expect(await Promise.all([asked.has('S1', ADA), asked.has('S1', EVE)])).toEqual([true, false])
    expect(await asked.has('S1', ADA)).toBe(true)
    expect(now_).toHaveBeenCalledTimes(1)
    now += 5 * 60_000
    now_.mockRejectedValueOnce(new Error('missing_scope'))
    expect(await asked.has('S1', ADA)).toBe(false)
    now += 29_000
    expect(await asked.has('S1', ADA)).toBe(false)
    now += 2_000
    expect(await asked.has('S1', ADA)).toBe(true)
  })
})

it('ten wishes a minute are taken of each user, and the time to wait is said', () => {
  let now = 0
  const rate = new RateLimit(10, { now: () => now, sleep: async () => {} })
  for (let count = 0; count < 10; count++) {
    expect(rate.take(ADA)).toBeUndefined()
    now += 1_000
  }
  expect(rate.take(ADA)).toBe(50)
  expect(rate.take(EVE)).toBeUndefined()
  now += 50_000
  expect(rate.take(ADA)).toBeUndefined()
  expect(rate.take(ADA)).toBe(1)
})

describe('in Slack', () => {
  const ORDER = '/provision srv001 a1.c5.large'
  const runs = async (world: World) => (await world.hw.manager.list({})).records
  const denials = async (world: World) => {
    const found = []
    for await (const line of world.hw.manager.audit())
      if (line.type === 'audit' && line.error?.code.startsWith('slack.denied') === true) found.push(line)
    return found
  }

  it('a stranger of a shared channel is refused, told so alone, and it is in the audit trail', async () => {
    await using world = await createWorld({
      slack: { users: [{ name: 'ada' }, { name: 'mallory', team: 'T0ELSEWHERE' }] },
    })
    await world.slack.user('mallory').command(ORDER, 'provisioning')
    await world.hears('mallory', /Only members of the team/)
    expect(await runs(world)).toEqual([])
    expect(world.slack.messages('provisioning')).toEqual([])
    expect(await denials(world)).toMatchObject([
      {
        action: 'command',
        by: 'mallory',
        via: 'slack',
        outcome: 'refused',
        error: { code: 'slack.denied.stranger' },
        detail: { team: 'T0ELSEWHERE' },
      },
    ])
    await world.slack.user('ada').command(ORDER, 'provisioning')
    const message = await world.shows(/srv001/)
    for (const action of [ACTIONS.cancel, ACTIONS.details, ACTIONS.follow])
      await world.slack.user('mallory').clickAnyway(message, action, (await runs(world))[0]!.id)
    await vi.waitFor(async () => expect(await denials(world)).toHaveLength(4), PATIENCE)
    expect((await runs(world))[0]!.cancel).toBeUndefined()
    expect(world.slack.user('mallory').modal()).toBeUndefined()
  })

  it('another channel is refused with the names of the right ones', async () => {
    const channels = [
      { name: 'provisioning', id: 'C0PROVISION' },
      { name: 'general', id: 'C0GENERAL' },
    ]
    await using world = await createWorld({ slack: { channels }, bot: { access: { channels: ['C0PROVISION'] } } })
    await world.slack.user('ada').command(ORDER, 'general')
    await world.hears('ada', /Nothing was ordered\. This bot does not work in this channel/, 'general')
    const [answer] = world.slack.user('ada').sees('general')
    expect(JSON.stringify(answer!.blocks)).toContain('{"type":"channel","channel_id":"C0PROVISION"}')
    expect(await runs(world)).toEqual([])
  })

  it('a role that was taken away in between counts no more, whatever the message offers', async () => {
    const slack = {
      users: [{ name: 'ada' }, { name: 'grace' }],
      userGroups: [{ handle: 'ops', id: 'S0OPS', users: ['ada'] }],
    }
    let now = 0
    const clock = {
      now: () => Date.parse('2026-01-01T00:00:00Z') + now,
      sleep: (ms: number, signal?: AbortSignal) =>
        new Promise<void>((resolve, reject) => {
          const timer = setTimeout(resolve, Math.min(ms, 50))
          signal?.addEventListener('abort', () => (clearTimeout(timer), reject(signal.reason as Error)))
        }),
    }
    await using world = await createWorld({ slack, bot: { access: { operators: { groups: ['S0OPS'] } }, clock } })
    await world.hw.manager.pause({ by: 'test' })
    await world.slack.user('ada').command(ORDER, 'provisioning')
    const message = await world.shows(/srv001/)
    // Slack tells no more of the group: nobody is in it
    world.slack.faults.always({ call: 'slack usergroups.users.list', mode: 'wrong-status', status: 500 })
    now += 6 * 60_000
    await world.slack.user('ada').click(message, ACTIONS.cancel)
    await world.hears('ada', /needs the role operator/)
    expect((await runs(world))[0]!.cancel).toBeUndefined()
    world.slack.faults.clear()
    now += 60_000
    await world.slack.user('ada').click(message, ACTIONS.cancel)
    await world.hears('ada', /cancel requested|cancelled/)
  })

  it('the bot starts without the scope for user groups, and whoever is named may still order', async () => {
    const slack = {
      userGroups: [{ handle: 'ops', id: 'S0OPS', users: ['grace'] }],
      users: [
        { name: 'ada', id: 'U0ADA' },
        { name: 'grace', id: 'U0GRACE' },
      ],
    }
    await using world = await createWorld({
      slack,
      bot: { access: { operators: { groups: ['S0OPS'], users: ['U0ADA'] } } },
    })
    const { appManifest } = await import('../../src/manifest.ts')
    const { manifestConfig } = await import('../bot-world.ts')
    world.slack.install(appManifest(await manifestConfig('socket')))
    await world.slack.user('grace').command(ORDER, 'provisioning')
    await world.hears('grace', /needs the role operator/)
    await world.slack.user('ada').command(ORDER, 'provisioning')
    await world.hears('ada', /under way/)
  })

  it('eleven commands within a minute are one too many', async () => {
    await using world = await createWorld()
    for (let count = 0; count < 11; count++) await world.slack.user('ada').command('/provision list', 'provisioning')
    await world.hears('ada', /a lot within a minute/)
    await world.slack.user('grace').command('/provision list', 'provisioning')
    await world.hears('grace', /Nothing is running/)
  })

  it('what needs a second person waits for one: not for who asked, and not for ever', async () => {
    await using world = await createWorld({ bot: { access: { approval: { everything: true, expiresIn: '30m' } } } })
    await world.slack.user('ada').command(ORDER, 'provisioning')
    await world.hears('ada', /waits for a second person/)
    const message = await world.shows(/Approve/)
    const [run] = await runs(world)
    expect(run).toMatchObject({ status: 'PENDING', waitingFor: { kind: 'approval' } })
    await world.slack.user('ada').click(message, ACTIONS.approve)
    expect(await world.hears('ada', /Nothing was approved\. You asked for it yourself: somebody else/)).not.toContain(
      'run.',
    )
    await world.slack.user('ada').click(message, ACTIONS.refuse)
    await world.hears('ada', /Nothing was refused\. You asked for it yourself: cancel it instead/)
    expect((await runs(world))[0]!.status).toBe('PENDING')
    await world.slack.user('grace').click(message, ACTIONS.approve)
    await world.hears('grace', /approved/)
    await vi.waitFor(async () => expect((await runs(world))[0]!.status).toBe('COMPLETED'), PATIENCE)
    expect((await runs(world))[0]).toMatchObject({ approval: { granted: { by: 'grace', via: 'slack' } } })
    await world.slack.user('grace').clickAnyway(message, ACTIONS.approve, run!.id)
    await world.hears('grace', /approved already, by grace/)
  })

  it('a retry of what was refused needs a second person again', async () => {
    await using world = await createWorld({ bot: { access: { approval: { everything: true } } } })
    await world.slack.user('ada').command(ORDER, 'provisioning')
    const message = await world.shows(/Refuse/)
    await world.slack.user('grace').click(message, ACTIONS.refuse)
    await vi.waitFor(async () => expect((await runs(world))[0]!.status).toBe('CANCELLED'), PATIENCE)
    await world.slack.user('ada').clickAnyway(message, ACTIONS.retry, (await runs(world))[0]!.id)
    await vi.waitFor(() => expect(world.told('ada').match(/waits for a second person/g)).toHaveLength(4), PATIENCE)
    expect((await runs(world))[0]).toMatchObject({ status: 'PENDING', waitingFor: { kind: 'approval' } })
    const second = await vi.waitFor(() => {
      const found = world.slack.messages('provisioning')[1]
      if (found === undefined) throw new Error('no message yet')
      return found
    }, PATIENCE)
    await world.slack.user('ada').clickAnyway(second, ACTIONS.approve, (await runs(world))[0]!.id)
    await world.hears('ada', /You asked for it yourself/)
    expect((await runs(world))[0]!.startedAt).toBeUndefined()
  })

  it('who asked is in the audit trail by the id that Slack vouches for: names can be chosen', async () => {
    const users = [
      { name: 'ada', id: 'U0ADA' },
      { name: 'mallory', id: 'U0MALLORY' },
    ]
    await using world = await createWorld({ slack: { users } })
    await world.hw.manager.pause({ by: 'test' })
    await world.slack.user('ada').command(ORDER, 'provisioning')
    const message = await world.shows(/srv001/)
    await world.slack.user('mallory').click(message, ACTIONS.cancel)
    await world.hears('mallory', /cancel/)
    const noted = []
    for await (const line of world.hw.manager.audit())
      if (line.type === 'audit' && line.via === 'slack') noted.push(line)
    expect(noted.filter(({ action }) => action === 'command' || action === ACTIONS.cancel)).toMatchObject([
      { outcome: 'accepted', by: 'ada', detail: { user: 'U0ADA' } },
      { outcome: 'accepted', by: 'mallory', detail: { user: 'U0MALLORY' } },
    ])
  })

  it('a second person refuses, and the run has never begun', async () => {
    await using world = await createWorld({ bot: { access: { approval: { deviceTypes: ['a1.c5.large'] } } } })
    await world.slack.user('ada').command(ORDER, 'provisioning')
    const message = await world.shows(/Refuse/)
    await world.slack.user('grace').click(message, ACTIONS.refuse)
    await world.hears('grace', /refused/)
    await vi.waitFor(
      async () => expect((await runs(world))[0]).toMatchObject({ status: 'CANCELLED', cancel: { by: 'grace' } }),
      PATIENCE,
    )
    expect((await runs(world))[0]!.startedAt).toBeUndefined()
  })

  it('a batch that needs a second person is not begun by who asked for it, whatever button they find', async () => {
    const lab = { servers: ['srv001', 'srv002'].map((hostname) => ({ hostname, status: 'ready' as const })) }
    await using world = await createWorld({ lab, bot: { access: { approval: { batchOver: 1 } } } })
    await world.slack.user('ada').command('/provision srv[001-002] a1.c5.large', 'provisioning')
    await world.hears('ada', /waits for a second person/)
    const message = await world.shows(/srv\[001-002\]/)
    const [batch] = await world.hw.manager.batches()
    await world.slack.user('ada').clickAnyway(message, ACTIONS.batchProceed, batch!.id)
    await world.slack.user('ada').clickAnyway(message, ACTIONS.approve, batch!.id)
    await vi.waitFor(async () => expect(await denials(world)).toHaveLength(2), PATIENCE)
    expect(await runs(world)).toEqual([])
    await world.slack.user('grace').clickAnyway(message, ACTIONS.approve, batch!.id)
    await world.hears('grace', /approved/)
    await vi.waitFor(
      async () => expect((await runs(world)).map(({ status }) => status)).toEqual(['COMPLETED', 'COMPLETED']),
      PATIENCE,
    )
  })

  it('a batch is refused by a second person, and no run of it was begun', async () => {
    const lab = { servers: ['srv001', 'srv002'].map((hostname) => ({ hostname, status: 'ready' as const })) }
    await using world = await createWorld({ lab, bot: { access: { approval: { batchOver: 1 } } } })
    await world.slack.user('ada').command('/provision srv[001-002] a1.c5.large', 'provisioning')
    const message = await world.shows(/srv\[001-002\]/)
    const [batch] = await world.hw.manager.batches()
    await world.slack.user('grace').clickAnyway(message, ACTIONS.refuse, batch!.id)
    await world.hears('grace', /refused/)
    await vi.waitFor(async () => expect((await world.hw.manager.batches())[0]!.status).toBe('ended'), PATIENCE)
    expect(await runs(world)).toEqual([])
  })
})
