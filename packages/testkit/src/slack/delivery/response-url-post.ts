import type { ServerResponse } from 'node:http'
import { Arguments } from '../api/arguments.ts'
import { change, contentOf } from '../api/chat.ts'
import { httpWire, jsonReply, type HttpReply } from '../api/http-wire.ts'
import { SlackFailure } from '../failure.ts'
import { newMessage } from '../messages.ts'
import type { Site } from '../site.ts'
import type { SlackJson, SlackObject } from '../workspace.ts'
import type { ResponseTarget } from './response-urls.ts'

/** A POST to a response_url (docs.slack.dev/interactivity/handling-user-interaction). */
export async function answerResponseUrl(site: Site, id: string, raw: Buffer, response: ServerResponse): Promise<void> {
  const target = site.responseUrls.find(id)
  const channel = target === undefined ? undefined : site.team.channels.get(target.channel)
  const call = {
    door: 'slack' as const,
    ...(channel === undefined || channel.name === '' ? {} : { server: channel.name }),
    call: 'slack response_url',
    mutating: true,
    detail: '',
  }
  await site.serve(call, () => answer(site, id, target, raw), httpWire(response, site.limits))
}

function answer(
  site: Site,
  id: string,
  target: ResponseTarget | undefined,
  raw: Buffer,
): { effect?: () => void; reply: () => HttpReply } {
  // Statuses of refused answers are assumed: 404 once it is spent, 400 for what cannot be read, else 200 with `ok: false`.
  const spent = site.responseUrls.use(id)
  if (spent !== undefined || target === undefined)
    return { reply: () => jsonReply({ ok: false, error: spent ?? 'expired_url' }, 404) }
  try {
    const body = JSON.parse(raw.toString()) as SlackJson
    if (body === null || typeof body !== 'object' || Array.isArray(body)) throw new SyntaxError('no object')
    return {
      effect: respond(site, target, body),
      reply: () => ({ ...jsonReply({ ok: true }), body: 'ok', headers: { 'Content-Type': 'text/html' } }),
    }
  } catch (error) {
    if (error instanceof SlackFailure)
      return { reply: () => jsonReply({ ok: false, error: error.error, ...error.more }) }
    if (error instanceof SyntaxError) return { reply: () => jsonReply({ ok: false, error: 'invalid_payload' }, 400) }
    throw error
  }
}

/** Also the immediate answer to a command. Returns what it would do. @throws SlackFailure */
export function respond(site: Site, target: ResponseTarget, body: SlackObject): () => void {
  const channel = site.team.channels.get(target.channel)
  if (channel === undefined) throw new SlackFailure('channel_not_found')
  const source = channel.messages.find((message) => message.ts === target.messageTs && !message.deleted)
  if (body['delete_original'] === true || body['delete_original'] === 'true')
    return () => {
      if (source !== undefined) source.deleted = true
      site.changed({ what: 'message', channel: channel.id, ts: target.messageTs ?? '' })
    }
  const args = new Arguments(body)
  const content = contentOf(site, args)
  const replaces = body['replace_original'] === true || body['replace_original'] === 'true'
  if (replaces && source !== undefined) return () => change(site, source, content, undefined, !args.has('blocks'))
  const isForAll = body['response_type'] === 'in_channel'
  const threadTs = typeof body['thread_ts'] === 'string' ? body['thread_ts'] : undefined
  return () => {
    const message = newMessage({
      ...content,
      ts: site.ids.ts(),
      channel: channel.id,
      user: site.team.botUserId,
      byApp: true,
      threadTs,
      ephemeralTo: isForAll ? undefined : target.user,
    })
    channel.messages.push(message)
    site.changed({ what: 'message', channel: channel.id, ts: message.ts })
  }
}
