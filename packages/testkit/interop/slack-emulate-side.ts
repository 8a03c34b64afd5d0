import { wordOf } from '../src/slack/json.ts'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createSlackWorkspace, type SlackObject } from '../src/index.ts'
import { connect } from '../test/slack/socket-app.ts'

/** One of the two workspaces that get the same calls. */
export interface Side extends AsyncDisposable {
  readonly url: string
  readonly token: string
  readonly person: string
  /** A trigger id, as a click or command of that person gives it. */
  trigger(): Promise<string>
}

const FOLDER = fileURLToPath(new URL('emulate/', import.meta.url))
const NODE = `${FOLDER}node_modules/node/bin/node`
const TOKEN = 'xoxb-cross-check'
/** Scopes of both: enough for every call but `usergroups.*` and `reactions.*`. */
const SCOPES =
  'chat:write channels:read channels:history channels:join groups:read groups:history im:read im:history im:write users:read files:write commands'.split(
    ' ',
  )

/** The emulator of the npm package `emulate` 0.12.2, in a process of its own: it needs Node 22.15 or later. */
export async function startEmulator(): Promise<Side> {
  if (!existsSync(NODE) || !existsSync(`${FOLDER}node_modules/emulate`))
    throw new Error('The emulator is not installed: npm ci --prefix packages/testkit/interop/emulate')
  const seed = {
    slack: {
      users: [{ name: 'ada' }],
      channels: [{ name: 'provisioning' }],
      oauth_apps: [
        {
          client_id: 'c',
          client_secret: 's',
          name: 'App',
          redirect_uris: [],
          app_id: 'A1',
          bot_id: 'B1',
          bot_user_id: 'U0BOT',
          bot_name: 'app',
          scopes: SCOPES,
        },
      ],
      tokens: [
        {
          token: TOKEN,
          type: 'bot',
          user_id: 'U0BOT',
          scopes: SCOPES,
          app_id: 'A1',
          client_id: 'c',
          bot_id: 'B1',
          bot_user_id: 'U0BOT',
        },
      ],
      strict_scopes: true,
    },
  }
  const program = `import { createEmulator } from 'emulate'
    const { url } = await createEmulator({ service: 'slack', port: 0, seed: ${JSON.stringify(seed)} })
    console.log('at ' + url)`
  const child = spawn(NODE, ['--input-type=module', '-e', program], {
    cwd: FOLDER,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let url = ''
  for await (const line of createInterface(child.stdout)) {
    if (line.startsWith('at ')) url = line.slice(3)
    if (url !== '') break
  }
  if (url === '') throw new Error('The emulator ended before it began to listen')
  const api = `${url}/api/`
  const users = await ask(api, TOKEN, 'users.list', {})
  const person = (users['members'] as { id: string; name: string }[]).find(({ name }) => name === 'ada')?.id ?? ''
  await ask(api, TOKEN, 'conversations.join', { channel: await channelOf(api, TOKEN) })
  return {
    url: api,
    token: TOKEN,
    person,
    trigger: async () => wordOf((await ask(api, TOKEN, 'views.generateTriggerId', { user_id: person }))['trigger_id']),
    async [Symbol.asyncDispose]() {
      const gone = once(child, 'exit')
      child.kill()
      await gone
    },
  }
}

/** Ours, with the same app, person and channel. */
export async function startOurs(): Promise<Side> {
  const slack = await createSlackWorkspace({
    users: [{ name: 'ada' }],
    channels: [{ name: 'provisioning' }, { name: 'general' }, { name: 'random' }],
    rateLimits: 'none',
    manifest: {
      display_information: { name: 'App' },
      features: {
        bot_user: { display_name: 'app' },
        app_home: { home_tab_enabled: true },
        slash_commands: [{ command: '/x', description: 'x' }],
      },
      oauth_config: { scopes: { bot: SCOPES } },
      settings: { socket_mode_enabled: true, interactivity: { is_enabled: true } },
    },
  })
  const app = await connect(slack)
  let seen = 0
  return {
    url: slack.apiUrl,
    token: slack.botToken,
    person: slack.user('ada').id,
    async trigger() {
      await slack.user('ada').command('/x', 'general')
      const { payload } = await app.envelope(seen++)
      return wordOf((payload as SlackObject)['trigger_id'])
    },
    async [Symbol.asyncDispose]() {
      app[Symbol.dispose]()
      await slack.close()
    },
  }
}

/** A call as WebClient makes it. */
export async function ask(
  url: string,
  token: string,
  method: string,
  args: Readonly<Record<string, unknown>>,
): Promise<SlackObject> {
  const fields = Object.entries(args).map(([name, value]): [string, string] => [
    name,
    typeof value === 'object' ? JSON.stringify(value) : wordOf(value),
  ])
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded', Authorization: `Bearer ${token}` }
  const body = new URLSearchParams(fields).toString()
  const response = await fetch(`${url}${method}`, { method: 'POST', headers, body })
  return (await response.json()) as SlackObject
}

/** The id of the channel that both have. */
export async function channelOf(url: string, token: string): Promise<string> {
  const { channels } = await ask(url, token, 'conversations.list', { limit: 100 })
  return (channels as { id: string; name: string }[]).find(({ name }) => name === 'provisioning')?.id ?? ''
}
