import { connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { createSlackWorkspace, type SlackWorkspace } from '../../../src/index.ts'
import { call, errorOf, post } from '../web-api.ts'

const UPGRADE =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n'

/** Bytes on a connection of their own, as no client of Slack's would send them. */
function send(slack: SlackWorkspace, bytes: string): Socket {
  const socket = connect(Number(new URL(slack.apiUrl).port), '127.0.0.1')
  socket.on('error', () => socket.destroy())
  socket.write(bytes)
  return socket
}

describe("the workspace's server", () => {
  it.each([
    ['an address that is none', 'GET // HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', '400'],
    ['half an address', 'GET http://[ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', '400'],
    ['a WebSocket to an address that is none', `GET // HTTP/1.1\r\nHost: x\r\n${UPGRADE}`, ''],
    ['no HTTP at all', '\0\u0001\u0002\r\n\r\n', '400'],
  ])('lives on after %s', async (_, bytes, status) => {
    await using slack = await createSlackWorkspace()
    expect((await text(send(slack, bytes))).slice(9, 12)).toBe(status)
    expect(await errorOf(slack, 'api.test')).toBe('ok')
  })

  it.each([
    ['a WebSocket client that was refused', '/link/?ticket=none'],
    ['a WebSocket client that was left hanging', '/link/?ticket=hangs'],
    ['a WebSocket client at the page', '/page/x/'],
  ])('closes although %s stays', { timeout: 5_000 }, async (_, address) => {
    const slack = await createSlackWorkspace()
    if (address.endsWith('hangs')) slack.faults.once({ call: 'slack socket', mode: 'hang' })
    const socket = send(slack, `GET ${address} HTTP/1.1\r\nHost: x\r\n${UPGRADE}`)
    await expect.poll(() => slack.log.of('slack socket')).toHaveLength(1)
    await slack.close()
    socket.destroy()
  })

  it('takes no name that every object has for a method, a kind of block, a field or a kind of channel', async () => {
    await using slack = await createSlackWorkspace({ rateLimits: 'none' })
    for (const name of ['constructor', '__proto__', 'toString']) {
      expect(await errorOf(slack, name)).toBe('unknown_method')
      const blocks = JSON.stringify([{ type: name }])
      expect(await errorOf(slack, 'chat.postMessage', { channel: 'general', text: 'x', blocks })).toBe('invalid_blocks')
      const more = `[{"type":"divider","${name}":1}]`
      expect(await errorOf(slack, 'chat.postMessage', { channel: 'general', text: 'x', blocks: more })).toBe(
        'invalid_blocks',
      )
      expect(await errorOf(slack, 'conversations.list', { types: name })).toBe('invalid_types')
    }
  })

  it('refuses blocks within blocks without end', async () => {
    await using slack = await createSlackWorkspace()
    const deep = `${'[{"type":"rich_text_quote","elements":'.repeat(20_000)}[]${'}]'.repeat(20_000)}`
    const blocks = `[{"type":"rich_text","elements":${deep}}]`
    expect(await errorOf(slack, 'chat.postMessage', { channel: 'general', text: 'x', blocks })).toMatch(
      /^(invalid_blocks|internal_error)$/,
    )
  })

  it('refuses pages of less than nothing', async () => {
    await using slack = await createSlackWorkspace()
    expect(await errorOf(slack, 'users.list', { limit: -1 })).toBe('invalid_limit')
  })

  it('takes no reply for the root of a thread, and no message that only one person sees', async () => {
    await using slack = await createSlackWorkspace({ rateLimits: 'none' })
    const root = await post(slack, { text: 'root' })
    const reply = await post(slack, { text: 'reply', thread_ts: root })
    await post(slack, { text: 'lost', thread_ts: reply })
    expect(slack.thread('provisioning', root).map(({ text: words }) => words)).toEqual(['reply'])
    const { body } = await call(slack, 'chat.postEphemeral', {
      channel: slack.channelId('provisioning'),
      user: slack.user('ada').id,
      text: 'secret',
    })
    expect(
      await errorOf(slack, 'chat.postMessage', { channel: 'provisioning', text: 'x', thread_ts: body['message_ts'] }),
    ).toBe('thread_not_found')
  })
})
