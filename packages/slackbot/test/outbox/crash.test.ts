import { describe, expect, it } from 'vitest'
import { createSlackWorkspace } from '@hwautomation/testkit'
import { type Documents, MemoryStore } from 'hwautomation'
import { createOutbox } from '../../src/outbox/create-outbox.ts'
import type { Outbox } from '../../src/outbox/outbox.ts'
import { callsOf, outboxWorld, type OutboxWorld, postOf, saying, until } from './outbox-world.ts'

/** The nth thing a process does to the outside, before or after it happened. */
interface Death {
  readonly at: number
  readonly side: 'before' | 'after'
}

/** An outbox whose process dies at that moment: nothing it does afterwards happens, and no answer reaches it. */
function mortal(world: OutboxWorld, death: Death): { readonly outbox: Outbox; readonly deeds: () => number } {
  let deeds = 0
  let dead = false
  const never = new Promise<never>(() => {})
  const deed = async <Result>(act: () => Promise<Result>): Promise<Result> => {
    if (dead) return never
    deeds += 1
    const isLast = deeds === death.at
    if (isLast && death.side === 'before') dead = true
    if (dead) return never
    const result = await act()
    if (isLast) dead = true
    return dead ? never : result
  }
  const documents = (collection: string): Documents => {
    const real = world.store.documents(collection)
    return {
      get: (id) => (dead ? never : real.get(id)),
      put: (id, value) => deed(() => real.put(id, value)),
      delete: (id) => deed(() => real.delete(id)),
      entries: () => real.entries(),
    }
  }
  const { botToken: token, apiUrl } = world.slack
  const outbox = createOutbox({
    token,
    apiUrl,
    store: { documents },
    clock: world.clock,
    duplicateCheck: world.duplicateCheck,
    fetch: (url, init) => deed(() => globalThis.fetch(url, init as RequestInit)),
  })
  return { outbox, deeds: () => deeds }
}

/** A root message, two posts in its thread and a log file, as a run that fails tells of itself. */
async function tell(world: OutboxWorld, outbox: Outbox): Promise<void> {
  const root = await outbox.post(postOf(world, 'run/1'))
  if (!root.ok) throw new Error(root.detail)
  const common = { channel: root.channel, thread: root.ts }
  const told = await Promise.all([
    outbox.post({ ...common, key: 'run/1/step', content: saying('a step'), priority: 'step' }),
    outbox.post({ ...common, key: 'run/1/end', content: saying('the end'), priority: 'final' }),
    outbox.upload({ ...common, key: 'run/1/log', filename: 'run.log', title: 'Log', content: 'line' }),
  ])
  for (const delivery of told) if (!delivery.ok) throw new Error(delivery.detail)
}

/** Documents (3 a post: to do, in doubt, sent) and calls: 4 × 3 + 1 + 1 + 1 + 3. */
const DEEDS = 18

describe('a process killed at any call or write', () => {
  it('does what is counted here', async () => {
    await using world = await outboxWorld()
    const { outbox, deeds } = mortal(world, { at: Number.POSITIVE_INFINITY, side: 'before' })
    await tell(world, outbox)
    expect(deeds()).toBe(DEEDS)
  })

  const deaths = Array.from({ length: DEEDS }, (_, index) => index + 1).flatMap((at) => [
    { at, side: 'before' as const },
    { at, side: 'after' as const },
  ])
  it.each(deaths)('$side deed $at: the next one tells the rest, nothing twice, in order', async (death) => {
    await using world = await outboxWorld()
    const { outbox, deeds } = mortal(world, death)
    void tell(world, outbox)
    await until(() => deeds() >= death.at)
    await world.clock.settled()

    const next = world.next()
    await next.start()
    await tell(world, next)
    const [root, ...more] = world.slack.messages('provisioning')
    expect(more).toEqual([])
    const thread = world.slack.thread('provisioning', root!.ts)
    expect(thread.map(({ text, files }) => text + files.map(({ title }) => title).join())).toEqual([
      'a step',
      'the end',
      'Log',
    ])
  })
})

