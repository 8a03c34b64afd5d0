import { WebClient } from '@slack/web-api'
import { createSlackWorkspace } from '@hwautomation/testkit'
import { describe, expect, it } from 'vitest'
import { callsOf, outboxWorld, posted, postOf, saying, until } from './outbox-world.ts'

const QUIET = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => 'error' as never,
  setName() {},
}
const FEW = { retries: 1, minTimeout: 10, maxTimeout: 10 }

/** A workspace in wall time, and a WebClient as it comes. */
async function rawWorld() {
  const slack = await createSlackWorkspace()
  const client = (options = {}) =>
    new WebClient(slack.botToken, { slackApiUrl: slack.apiUrl, logger: QUIET, ...options })
  return { slack, client, channel: slack.channelId('provisioning'), [Symbol.asyncDispose]: () => slack.close() }
}

describe('E1: a 429 for an edit', () => {
  it('holds up everything of a bare WebClient', async () => {
    await using world = await rawWorld()
    const client = world.client({ retryConfig: FEW })
    const { ts } = await client.chat.postMessage({ channel: world.channel, text: 'x' })
    world.slack.faults.once({ call: 'slack chat.update', mode: 'rate-limited', retryAfterSeconds: 1 })
    const edit = client.chat.update({ channel: world.channel, ts: ts!, text: 'y' })
    await until(() => world.slack.log.of('slack chat.update').some(({ outcome }) => outcome === 'ratelimited'))
    await new Promise((resolve) => setImmediate(resolve))
    const begun = performance.now()
    await client.auth.test()
    expect(performance.now() - begun).toBeGreaterThan(700)
    await edit
  })

  it('holds up nothing that somebody waits for in the outbox', async () => {
    await using world = await outboxWorld()
    const message = await posted(world, 'run/1')
    world.slack.faults.once({ call: 'slack chat.update', mode: 'rate-limited', retryAfterSeconds: 30 })
    const edit = world.outbox.edit(message, saying('y'), 'step')
    await until(() => world.outbox.stats().rateLimited === 1)
    const asked = world.clock.now()
    await world.outbox.now('auth.test', {})
    await world.outbox.post(postOf(world, 'run/2'))
    expect(world.clock.now() - asked).toBeLessThan(1_000)
    expect(await edit).toMatchObject({ ok: true })
    expect(world.clock.now() - asked).toBeGreaterThanOrEqual(29_000)
    expect(callsOf(world, 'chat.update')).toBe(2)
  })
})

describe('E2: an answer that is lost after the effect', () => {
  it.each(['reply-lost-after-effect', 'drop-mid-reply'] as const)(
    'makes a bare WebClient post twice (%s)',
    async (mode) => {
      await using world = await rawWorld()
      const client = world.client({ retryConfig: FEW })
      world.slack.faults.once({ call: 'slack chat.postMessage', mode })
      await client.chat.postMessage({ channel: world.channel, text: 'x' }).catch(() => {})
      const again =
        mode === 'drop-mid-reply' ? client.chat.postMessage({ channel: world.channel, text: 'x' }) : undefined
      await again
      expect(world.slack.messages('provisioning')).toHaveLength(2)
    },
  )

  it.each(['reply-lost-after-effect', 'drop-mid-reply', 'garbage'] as const)(
    'makes the outbox look first, and post once (%s)',
    async (mode) => {
      await using world = await outboxWorld()
      const { ts: thread } = await posted(world, 'run/1')
      world.slack.faults.once({ call: 'slack chat.postMessage', mode })
      const reply = await world.outbox.post(postOf(world, 'run/1/step', { thread }))
      expect(world.slack.thread('provisioning', thread).map(({ ts }) => ts)).toEqual([reply.ok && reply.ts])
      world.slack.faults.once({ call: 'slack chat.postMessage', mode })
      const root = await world.outbox.post(postOf(world, 'run/2'))
      expect(root).toMatchObject({ ok: true })
      expect(world.slack.messages('provisioning')).toHaveLength(2)
    },
  )

  it.each(['drop-before-effect', 'wrong-status', 'refuse'] as const)(
    'is told from one that had none: it is posted then (%s)',
    async (mode) => {
      await using world = await outboxWorld()
      world.slack.faults.once({ call: 'slack chat.postMessage', mode })
      expect(await world.outbox.post(postOf(world, 'run/1'))).toMatchObject({ ok: true })
      expect(world.slack.messages('provisioning')).toHaveLength(1)
      expect(callsOf(world, 'conversations.history')).toBe(2)
    },
  )
})

