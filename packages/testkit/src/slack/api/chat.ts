import { objectsOf } from '../json.ts'
import { completeBlocks } from '../blocks/complete.ts'
import { refuseFaultyMessage } from '../blocks/refuse.ts'
import { SlackFailure } from '../failure.ts'
import { findChannel, findMessage, type Channel, type StoredMessage } from '../model.ts'
import { newMessage, wireMessage } from '../messages.ts'
import type { Site } from '../site.ts'
import type { SlackObject } from '../workspace.ts'
import type { Arguments } from './arguments.ts'
import { knownChannel, openDirect, postable } from './channel-checks.ts'
import type { ApiMethod } from './method.ts'

/** Longer text is cut off, not refused (docs.slack.dev/reference/methods/chat.postMessage: "truncate messages containing more than 40,000 characters"). */
const LONGEST_TEXT = 40_000
/** chat.update refuses more with `msg_too_long`: bytes, once `&` is escaped (gitlab-org/gitlab, merge request 258898). */
const LONGEST_EDIT_BYTES = 4_000

/** docs.slack.dev/reference/methods/chat.postMessage. */
export const postMessage: ApiMethod = {
  token: 'bot',
  scopes: ['chat:write'],
  tier: 'posting',
  mutating: true,
  run(site, args) {
    const channel = destination(site, args.required('channel'))
    const content = contentOf(site, args)
    const metadata = metadataOf(args)
    const threadTs = threadOf(channel, args)
    const message = newMessage({
      ...content,
      ts: site.ids.ts(),
      channel: channel.id,
      user: site.team.botUserId,
      byApp: true,
      threadTs,
      replyBroadcast: threadTs !== undefined && args.flag('reply_broadcast'),
      metadata,
      mrkdwn: args.flag('mrkdwn', true),
    })
    return {
      effect() {
        if (!site.team.channels.has(channel.id)) site.team.channels.set(channel.id, channel)
        channel.messages.push(message)
        site.changed({ what: 'message', channel: channel.id, ts: message.ts })
      },
      reply: () => ({
        channel: channel.id,
        ts: message.ts,
        message: wireMessage(site.team, message, true),
        ...truncation(args),
      }),
    }
  },
}

/** docs.slack.dev/reference/methods/chat.postEphemeral. */
export const postEphemeral: ApiMethod = {
  token: 'bot',
  scopes: ['chat:write'],
  tier: 4,
  mutating: true,
  run(site, args) {
    const channel = postable(site, args.required('channel'))
    const user = args.required('user')
    if (!channel.members.has(user)) throw new SlackFailure('user_not_in_channel')
    const content = contentOf(site, args)
    const message = newMessage({
      ...content,
      ts: site.ids.ts(),
      channel: channel.id,
      user: site.team.botUserId,
      byApp: true,
      threadTs: args.has('thread_ts') ? args.required('thread_ts') : undefined,
      ephemeralTo: user,
    })
    return {
      effect() {
        channel.messages.push(message)
        site.changed({ what: 'message', channel: channel.id, ts: message.ts })
      },
      reply: { message_ts: message.ts },
    }
  },
}

/** docs.slack.dev/reference/methods/chat.update: text alone takes the blocks away; blocks alone keep no "(edited)" mark. */
export const update: ApiMethod = {
  token: 'bot',
  scopes: ['chat:write'],
  tier: 3,
  mutating: true,
  run(site, args) {
    const channel = knownChannel(site, args.required('channel'))
    const message = ownMessage(site, channel, args.required('ts'), 'cant_update_message')
    if (channel.archived) throw new SlackFailure('is_archived')
    if (
      !args.has('text') &&
      !args.has('blocks') &&
      !args.has('attachments') &&
      !args.has('metadata') &&
      !args.has('file_ids')
    )
      throw new SlackFailure('no_text')
    const escaped = (args.text('text') ?? '').replaceAll(/&(?!amp;|lt;|gt;)/g, '&amp;')
    if (Buffer.byteLength(escaped) > LONGEST_EDIT_BYTES) throw new SlackFailure('msg_too_long')
    const content = contentOf(site, args, message)
    const metadata = metadataOf(args)
    return {
      effect: () => change(site, message, content, metadata, !args.has('blocks') && !args.has('attachments')),
      reply: () => ({
        channel: channel.id,
        ts: message.ts,
        text: content.text,
        message: wireMessage(site.team, message, true),
      }),
    }
  },
}

/** docs.slack.dev/reference/methods/chat.delete. */
export const remove: ApiMethod = {
  token: 'bot',
  scopes: ['chat:write'],
  tier: 3,
  mutating: true,
  run(site, args) {
    const channel = knownChannel(site, args.required('channel'))
    const message = ownMessage(site, channel, args.required('ts'), 'cant_delete_message')
    return {
      effect() {
        message.deleted = true
        site.changed({ what: 'message', channel: channel.id, ts: message.ts })
      },
      reply: { channel: channel.id, ts: message.ts },
    }
  },
}

