import { systemClock, type Logger, type Redactor } from 'hwautomation'
import type { BotConfig } from '../config-schema.ts'
import { appManifest } from '../manifest.ts'
import { createSlackClients } from '../outbox/slack-clients.ts'
import { httpIntake } from '../receivers/http-intake.ts'
import { SocketLine } from '../receivers/socket-line.ts'
import { EVERYBODY_OPERATES } from '../access/policy.ts'
import { looked, type CheckResult } from './report.ts'

const ignore = () => {}
const SILENT: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore }
const SOCKET_PATIENCE_MS = 15_000

/** Everything a first start would stumble over, looked at one by one: tokens, scopes, user groups, the way Slack's deliveries come. */
export async function checkSlack(config: BotConfig, redactor: Redactor): Promise<readonly CheckResult[]> {
  const { slack, access } = config
  const { interactive: client } = createSlackClients({
    token: slack.botToken,
    apiUrl: slack.apiUrl,
    logger: SILENT,
    redactor,
  })
  let granted: readonly string[] | undefined
  const results = [
    await looked(
      'bot token',
      'Install the app in the workspace, and set SLACK_BOT_TOKEN to its bot token.',
      async () => {
        const { team, user, response_metadata: meta } = await client.auth.test()
        granted = meta?.scopes
        return `${user ?? 'the bot'} in ${team ?? 'the workspace'}`
      },
    ),
  ]
  if (results[0]?.ok === true) results.push(...scopeResults(config, granted))
  for (const group of new Set([access.viewers, access.operators, access.admins].flatMap(({ groups }) => groups)))
    results.push(
      await looked(`user group ${group}`, 'Nobody counts as a member of it until this works.', async () => {
        const { users = [] } = await client.usergroups.users.list({ usergroup: group })
        return `${users.length} members`
      }),
    )
  results.push(accessResult(config))
  results.push(slack.mode === 'socket' ? await checkSocket(config, redactor) : await checkPort(config, redactor))
  return results
}

/** Who may operate is not for Slack to say: only that it is nobody in particular. */
function accessResult({ access }: BotConfig): CheckResult {
  const name = 'access'
  if (access.operators.everyone !== true) return { name, ok: true, detail: 'operators are named' }
  return {
    name,
    ok: true,
    warns: true,
    detail: EVERYBODY_OPERATES,
    hint: 'Name users or user groups under access.operators; docs/slack.md, "Who may do what".',
  }
}

/** The scopes of the installed app beside those of the manifest. What else the manifest has, Slack tells no bot token. */
function scopeResults(config: BotConfig, granted: readonly string[] | undefined): CheckResult[] {
  const wanted = appManifest(config).oauth_config.scopes.bot
  const name = 'scopes'
  if (granted === undefined)
    return [{ name, ok: false, detail: 'Slack did not tell them', hint: 'Compare the app with --manifest by hand.' }]
  const missing = wanted.filter((scope) => !granted.includes(scope))
  const unused = granted.filter((scope) => !wanted.includes(scope))
  const hint = 'Give the app the manifest that --manifest prints (app settings, App Manifest), and install it again.'
  return [
    missing.length === 0
      ? {
          name,
          ok: true,
          detail: `${wanted.join(', ')}${unused.length === 0 ? '' : `; more than needed: ${unused.join(', ')}`}`,
        }
      : { name, ok: false, detail: `missing: ${missing.join(', ')}`, hint },
  ]
}

async function checkSocket({ slack }: BotConfig, redactor: Redactor): Promise<CheckResult> {
  const hint = 'Switch Socket Mode on in the app, and set SLACK_APP_TOKEN to an app-level token with connections:write.'
  return looked('socket', hint, async () => {
    const line = new SocketLine({
      name: 'check',
      appToken: slack.appToken ?? '',
      apiUrl: slack.apiUrl,
      clock: systemClock,
      logger: SILENT,
      redactor,
    })
    const over = new AbortController()
    try {
      const isUp = await Promise.race([
        line.start().then(() => true),
        systemClock.sleep(SOCKET_PATIENCE_MS, over.signal).then(
          () => false,
          () => false,
        ),
      ])
      if (!isUp) throw new Error('Slack said no hello within 15 s')
      return 'opened and closed'
    } finally {
      over.abort()
      await line.stop()
    }
  })
}

async function checkPort({ slack }: BotConfig, redactor: Redactor): Promise<CheckResult> {
  const { host, port, signingSecret = '' } = slack
  return looked('port', `Choose another slack.port, or stop what listens on ${port}.`, async () => {
    const intake = httpIntake({ signingSecret, host, port, clock: systemClock, logger: SILENT, redactor })
    await intake.listen()
    await intake.stop()
    return `${host}:${port} is free; whether ${slack.publicUrl ?? 'the public URL'} leads there, only Slack can tell`
  })
}
