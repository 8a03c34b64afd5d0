import { App, LogLevel, type types } from '@slack/bolt'
import { describe, expect, it } from 'vitest'
import { createSlackWorkspace, type SlackWorkspace } from '../../src/index.ts'

const button = {
  type: 'button',
  text: { type: 'plain_text', text: 'Cancel' },
  action_id: 'cancel',
  value: 'run-1',
} as const
const modal = {
  type: 'modal',
  callback_id: 'start',
  title: { type: 'plain_text', text: 'Start' },
  submit: { type: 'plain_text', text: 'Start' },
  blocks: [
    {
      type: 'input',
      block_id: 'server',
      optional: true,
      label: { type: 'plain_text', text: 'Server' },
      element: { type: 'external_select', action_id: 'server', min_query_length: 0 },
    },
  ],
} satisfies types.View

async function socketApp(slack: SlackWorkspace) {
  const app = new App({
    token: slack.botToken,
    appToken: slack.appToken,
    socketMode: true,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: slack.apiUrl },
  })
  return app
}

function listen(app: App, heard: string[]) {
  app.command('/provision', async ({ command, ack, client }) => {
    await ack(`starting ${command.text}`)
    await client.chat.postMessage({
      channel: command.channel_id,
      text: 'run',
      blocks: [{ type: 'actions', elements: [button] }],
    })
  })
  app.action('cancel', async ({ ack, body, client }) => {
    await ack()
    heard.push(`cancel by ${body.user.id}`)
    const { channel, message } = body as { channel?: { id: string }; message?: { ts: string } }
    await client.chat.update({ channel: channel!.id, ts: message!.ts, text: 'cancelled', blocks: [] })
  })
  app.shortcut('start', async ({ ack, body, client }) => {
    await ack()
    await client.views.open({ trigger_id: body.trigger_id, view: modal })
  })
  app.options('server', async ({ ack, options }) => {
    await ack({
      options: [{ text: { type: 'plain_text', text: `srv-${options.value}` }, value: `srv-${options.value}` }],
    })
  })
  app.view('start', async ({ ack, view }) => {
    const chosen = view.state.values['server']!['server']!.selected_option?.value
    if (chosen === undefined) return ack({ response_action: 'errors', errors: { server: 'Which one?' } })
    heard.push(`start ${chosen}`)
    return ack()
  })
  app.event('app_home_opened', async ({ event, client }) => {
    await client.views.publish({
      user_id: event.user,
      view: { type: 'home', blocks: [{ type: 'actions', elements: [button] }] },
    })
  })
  app.event('app_mention', async ({ event, say }) => {
    await say({ text: 'yes?', thread_ts: event.ts })
  })
}

describe('a Bolt app', () => {
  it('lives in it over Socket Mode with nothing but slackApiUrl', async () => {
    await using slack = await createSlackWorkspace()
    const app = await socketApp(slack)
    const heard: string[] = []
    listen(app, heard)
    await app.start()
    expect(slack.socket.connections).toBe(1)
    const ada = slack.user('ada')
    expect(await ada.command('/provision srv001 a1', 'provisioning')).toMatchObject({
      outcome: 'acked',
      body: { text: 'starting srv001 a1' },
    })
    await expect.poll(() => slack.messages('provisioning').length).toBe(1)
    const [message] = slack.messages('provisioning')
    expect(ada.sees('provisioning').map(({ text, ephemeralTo }) => [text, ephemeralTo])).toEqual([
      ['starting srv001 a1', ada.id],
      ['run', undefined],
    ])
    expect(await ada.click(message!, 'cancel')).toMatchObject({ outcome: 'acked' })
    await expect.poll(() => slack.message('provisioning', message!.ts)?.text).toBe('cancelled')

    await ada.shortcut('start')
    await expect.poll(() => ada.modal()).toBeDefined()
    const view = ada.modal()!
    expect(await view.suggest('server', '7')).toEqual([{ text: 'srv-7', value: 'srv-7' }])
    await view.submit()
    expect(ada.modal()?.errors).toEqual({ server: 'Which one?' })
    view.fill('server', 'srv-7')
    await view.submit()
    expect(ada.modal()).toBeUndefined()

    await ada.openHome()
    await expect.poll(() => ada.home()).toBeDefined()
    const said = await ada.say(`@provisioner status`, 'provisioning')
    expect(said?.outcome).toBe('acked')
    expect(heard).toEqual([`cancel by ${ada.id}`, 'start srv-7'])
    expect(slack.log.entries.filter(({ outcome }) => outcome !== 'ok')).toEqual([])
    await app.stop()
  })
})