describe('a post without an answer', () => {
  /** Its first call is given up on, and takes effect so much later. */
  async function late(effectAfterMs: number, post: (world: OutboxWorld) => Promise<unknown>): Promise<OutboxWorld> {
    let calls = 0
    const world: OutboxWorld = await outboxWorld(
      {},
      {
        fetch: async (url, init) => {
          if (!String(url).endsWith('chat.postMessage') || (calls += 1) > 1) return fetch(url, init)
          world.clock.after(effectAfterMs, () => void fetch(url, init))
          throw new TypeError('terminated')
        },
      },
    )
    await post(world)
    return world
  }

  it('that takes effect after somebody has looked for it is not posted again', async () => {
    await using world = await late(8_000, ({ outbox, channel }) => outbox.post(postOf({ channel }, 'run/1')))
    expect(world.slack.messages('provisioning')).toHaveLength(1)
    expect(callsOf(world, 'chat.postMessage')).toBe(1)
  })

  it('is found in the direct messages with a person too', async () => {
    await using world = await late(0, ({ outbox, slack }) =>
      outbox.post({ key: 'run/1/told', channel: slack.user('ada').id, content: saying('hello'), priority: 'final' }),
    )
    expect(world.slack.user('ada').directMessages()).toHaveLength(1)
  })

  it('is found below a page of newer messages', async () => {
    await using world = await late(0, async ({ outbox, slack, channel }) => {
      const delivery = outbox.post(postOf({ channel }, 'run/1'))
      await until(() => slack.messages('provisioning').length === 1)
      for (let n = 0; n < 250; n += 1) void slack.user('ada').say(`chatter ${n}`, 'provisioning')
      return delivery
    })
    expect(callsOf(world, 'chat.postMessage')).toBe(1)
    expect(callsOf(world, 'conversations.history')).toBe(2)
  })

  it('is found by a bot whose clock is an hour ahead', async () => {
    await using world = await outboxWorld()
    const { clock } = world
    const ahead = { ...clock, now: () => clock.now() + 3_600_000 }
    const outbox = world.next({ clock: ahead })
    world.slack.faults.once({ call: 'slack chat.postMessage', mode: 'reply-lost-after-effect' })
    expect(await outbox.post(postOf(world, 'run/1'))).toMatchObject({ ok: true })
    expect(world.slack.messages('provisioning')).toHaveLength(1)
  })
})

describe('with duplicateCheck off', () => {
  it('a thread post without an answer is never repeated, and says so, also to the next process', async () => {
    await using world = await outboxWorld({}, { duplicateCheck: 'off' })
    const root = await world.outbox.post(postOf(world, 'run/1'))
    if (!root.ok) throw new Error(root.detail)
    world.slack.faults.once({ call: 'slack chat.postMessage', mode: 'drop-before-effect' })
    const reply = postOf(world, 'run/1/end', { thread: root.ts, priority: 'final' })
    expect(await world.outbox.post(reply)).toMatchObject({ ok: false, because: 'unknown' })
    await world.outbox.stop()
    const next = world.next()
    await next.start()
    expect(await next.post(reply)).toMatchObject({ ok: false, because: 'unknown' })
    expect(callsOf(world, 'chat.postMessage')).toBe(2)
  })

  it("a run's first message is posted once more, for it would show nothing otherwise", async () => {
    await using world = await outboxWorld({}, { duplicateCheck: 'off' })
    world.slack.faults.once({ call: 'slack chat.postMessage', mode: 'drop-before-effect' })
    expect(await world.outbox.post(postOf(world, 'run/1'))).toMatchObject({ ok: true })
    world.slack.faults.times(2, { call: 'slack chat.postMessage', mode: 'drop-before-effect' })
    expect(await world.outbox.post(postOf(world, 'run/2'))).toMatchObject({ ok: false, because: 'unknown' })
  })

  it('an hour in which Slack answers nothing that makes sense costs no message of a run, and one post of a thread at most', async () => {
    await using world = await outboxWorld({}, { duplicateCheck: 'off' })
    const root = await world.outbox.post(postOf(world, 'run/1'))
    if (!root.ok) throw new Error(root.detail)
    const outage = world.slack.faults.always({ call: 'slack *', mode: 'wrong-status' })
    const told = Promise.all([
      world.outbox.post(postOf(world, 'run/2')),
      world.outbox.post(postOf(world, 'run/1/step', { thread: root.ts })),
      world.outbox.post(postOf(world, 'run/1/end', { thread: root.ts, priority: 'final' })),
    ])
    await world.clock.sleep(3_600_000)
    outage.remove()
    expect(await told).toMatchObject([{ ok: true }, { because: 'unknown' }, { ok: true }])
    expect(callsOf(world, 'auth.test')).toBeLessThan(200)
  })

  it('what an earlier process had not begun to send is sent by the next', async () => {
    await using world = await outboxWorld({}, { duplicateCheck: 'off' })
    const { outbox, deeds } = mortal(world, { at: 1, side: 'after' })
    void outbox.post(postOf(world, 'run/1', { priority: 'final' }))
    await until(() => deeds() === 1)
    const next = world.next()
    await next.start()
    expect(await next.post(postOf(world, 'run/1'))).toMatchObject({ ok: true })
  })
})