/** docs.slack.dev/reference/methods/chat.getPermalink. */
export const getPermalink: ApiMethod = {
  token: 'bot',
  tier: 'special',
  mutating: false,
  run(site, args) {
    const channel = knownChannel(site, args.required('channel'))
    const message = findMessage(channel, args.required('message_ts'))
    if (message === undefined || message.ephemeralTo !== undefined) throw new SlackFailure('message_not_found')
    const path = `archives/${channel.id}/p${message.ts.replace('.', '')}`
    const thread = message.threadTs === undefined ? '' : `?thread_ts=${message.threadTs}&cid=${channel.id}`
    return { reply: { channel: channel.id, permalink: `https://${site.team.domain}.slack.com/${path}${thread}` } }
  },
}

/** What may be changed of a message, and how it is seen. Shared with response URLs. */
export function change(
  site: Site,
  message: StoredMessage,
  content: MessageParts,
  metadata: SlackObject | undefined,
  marksEdited: boolean,
): void {
  Object.assign(message, content)
  if (metadata !== undefined) message.metadata = Object.keys(metadata).length === 0 ? undefined : metadata
  message.edits += 1
  message.editedAt = new Date(site.clock.now()).toISOString()
  if (marksEdited) message.edited = { user: message.user, ts: `${site.ids.seconds()}.000000` }
  site.changed({ what: 'message', channel: message.channel, ts: message.ts })
}

export type MessageParts = Pick<StoredMessage, 'text' | 'blocks' | 'attachments'>

/** Text, blocks and attachments of a call. @throws SlackFailure `no_text`, `invalid_blocks`, `msg_blocks_too_long`, … */
export function contentOf(site: Site, args: Arguments, before?: StoredMessage): MessageParts {
  const blocks = args.json('blocks', 'invalid_blocks_format')
  if (blocks !== undefined && !Array.isArray(blocks)) throw new SlackFailure('invalid_blocks_format')
  const attachments = objectsOf(args.json('attachments', 'invalid_attachments'))
  const onlyOthers = before !== undefined && !args.has('text') && blocks === undefined && attachments.length === 0
  if (onlyOthers) return { text: before.text, blocks: before.blocks, attachments: before.attachments }
  const text = (args.text('text') ?? '').slice(0, LONGEST_TEXT)
  if (text === '' && (blocks ?? []).length === 0 && attachments.length === 0) throw new SlackFailure('no_text')
  refuseFaultyMessage(blocks ?? [], site.refusedBlocks)
  return { text, blocks: completeBlocks(objectsOf(blocks), () => site.ids.next('').slice(-5)), attachments }
}

function truncation(args: Arguments): SlackObject {
  if ((args.text('text') ?? '').length <= LONGEST_TEXT) return {}
  return { warning: 'message_truncated', response_metadata: { warnings: ['message_truncated'] } }
}

function destination(site: Site, wanted: string): Channel {
  const user = site.team.users.get(wanted)
  const channel = user === undefined ? postable(site, wanted) : openDirect(site, user.id)
  if (channel.kind === 'im' && !site.installation.messagesTab) throw new SlackFailure('messages_tab_disabled')
  return channel
}

function threadOf(channel: Channel, args: Arguments): string | undefined {
  const ts = args.text('thread_ts')
  if (ts === undefined || ts === '') return undefined
  const root = channel.messages.find((message) => message.ts === ts && message.ephemeralTo === undefined)
  if (root === undefined) throw new SlackFailure('thread_not_found')
  return root.ts
}

function ownMessage(site: Site, channel: Channel, ts: string, refusal: string): StoredMessage {
  const message = findMessage(channel, ts)
  if (message === undefined || message.ephemeralTo !== undefined) throw new SlackFailure('message_not_found')
  if (message.user !== site.team.botUserId) throw new SlackFailure(refusal)
  return message
}

/** docs.slack.dev/messaging/message-metadata: event_type and event_payload, else `invalid_metadata_format`. */
function metadataOf(args: Arguments): SlackObject | undefined {
  const metadata = args.object('metadata', 'invalid_metadata_format')
  if (metadata === undefined || Object.keys(metadata).length === 0) return metadata
  const payload = metadata['event_payload']
  if (typeof metadata['event_type'] !== 'string' || payload === null || typeof payload !== 'object')
    throw new SlackFailure('invalid_metadata_format')
  return metadata
}

/** The channel of a call for its log entry: its name, where there is one. */
export function channelNameOf(site: Site, args: Arguments): string | undefined {
  const wanted = args.text('channel') ?? args.text('channel_id')
  return wanted === undefined ? undefined : findChannel(site.team, wanted)?.name
}
