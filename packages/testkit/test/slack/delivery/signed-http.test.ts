import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createLabClock, createSlackWorkspace, type SlackObject, type SlackWorkspace } from '../../../src/index.ts'
import { startHttpApp, type Received } from '../http-app.ts'
import { button, post } from '../web-api.ts'

const manifest: SlackObject = {
  display_information: { name: 'app' },
  features: {
    bot_user: { display_name: 'app' },
    app_home: { home_tab_enabled: true },
    slash_commands: [
      { command: '/provision', description: 'x', url: 'https://example.com/slack', should_escape: true },
    ],
  },
  oauth_config: { scopes: { bot: ['commands', 'chat:write', 'app_mentions:read'] } },
  settings: {
    event_subscriptions: {
      request_url: 'https://example.com/slack',
      bot_events: ['app_home_opened', 'app_mention', 'app_uninstalled'],
    },
    interactivity: { is_enabled: true, request_url: 'https://example.com/slack' },
  },
}

const signatureOf = (slack: SlackWorkspace, { headers, body }: Received) =>
  `v0=${createHmac('sha256', slack.signingSecret)
    .update(`v0:${String(headers['x-slack-request-timestamp'])}:${body}`)
    .digest('hex')}`

describe('signed HTTP delivery', () => {
  it('posts commands and interactions as forms, events as JSON, each signed', async () => {
    await using app = await startHttpApp((_, response) =>
      response.setHeader('Content-Type', 'application/json').end('{"text":"hi"}'),
    )
    await using slack = await createSlackWorkspace({ manifest, requestUrl: app.url })
    const ada = slack.user('ada')
    expect(await ada.command('/provision srv001 @grace #general', 'provisioning')).toMatchObject({
      outcome: 'acked',
      body: { text: 'hi' },
    })
    const ts = await post(slack, { text: 'x', blocks: [{ type: 'actions', elements: [button('cancel')] }] })
    await ada.click({ channel: 'provisioning', ts }, 'cancel')
    await ada.openHome()
    const [command, click, event] = app.received
    for (const each of app.received) expect(each.headers['x-slack-signature']).toBe(signatureOf(slack, each))
    expect(Object.fromEntries(new URLSearchParams(command!.body))).toMatchObject({
      command: '/provision',
      text: `srv001 <@${slack.user('grace').id}|grace> <#${slack.channelId('general')}|general>`,
      response_url: expect.stringContaining('/response/'),
    })
    expect(JSON.parse(new URLSearchParams(click!.body).get('payload')!)).toMatchObject({
      type: 'block_actions',
      user: { id: ada.id, username: 'ada', team_id: slack.teamId },
      container: { type: 'message', message_ts: ts, is_ephemeral: false },
      message: { ts, bot_id: expect.stringMatching(/^B/) },
      actions: [{ type: 'button', action_id: 'cancel', value: 'run-1', block_id: expect.any(String) }],
      is_enterprise_install: false,
      enterprise: null,
    })
    expect(JSON.parse(event!.body)).toMatchObject({
      type: 'event_callback',
      event_id: expect.stringMatching(/^Ev/),
      event: { type: 'app_home_opened', user: ada.id, tab: 'home' },
    })
    expect(event!.headers['content-type']).toBe('application/json')
    expect(app.received.map(({ headers }) => headers['content-type']).slice(0, 2)).toEqual(
      Array.from({ length: 2 }, () => 'application/x-www-form-urlencoded'),
    )
  })

  it('verifies a request URL', async () => {
    await using app = await startHttpApp(({ body }, response) =>
      response.end((JSON.parse(body) as { challenge: string }).challenge),
    )
    await using slack = await createSlackWorkspace({ manifest, requestUrl: app.url })
    expect(await slack.http.verifyUrl()).toMatchObject({ outcome: 'acked' })
    await using wrong = await startHttpApp((_, response) => response.end('hello'))
    slack.install(manifest, wrong.url)
    expect(await slack.http.verifyUrl()).toMatchObject({ outcome: 'error' })
  })

  it('replays a request byte by byte, and skews or spoils the next one', async () => {
    await using app = await startHttpApp((_, response) => response.end())
    await using slack = await createSlackWorkspace({ manifest, requestUrl: app.url })
    const ada = slack.user('ada')
    await ada.command('/provision a', 'general')
    await slack.http.replayLast()
    expect(app.received[1]).toEqual(app.received[0])
    slack.http.next({ skewSeconds: -301 })
    await ada.command('/provision b', 'general')
    slack.http.next({ badSignature: true })
    await ada.command('/provision c', 'general')
    await ada.command('/provision d', 'general')
    const [, , late, bad, good] = app.received
    const skew = Number(good!.headers['x-slack-request-timestamp']) - Number(late!.headers['x-slack-request-timestamp'])
    expect(skew).toBeGreaterThanOrEqual(301)
    expect(late!.headers['x-slack-signature']).toBe(signatureOf(slack, late!))
    expect(bad!.headers['x-slack-signature']).not.toBe(signatureOf(slack, bad!))
    expect(good!.headers['x-slack-signature']).toBe(signatureOf(slack, good!))
  })

  it('tells apart an app that refuses, is silent, or is not there', async () => {
    await using app = await startHttpApp(({ body }, response) => {
      if (body.includes('refuse')) response.writeHead(401).end()
    })
    await using slack = await createSlackWorkspace({ manifest, requestUrl: app.url })
    const ada = slack.user('ada')
    const outcomes = await Promise.all([
      ada.command('/provision refuse', 'general'),
      ada.command('/provision silent', 'general'),
    ])
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['error', 'timeout'])
    slack.install(manifest, 'http://127.0.0.1:1/')
    expect(await ada.command('/provision x', 'general')).toMatchObject({ outcome: 'unreachable' })
    expect(ada.sees('general').map(({ text }) => /"(\w+)"/.exec(text)?.[1])).toEqual([
      'dispatch_failed',
      'operation_timeout',
      'dispatch_failed',
    ])
  })

  it('retries events three times, unless the app wants none, and leaves out those without subscription or scope', async () => {
    const clock = createLabClock('stepped')
    let noRetry = false
    await using app = await startHttpApp((_, response) =>
      response.writeHead(500, noRetry ? { 'X-Slack-No-Retry': '1' } : {}).end(),
    )
    await using slack = await createSlackWorkspace({ manifest, requestUrl: app.url, clock })
    const ada = slack.user('ada')
    await ada.openHome()
    await clock.advance(400_000)
    expect(app.received.map(({ headers }) => [headers['x-slack-retry-num'], headers['x-slack-retry-reason']])).toEqual([
      [undefined, undefined],
      ['1', 'http_error'],
      ['2', 'http_error'],
      ['3', 'http_error'],
    ])
    expect(new Set(app.received.map(({ body }) => (JSON.parse(body) as { event_id: string }).event_id)).size).toBe(1)
    noRetry = true
    await ada.openHome()
    await clock.advance(400_000)
    expect(app.received).toHaveLength(5)
    // message.channels is not subscribed.
    expect(await ada.say('hello', 'general')).toBeUndefined()
    expect(await ada.say('@provisioner hello', 'general')).toMatchObject({ outcome: 'error' })
    clock.close()
  })
})