describe('a post without an answer that may not be looked for', () => {
  it('is not repeated where the app lacks the scope', async () => {
    await using world = await outboxWorld({
      manifest: {
        display_information: { name: 'bot' },
        features: { bot_user: { display_name: 'bot' } },
        oauth_config: { scopes: { bot: ['chat:write'] } },
      },
    })
    world.slack.faults.once({ call: 'slack chat.postMessage', mode: 'reply-lost-after-effect' })
    expect(await world.outbox.post(postOf(world, 'run/1'))).toMatchObject({
      because: 'unknown',
      detail: expect.stringContaining('channels:history'),
    })
    expect(world.slack.messages('provisioning')).toHaveLength(1)
  })
})

describe('a store that cannot be written', () => {
  it('holds posts back until it can, and loses none', async () => {
    await using world = await outboxWorld()
    let isFull = true
    const real = world.store.documents('slack-outbox')
    const full = () => (isFull ? Promise.reject(new Error('no space left on device')) : undefined)
    const documents = (): Documents => ({
      ...bound(real),
      put: async (id, value) => (await full(), real.put(id, value)),
    })
    const outbox = world.next({ store: { documents } })
    const delivery = outbox.post(postOf(world, 'run/1'))
    await until(() => world.logged.some((line) => line.startsWith('Could not write down what is to be posted')))
    expect(world.slack.messages('provisioning')).toEqual([])
    isFull = false
    expect(await delivery).toMatchObject({ ok: true })
  })
})

describe('a long history', () => {
  it('is forgotten after a month, at a start; what is undelivered is not', async () => {
    await using slack = await createSlackWorkspace()
    const store = new MemoryStore()
    const documents = store.documents('slack-outbox')
    const longAgo = slack.clock.now() - 31 * 24 * 3_600_000
    await documents.put('post/run/old', { state: 'sent', channel: 'C1', ts: '1.1', at: longAgo })
    await documents.put('post/run/new', { state: 'sent', channel: 'C1', ts: '1.2', at: slack.clock.now() })
    const outbox = createOutbox({ token: slack.botToken, apiUrl: slack.apiUrl, store, duplicateCheck: 'off' })
    await outbox.start()
    await outbox.stop()
    const left: string[] = []
    for await (const [id] of documents.entries()) left.push(id)
    expect(left).toEqual(['post/run/new'])
  })
})

function bound(documents: Documents): Documents {
  return {
    get: (id) => documents.get(id),
    put: (id, value) => documents.put(id, value),
    delete: (id) => documents.delete(id),
    entries: () => documents.entries(),
  }
}
