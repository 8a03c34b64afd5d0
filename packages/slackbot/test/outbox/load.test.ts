import fc from 'fast-check'
import { createLabClock } from '@hwautomation/testkit'
import { describe, expect, it } from 'vitest'
import type { Priority } from '../../src/outbox/outbox.ts'
import { callsOf, outboxWorld, posted, postOf, saying, until } from './outbox-world.ts'

const PRIORITIES: readonly Priority[] = ['final', 'click', 'followed', 'step', 'board', 'sub-task']

describe('a clock that is set back by an hour', () => {
  it('keeps nothing waiting for that hour', async () => {
    const clock = createLabClock('auto')
    let back = 0
    const jumping = {
      now: () => clock.now() - back,
      sleep: (ms: number, signal?: AbortSignal) => clock.sleep(ms, signal),
    }
    await using world = await outboxWorld({ clock }, { clock: jumping })
    const first = await Promise.all(Array.from({ length: 8 }, (_, n) => posted(world, `run/${n}`)))
    await Promise.all(first.map((message) => world.outbox.edit(message, saying('new'), 'step')))
    back = 3_600_000
    const begun = clock.now()
    await Promise.all(Array.from({ length: 8 }, (_, n) => posted(world, `run/later/${n}`)))
    await Promise.all(first.map((message) => world.outbox.edit(message, saying('newer'), 'step')))
    expect(clock.now() - begun).toBeLessThan(60_000)
    expect(world.slack.rateLimited).toBe(0)
  })
})

describe('many edits', () => {
  it('never meet a 429 of Slack, and the most urgent go first', async () => {
    await using world = await outboxWorld()
    const messages = await Promise.all(Array.from({ length: 60 }, (_, n) => posted(world, `run/${n}`)))
    const begun = world.clock.now()
    const done: Priority[] = []
    await Promise.all(
      messages.map((message, n) => {
        const priority = PRIORITIES[n % PRIORITIES.length]!
        return world.outbox.edit(message, saying('new'), priority).then(() => done.push(priority))
      }),
    )
    expect(world.clock.now() - begun).toBeGreaterThan(60_000)
    expect(done.slice(0, 10)).toEqual(Array<Priority>(10).fill('final'))
    expect(done.indexOf('sub-task')).toBeGreaterThan(done.lastIndexOf('followed'))
    expect(world.slack.rateLimited).toBe(0)
  })

  it('with posts to several channels and App Homes beside them meet none either', async () => {
    await using world = await outboxWorld({
      users: Array.from({ length: 20 }, (_, n) => ({ name: `user${n}` })),
      channels: ['provisioning', 'general', 'rack-a'].map((name) => ({ name })),
    })
    const channels = ['provisioning', 'general', 'rack-a'].map((name) => world.slack.channelId(name))
    const view = (n: number) => ({ type: 'home' as const, blocks: [...saying(`view ${n}`).blocks] })
    const posts = Array.from({ length: 150 }, async (_, n) => {
      const channel = channels[n % channels.length]!
      const delivery = await world.outbox.post(postOf(world, `run/${n}`, { channel }))
      if (!delivery.ok) throw new Error(delivery.detail)
      for (let state = 0; state < 3; state += 1) {
        for (let user = 0; user < 20; user += 1)
          world.outbox.publishHome(world.slack.user(`user${user}`).id, view(state))
        void world.outbox.edit(delivery, saying(`state ${state}`), 'step')
      }
      await world.outbox.edit(delivery, saying('end'), 'final')
    })
    await Promise.all(posts)
    for (const channel of channels) expect(world.slack.messages(channel).every(({ text }) => text === 'end')).toBe(true)
    expect(world.slack.rateLimited).toBe(0)
    expect(world.outbox.stats().rateLimited).toBe(0)
  })

  it('leave room for the result of a click', async () => {
    await using world = await outboxWorld()
    const messages = await Promise.all(Array.from({ length: 60 }, (_, n) => posted(world, `run/${n}`)))
    const all = messages.map((message) => world.outbox.edit(message, saying('new'), 'final'))
    await until(() => world.outbox.stats().waiting.final <= 40)
    const begun = world.clock.now()
    await world.outbox.edit(messages.at(-1)!, saying('clicked'), 'click')
    expect(world.clock.now() - begun).toBeLessThan(1_000)
    await Promise.all(all)
    expect(world.slack.rateLimited).toBe(0)
  })

  it('with a message that hears of 429 all the time do not become a storm', async () => {
    await using world = await outboxWorld()
    const messages = await Promise.all(Array.from({ length: 20 }, (_, n) => posted(world, `run/${n}`)))
    world.slack.faults.times(3, { call: 'slack chat.update', mode: 'rate-limited', retryAfterSeconds: 30 })
    await Promise.all(messages.map((message) => world.outbox.edit(message, saying('new'), 'step')))
    expect(callsOf(world, 'chat.update')).toBeLessThan(20 + 13)
    expect(world.slack.messages('provisioning').every(({ text }) => text === 'new')).toBe(true)
  })
})

describe('any interleaving of edits, posts, faults and time', () => {
  const step = fc.record({
    message: fc.integer({ min: 0, max: 2 }),
    priority: fc.constantFrom(...PRIORITIES),
    pauseMs: fc.constantFrom(0, 0, 10, 1_000, 5_000),
    fault: fc.constantFrom(
      undefined,
      undefined,
      undefined,
      'reply-lost-after-effect' as const,
      'drop-before-effect' as const,
      'rate-limited' as const,
      'garbage' as const,
      'wrong-status' as const,
    ),
    posts: fc.boolean(),
  })

  it('ends with the newest content shown, each post made once, and nothing waiting', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 30 }), async (steps) => {
        await using world = await outboxWorld({ clock: createLabClock('auto') })
        const messages = await Promise.all([0, 1, 2].map((n) => posted(world, `run/${n}`)))
        const newest = new Map<number, string>()
        const told = new Map<number, string[]>()
        const deliveries: Promise<{ ok: boolean }>[] = []
        for (const [n, { message, priority, pauseMs, fault, posts }] of steps.entries()) {
          const method = posts ? 'chat.postMessage' : 'chat.update'
          if (fault !== undefined) world.slack.faults.once({ call: `slack ${method}`, mode: fault })
          const text = `state ${n}`
          if (posts) {
            told.set(message, [...(told.get(message) ?? []), text])
            const thread = messages[message]!.ts
            deliveries.push(world.outbox.post(postOf(world, text, { thread, priority })))
          } else {
            newest.set(message, text)
            deliveries.push(world.outbox.edit(messages[message]!, saying(text), priority))
          }
          if (pauseMs > 0) await world.clock.sleep(pauseMs)
        }
        expect((await Promise.all(deliveries)).every(({ ok }) => ok)).toBe(true)
        for (const [n, text] of newest) expect(world.slack.messages('provisioning')[n]?.text).toBe(text)
        for (const [n, texts] of told)
          expect(world.slack.thread('provisioning', messages[n]!.ts).map(({ text }) => text)).toEqual(texts)
        expect(world.outbox.stats().oldestMs).toBe(0)
      }),
      { numRuns: 25 },
    )
  })
})
