import { SlackFailure } from '../failure.ts'
import { holds } from '../installation.ts'
import { findChannel, type Channel } from '../model.ts'
import type { Site } from '../site.ts'

/** A channel the app may know of. @throws SlackFailure `channel_not_found`, also for a private channel without the bot */
export function knownChannel(site: Site, wanted: string): Channel {
  const channel = findChannel(site.team, wanted)
  if (channel === undefined) throw new SlackFailure('channel_not_found')
  if (channel.kind === 'private' && !channel.members.has(site.team.botUserId))
    throw new SlackFailure('channel_not_found')
  return channel
}

/** A channel the app may post to. @throws SlackFailure `channel_not_found`, `not_in_channel`, `is_archived` */
export function postable(site: Site, wanted: string): Channel {
  const channel = knownChannel(site, wanted)
  if (channel.archived) throw new SlackFailure('is_archived')
  const isMember = channel.members.has(site.team.botUserId)
  // docs.slack.dev/reference/scopes/chat.write.public: public channels without being a member.
  if (!isMember && (site.installation.scopes === undefined || !holds(site.installation, 'chat:write.public')))
    throw new SlackFailure('not_in_channel')
  return channel
}

/** The direct conversation of a user with the app; stored when it is first used. */
export function openDirect(site: Site, user: string): Channel {
  const found = [...site.team.channels.values()].find((channel) => channel.kind === 'im' && channel.person === user)
  return (
    found ?? {
      id: site.ids.next('D'),
      name: '',
      kind: 'im',
      person: user,
      created: site.ids.seconds(),
      members: new Set([user, site.team.botUserId]),
      archived: false,
      messages: [],
    }
  )
}
