import { App, LogLevel, SocketModeReceiver, type Logger } from '@slack/bolt'
import { WebClient } from '@slack/web-api'
import { describe, expect, it } from 'vitest'
import { createSlackWorkspace, type SlackWorkspace } from '../../src/index.ts'
import { post } from './web-api.ts'

const silent: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  setName() {},
  getLevel: () => LogLevel.ERROR,
}

const PING_MS = 500

/** An app with one receiver, or two: a receiver takes `clientPingTimeout` to come back after a refresh, 5 s by default. */
async function startApp(slack: SlackWorkspace, receivers: 1 | 2) {
  const [first, ...others] = Array.from(
    { length: receivers },
    () =>
      new SocketModeReceiver({
        appToken: slack.appToken,
        clientPingTimeout: PING_MS,
        logger: silent,
        installerOptions: { clientOptions: { slackApiUrl: slack.apiUrl } },
      }),
  )
  const app = new App({
    token: slack.botToken,
    receiver: first!,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: slack.apiUrl },
  })
  for (const other of others) other.init(app)
  const handled: string[] = []
  app.command('/provision', async ({ ack, command }) => {
    handled.push(command.text)
    await ack()
  })
  await app.start()
  for (const other of others) await other.start()
  const all = [first!, ...others]
  return {
    handled,
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map((receiver) => receiver.client.disconnect()))
    },
  }
}

describe('a Bolt app with one socket', () => {
  it('loses what people do between a refresh and its reconnection', async () => {
    await using slack = await createSlackWorkspace()
    await using app = await startApp(slack, 1)
    const ada = slack.user('ada')
    const before = performance.now()
    slack.socket.refresh()
    expect(await ada.command('/provision lost', 'general')).toMatchObject({ outcome: 'unreachable' })
    await expect.poll(() => slack.socket.connections, { timeout: 5_000 }).toBe(1)
    expect(performance.now() - before).toBeGreaterThanOrEqual(PING_MS)
    expect(await ada.command('/provision kept', 'general')).toMatchObject({ outcome: 'acked' })
    expect(app.handled).toEqual(['kept'])
  })

  it('handles an envelope that comes three times three times', async () => {
    await using slack = await createSlackWorkspace()
    await using app = await startApp(slack, 1)
    slack.socket.duplicateNext(3)
    await slack.user('ada').command('/provision once', 'general')
    await expect.poll(() => app.handled).toEqual(['once', 'once', 'once'])
  })
})

describe('a Bolt app with two sockets', () => {
  it('loses nothing when one of them is refreshed', async () => {
    await using slack = await createSlackWorkspace()
    await using app = await startApp(slack, 2)
    expect(slack.socket.connections).toBe(2)
    slack.socket.refresh()
    for (const text of ['a', 'b', 'c'])
      expect(await slack.user('ada').command(`/provision ${text}`, 'general')).toMatchObject({ outcome: 'acked' })
    await expect.poll(() => slack.socket.connections, { timeout: 5_000 }).toBe(2)
    expect(app.handled).toEqual(['a', 'b', 'c'])
  })
})

describe('WebClient', () => {
  const clientOf = (slack: SlackWorkspace, options: object = {}) =>
    new WebClient(slack.botToken, { slackApiUrl: slack.apiUrl, logger: silent, ...options })

  it('makes every other call wait when one is refused with 429', async () => {
    await using slack = await createSlackWorkspace()
    const client = clientOf(slack)
    const ts = await post(slack, { text: 'x' })
    const channel = slack.channelId('provisioning')
    slack.faults.once({ call: 'slack chat.update', mode: 'rate-limited', retryAfterSeconds: 1 })
    const update = client.chat.update({ channel, ts, text: 'y' })
    await expect.poll(() => slack.rateLimited + slack.log.of('slack chat.update').length).toBeGreaterThan(0)
    const before = performance.now()
    await client.auth.test()
    expect(performance.now() - before).toBeGreaterThan(700)
    await update
  })

  it('posts twice when the first answer is lost', async () => {
    await using slack = await createSlackWorkspace()
    slack.faults.once({ call: 'slack chat.postMessage', mode: 'reply-lost-after-effect' })
    await clientOf(slack, { retryConfig: { retries: 2, minTimeout: 10, maxTimeout: 20 } }).chat.postMessage({
      channel: 'general',
      text: 'x',
    })
    expect(slack.messages('general')).toHaveLength(2)
  })

  it('is told how long to wait when it asks to be', async () => {
    await using slack = await createSlackWorkspace()
    slack.faults.once({ call: 'slack chat.postMessage', mode: 'rate-limited', retryAfterSeconds: 9 })
    const refused = clientOf(slack, { rejectRateLimitedCalls: true }).chat.postMessage({
      channel: 'general',
      text: 'x',
    })
    await expect(refused).rejects.toMatchObject({ code: 'slack_webapi_rate_limited_error', retryAfter: 9 })
  })
})
