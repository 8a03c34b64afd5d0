import { SlackFailure } from '../failure.ts'
import { holds, scopesOf } from '../installation.ts'
import { repliesTo, wireMessage } from '../messages.ts'
import type { Channel, StoredMessage } from '../model.ts'
import type { Site } from '../site.ts'
import type { SlackObject } from '../workspace.ts'
import type { Arguments } from './arguments.ts'
import { knownChannel, openDirect } from './channel-checks.ts'
import type { ApiMethod } from './method.ts'
import { pageOf } from './paging.ts'

const READ = ['channels:read', 'groups:read', 'im:read', 'mpim:read'] as const
const HISTORY = ['channels:history', 'groups:history', 'im:history', 'mpim:history'] as const

/** docs.slack.dev/reference/methods/conversations.list. */
export const list: ApiMethod = {
  token: 'bot',
  scopes: READ,
  tier: 2,
  mutating: false,
  run(site, args) {
    const types = new Set(args.has('types') ? args.list('types') : ['public_channel'])
    for (const type of types) if (!Object.hasOwn(SCOPE_OF_TYPE, type)) throw new SlackFailure('invalid_types')
    const visible = [...site.team.channels.values()]
      .filter((channel) => types.has(typeOf(channel)))
      .filter((channel) => channel.kind !== 'private' || channel.members.has(site.team.botUserId))
      .filter((channel) => !(args.flag('exclude_archived') && channel.archived))
    for (const type of types) need(site, `${SCOPE_OF_TYPE[type] ?? ''}:read`)
    const page = pageOf(visible, args, 100)
    return { reply: { channels: page.items.map((channel) => wireChannel(site, channel)), ...page.cursor } }
  },
}

/** docs.slack.dev/reference/methods/conversations.info. */
export const info: ApiMethod = {
  token: 'bot',
  scopes: READ,
  tier: 3,
  mutating: false,
  run(site, args) {
    const channel = knownChannel(site, args.required('channel'))
    need(site, `${SCOPE_OF_TYPE[typeOf(channel)] ?? ''}:read`)
    const count = args.flag('include_num_members') ? { num_members: channel.members.size } : {}
    return { reply: { channel: { ...wireChannel(site, channel), ...count } } }
  },
}

/** docs.slack.dev/reference/methods/conversations.members. */
export const members: ApiMethod = {
  token: 'bot',
  scopes: READ,
  tier: 4,
  mutating: false,
  run(site, args) {
    const channel = knownChannel(site, args.required('channel'))
    const page = pageOf([...channel.members], args, 100)
    return { reply: { members: [...page.items], ...page.cursor } }
  },
}

/** docs.slack.dev/reference/methods/conversations.history: newest first, replies left out unless broadcast. */
export const history: ApiMethod = {
  token: 'bot',
  scopes: HISTORY,
  tier: 3,
  mutating: false,
  run(site, args) {
    const channel = readable(site, args)
    const roots = channel.messages
      .filter(isForAll)
      .filter((message) => message.threadTs === undefined || message.replyBroadcast)
    const page = pageOf(within(roots, args).toReversed(), args, 100)
    const messages = page.items.map((message) => wireMessage(site.team, message, args.flag('include_all_metadata')))
    return { reply: { messages, has_more: page.hasMore, pin_count: 0, ...page.cursor } }
  },
}

/** docs.slack.dev/reference/methods/conversations.replies: the root first, then replies, oldest first. */
export const replies: ApiMethod = {
  token: 'bot',
  scopes: HISTORY,
  tier: 3,
  mutating: false,
  run(site, args) {
    const channel = readable(site, args)
    const root = channel.messages.filter(isForAll).find((message) => message.ts === args.required('ts'))
    if (root === undefined) throw new SlackFailure('thread_not_found')
    const thread = [root, ...within(repliesTo(channel, root.threadTs ?? root.ts), args)]
    const page = pageOf(thread, args, 1_000)
    const messages = page.items.map((message) => wireMessage(site.team, message, args.flag('include_all_metadata')))
    return { reply: { messages, has_more: page.hasMore, ...page.cursor } }
  },
}

