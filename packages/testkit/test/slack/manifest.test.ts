import { describe, expect, it } from 'vitest'
import { createSlackWorkspace, type SlackObject } from '../../src/index.ts'

const good: SlackObject = {
  display_information: { name: 'Provisioner', description: 'x', background_color: '#112233' },
  features: {
    bot_user: { display_name: 'provisioner', always_online: true },
    app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
    slash_commands: [{ command: '/provision', description: 'Provision', usage_hint: 'x', should_escape: true }],
    shortcuts: [{ type: 'global', name: 'Start', callback_id: 'start', description: 'Start one' }],
  },
  oauth_config: { scopes: { bot: ['commands', 'chat:write', 'app_mentions:read'] } },
  settings: {
    event_subscriptions: { bot_events: ['app_home_opened', 'app_mention'] },
    interactivity: { is_enabled: true },
    org_deploy_enabled: false,
    socket_mode_enabled: true,
    token_rotation_enabled: false,
  },
}
const changed = (path: string, value: SlackObject[string] | undefined): SlackObject => {
  const copy = structuredClone(good)
  const keys = path.split('.')
  const last = keys.pop() ?? ''
  const target = keys.reduce<SlackObject>((node, key) => node[key] as SlackObject, copy)
  if (value === undefined) delete target[last]
  else target[last] = value
  return copy
}

describe('a manifest', () => {
  it('of the right shape is installed', async () => {
    await using slack = await createSlackWorkspace({ manifest: good })
    expect(slack.teamId).toMatch(/^T/)
  })

  it.each<[string, SlackObject[string] | undefined, string]>([
    ['display_information.name', undefined, '/display_information: missing required field: name'],
    ['display_information.nick', 'x', '/display_information: invalid additional property: nick'],
    ['features.bot_user', undefined, '/features: missing required field: bot_user'],
    [
      'features.slash_commands',
      [{ command: 'provision', description: 'x' }],
      '/features/slash_commands/0/command: must start with a slash',
    ],
    ['oauth_config.scopes.bot', ['commands', 'chat:wirte'], '/oauth_config/scopes/bot/1: invalid scope: chat:wirte'],
    [
      'oauth_config.scopes.bot',
      ['chat:write'],
      '/oauth_config/scopes/bot: slash commands require the scope `commands`',
    ],
    [
      'settings.event_subscriptions.bot_events',
      ['app_hom_opened'],
      '/settings/event_subscriptions/bot_events/0: invalid event: app_hom_opened',
    ],
    ['settings.socket_mode_enabled', false, '/settings/interactivity: missing required field: request_url'],
    ['settings.socket_mod_enabled', true, '/settings: invalid additional property: socket_mod_enabled'],
  ])('with %s = %j is refused', async (path, value, complaint) => {
    await expect(createSlackWorkspace({ manifest: changed(path, value) })).rejects.toThrow(complaint)
  })

  it('decides which commands, shortcuts and clicks there are', async () => {
    await using slack = await createSlackWorkspace({ manifest: good })
    const ada = slack.user('ada')
    expect(await ada.command('/other x', 'general')).toMatchObject({ outcome: 'unreachable' })
    expect(ada.sees('general').at(-1)?.text).toContain('/other is not a valid command')
    await expect(ada.shortcut('stop')).rejects.toThrow("no global shortcut 'stop'")
    expect(slack.log.of('slack deliver')).toEqual([])
    await ada.command('/provision x', 'general')
    expect(slack.log.of('slack deliver')).toMatchObject([{ outcome: 'unreachable' }])
    slack.install(changed('settings.interactivity', { is_enabled: false }))
    expect(await ada.shortcut('start')).toMatchObject({ outcome: 'unreachable' })
  })
})
