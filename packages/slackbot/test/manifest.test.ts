import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createSlackWorkspace } from '@hwautomation/testkit'
import { describe, expect, it } from 'vitest'
import { EVENTS } from '../src/actions/listen.ts'
import { USAGE_HINT } from '../src/commands/grammar.ts'
import { accessSchema } from '../src/access/policy.ts'
import { appManifest, EVENT_SCOPES, METHOD_SCOPES, SCOPES, type ManifestConfig } from '../src/manifest.ts'
import { CALLBACKS } from '../src/views/action-ids.ts'

const SRC = join(import.meta.dirname, '../src')
const config = (more: { [Key in keyof ManifestConfig]?: Partial<ManifestConfig[Key]> } = {}): ManifestConfig => ({
  duplicateCheck: 'off',
  ...more,
  access: accessSchema.parse(more.access ?? {}),
  slack: { mode: 'socket', command: '/provision', mentions: false, ...more.slack },
})
const everything = config({
  duplicateCheck: 'history',
  slack: { mentions: true },
  access: { admins: { users: [], groups: ['S0123456789'] } },
})

describe('the manifest', () => {
  it('asks for no more than the features take', () => {
    expect(appManifest(config()).oauth_config.scopes.bot).toEqual([
      'commands',
      'chat:write',
      'files:write',
      'im:write',
      'users:read',
    ])
    expect(appManifest(config()).settings.event_subscriptions.bot_events).toEqual([
      'app_home_opened',
      'app_uninstalled',
      'tokens_revoked',
    ])
  })

  it('has history scopes only where duplicates are looked for', () => {
    const scopes = (duplicateCheck: 'history' | 'off') =>
      appManifest(config({ duplicateCheck })).oauth_config.scopes.bot.filter((scope) => scope.includes('history'))
    expect(scopes('off')).toEqual([])
    expect(scopes('history')).toEqual(['channels:history', 'groups:history', 'im:history'])
  })

  it('has the scope of user groups only where roles go by them', () => {
    expect(appManifest(config()).oauth_config.scopes.bot).not.toContain('usergroups:read')
    expect(appManifest(everything).oauth_config.scopes.bot).toContain('usergroups:read')
  })

  it('covers every method that is called and every event that is heard', async () => {
    const called = await methodsInSource()
    expect([...called].toSorted()).toEqual(Object.keys(METHOD_SCOPES).toSorted())
    const granted = appManifest(everything).oauth_config.scopes.bot
    const needed = [...Object.values(METHOD_SCOPES), ...Object.values(EVENT_SCOPES)].flat()
    for (const scope of needed) expect(granted).toContain(scope)
    // and the other way round: each scope is there for something
    expect(granted.filter((scope) => !needed.includes(scope))).toEqual(['commands'])
    expect(SCOPES.map(({ scope }) => scope)).toEqual(granted)
    expect(Object.keys(EVENT_SCOPES).toSorted()).toEqual([...EVENTS].toSorted())
  })

  it('has the hint of the grammar, within Slack’s limits', () => {
    const [command] = appManifest(config()).features.slash_commands
    expect(command!.usage_hint).toBe(USAGE_HINT)
    expect(command!.usage_hint.length).toBeLessThan(1_000)
    expect(command!.description.length).toBeLessThan(2_000)
    const shortcuts = appManifest(config()).features.shortcuts
    expect(shortcuts.map(({ callback_id }) => callback_id)).toEqual(
      Object.values(CALLBACKS).filter((id) => id.startsWith('shortcut.')),
    )
    for (const { name, description } of shortcuts)
      expect([name.length <= 24, description.length <= 150]).toEqual([true, true])
  })

  it('leads to the public URL in mode http, and nowhere in socket mode', () => {
    const http = appManifest(config({ slack: { mode: 'http', publicUrl: 'https://bot.example/x' } }))
    expect(http.settings).toMatchObject({
      socket_mode_enabled: false,
      interactivity: {
        request_url: 'https://bot.example/slack/events',
        message_menu_options_url: 'https://bot.example/slack/events',
      },
    })
    expect(http.features.slash_commands[0]!.url).toBe('https://bot.example/slack/events')
    expect(JSON.stringify(appManifest(config()))).not.toContain('url')
  })

  it('is taken by a workspace', async () => {
    await using slack = await createSlackWorkspace()
    for (const each of [config(), everything]) slack.install(appManifest(each))
  })
})

/** Every name of a Web-API method that stands in the source, as a text or as a call of the client. */
async function methodsInSource(): Promise<Set<string>> {
  const files = (await readdir(SRC, { recursive: true })).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('manifest.ts'),
  )
  const texts = await Promise.all(files.map((name) => readFile(join(SRC, name), 'utf8')))
  const families =
    'apps|auth|blocks|bots|chat|conversations|dialog|emoji|files|pins|reactions|reminders|search|team|usergroups|users|views'
  const quoted = new RegExp(`['"\`]((?:${families})(?:\\.[a-z][A-Za-z]+)+)['"\`]`, 'g')
  const called = new RegExp(`client\\.((?:${families})(?:\\.[a-z][A-Za-z]+)+)\\(`, 'g')
  const found = texts.flatMap((text) =>
    [quoted, called].flatMap((how) => [...text.matchAll(how)].map(([, method]) => method!)),
  )
  // Bolt's Socket Mode client calls this one by itself
  return new Set([...found, 'apps.connections.open'])
}
