import { Redactor } from 'hwautomation'
import { describe, expect, it } from 'vitest'
import type { KnownBlock } from '@slack/types'
import type { MessageContent } from '../../src/views/content.ts'
import { callsOf, outboxWorld, posted, postOf, saying, until } from './outbox-world.ts'

const PLAN = {
  type: 'plan',
  title: 'Provisioning srv001',
  tasks: [{ type: 'task_card', task_id: 'commission', title: 'Commission', status: 'in_progress' }],
} as unknown as KnownBlock

function planned(text: string): MessageContent {
  return { text, blocks: [PLAN], plain: saying(`plain ${text}`).blocks }
}

describe('a workspace that refuses a kind of block', () => {
  it('is shown the plainer ones at once, and asked no second time, nor by the next process', async () => {
    await using world = await outboxWorld({ refusesBlocks: ['plan'] })
    const delivery = await world.outbox.post(postOf(world, 'run/1', { content: planned('one') }))
    if (!delivery.ok) throw new Error(delivery.detail)
    expect(world.slack.messages('provisioning')[0]?.blocks).toMatchObject([{ type: 'section' }])
    expect(callsOf(world, 'chat.postMessage')).toBe(2)
    await world.outbox.edit(delivery, planned('two'), 'final')
    await world.outbox.post(postOf(world, 'run/2', { content: planned('other') }))
    await world.outbox.stop()
    const next = world.next()
    await next.start()
    await next.edit(delivery, planned('three'), 'final')
    const refused = world.slack.log.entries.filter(({ outcome }) => outcome === 'invalid_blocks')
    expect(refused).toHaveLength(1)
    expect(world.slack.messages('provisioning')[0]).toMatchObject({ text: 'three', blocks: [{ type: 'section' }] })
  })

  it('gets text where it refuses the plainer ones too', async () => {
    await using world = await outboxWorld({ refusesBlocks: ['plan', 'section'] })
    const delivery = await world.outbox.post(postOf(world, 'run/1', { content: planned('one') }))
    if (!delivery.ok) throw new Error(delivery.detail)
    expect(world.slack.messages('provisioning')[0]).toMatchObject({ text: 'one', blocks: [] })
    await world.outbox.edit(delivery, planned('two'), 'final')
    expect(world.slack.messages('provisioning')[0]).toMatchObject({ text: 'two', blocks: [] })
  })

  it('is shown its own kinds again when one message was faulty', async () => {
    await using world = await outboxWorld()
    const faulty = { ...planned('x'), blocks: [{ ...PLAN, title: '' } as KnownBlock, { type: 'header' } as KnownBlock] }
    await world.outbox.post(postOf(world, 'run/1', { content: faulty }))
    await world.outbox.post(postOf(world, 'run/2', { content: planned('good') }))
    expect(world.slack.messages('provisioning').map(({ blocks }) => blocks[0]?.type)).toEqual(['section', 'plan'])
  })

  it('takes more than 50 blocks as their plainer form', async () => {
    await using world = await outboxWorld()
    const many = Array.from({ length: 51 }, () => ({ type: 'divider' as const }))
    await world.outbox.post(postOf(world, 'run/1', { content: { ...planned('x'), blocks: many } }))
    expect(world.slack.messages('provisioning')[0]?.blocks).toMatchObject([{ type: 'section' }])
    expect(callsOf(world, 'chat.postMessage')).toBe(1)
  })
})

describe('what Slack refuses for good', () => {
  it('is told in its words, logged, never reported to Slack, and may be asked for again', async () => {
    await using world = await outboxWorld()
    const message = world.slack.user('ada').say('mine', 'provisioning')
    await message
    const [hers] = world.slack.messages('provisioning')
    const before = world.slack.messages('provisioning').length
    const delivery = await world.outbox.edit({ channel: world.channel, ts: hers!.ts }, saying('no'), 'step')
    expect(delivery).toMatchObject({ ok: false, because: 'message-gone', detail: 'cant_update_message' })
    expect(world.logged.some((line) => line.includes('cant_update_message'))).toBe(true)
    expect(world.slack.messages('provisioning')).toHaveLength(before)

    world.slack.removeBot('provisioning')
    expect(await world.outbox.post(postOf(world, 'run/1'))).toMatchObject({ because: 'not-in-channel' })
    expect(
      await world.outbox.post(postOf(world, 'run/1', { channel: world.slack.channelId('general') })),
    ).toMatchObject({ ok: true })
  })
})

