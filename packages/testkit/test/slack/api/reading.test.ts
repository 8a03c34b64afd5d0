import { wordOf } from '../../../src/slack/json.ts'
import { describe, expect, it } from 'vitest'
import { createSlackWorkspace } from '../../../src/index.ts'
import { call, errorOf, post } from '../web-api.ts'

describe('conversations', () => {
  it('are listed page by page, without private ones that the app is not in', async () => {
    await using slack = await createSlackWorkspace({
      channels: [{ name: 'one' }, { name: 'two' }, { name: 'hidden', private: true, botIsMember: false }],
    })
    const first = await call(slack, 'conversations.list', { limit: 1, types: 'public_channel,private_channel' })
    expect(first.body).toMatchObject({ channels: [{ name: 'one', is_member: true }] })
    const { next_cursor: cursor } = first.body['response_metadata'] as { next_cursor: string }
    const second = await call(slack, 'conversations.list', {
      limit: 1,
      cursor,
      types: 'public_channel,private_channel',
    })
    expect(second.body).toMatchObject({ channels: [{ name: 'two' }], response_metadata: { next_cursor: '' } })
    expect(await errorOf(slack, 'conversations.list', { cursor: 'x' })).toBe('invalid_cursor')
    expect(await errorOf(slack, 'conversations.info', { channel: slack.channelId('hidden') })).toBe('channel_not_found')
  })

  it('show a thread with its root first, and only what all may see', async () => {
    await using slack = await createSlackWorkspace()
    const channel = slack.channelId('provisioning')
    const root = await post(slack, { text: 'root' })
    await post(slack, { text: 'reply', thread_ts: root })
    await call(slack, 'chat.postEphemeral', { channel, user: slack.user('ada').id, text: 'secret', thread_ts: root })
    const { body } = await call(slack, 'conversations.replies', { channel, ts: root })
    expect(body['messages']).toMatchObject([
      { text: 'root', reply_count: 1, thread_ts: root },
      { text: 'reply', parent_user_id: slack.botUserId },
    ])
    expect(await errorOf(slack, 'conversations.replies', { channel, ts: '1.000000' })).toBe('thread_not_found')
    const later = await call(slack, 'conversations.history', { channel, oldest: root })
    expect(later.body['messages']).toEqual([])
  })

  it('are joined and opened', async () => {
    await using slack = await createSlackWorkspace({ channels: [{ name: 'open', botIsMember: false }] })
    const channel = slack.channelId('open')
    expect(await errorOf(slack, 'conversations.history', { channel })).toBe('not_in_channel')
    await call(slack, 'conversations.join', { channel })
    expect(await errorOf(slack, 'conversations.history', { channel })).toBe('ok')
    const again = await call(slack, 'conversations.join', { channel })
    expect(again.body).toMatchObject({ warning: 'already_in_channel' })
    const dm = await call(slack, 'conversations.open', { users: slack.user('ada').id })
    expect(dm.body).toMatchObject({ channel: { id: expect.stringMatching(/^D/) } })
    expect(await errorOf(slack, 'conversations.open', { users: 'U000' })).toBe('user_not_found')
  })
})

describe('people', () => {
  it('have names, time zones and teams, and are in user groups', async () => {
    await using slack = await createSlackWorkspace({
      users: [
        { name: 'ada', tz: 'Asia/Kolkata', admin: true },
        { name: 'eve', team: 'T0OTHER' },
      ],
      userGroups: [{ handle: 'operators', users: ['ada'] }],
    })
    const ada = slack.user('ada')
    const { body } = await call(slack, 'users.info', { user: ada.id, include_locale: true })
    expect(body).toMatchObject({
      user: { name: 'ada', tz_offset: 19_800, is_admin: true, locale: 'en-US', profile: { display_name: 'ada' } },
    })
    const eve = await call(slack, 'users.info', { user: slack.user('eve').id })
    expect(eve.body).toMatchObject({ user: { team_id: 'T0OTHER', is_stranger: true } })
    const groups = await call(slack, 'usergroups.list')
    const [{ id }] = groups.body['usergroups'] as [{ id: string }]
    expect((await call(slack, 'usergroups.users.list', { usergroup: id })).body).toMatchObject({ users: [ada.id] })
    expect(await errorOf(slack, 'usergroups.users.list', { usergroup: 'S000' })).toBe('no_such_subteam')
    expect(await errorOf(slack, 'users.info', { user: 'U000' })).toBe('user_not_found')
  })
})

describe('files', () => {
  it('are uploaded in three steps into a thread', async () => {
    await using slack = await createSlackWorkspace()
    const channel = slack.channelId('provisioning')
    const root = await post(slack, { text: 'root' })
    const content = 'line one\nline two\n'
    const { body } = await call(slack, 'files.getUploadURLExternal', { filename: 'run.log', length: content.length })
    const id = wordOf(body['file_id'])
    const complete = () =>
      errorOf(slack, 'files.completeUploadExternal', {
        files: [{ id, title: 'Log' }],
        channel_id: channel,
        thread_ts: root,
        initial_comment: 'see',
      })
    expect(await complete()).toBe('file_not_found')
    expect(slack.leftovers()).toEqual(['Slack: the upload of run.log was never completed'])
    expect((await fetch(wordOf(body['upload_url']), { method: 'POST', body: 'too short' })).status).toBe(400)
    expect((await fetch(wordOf(body['upload_url']), { method: 'POST', body: content })).status).toBe(200)
    expect(await complete()).toBe('ok')
    expect(slack.thread(channel, root)).toMatchObject([
      { text: 'see', files: [{ name: 'run.log', title: 'Log', mimetype: 'text/plain', content }] },
    ])
    expect(await complete()).toBe('file_not_found')
  })
})
