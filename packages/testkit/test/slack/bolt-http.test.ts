import type { AddressInfo } from 'node:net'
import { App, LogLevel } from '@slack/bolt'
import { describe, expect, it } from 'vitest'
import { createSlackWorkspace, type SlackObject } from '../../src/index.ts'

const manifest: SlackObject = {
  display_information: { name: 'app' },
  features: {
    bot_user: { display_name: 'app' },
    slash_commands: [{ command: '/provision', description: 'x', url: 'https://example.com/slack/events' }],
  },
  oauth_config: { scopes: { bot: ['commands', 'chat:write', 'app_mentions:read'] } },
  settings: {
    event_subscriptions: { request_url: 'https://example.com/slack/events', bot_events: ['app_mention'] },
    interactivity: { is_enabled: true, request_url: 'https://example.com/slack/events' },
  },
}

describe('a Bolt app with a request URL', () => {
  it('lives in it with nothing but slackApiUrl and the signing secret', async () => {
    await using slack = await createSlackWorkspace({ manifest })
    const app = new App({
      token: slack.botToken,
      signingSecret: slack.signingSecret,
      logLevel: LogLevel.ERROR,
      clientOptions: { slackApiUrl: slack.apiUrl },
    })
    const heard: string[] = []
    app.command('/provision', async ({ ack, command, respond }) => {
      await ack()
      heard.push(command.text)
      await respond(`queued ${command.text}`)
    })
    app.event('app_mention', async ({ event, say }) => void (await say({ text: 'yes?', thread_ts: event.ts })))
    const server = await app.start({ port: 0, host: '127.0.0.1' })
    slack.install(manifest, `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`)

    expect(await slack.http.verifyUrl()).toMatchObject({ outcome: 'acked' })
    const ada = slack.user('ada')
    expect(await ada.command('/provision srv001', 'general')).toMatchObject({ outcome: 'acked' })
    await expect.poll(() => ada.sees('general').map(({ text }) => text)).toEqual(['queued srv001'])
    expect(await ada.say('@provisioner hello', 'general')).toMatchObject({ outcome: 'acked' })
    await expect
      .poll(() => slack.thread('general', slack.messages('general')[0]!.ts).map(({ text }) => text))
      .toEqual(['yes?'])

    // Bolt checks the signature and the age of a request, but takes a repeated one and one from the future.
    slack.http.next({ badSignature: true })
    expect(await ada.command('/provision forged', 'general')).toMatchObject({ outcome: 'error' })
    slack.http.next({ skewSeconds: -301 })
    expect(await ada.command('/provision old', 'general')).toMatchObject({ outcome: 'error' })
    slack.http.next({ skewSeconds: 3_600 })
    expect(await ada.command('/provision future', 'general')).toMatchObject({ outcome: 'acked' })
    expect(await slack.http.replayLast()).toMatchObject({ outcome: 'acked' })
    await expect.poll(() => ada.sees('general').filter(({ text }) => text.startsWith('queued'))).toHaveLength(3)
    expect(heard).toEqual(['srv001', 'future', 'future'])
    await app.stop()
  })
})