describe('E3: options that a SocketModeClient shares', () => {
  it('get its retryConfig; the clients of the outbox have options of their own', async () => {
    const { SocketModeClient } = await import('@slack/socket-mode')
    const { createSlackClients } = await import('../../src/outbox/slack-clients.ts')
    const clientOptions: Record<string, unknown> = { slackApiUrl: 'http://127.0.0.1:9/api/' }
    void new SocketModeClient({ appToken: 'xapp-1', logger: QUIET, clientOptions })
    expect(clientOptions.retryConfig).toMatchObject({ retries: 100 })

    const redactor = { text: (text: string) => text }
    const clients = createSlackClients({ token: 'xoxb-1', logger: QUIET, redactor, apiUrl: 'http://127.0.0.1:9/api/' })
    const begun = performance.now()
    await expect(clients.background.auth.test()).rejects.toThrow()
    await expect(clients.interactive.auth.test()).rejects.toThrow()
    // One retry of theirs would take a second.
    expect(performance.now() - begun).toBeLessThan(900)
  })
})

describe('E4: edits of one message at the same time', () => {
  it('leave a bare WebClient all together', async () => {
    await using world = await rawWorld()
    const client = world.client()
    const { ts } = await client.chat.postMessage({ channel: world.channel, text: 'x' })
    world.slack.faults.once({ call: 'slack chat.update', mode: 'slow', delayMs: 150 })
    const edits = [0, 1, 2].map((n) => client.chat.update({ channel: world.channel, ts: ts!, text: `state ${n}` }))
    await Promise.all(edits)
    // The first one is slow, and overwrites the newest.
    expect(world.slack.messages('provisioning')[0]?.text).not.toBe('state 2')
  })

  it('go out one after the other from the outbox', async () => {
    await using world = await outboxWorld()
    const message = await posted(world, 'run/1')
    world.slack.faults.once({ call: 'slack chat.update', mode: 'slow', delayMs: 150 })
    const first = world.outbox.edit(message, saying('state 0'), 'final')
    await until(() => callsOf(world, 'chat.update') === 1)
    const others = [1, 2].map((n) => world.outbox.edit(message, saying(`state ${n}`), 'final'))
    await Promise.all([first, ...others])
    expect(world.slack.messages('provisioning')[0]?.text).toBe('state 2')
    expect(callsOf(world, 'chat.update')).toBe(2)
  })
})

describe('E5: rejectRateLimitedCalls', () => {
  it('tells at once how long to wait', async () => {
    await using world = await rawWorld()
    world.slack.faults.once({ call: 'slack auth.test', mode: 'rate-limited', retryAfterSeconds: 30 })
    const begun = performance.now()
    const call = world.client({ rejectRateLimitedCalls: true }).auth.test()
    await expect(call).rejects.toMatchObject({ retryAfter: 30 })
    expect(performance.now() - begun).toBeLessThan(1_000)
  })

  it('makes the outbox wait exactly so long before it repeats a post', async () => {
    await using world = await outboxWorld()
    world.slack.faults.once({ call: 'slack chat.postMessage', mode: 'rate-limited', retryAfterSeconds: 30 })
    const begun = world.clock.now()
    await world.outbox.post(postOf(world, 'run/1'))
    expect(world.clock.now() - begun).toBeGreaterThanOrEqual(30_000)
    expect(world.clock.now() - begun).toBeLessThan(40_000)
    // 429 is an answer: there is nothing to look for.
    expect(callsOf(world, 'conversations.history')).toBe(0)
  })
})

describe('E6: a call that hangs', () => {
  it('hangs a bare WebClient for as long as it likes', async () => {
    await using world = await rawWorld()
    world.slack.faults.once({ call: 'slack auth.test', mode: 'slow', delayMs: 3_500 })
    const begun = performance.now()
    await world.client().auth.test()
    expect(performance.now() - begun).toBeGreaterThan(3_000)
  })

  it('is given up by an interactive call after 2.5 s, and says that it may have been done', async () => {
    await using world = await outboxWorld()
    world.slack.faults.once({ call: 'slack auth.test', mode: 'hang' })
    const begun = performance.now()
    await expect(world.outbox.now('auth.test', {})).rejects.toMatchObject({ code: 'slack.no-answer' })
    expect(performance.now() - begun).toBeLessThan(3_500)
  })

  it('holds up its own message alone', async () => {
    await using world = await outboxWorld({}, {})
    const stuck = await posted(world, 'run/1')
    const other = await posted(world, 'run/2')
    world.slack.faults.once({ call: 'slack chat.update', mode: 'hang' })
    const edit = world.outbox.edit(stuck, saying('late'), 'step')
    await until(() => callsOf(world, 'chat.update') === 1)
    const begun = performance.now()
    await world.outbox.edit(other, saying('now'), 'step')
    expect(performance.now() - begun).toBeLessThan(2_000)
    expect(await edit).toMatchObject({ ok: true })
    expect(world.slack.messages('provisioning').map(({ text }) => text)).toEqual(['late', 'now'])
  })
})
