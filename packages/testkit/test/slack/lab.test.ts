import { describe, expect, it } from 'vitest'
import { createLab } from '../../src/index.ts'
import { connect } from './socket-app.ts'
import { call, errorOf, post } from './web-api.ts'

describe("a lab's Slack workspace", () => {
  it('is there when asked for, and shares clock, faults and request log', async () => {
    await using bare = await createLab()
    expect(() => bare.slack).toThrow('createLab({ slack: true })')
    await using lab = await createLab({ slack: { channels: [{ name: 'ops' }] } })
    expect(lab.slack.clock).toBe(lab.clock)
    lab.faults.once({ server: 'ops', call: 'slack chat.postMessage', mode: 'wrong-status', status: 500 })
    expect(
      (
        await fetch(`${lab.slack.apiUrl}chat.postMessage`, {
          method: 'POST',
          body: new URLSearchParams({ channel: 'ops', token: lab.slack.botToken }),
        })
      ).status,
    ).toBe(500)
    await post(lab.slack, { channel: 'ops', text: 'x' })
    expect(lab.log.of('slack chat.postMessage', 'ops').map(({ outcome, effect }) => [outcome, effect])).toEqual([
      [500, 'none'],
      ['ok', 'now'],
    ])
    expect(() => lab.faults.once({ server: 'nowhere', call: 'slack chat.update', mode: 'hang' })).toThrow(
      "No server 'nowhere'",
    )
    expect(() => lab.faults.once({ call: 'slack chat.updaet', mode: 'hang' })).toThrow(
      "Unknown call 'slack chat.updaet'",
    )
    lab.assertClean()
  })

  it('is not clean while an app holds a connection', async () => {
    await using lab = await createLab({ slack: true })
    const app = await connect(lab.slack)
    expect(() => lab.assertClean()).toThrow('Socket Mode connection 1 is open')
    app[Symbol.dispose]()
    await expect.poll(() => lab.slack.socket.connections).toBe(0)
    lab.assertClean()
  })

  it('does not let lab time run on while a delivery waits for its acknowledgement', async () => {
    await using lab = await createLab({ slack: true })
    using app = await connect(lab.slack, false)
    let woken = false
    lab.clock.after(3_600_000, () => (woken = true))
    const delivery = lab.slack.user('ada').command('/x', 'general')
    const envelope = await app.envelope()
    await new Promise((resolve) => setImmediate(resolve))
    expect(woken).toBe(false)
    app.ack(envelope)
    expect(await delivery).toMatchObject({ outcome: 'acked' })
    await expect.poll(() => woken).toBe(true)
  })
})

describe('faults of Slack calls', () => {
  it.each([
    ['drop-before-effect', 0],
    ['reply-lost-after-effect', 1],
    ['drop-mid-reply', 1],
    ['refuse', 0],
  ] as const)('%s cuts the connection with %i messages posted', async (mode, posted) => {
    await using lab = await createLab({ slack: true })
    lab.faults.once({ call: 'slack chat.postMessage', mode })
    await expect(post(lab.slack, { text: 'x' })).rejects.toThrow()
    expect(lab.slack.messages('provisioning')).toHaveLength(posted)
  })

  it('answer with what is no answer, refuse the token, say yes and do nothing, or do it late', async () => {
    await using lab = await createLab({ slack: true, clock: 'stepped' })
    const send = (mode: 'garbage' | 'auth-failure' | 'ack-no-effect' | 'effect-late') => {
      lab.faults.once({ call: 'slack chat.postMessage', mode })
      return call(lab.slack, 'chat.postMessage', { channel: 'provisioning', text: mode })
    }
    const texts = () => lab.slack.messages('provisioning').map(({ text }) => text)
    await expect(send('garbage')).rejects.toThrow('not valid JSON')
    expect((await send('auth-failure')).body).toEqual({ ok: false, error: 'invalid_auth' })
    expect((await send('ack-no-effect')).body).toMatchObject({ ok: true, message: { text: 'ack-no-effect' } })
    expect((await send('effect-late')).body).toMatchObject({ ok: true })
    expect(texts()).toEqual(['garbage'])
    await lab.clock.advance(20_000)
    expect(texts()).toEqual(['garbage', 'effect-late'])
  })

  it('hang until the client gives up', async () => {
    await using lab = await createLab({ slack: true })
    lab.faults.once({ call: 'slack views.open', mode: 'hang' })
    const signal = AbortSignal.timeout(50)
    await expect(fetch(`${lab.slack.apiUrl}views.open`, { method: 'POST', signal })).rejects.toThrow('timeout')
    await expect.poll(() => lab.slack.leftovers()).toEqual([])
    expect(await errorOf(lab.slack, 'views.open')).toBe('invalid_arguments')
  })
})
