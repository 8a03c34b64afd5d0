import { describe, expect, it } from 'vitest'
import { callsOf, outboxWorld, posted, postOf, saying, until } from './outbox-world.ts'

describe('a post', () => {
  it('is made once per key, and whoever asks again gets the same message', async () => {
    await using world = await outboxWorld()
    const [one, two] = await Promise.all([
      world.outbox.post(postOf(world, 'run/1')),
      world.outbox.post(postOf(world, 'run/1')),
    ])
    const later = await world.outbox.post(postOf(world, 'run/1', { content: saying('something else') }))
    expect(one).toMatchObject({ ok: true, channel: world.channel })
    expect([two, later]).toEqual([one, one])
    expect(world.slack.messages('provisioning').map(({ text }) => text)).toEqual(['run/1'])
  })

  it('carries its key as metadata and unfurls nothing', async () => {
    await using world = await outboxWorld()
    await posted(world, 'run/1')
    expect(world.slack.messages('provisioning')[0]?.metadata).toMatchObject({ event_payload: { key: 'run/1' } })
  })

  it('is shown in the channel too when it is a broadcast of a thread', async () => {
    await using world = await outboxWorld()
    const { ts } = await posted(world, 'run/1')
    await world.outbox.post(postOf(world, 'run/1/failed', { thread: ts, broadcast: true, priority: 'final' }))
    expect(world.slack.thread('provisioning', ts)).toMatchObject([{ text: 'run/1/failed', replyBroadcast: true }])
  })

  it('reaches a person by their id, and can be edited there', async () => {
    await using world = await outboxWorld()
    const ada = world.slack.user('ada')
    const delivery = await world.outbox.post(postOf(world, 'run/1/dm', { channel: ada.id, priority: 'final' }))
    expect(delivery).toMatchObject({ ok: true, channel: expect.stringMatching(/^D/) })
    if (delivery.ok) await world.outbox.edit(delivery, saying('all is well'), 'final')
    expect(ada.directMessages().map(({ text }) => text)).toEqual(['all is well'])
  })

  it('keeps the order of its thread, whatever the priorities', async () => {
    await using world = await outboxWorld()
    const { ts: thread } = await posted(world, 'run/1')
    const keys = Array.from({ length: 12 }, (_, index) => `run/1/${index}`)
    await Promise.all(
      keys.map((key, index) =>
        world.outbox.post(postOf(world, key, { thread, priority: index % 3 === 2 ? 'final' : 'step' })),
      ),
    )
    expect(world.slack.thread('provisioning', thread).map(({ text }) => text)).toEqual(keys)
  })

  it('to one channel does not wait for a channel that has no budget left', async () => {
    await using world = await outboxWorld()
    const begun = world.clock.now()
    const busy = Promise.all(Array.from({ length: 30 }, (_, n) => world.outbox.post(postOf(world, `run/${n}`))))
    await world.outbox.post(postOf(world, 'other', { channel: world.slack.channelId('general') }))
    expect(world.clock.now() - begun).toBeLessThan(1_000)
    await busy
    expect(world.clock.now() - begun).toBeGreaterThanOrEqual(25_000)
    expect(world.slack.rateLimited).toBe(0)
  })

  it('of an earlier process that was not sent is sent at the start of the next', async () => {
    await using world = await outboxWorld()
    world.slack.faults.always({ call: 'slack chat.postMessage', mode: 'rate-limited', retryAfterSeconds: 600 })
    const first = world.outbox.post(postOf(world, 'run/1', { priority: 'final' }))
    await until(() => world.outbox.stats().rateLimited === 1)
    await world.outbox.stop()
    expect(await first).toMatchObject({ ok: false, because: 'stopped' })
    world.slack.faults.clear()
    const next = world.next()
    await next.start()
    expect(await next.post(postOf(world, 'run/1'))).toMatchObject({ ok: true })
    expect(world.slack.messages('provisioning')).toHaveLength(1)
    expect(callsOf(world, 'conversations.history')).toBe(0)
  })

  it('that an earlier process sent is not looked up nor sent again', async () => {
    await using world = await outboxWorld()
    const message = await posted(world, 'run/1')
    await world.outbox.stop()
    const next = world.next()
    await next.start()
    expect(await next.post(postOf(world, 'run/1'))).toMatchObject(message)
    expect(callsOf(world, 'chat.postMessage')).toBe(1)
  })
})

