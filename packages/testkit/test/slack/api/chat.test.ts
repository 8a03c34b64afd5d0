import { describe, expect, it } from 'vitest'
import { createSlackWorkspace } from '../../../src/index.ts'
import { call, errorOf, post, section } from '../web-api.ts'

describe('chat.postMessage', () => {
  it('answers with the message as Slack completes it, by name or id of the channel', async () => {
    await using slack = await createSlackWorkspace()
    const channel = slack.channelId('provisioning')
    const { body } = await call(slack, 'chat.postMessage', {
      channel: '#provisioning',
      text: 'hi',
      blocks: [section('hello')],
    })
    expect(body).toMatchObject({
      ok: true,
      channel,
      message: {
        type: 'message',
        text: 'hi',
        user: slack.botUserId,
        blocks: [{ type: 'section', block_id: expect.stringMatching(/^\w+$/) }],
      },
    })
    expect(slack.messages(channel)).toMatchObject([{ ts: body['ts'], text: 'hi', edits: 0, files: [] }])
  })

  it('puts replies into threads, and broadcasts those that ask for it', async () => {
    await using slack = await createSlackWorkspace()
    const root = await post(slack, { text: 'root' })
    await post(slack, { text: 'quiet', thread_ts: root })
    await post(slack, { text: 'loud', thread_ts: root, reply_broadcast: true })
    expect(slack.thread('provisioning', root).map(({ text, replyBroadcast }) => [text, replyBroadcast])).toEqual([
      ['quiet', undefined],
      ['loud', true],
    ])
    expect(slack.messages('provisioning')).toHaveLength(1)
    const { body } = await call(slack, 'conversations.history', { channel: slack.channelId('provisioning') })
    expect((body['messages'] as { text: string }[]).map(({ text }) => text)).toEqual(['loud', 'root'])
  })

  it('refuses what Slack refuses, in its words', async () => {
    await using slack = await createSlackWorkspace({
      channels: [
        { name: 'provisioning' },
        { name: 'elsewhere', botIsMember: false },
        { name: 'secret', private: true, botIsMember: false },
      ],
    })
    const error = (args: object) => errorOf(slack, 'chat.postMessage', { channel: 'provisioning', text: 'x', ...args })
    expect(await error({ channel: 'nowhere' })).toBe('channel_not_found')
    expect(await error({ channel: 'elsewhere' })).toBe('not_in_channel')
    expect(await error({ channel: 'secret' })).toBe('channel_not_found')
    expect(await error({ text: '' })).toBe('no_text')
    expect(await error({ blocks: 'nonsense' })).toBe('invalid_blocks_format')
    expect(await error({ thread_ts: '1.000000' })).toBe('thread_not_found')
    expect(await error({ metadata: { event_type: 'x' } })).toBe('invalid_metadata_format')
    slack.archiveChannel('provisioning')
    expect(await error({})).toBe('is_archived')
    expect(slack.messages('provisioning')).toEqual([])
  })

  it('says where the blocks are wrong', async () => {
    await using slack = await createSlackWorkspace()
    const { body } = await call(slack, 'chat.postMessage', {
      channel: 'provisioning',
      blocks: [section('x'), { type: 'sektion' }],
    })
    expect(body).toMatchObject({
      ok: false,
      error: 'invalid_blocks',
      response_metadata: { messages: ['[ERROR] unsupported type: sektion [json-pointer:/blocks/1/type]'] },
    })
  })

  it('reaches a person directly by their id, in one conversation', async () => {
    await using slack = await createSlackWorkspace()
    const ada = slack.user('ada')
    await post(slack, { channel: ada.id, text: 'one' })
    await post(slack, { channel: ada.id, text: 'two' })
    expect(ada.directMessages().map(({ text }) => text)).toEqual(['one', 'two'])
    expect(new Set(ada.directMessages().map(({ channel }) => channel)).size).toBe(1)
    expect(slack.user('grace').directMessages()).toEqual([])
  })
})

