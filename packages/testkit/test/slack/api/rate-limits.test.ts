import { describe, expect, it } from 'vitest'
import { createLabClock, createSlackWorkspace } from '../../../src/index.ts'
import { call, errorOf, post } from '../web-api.ts'

describe('rate limits', () => {
  it('let one post a second through in a channel, after a short burst, and say when to come back', async () => {
    const clock = createLabClock('stepped')
    await using slack = await createSlackWorkspace({ clock })
    const send = (channel = 'provisioning') => call(slack, 'chat.postMessage', { channel, text: 'x' })
    for (let burst = 0; burst < 5; burst += 1) expect((await send()).status).toBe(200)
    const refused = await send()
    expect([refused.status, refused.headers.get('retry-after'), refused.body]).toEqual([
      429,
      '1',
      { ok: false, error: 'ratelimited' },
    ])
    expect((await send('general')).status).toBe(200)
    await clock.advance(1_000)
    expect((await send()).status).toBe(200)
    expect((await send()).status).toBe(429)
    expect(slack.rateLimited).toBe(2)
    expect(slack.messages('provisioning')).toHaveLength(6)
    clock.close()
  })

  it('let a tier 3 method through 50 times a minute and a fifth more, whichever message it is about', async () => {
    const clock = createLabClock('stepped')
    await using slack = await createSlackWorkspace({ clock })
    const channel = slack.channelId('provisioning')
    const [one, two] = [await post(slack, { text: 'one' }), await post(slack, { text: 'two' })]
    const edit = (number: number) =>
      call(slack, 'chat.update', { channel, ts: number % 2 === 0 ? one : two, text: String(number) })
    for (let number = 0; number < 60; number += 1) {
      expect((await edit(number)).status).toBe(200)
      await clock.advance(500)
    }
    const refused = await edit(60)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30'])
    await clock.advance(30_000)
    expect((await edit(61)).status).toBe(200)
    // Other methods have windows of their own.
    expect(await errorOf(slack, 'conversations.info', { channel })).toBe('ok')
    clock.close()
  })

  it('are not looked at where the workspace says so', async () => {
    await using slack = await createSlackWorkspace({ rateLimits: 'none' })
    for (let number = 0; number < 20; number += 1) await post(slack, { text: 'x' })
    expect(slack.rateLimited).toBe(0)
  })

  it('can be forced on one call', async () => {
    await using slack = await createSlackWorkspace()
    const fault = slack.faults.once({ call: 'slack chat.postMessage', mode: 'rate-limited', retryAfterSeconds: 7 })
    const refused = await call(slack, 'chat.postMessage', { channel: 'provisioning', text: 'x' })
    expect([refused.status, refused.headers.get('retry-after'), fault.hits]).toEqual([429, '7', 1])
    expect(slack.rateLimited).toBe(1)
    expect(slack.log.of('slack chat.postMessage')).toMatchObject([
      { outcome: 'ratelimited', effect: 'none', fault: 'rate-limited' },
    ])
  })
})
