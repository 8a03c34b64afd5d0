import { describe, expect, it } from 'vitest'
import { createSlackWorkspace } from '../../../src/index.ts'
import { connect } from '../socket-app.ts'
import { call, errorOf } from '../web-api.ts'

const envelopes = (messages: readonly object[]) => messages.filter((message) => 'envelope_id' in message)

describe('Socket Mode', () => {
  it('says hello, and delivers commands with what an acknowledgement may carry', async () => {
    await using slack = await createSlackWorkspace()
    using app = await connect(slack, false)
    expect(app.hello).toMatchObject({
      type: 'hello',
      num_connections: 1,
      connection_info: { app_id: expect.stringMatching(/^A/) },
      debug_info: { host: expect.any(String) },
    })
    const ada = slack.user('ada')
    const delivery = ada.command('/provision srv001', 'provisioning')
    const envelope = await app.envelope()
    expect(envelope).toMatchObject({
      type: 'slash_commands',
      accepts_response_payload: true,
      payload: {
        command: '/provision',
        text: 'srv001',
        user_id: ada.id,
        user_name: 'ada',
        channel_name: 'provisioning',
        team_id: slack.teamId,
        is_enterprise_install: 'false',
      },
    })
    app.ack(envelope, { text: 'on it', response_type: 'in_channel' })
    expect(await delivery).toMatchObject({ outcome: 'acked', body: { text: 'on it' } })
    expect(slack.messages('provisioning').map(({ text }) => text)).toEqual(['on it'])
  })

  it('gives each envelope to one connection, in turn', async () => {
    await using slack = await createSlackWorkspace()
    using one = await connect(slack)
    using two = await connect(slack)
    expect(two.hello).toMatchObject({ num_connections: 2 })
    for (let turn = 0; turn < 4; turn += 1) await slack.user('ada').command('/x', 'general')
    expect([one, two].map(({ messages }) => envelopes(messages).length)).toEqual([2, 2])
  })

  it('takes ten connections, and a ticket once', async () => {
    await using slack = await createSlackWorkspace()
    const all = await Promise.all(Array.from({ length: 10 }, () => connect(slack)))
    await expect(connect(slack)).rejects.toThrow('408')
    expect(slack.socket.connections).toBe(10)
    for (const each of all) each[Symbol.dispose]()
    await expect.poll(() => slack.socket.connections).toBe(0)
  })

  it('gives up after three seconds, which the user sees', async () => {
    await using slack = await createSlackWorkspace()
    using app = await connect(slack, false)
    const ada = slack.user('ada')
    const delivery = await ada.command('/provision srv001', 'provisioning')
    expect(delivery.outcome).toBe('timeout')
    expect(delivery.milliseconds).toBeGreaterThanOrEqual(2_950)
    expect(ada.sees('provisioning').at(-1)?.text).toContain('operation_timeout')
    expect(envelopes(app.messages)).toHaveLength(1)
  })

  it('is refreshed one connection at a time, cut, and switched off', async () => {
    await using slack = await createSlackWorkspace()
    using one = await connect(slack)
    using two = await connect(slack)
    slack.socket.refresh()
    expect(await one.closed).toBe(1_000)
    expect(one.messages.at(-1)).toMatchObject({ type: 'disconnect', reason: 'refresh_requested' })
    expect(slack.socket.connections).toBe(1)
    slack.socket.drop()
    expect(await two.closed).toBe(1_006)
    expect(await slack.user('ada').command('/x', 'general')).toMatchObject({ outcome: 'unreachable' })
    using warned = await connect(slack)
    slack.socket.refresh('warning')
    await warned.closed
    expect(warned.messages.at(-1)).toMatchObject({ type: 'disconnect', reason: 'warning' })
    using three = await connect(slack)
    await slack.uninstall()
    await three.closed
    expect(three.messages.at(-1)).toMatchObject({ type: 'disconnect', reason: 'link_disabled' })
    expect(await errorOf(slack, 'apps.connections.open', {}, slack.appToken)).toBe('invalid_auth')
  })

  it('delivers an envelope several times, and the last one again, with the same ids', async () => {
    await using slack = await createSlackWorkspace()
    using app = await connect(slack)
    const ada = slack.user('ada')
    slack.socket.duplicateNext(3)
    await ada.command('/x', 'general')
    await ada.repeatLast()
    const seen = envelopes(app.messages) as { envelope_id: string; payload: { trigger_id: string } }[]
    expect(seen).toHaveLength(4)
    expect(new Set(seen.map(({ envelope_id }) => envelope_id)).size).toBe(1)
    expect(new Set(seen.map(({ payload }) => payload.trigger_id)).size).toBe(1)
    await ada.command('/x', 'general')
    expect(envelopes(app.messages)).toHaveLength(5)
  })

  it('can lose what it delivers, the acknowledgement, and connections', async () => {
    await using slack = await createSlackWorkspace()
    using app = await connect(slack)
    const ada = slack.user('ada')
    slack.faults.once({ call: 'slack deliver', mode: 'drop-before-effect' })
    slack.faults.once({ call: 'slack deliver', mode: 'reply-lost-after-effect' })
    const outcomes = await Promise.all([ada.command('/a', 'general'), ada.command('/b', 'general')])
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['timeout', 'timeout'])
    expect(envelopes(app.messages)).toMatchObject([{ payload: { command: '/b' } }])
    slack.faults.once({ call: 'slack socket', mode: 'wrong-status', status: 502 })
    await expect(connect(slack)).rejects.toThrow('502')
    slack.faults.once({ call: 'slack apps.connections.open', mode: 'auth-failure' })
    expect((await call(slack, 'apps.connections.open', {}, slack.appToken)).body).toEqual({
      ok: false,
      error: 'invalid_auth',
    })
  })
})