describe('chat.update', () => {
  it('with text alone takes the blocks away and marks the message edited; with blocks it does neither', async () => {
    await using slack = await createSlackWorkspace()
    const ts = await post(slack, { text: 'a', blocks: [section('a')] })
    const channel = slack.channelId('provisioning')
    const withBlocks = await call(slack, 'chat.update', { channel, ts, text: 'b', blocks: [section('b')] })
    expect(withBlocks.body['message']).not.toHaveProperty('edited')
    expect(slack.message(channel, ts)).toMatchObject({ text: 'b', edits: 1, blocks: [{ type: 'section' }] })
    const textAlone = await call(slack, 'chat.update', { channel, ts, text: 'c' })
    expect(textAlone.body).toMatchObject({ text: 'c', message: { edited: { user: slack.botUserId } } })
    expect(slack.message(channel, ts)).toMatchObject({ text: 'c', edits: 2, blocks: [] })
  })

  it("changes the app's own messages alone, and only those that are there", async () => {
    await using slack = await createSlackWorkspace()
    const channel = slack.channelId('provisioning')
    await slack.user('ada').say('mine', 'provisioning')
    const theirs = slack.messages('provisioning')[0]!.ts
    expect(await errorOf(slack, 'chat.update', { channel, ts: theirs, text: 'x' })).toBe('cant_update_message')
    expect(await errorOf(slack, 'chat.delete', { channel, ts: theirs })).toBe('cant_delete_message')
    const own = await post(slack, { text: 'own' })
    slack.deleteMessage('provisioning', own)
    expect(await errorOf(slack, 'chat.update', { channel, ts: own, text: 'x' })).toBe('message_not_found')
  })

  it('keeps metadata, which history shows on request only', async () => {
    await using slack = await createSlackWorkspace()
    const metadata = { event_type: 'run', event_payload: { key: 'run/1' } }
    const ts = await post(slack, { text: 'a', metadata })
    const channel = slack.channelId('provisioning')
    await call(slack, 'chat.update', { channel, ts, text: 'b' })
    const without = await call(slack, 'conversations.history', { channel })
    expect(without.body['messages']).toEqual([expect.not.objectContaining({ metadata: expect.anything() })])
    const all = await call(slack, 'conversations.history', { channel, include_all_metadata: true })
    expect(all.body['messages']).toMatchObject([{ metadata }])
  })
})

describe('long text', () => {
  it('is cut off in a post, which says so, and refused in an edit', async () => {
    await using slack = await createSlackWorkspace()
    const { body } = await call(slack, 'chat.postMessage', { channel: 'general', text: 'x'.repeat(40_001) })
    expect(body).toMatchObject({
      ok: true,
      warning: 'message_truncated',
      response_metadata: { warnings: ['message_truncated'] },
    })
    expect(slack.messages('general')[0]?.text).toHaveLength(40_000)
    const edit = (text: string) =>
      errorOf(slack, 'chat.update', { channel: slack.channelId('general'), ts: body['ts'], text })
    expect(await edit('x'.repeat(4_001))).toBe('msg_too_long')
    expect(await edit('ü'.repeat(2_001))).toBe('msg_too_long')
    expect(await edit('&'.repeat(801))).toBe('msg_too_long')
    expect(await edit('x'.repeat(4_000))).toBe('ok')
  })
})

describe('the other methods of chat', () => {
  it('delete, show to one person, and give a permalink', async () => {
    await using slack = await createSlackWorkspace()
    const [ada, grace] = [slack.user('ada'), slack.user('grace')]
    const channel = slack.channelId('provisioning')
    const ts = await post(slack, { text: 'gone soon' })
    const link = await call(slack, 'chat.getPermalink', { channel, message_ts: ts })
    expect(link.body['permalink']).toBe(`https://lab.slack.com/archives/${channel}/p${ts.replace('.', '')}`)
    await call(slack, 'chat.delete', { channel, ts })
    expect(await errorOf(slack, 'chat.getPermalink', { channel, message_ts: ts })).toBe('message_not_found')
    await call(slack, 'chat.postEphemeral', { channel, user: ada.id, text: 'for you' })
    expect(ada.sees('provisioning').map(({ text }) => text)).toEqual(['for you'])
    expect(grace.sees('provisioning')).toEqual([])
    expect(await errorOf(slack, 'chat.postEphemeral', { channel, user: 'U000', text: 'x' })).toBe('user_not_in_channel')
  })
})
