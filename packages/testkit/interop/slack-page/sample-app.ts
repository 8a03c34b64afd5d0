import { App, LogLevel } from '@slack/bolt'
import type { SlackObject, SlackWorkspace } from '../../src/slack/workspace.ts'
import { form, gallery, HOSTILE, living, sheet } from './gallery.ts'

export const MANIFEST: SlackObject = {
  display_information: { name: 'provisioner' },
  features: {
    bot_user: { display_name: 'provisioner' },
    app_home: { home_tab_enabled: true, messages_tab_enabled: true },
    slash_commands: [
      {
        command: '/provision',
        description: 'Provision a server',
        usage_hint: '<server> <device-type> [--firmware-first]',
      },
      { command: '/gallery', description: 'One of every block' },
    ],
    shortcuts: [
      {
        type: 'message',
        name: 'Show status',
        callback_id: 'show-status',
        description: 'Of the run behind this message',
      },
    ],
  },
  oauth_config: { scopes: { bot: ['commands', 'chat:write', 'files:write', 'im:write', 'users:read'] } },
  settings: {
    socket_mode_enabled: true,
    interactivity: { is_enabled: true },
    event_subscriptions: { bot_events: ['app_home_opened'] },
  },
}

export interface SampleApp extends AsyncDisposable {
  /** Actions the app has been sent, `who action value`. */
  readonly clicks: string[]
  /** Submitted forms, as `state.values`. */
  readonly forms: unknown[]
  /** Lets the acknowledgements go that `slow` clicks wait for. */
  acknowledge(): void
  /** Stops listening: what is typed then finds nobody. */
  stop(): Promise<void>
}

/** A small real Bolt app, so that the page is proved without the provisioning bot. */
export async function startSampleApp(slack: SlackWorkspace): Promise<SampleApp> {
  slack.install(MANIFEST)
  const clicks: string[] = []
  const forms: unknown[] = []
  let release = () => {}
  const app = new App({
    token: slack.botToken,
    appToken: slack.appToken,
    socketMode: true,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: slack.apiUrl },
  })
  const blocks = (list: SlackObject[]) => list as never

  app.command('/provision', async ({ command, ack, client }) => {
    if (command.text === 'late') return
    if (command.text === 'hello') return ack('Hello, *only you*')
    await ack()
    if (command.text === '')
      return void (await client.views.open({ trigger_id: command.trigger_id, view: form() as never }))
    const root = await client.chat.postMessage({
      channel: command.channel_id,
      text: 'srv001',
      blocks: blocks(living('push')),
    })
    if (root.ts === undefined) return
    await client.chat.postMessage({ channel: command.channel_id, thread_ts: root.ts, text: 'Commissioned in *4 min*' })
    await client.filesUploadV2({
      channel_id: command.channel_id,
      thread_ts: root.ts,
      filename: 'run-1.log',
      title: 'Log of run-1',
      content: LOG,
    })
  })
  app.command('/gallery', async ({ command, ack, client }) => {
    await ack()
    const say = (message: object) =>
      client.chat.postMessage({ channel: command.channel_id, text: 'gallery', ...message })
    if (command.text === 'hostile') for (const words of HOSTILE) await say({ text: words })
    else await say({ blocks: blocks(gallery()) })
  })
  app.action(/.*/, async ({ action, body, ack, client }) => {
    const { action_id: id, value } = action as {
      action_id: string
      value?: string
      selected_option?: { value: string }
    }
    const chosen = value ?? (action as { selected_option?: { value: string } }).selected_option?.value ?? ''
    clicks.push(`${body.user.name} ${id} ${chosen}`.trim())
    if (id === 'slow') await new Promise<void>((resolve) => (release = resolve))
    await ack()
    const { channel, message, view } = body as {
      channel?: { id: string }
      message?: { ts: string }
      view?: { id: string }
    }
    const { trigger_id } = body as { trigger_id: string }
    if (id === 'cancel' && channel && message)
      await client.chat.update({ channel: channel.id, ts: message.ts, text: 'done', blocks: blocks(living('done')) })
    if (id === 'help' && view)
      await client.views.push({ trigger_id, view: sheet('About', 'It provisions *servers*.') as never })
    if (id === 'provision') await client.views.open({ trigger_id, view: form() as never })
  })
  app.options(/.*/, async ({ options, ack }) => {
    const found = ['srv001', 'srv002', 'rack-7'].filter((name) => name.includes(options.value))
    await ack({ options: found.map((name) => ({ text: { type: 'plain_text', text: name }, value: name })) })
  })
  app.view('form', async ({ view, ack }) => {
    if (view.state.values['ipmi']?.['ipmi']?.value === 'nonsense')
      return ack({ response_action: 'errors', errors: { ipmi: 'That is not an IPv4 address.' } })
    forms.push(view.state.values)
    return ack({ response_action: 'update', view: sheet('The plan', 'Seven steps, about *25 minutes*.') as never })
  })
  app.shortcut('show-status', async ({ ack, body }) => {
    clicks.push(`${(body as { user: { name?: string } }).user.name} shortcut`)
    await ack()
  })
  app.event('app_home_opened', async ({ event, client }) => {
    await client.views.publish({ user_id: event.user, view: home(event.user) as never })
  })
  await app.start()
  let stopped: Promise<void> | undefined
  const stop = () => (stopped ??= app.stop().then(() => undefined))
  return { clicks, forms, acknowledge: () => release(), stop, [Symbol.asyncDispose]: stop }
}

function home(user: string): SlackObject {
  return {
    type: 'home',
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: 'Provisioning' } },
      { type: 'section', text: { type: 'mrkdwn', text: `Hello <@${user}>, nothing is running.` } },
      {
        type: 'actions',
        elements: [
          {
            type: 'button',
            style: 'primary',
            action_id: 'provision',
            text: { type: 'plain_text', text: 'Provision a server' },
          },
        ],
      },
    ],
  }
}

const LOG = Array.from(
  { length: 40 },
  (_, line) => `12:00:${String(line).padStart(2, '0')} bios-push line ${line + 1}`,
).join('\n')
