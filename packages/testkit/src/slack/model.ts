import type { SlackFile, SlackObject } from './workspace.ts'

/** A person, a bot, or Slackbot. */
export interface TeamUser {
  readonly id: string
  readonly name: string
  readonly realName: string
  readonly team: string
  readonly tz: string
  readonly admin: boolean
  readonly isBot: boolean
}

/** A channel or a direct conversation with the app. */
export interface Channel {
  readonly id: string
  readonly name: string
  readonly kind: 'public' | 'private' | 'im'
  /** Whose direct conversation with the app it is. */
  readonly person?: string
  readonly created: number
  readonly members: Set<string>
  archived: boolean
  /** Every message that ever was, oldest first; deleted ones and those for one user alone too. */
  readonly messages: StoredMessage[]
}

export interface StoredMessage {
  readonly ts: string
  readonly channel: string
  readonly user: string
  /** By the app. */
  readonly byApp: boolean
  text: string
  /** Blocks with their `block_id`, as Slack completes them. */
  blocks: SlackObject[]
  attachments: SlackObject[]
  readonly threadTs: string | undefined
  readonly replyBroadcast: boolean
  metadata: SlackObject | undefined
  readonly ephemeralTo: string | undefined
  files: StoredFile[]
  edits: number
  editedAt: string | undefined
  /** The mark "(edited)": a change of text without blocks sets it. */
  edited: { readonly user: string; readonly ts: string } | undefined
  deleted: boolean
  /** False: `text` is not parsed (`mrkdwn: false`). */
  readonly mrkdwn: boolean
  /** What stateful elements in the message hold, by block and action id. */
  readonly values: Values
}

export interface StoredFile extends SlackFile {
  readonly user: string
  readonly created: number
  readonly size: number
}

/** `state.values` of a view or message. */
export type Values = Map<string, Map<string, SlackObject>>

/** A modal or a home tab. */
export interface StoredView {
  readonly id: string
  readonly user: string
  payload: SlackObject
  hash: string
  readonly rootId: string
  readonly previousId: string | undefined
  readonly values: Values
  errors: Readonly<Record<string, string>>
}

/** Everything there is in a workspace. */
export interface Team {
  readonly id: string
  readonly domain: string
  readonly name: string
  readonly appId: string
  readonly botId: string
  readonly botUserId: string
  readonly botName: string
  readonly users: Map<string, TeamUser>
  readonly channels: Map<string, Channel>
  readonly groups: readonly { readonly id: string; readonly handle: string; readonly users: readonly string[] }[]
  /** Modals of each user, the top one last. */
  readonly modals: Map<string, StoredView[]>
  readonly homes: Map<string, StoredView>
}

/** By id, or by name with or without `#`. */
export function findChannel(team: Team, channel: string): Channel | undefined {
  const name = channel.replace(/^#/, '')
  return (
    team.channels.get(channel) ?? [...team.channels.values()].find((each) => each.kind !== 'im' && each.name === name)
  )
}

/** A message that exists for somebody: not deleted. */
export function findMessage(channel: Channel, ts: string): StoredMessage | undefined {
  return channel.messages.find((message) => message.ts === ts && !message.deleted)
}
