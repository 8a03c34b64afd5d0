import { findChannel, type Channel, type StoredMessage, type Team } from './model.ts'
import type { SlackMessage, SlackObject } from './workspace.ts'

/** A new message, not stored yet. */
export function newMessage(
  parts: Pick<StoredMessage, 'ts' | 'channel' | 'user' | 'byApp' | 'text'> & Partial<StoredMessage>,
): StoredMessage {
  return {
    blocks: [],
    attachments: [],
    threadTs: undefined,
    replyBroadcast: false,
    metadata: undefined,
    ephemeralTo: undefined,
    files: [],
    edits: 0,
    editedAt: undefined,
    edited: undefined,
    deleted: false,
    mrkdwn: true,
    values: new Map(),
    ...parts,
  }
}

/** What the driving API shows of a message. */
export function shown(message: StoredMessage): SlackMessage {
  return {
    ts: message.ts,
    channel: message.channel,
    user: message.user,
    ...(message.threadTs === undefined ? {} : { threadTs: message.threadTs }),
    text: message.text,
    blocks: message.blocks,
    ...(message.metadata === undefined ? {} : { metadata: message.metadata }),
    ...(message.ephemeralTo === undefined ? {} : { ephemeralTo: message.ephemeralTo }),
    files: message.files.map(({ id, name, title, mimetype, content }) => ({ id, name, title, mimetype, content })),
    edits: message.edits,
    ...(message.editedAt === undefined ? {} : { editedAt: message.editedAt }),
    ...(message.replyBroadcast ? { replyBroadcast: true } : {}),
    ...(message.deleted ? { deleted: true } : {}),
  }
}

/** The message object of the Web API, of events and interactions (docs.slack.dev/reference/objects/message-object). */
export function wireMessage(team: Team, message: StoredMessage, withMetadata = false): SlackObject {
  const channel = findChannel(team, message.channel)
  const replies = channel === undefined ? [] : repliesTo(channel, message.ts)
  const isThreadRoot = replies.length > 0
  return {
    ...(message.replyBroadcast ? { subtype: 'thread_broadcast' } : {}),
    user: message.user,
    type: 'message',
    ts: message.ts,
    ...(message.byApp ? botFields(team) : {}),
    text: message.text,
    team: team.id,
    ...(message.blocks.length > 0 ? { blocks: message.blocks } : {}),
    ...(message.attachments.length > 0 ? { attachments: message.attachments } : {}),
    ...(message.files.length > 0 ? { files: message.files.map((file) => wireFile(file)) } : {}),
    ...(message.edited === undefined ? {} : { edited: { ...message.edited } }),
    ...(message.threadTs === undefined && !isThreadRoot ? {} : { thread_ts: message.threadTs ?? message.ts }),
    ...(message.threadTs === undefined ? {} : { parent_user_id: rootUser(channel, message.threadTs) }),
    ...(isThreadRoot ? threadFields(replies) : {}),
    ...(withMetadata && message.metadata !== undefined ? { metadata: message.metadata } : {}),
  }
}

/** Replies in a thread that all see, oldest first. */
export function repliesTo(channel: Channel, ts: string): readonly StoredMessage[] {
  return channel.messages.filter(
    (message) => message.threadTs === ts && !message.deleted && message.ephemeralTo === undefined,
  )
}

function botFields(team: Team): SlackObject {
  return {
    bot_id: team.botId,
    app_id: team.appId,
    bot_profile: {
      id: team.botId,
      app_id: team.appId,
      user_id: team.botUserId,
      name: team.botName,
      icons: {},
      deleted: false,
      updated: 0,
      team_id: team.id,
    },
  }
}

function threadFields(replies: readonly StoredMessage[]): SlackObject {
  const users = [...new Set(replies.map(({ user }) => user))]
  return {
    reply_count: replies.length,
    reply_users_count: users.length,
    latest_reply: replies.at(-1)?.ts ?? '',
    reply_users: users,
    is_locked: false,
    subscribed: false,
  }
}

function rootUser(channel: Channel | undefined, ts: string): string {
  return channel?.messages.find((message) => message.ts === ts)?.user ?? ''
}

function wireFile(file: StoredMessage['files'][number]): SlackObject {
  return {
    id: file.id,
    created: file.created,
    timestamp: file.created,
    name: file.name,
    title: file.title,
    mimetype: file.mimetype,
    filetype: file.name.split('.').at(-1) ?? 'text',
    user: file.user,
    size: file.size,
    mode: 'hosted',
    is_external: false,
  }
}