describe('a revoked token', () => {
  it('parks everything, is tried slowly, and everything goes out when it works again', async () => {
    await using world = await outboxWorld()
    const message = await posted(world, 'run/1')
    world.slack.faults.always({ call: 'slack *', mode: 'auth-failure' })
    const edit = world.outbox.edit(message, saying('later'), 'step')
    await until(() => world.outbox.stats().revoked !== undefined)
    expect(world.outbox.stats()).toMatchObject({ revoked: 'invalid_auth', waiting: { step: 1 } })
    const posts = Promise.all(
      Array.from({ length: 20 }, (_, n) => world.outbox.post(postOf(world, `run/1/${n}`, { thread: message.ts }))),
    )
    const begun = world.clock.now()
    const callsBefore = world.slack.log.entries.length
    await until(() => world.clock.now() - begun > 4 * 3_600_000)
    const calls = world.slack.log.entries.slice(callsBefore).map(({ call }) => call)
    expect(new Set(calls)).toEqual(new Set(['slack auth.test']))
    expect(calls.length).toBeLessThan(25)
    world.slack.faults.clear()
    expect(await edit).toMatchObject({ ok: true })
    expect((await posts).every(({ ok }) => ok)).toBe(true)
    expect(world.outbox.stats().revoked).toBeUndefined()
    expect(world.slack.thread('provisioning', message.ts)).toHaveLength(20)
  })

  it('is given up by an interactive call that works', async () => {
    await using world = await outboxWorld()
    world.slack.faults.once({ call: 'slack chat.postMessage', mode: 'auth-failure' })
    const post = world.outbox.post(postOf(world, 'run/1'))
    await until(() => world.outbox.stats().revoked !== undefined)
    const begun = world.clock.now()
    await world.outbox.now('auth.test', {})
    expect(await post).toMatchObject({ ok: true })
    expect(world.clock.now() - begun).toBeLessThan(60_000)
  })

  it('ends what waits as revoked when the outbox stops, and the store keeps the posts', async () => {
    await using world = await outboxWorld()
    world.slack.revokeTokens()
    const post = world.outbox.post(postOf(world, 'run/1'))
    await until(() => world.outbox.stats().revoked !== undefined)
    await world.outbox.stop()
    expect(await post).toMatchObject({ ok: false, because: 'revoked', detail: 'token_revoked' })
    expect(await world.store.documents('slack-outbox').get('post/run/1')).toMatchObject({ state: 'intended' })
  })
})

describe('a secret', () => {
  it('reaches neither messages, files, homes, modals, the store nor the log', async () => {
    const redactor = new Redactor()
    redactor.add('hunter2-bmc')
    await using world = await outboxWorld({}, { redactor })
    const secret = saying('ipmitool -P hunter2-bmc')
    const root = await world.outbox.post(postOf(world, 'run/1', { content: secret }))
    if (!root.ok) throw new Error(root.detail)
    await world.outbox.edit(root, { ...secret, text: 'hunter2-bmc again' }, 'final')
    const file = { key: 'run/1/log', channel: root.channel, thread: root.ts, filename: 'a.log', title: 'hunter2-bmc' }
    await world.outbox.upload({ ...file, content: 'password hunter2-bmc' })
    const ada = world.slack.user('ada')
    world.outbox.publishHome(ada.id, { type: 'home', blocks: [...secret.blocks] })
    await until(() => ada.home() !== undefined)
    await world.outbox.now('chat.postEphemeral', { channel: world.channel, user: ada.id, text: 'hunter2-bmc' })
    await expect(world.outbox.now('views.open', { trigger_id: 'hunter2-bmc', view: {} })).rejects.toThrow()
    const kept: unknown[] = []
    for await (const [, value] of world.store.documents('slack-outbox').entries()) kept.push(value)
    const everything = JSON.stringify([
      ada.sees('provisioning'),
      world.slack.thread('provisioning', root.ts),
      ada.home(),
      kept,
      world.logged,
    ])
    expect(everything).toContain('«redacted»')
    expect(everything).not.toContain('hunter2')
  })
})
