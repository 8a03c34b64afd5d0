import { idOf } from './identifiers.ts'
import type { Channel, Team, TeamUser } from './model.ts'
import type { SlackWorkspaceOptions } from './workspace.ts'

const TEAM = idOf('T', 'lab')
/** Where nothing else is asked for. */
export const DEFAULT_CHANNELS: NonNullable<SlackWorkspaceOptions['channels']> = [
  { name: 'provisioning' },
  { name: 'general' },
]
const BOT_NAME = 'provisioner'

/** The workspace as it is at first: people, the app, channels, user groups. */
export function newTeam(options: SlackWorkspaceOptions, seconds: number): Team {
  const appId = idOf('A', 'app')
  const botUserId = idOf('U', 'bot')
  const specs = options.users ?? [{ name: 'ada', admin: true }, { name: 'grace' }]
  const people = specs.map((spec): TeamUser => ({
    id: spec.id ?? idOf('U', spec.name),
    name: spec.name,
    realName: `${spec.name.slice(0, 1).toUpperCase()}${spec.name.slice(1)}`,
    team: spec.team ?? TEAM,
    tz: spec.tz ?? 'Europe/London',
    admin: spec.admin ?? false,
    isBot: false,
  }))
  const bot: TeamUser = {
    id: botUserId,
    name: BOT_NAME,
    realName: BOT_NAME,
    team: TEAM,
    tz: 'America/Los_Angeles',
    admin: false,
    isBot: true,
  }
  const idOfUser = (name: string) => {
    const found = people.find((person) => person.name === name || person.id === name)
    if (found === undefined)
      throw new Error(`No user '${name}'; there are ${people.map((person) => person.name).join(', ')}`)
    return found.id
  }
  const channels = (options.channels ?? DEFAULT_CHANNELS).map((spec): Channel => ({
    id: spec.id ?? idOf('C', spec.name),
    name: spec.name,
    kind: spec.private === true ? 'private' : 'public',
    created: seconds,
    members: new Set([
      ...(spec.members === undefined ? people.map(({ id }) => id) : spec.members.map(idOfUser)),
      ...(spec.botIsMember === false ? [] : [botUserId]),
    ]),
    archived: false,
    messages: [],
  }))
  return {
    id: TEAM,
    domain: 'lab',
    name: 'Lab',
    appId,
    botId: idOf('B', 'bot'),
    botUserId,
    botName: BOT_NAME,
    users: new Map([...people, bot].map((user) => [user.id, user])),
    channels: new Map(channels.map((channel) => [channel.id, channel])),
    groups: (options.userGroups ?? []).map(({ handle, id, users }) => ({
      id: id ?? idOf('S', handle),
      handle,
      users: users.map(idOfUser),
    })),
    modals: new Map(),
    homes: new Map(),
  }
}
