import { describe, expect, it } from 'vitest'
import { createSlackWorkspace, type SlackChange } from '../../src/index.ts'
import { connect } from './socket-app.ts'
import { button, call, errorOf, post, section } from './web-api.ts'

describe('a Slack workspace', () => {
  it('tells of everything that changes what somebody sees', async () => {
    await using slack = await createSlackWorkspace()
    const channel = slack.channelId('provisioning')
    const ada = slack.user('ada')
    const changes: SlackChange[] = []
    const stop = slack.onChange((change) => changes.push(change))
    const ts = await post(slack, { text: 'a' })
    await call(slack, 'chat.update', { channel, ts, text: 'b' })
    await call(slack, 'views.publish', { user_id: ada.id, view: { type: 'home', blocks: [section('x')] } })
    await call(slack, 'chat.delete', { channel, ts })
    stop()
    await post(slack, { text: 'unheard' })
    expect(changes).toEqual([
      { what: 'message', channel, ts },
      { what: 'message', channel, ts },
      { what: 'home', user: ada.id },
      { what: 'message', channel, ts },
    ])
  })

  it('shows each person what they see, with the messages of one for that one alone', async () => {
    await using slack = await createSlackWorkspace()
    const [ada, grace] = [slack.user('ada'), slack.user('grace')]
    await post(slack, { text: 'all' })
    await call(slack, 'chat.postEphemeral', { channel: slack.channelId('provisioning'), user: ada.id, text: 'ada' })
    await grace.say('a < b & <@U1> @ada', 'provisioning')
    expect(ada.sees('provisioning').map(({ text }) => text)).toEqual([
      'all',
      'ada',
      `a &lt; b &amp; <@U1> <@${ada.id}>`,
    ])
    expect(grace.sees('provisioning')).toHaveLength(2)
    expect(slack.messages('provisioning')).toHaveLength(2)
  })

  it('lets people talk to the app alone', async () => {
    await using slack = await createSlackWorkspace()
    using app = await connect(slack)
    const ada = slack.user('ada')
    await ada.say('status', slack.botUserId)
    expect((await app.envelope())['payload']).toMatchObject({
      event: { type: 'message', channel_type: 'im', text: 'status' },
    })
    await ada.command('/provision status', slack.botUserId)
    expect((await app.envelope(1))['payload']).toMatchObject({ channel_name: 'directmessage' })
    expect(ada.directMessages().map(({ text }) => text)).toEqual(['status'])
  })

  it('delivers clicks on what is there, and with clickAnyway on what is not', async () => {
    await using slack = await createSlackWorkspace()
    using app = await connect(slack)
    const ada = slack.user('ada')
    const place = {
      channel: 'provisioning',
      ts: await post(slack, {
        text: 'x',
        blocks: [{ type: 'actions', elements: [button('go', '1'), { ...button('go2', '2') }] }],
      }),
    }
    expect(() => ada.click(place, 'stop')).toThrow("has no 'stop'")
    expect(() => ada.click(place, 'go', '2')).toThrow("has no 'go' with value '2'")
    await ada.clickAnyway(place, 'stop', 'old')
    expect((await app.envelope())['payload']).toMatchObject({
      actions: [{ type: 'button', action_id: 'stop', value: 'old' }],
    })
    slack.deleteMessage('provisioning', place.ts)
    expect(() => ada.click(place, 'go')).toThrow('No message')
  })

  it('says which team a stranger belongs to', async () => {
    await using slack = await createSlackWorkspace({ users: [{ name: 'ada' }, { name: 'eve', team: 'T0OTHER' }] })
    using app = await connect(slack)
    await slack.user('eve').shortcut('any')
    expect((await app.envelope())['payload']).toMatchObject({
      type: 'shortcut',
      user: { team_id: 'T0OTHER' },
      team: { id: 'T0OTHER' },
    })
    await slack.user('eve').say('@provisioner hello', 'general')
    expect((await app.envelope(1))['payload']).toMatchObject({
      team_id: slack.teamId,
      is_ext_shared_channel: true,
      event: { team: 'T0OTHER' },
    })
  })

  it('refuses block types it is told to, as a workspace without them does', async () => {
    await using slack = await createSlackWorkspace({ refusesBlocks: ['plan'] })
    const { body } = await call(slack, 'chat.postMessage', {
      channel: 'general',
      blocks: [{ type: 'plan', title: 'p', tasks: [] }],
    })
    expect(body).toMatchObject({
      ok: false,
      error: 'invalid_blocks',
      response_metadata: { messages: ['[ERROR] unsupported type: plan [json-pointer:/blocks]'] },
    })
  })

  it('loses the bot, the channel and the tokens', async () => {
    await using slack = await createSlackWorkspace()
    using app = await connect(slack)
    slack.removeBot('general')
    expect(await errorOf(slack, 'chat.postMessage', { channel: 'general', text: 'x' })).toBe('not_in_channel')
    slack.revokeTokens()
    expect((await app.envelope())['payload']).toMatchObject({
      event: { type: 'tokens_revoked', tokens: { bot: [slack.botUserId] } },
    })
    await slack.uninstall()
    const events = [1, 2].map(
      async (number) => ((await app.envelope(number))['payload'] as { event: { type: string } }).event.type,
    )
    expect(new Set(await Promise.all(events))).toEqual(new Set(['tokens_revoked', 'app_uninstalled']))
  })

  it('validates blocks for an app that asks', async () => {
    await using slack = await createSlackWorkspace()
    expect(await errorOf(slack, 'blocks.validate', { blocks: [section('x')] })).toBe('ok')
    expect(await errorOf(slack, 'blocks.validate', { blocks: [section('')] })).toBe('invalid_blocks')
    expect(
      await errorOf(slack, 'blocks.validate', {
        view: { type: 'modal', title: { type: 'plain_text', text: 'x' }, blocks: [] },
      }),
    ).toBe('ok')
  })

  it('can be closed twice', async () => {
    const slack = await createSlackWorkspace()
    await slack.close()
    await slack.close()
    await expect(fetch(slack.apiUrl)).rejects.toThrow('fetch failed')
  })
})