/** docs.slack.dev/reference/methods/conversations.open: a direct conversation with one user. */
export const open: ApiMethod = {
  token: 'bot',
  scopes: ['im:write', 'channels:manage', 'groups:write', 'mpim:write'],
  tier: 3,
  mutating: true,
  run(site, args) {
    const user = args.has('users') ? args.list('users') : []
    const [id, ...more] = user
    if (id === undefined) throw new SlackFailure('users_list_not_supplied')
    // Conversations of several people with the app are not simulated.
    if (more.length > 0) throw new SlackFailure('not_enough_users')
    if (site.team.users.get(id) === undefined) throw new SlackFailure('user_not_found')
    const channel = openDirect(site, id)
    const known = site.team.channels.has(channel.id)
    return {
      effect: () => void site.team.channels.set(channel.id, channel),
      reply: {
        ...(known ? { no_op: true, already_open: true } : {}),
        channel: args.flag('return_im') ? wireChannel(site, channel) : { id: channel.id },
      },
    }
  },
}

/** docs.slack.dev/reference/methods/conversations.join: public channels. */
export const join: ApiMethod = {
  token: 'bot',
  scopes: ['channels:join'],
  tier: 3,
  mutating: true,
  run(site, args) {
    const channel = knownChannel(site, args.required('channel'))
    if (channel.kind !== 'public') throw new SlackFailure('method_not_supported_for_channel_type')
    if (channel.archived) throw new SlackFailure('is_archived')
    const already = channel.members.has(site.team.botUserId)
    return {
      effect: () => void channel.members.add(site.team.botUserId),
      reply: () => ({
        channel: wireChannel(site, channel),
        ...(already ? { warning: 'already_in_channel', response_metadata: { warnings: ['already_in_channel'] } } : {}),
      }),
    }
  },
}

/** docs.slack.dev/reference/objects/conversation-object. */
export function wireChannel(site: Site, channel: Channel): SlackObject {
  const { team } = site
  const common = { id: channel.id, created: channel.created, is_archived: channel.archived, is_org_shared: false }
  if (channel.kind === 'im')
    return { ...common, is_im: true, user: channel.person ?? '', is_user_deleted: false, priority: 0 }
  const isPrivate = channel.kind === 'private'
  const text = { value: '', creator: '', last_set: 0 }
  return {
    ...common,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: !isPrivate,
    is_group: isPrivate,
    is_im: false,
    is_mpim: false,
    is_private: isPrivate,
    is_general: channel.name === 'general',
    is_shared: [...channel.members].some((id) => (team.users.get(id)?.team ?? team.id) !== team.id),
    is_ext_shared: [...channel.members].some((id) => (team.users.get(id)?.team ?? team.id) !== team.id),
    is_member: channel.members.has(team.botUserId),
    creator: [...channel.members][0] ?? '',
    unlinked: 0,
    topic: text,
    purpose: text,
    previous_names: [],
    num_members: channel.members.size,
  }
}

/** Which scopes read which kind of conversation. */
const SCOPE_OF_TYPE: Readonly<Record<string, string>> = {
  public_channel: 'channels',
  private_channel: 'groups',
  im: 'im',
  mpim: 'mpim',
}

function typeOf(channel: Channel): string {
  return { public: 'public_channel', private: 'private_channel', im: 'im' }[channel.kind]
}

function need(site: Site, scope: string): void {
  if (holds(site.installation, scope)) return
  throw new SlackFailure('missing_scope', { needed: scope, provided: scopesOf(site.installation) })
}

function readable(site: Site, args: Arguments): Channel {
  const channel = knownChannel(site, args.required('channel'))
  need(site, `${SCOPE_OF_TYPE[typeOf(channel)] ?? ''}:history`)
  if (!channel.members.has(site.team.botUserId)) throw new SlackFailure('not_in_channel')
  return channel
}

function isForAll(message: StoredMessage): boolean {
  return !message.deleted && message.ephemeralTo === undefined
}

/** `oldest`, `latest` and `inclusive`. */
function within(messages: readonly StoredMessage[], args: Arguments): readonly StoredMessage[] {
  const [oldest, latest] = [args.number('oldest', 0), args.number('latest', Number.POSITIVE_INFINITY)]
  const inclusive = args.flag('inclusive')
  return messages.filter(({ ts }) => {
    const at = Number(ts)
    return inclusive ? at >= oldest && at <= latest : at > oldest && at < latest
  })
}
