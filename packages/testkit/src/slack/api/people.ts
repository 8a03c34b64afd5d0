import { SlackFailure } from '../failure.ts'
import { holds } from '../installation.ts'
import type { TeamUser } from '../model.ts'
import type { Site } from '../site.ts'
import type { SlackObject } from '../workspace.ts'
import { wireChannel } from './conversations.ts'
import type { ApiMethod } from './method.ts'
import { pageOf } from './paging.ts'

/** docs.slack.dev/reference/methods/users.info. */
export const usersInfo: ApiMethod = {
  token: 'bot',
  scopes: ['users:read'],
  tier: 4,
  mutating: false,
  run(site, args) {
    const user = site.team.users.get(args.required('user'))
    if (user === undefined) throw new SlackFailure('user_not_found')
    return { reply: { user: wireUser(site, user, args.flag('include_locale')) } }
  },
}

/** docs.slack.dev/reference/methods/users.list. */
export const usersList: ApiMethod = {
  token: 'bot',
  scopes: ['users:read'],
  tier: 2,
  mutating: false,
  run(site, args) {
    const page = pageOf([...site.team.users.values()], args, 1_000)
    const members = page.items.map((user) => wireUser(site, user, args.flag('include_locale')))
    return { reply: { members, cache_ts: site.ids.seconds(), ...page.cursor } }
  },
}

/** docs.slack.dev/reference/methods/users.conversations: those of the bot, or of a user as far as the bot sees them. */
export const usersConversations: ApiMethod = {
  token: 'bot',
  scopes: ['channels:read', 'groups:read', 'im:read', 'mpim:read'],
  tier: 3,
  mutating: false,
  run(site, args) {
    const member = args.text('user') ?? site.team.botUserId
    const types = new Set(args.has('types') ? args.list('types') : ['public_channel'])
    const kinds = { public: 'public_channel', private: 'private_channel', im: 'im' }
    const theirs = [...site.team.channels.values()].filter(
      (channel) => channel.members.has(member) && types.has(kinds[channel.kind]),
    )
    const page = pageOf(
      theirs.filter((channel) => channel.kind === 'public' || channel.members.has(site.team.botUserId)),
      args,
      100,
    )
    return { reply: { channels: page.items.map((channel) => wireChannel(site, channel)), ...page.cursor } }
  },
}

/** docs.slack.dev/reference/methods/usergroups.list. */
export const usergroupsList: ApiMethod = {
  token: 'bot',
  scopes: ['usergroups:read'],
  tier: 2,
  mutating: false,
  run(site, args) {
    const groups = site.team.groups.map(({ id, handle, users }) => ({
      id,
      team_id: site.team.id,
      is_usergroup: true,
      is_subteam: true,
      name: handle,
      description: '',
      handle,
      is_external: false,
      date_create: 0,
      date_update: 0,
      date_delete: 0,
      auto_type: null,
      created_by: '',
      updated_by: '',
      deleted_by: null,
      prefs: { channels: [], groups: [] },
      user_count: users.length,
      ...(args.flag('include_users') ? { users: [...users] } : {}),
    }))
    return { reply: { usergroups: groups } }
  },
}

/** docs.slack.dev/reference/methods/usergroups.users.list. */
export const usergroupsUsersList: ApiMethod = {
  token: 'bot',
  scopes: ['usergroups:read'],
  tier: 2,
  mutating: false,
  run(site, args) {
    const group = site.team.groups.find(({ id }) => id === args.required('usergroup'))
    if (group === undefined) throw new SlackFailure('no_such_subteam')
    return { reply: { users: [...group.users] } }
  },
}

/** docs.slack.dev/reference/objects/user-object. */
function wireUser(site: Site, user: TeamUser, withLocale: boolean): SlackObject {
  const isStranger = user.team !== site.team.id
  return {
    id: user.id,
    team_id: user.team,
    name: user.name,
    deleted: false,
    color: '9f69e7',
    real_name: user.realName,
    tz: user.tz,
    tz_label: user.tz,
    tz_offset: offsetOf(user.tz, site.clock.now()),
    profile: {
      real_name: user.realName,
      real_name_normalized: user.realName,
      display_name: user.name,
      display_name_normalized: user.name,
      title: '',
      phone: '',
      skype: '',
      status_text: '',
      status_emoji: '',
      avatar_hash: '',
      ...(user.isBot ? { bot_id: site.team.botId, api_app_id: site.team.appId } : {}),
      ...(holds(site.installation, 'users:read.email') && !user.isBot ? { email: `${user.name}@example.com` } : {}),
      team: user.team,
    },
    is_admin: user.admin,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: false,
    is_ultra_restricted: false,
    is_bot: user.isBot,
    is_app_user: false,
    updated: 0,
    ...(isStranger ? { is_stranger: true } : {}),
    ...(withLocale ? { locale: 'en-US' } : {}),
  }
}

/** Seconds east of UTC, now. */
function offsetOf(tz: string, now: number): number {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: tz, timeZoneName: 'longOffset' }).formatToParts(now)
  const text = parts.find(({ type }) => type === 'timeZoneName')?.value ?? ''
  const [, sign, hours, minutes] = /GMT([+-])(\d\d):(\d\d)/.exec(text) ?? []
  return sign === undefined ? 0 : Number(`${sign}1`) * (Number(hours) * 3_600 + Number(minutes) * 60)
}
