import { describe, expect, it } from 'vitest'
import { createSlackWorkspace, type SlackObject } from '../../../src/index.ts'
import { call, errorOf } from '../web-api.ts'

const app = (scopes: readonly string[]): SlackObject => ({
  display_information: { name: 'app' },
  features: { bot_user: { display_name: 'app' } },
  oauth_config: { scopes: { bot: [...scopes] } },
  settings: { socket_mode_enabled: true },
})

describe('tokens', () => {
  it('are told apart, and refused in Slack’s words', async () => {
    await using slack = await createSlackWorkspace()
    const error = (token: string, method = 'auth.test') => errorOf(slack, method, {}, token)
    expect(await error(slack.botToken)).toBe('ok')
    expect(await error('')).toBe('not_authed')
    expect(await error('xoxb-wrong')).toBe('invalid_auth')
    expect(await error(slack.appToken)).toBe('not_allowed_token_type')
    expect(await error(slack.botToken, 'apps.connections.open')).toBe('not_allowed_token_type')
    expect(await error(slack.botToken, 'chat.shout')).toBe('unknown_method')
    slack.revokeTokens()
    expect(await error(slack.botToken)).toBe('token_revoked')
    await slack.uninstall()
    expect(await error(slack.botToken)).toBe('account_inactive')
  })

  it('may stand in the body, and never reach the log', async () => {
    await using slack = await createSlackWorkspace()
    const response = await fetch(`${slack.apiUrl}auth.test`, {
      method: 'POST',
      body: new URLSearchParams({ token: slack.botToken }),
    })
    expect(await response.json()).toMatchObject({ ok: true, team_id: slack.teamId, user_id: slack.botUserId })
    expect(JSON.stringify(slack.log.entries)).not.toContain(slack.botToken)
  })
})

describe('scopes', () => {
  it('are those of the manifest, with what is needed and what is there', async () => {
    await using slack = await createSlackWorkspace({ manifest: app(['commands', 'users:read']) })
    const { body } = await call(slack, 'chat.postMessage', { channel: 'general', text: 'x' })
    expect(body).toEqual({ ok: false, error: 'missing_scope', needed: 'chat:write', provided: 'commands,users:read' })
    expect(await errorOf(slack, 'users.list')).toBe('ok')
    expect(await errorOf(slack, 'usergroups.list')).toBe('missing_scope')
    expect((await call(slack, 'users.list')).headers.get('x-oauth-scopes')).toBe('commands,users:read')
  })

  it('are all there without a manifest, and the answers say so', async () => {
    await using slack = await createSlackWorkspace()
    const { headers } = await call(slack, 'auth.test')
    const scopes = ['commands', 'chat:write', 'files:write', 'im:write', 'users:read']
    expect(headers.get('x-oauth-scopes')?.split(',')).toEqual(expect.arrayContaining(scopes))
  })

  it('decide about each kind of channel', async () => {
    await using slack = await createSlackWorkspace({
      channels: [{ name: 'open' }, { name: 'closed', private: true }],
      manifest: app(['channels:read', 'channels:history']),
    })
    expect(await errorOf(slack, 'conversations.info', { channel: slack.channelId('open') })).toBe('ok')
    expect(await errorOf(slack, 'conversations.info', { channel: slack.channelId('closed') })).toBe('missing_scope')
    expect(await errorOf(slack, 'conversations.history', { channel: slack.channelId('open') })).toBe('ok')
    expect(await errorOf(slack, 'conversations.list', { types: 'public_channel,private_channel' })).toBe(
      'missing_scope',
    )
  })
})

describe('bodies', () => {
  it('are forms or JSON, with Slack’s warnings and refusals', async () => {
    await using slack = await createSlackWorkspace()
    const send = async (type: string, body: string) => {
      const headers = { 'Content-Type': type, Authorization: `Bearer ${slack.botToken}` }
      return (await (await fetch(`${slack.apiUrl}api.test`, { method: 'POST', headers, body })).json()) as SlackObject
    }
    expect(await send('application/json; charset=utf-8', '{"a":{"b":1}}')).toEqual({ ok: true, args: { a: { b: 1 } } })
    expect(await send('application/json', '{}')).toMatchObject({ warning: 'missing_charset' })
    expect(await send('application/x-www-form-urlencoded', 'a=1')).toEqual({ ok: true, args: { a: '1' } })
    expect(await send('application/json', '{')).toMatchObject({ error: 'invalid_json' })
    expect(await send('application/json', '[]')).toMatchObject({ error: 'json_not_object' })
    expect(await send('text/plain', 'x')).toMatchObject({ error: 'invalid_post_type' })
    expect(await send('application/x-www-form-urlencoded', 'error=bad')).toMatchObject({ ok: false, error: 'bad' })
  })
})