describe('an edit', () => {
  it('shows the newest content; overtaken ones resolve with it', async () => {
    await using world = await outboxWorld()
    const message = await posted(world, 'run/1')
    const deliveries = await Promise.all(
      Array.from({ length: 20 }, (_, n) => world.outbox.edit(message, saying(`state ${n}`), 'sub-task')),
    )
    expect(deliveries.every(({ ok }) => ok)).toBe(true)
    expect(world.slack.messages('provisioning')[0]?.text).toBe('state 19')
    expect(callsOf(world, 'chat.update')).toBe(1)
    expect(world.outbox.stats()).toMatchObject({ coalesced: 19, sent: 2 })
  })

  it('waits three seconds after the last one of its message, a final one does not', async () => {
    await using world = await outboxWorld()
    const message = await posted(world, 'run/1')
    await world.outbox.edit(message, saying('one'), 'step')
    const begun = world.clock.now()
    await world.outbox.edit(message, saying('two'), 'step')
    expect(world.clock.now() - begun).toBeGreaterThanOrEqual(3_000)
    const then = world.clock.now()
    await world.outbox.edit(message, saying('end'), 'final')
    expect(world.clock.now() - then).toBeLessThan(1_000)
  })

  it('without an answer is made again, and the newest content wins', async () => {
    await using world = await outboxWorld()
    const message = await posted(world, 'run/1')
    for (const mode of [
      'drop-before-effect',
      'reply-lost-after-effect',
      'drop-mid-reply',
      'garbage',
      'wrong-status',
    ] as const) {
      world.slack.faults.once({ call: 'slack chat.update', mode })
      expect(await world.outbox.edit(message, saying(mode), 'step')).toMatchObject({ ok: true })
      expect(world.slack.messages('provisioning')[0]?.text).toBe(mode)
    }
  })

  it('is not overwritten by an older one that was given up on and takes effect late', async () => {
    const late: (() => Promise<unknown>)[] = []
    await using world = await outboxWorld(
      {},
      {
        fetch: async (url, init) => {
          const isFirst = String(url).endsWith('chat.update') && late.length === 0
          if (!isFirst) return fetch(url, init)
          late.push(() => fetch(url, init))
          throw new TypeError('terminated')
        },
      },
    )
    const message = await posted(world, 'run/1')
    const old = world.outbox.edit(message, saying('old'), 'step')
    await until(() => late.length === 1)
    await world.outbox.edit(message, saying('new'), 'final')
    await old
    await late[0]!()
    expect(world.slack.messages('provisioning')[0]?.text).toBe('old')
    await world.clock.sleep(20_000)
    await world.clock.settled()
    expect(world.slack.messages('provisioning')[0]?.text).toBe('new')
    expect(callsOf(world, 'chat.update')).toBe(3)
  })

  it('that hangs is made in the end, however many other messages are changed meanwhile', async () => {
    let letGo = () => {}
    const hung = new Promise<void>((resolve) => (letGo = resolve))
    let isFirst = true
    const plenty = { perMinute: 100_000, burst: 1_000 }
    await using world = await outboxWorld(
      {},
      {
        limits: { editEveryMs: 0, edits: { ...plenty, reserve: 1 } },
        fetch: async (url, init) => {
          if (!String(url).endsWith('chat.update') || !isFirst) return fetch(url, init)
          isFirst = false
          await hung
          throw new TypeError('terminated')
        },
      },
    )
    const message = await posted(world, 'run/1')
    const end = world.outbox.edit(message, saying('the end'), 'final')
    await until(() => !isFirst)
    const others = Array.from({ length: 300 }, (_, n) => ({
      channel: message.channel,
      ts: `1700000000.${100_000 + n}`,
    }))
    for (const other of others) await world.outbox.edit(other, saying('x'), 'step')
    letGo()
    expect(await end).toMatchObject({ ok: true })
    expect(world.slack.messages('provisioning')[0]?.text).toBe('the end')
  }, 10_000)

  it('tells when the message was deleted, the channel archived or the bot removed', async () => {
    await using world = await outboxWorld()
    const message = await posted(world, 'run/1')
    const other = await posted(world, 'run/2')
    world.slack.deleteMessage('provisioning', message.ts)
    expect(await world.outbox.edit(message, saying('x'), 'step')).toMatchObject({ because: 'message-gone' })
    expect(await world.outbox.post(postOf(world, 'reply', { thread: '1700000000.000001' }))).toMatchObject({
      because: 'message-gone',
    })
    world.slack.removeBot('provisioning')
    expect(await world.outbox.post(postOf(world, 'run/3'))).toMatchObject({ because: 'not-in-channel' })
    world.slack.archiveChannel('provisioning')
    expect(await world.outbox.edit(other, saying('x'), 'step')).toMatchObject({ because: 'channel-gone' })
    expect(await world.outbox.post(postOf(world, 'run/4', { channel: 'C0GONE0000' }))).toMatchObject({
      because: 'channel-gone',
    })
  })
})
