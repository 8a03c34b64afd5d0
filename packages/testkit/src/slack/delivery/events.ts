import { wordOf } from '../json.ts'
import { holds } from '../installation.ts'
import { BOT_EVENTS } from '../manifest-rules.ts'
import type { Site } from '../site.ts'
import type { SlackDelivery, SlackObject } from '../workspace.ts'
import type { Carried, Courier } from './courier.ts'

/** docs.slack.dev/apis/events-api: three more times, "nearly immediately" (a second is assumed), after one minute, after five. */
const RETRIES_AFTER_MS = [1_000, 60_000, 300_000]

/** Brings events of the Events API to the app, if it is subscribed and has the scope. Resolves with the first attempt. */
export function createEvents(site: Site, courier: Courier): Site['event'] {
  const attempt = async (payload: SlackObject, number: number, reason: string): Promise<Carried> => {
    const retry = number === 0 ? {} : { retry: { number, reason } }
    const delivery = await courier.deliver({ kind: 'events_api', payload, answers: false, ...retry })
    const wait = RETRIES_AFTER_MS[number]
    if (delivery.outcome === 'acked' || delivery.isLast === true || wait === undefined) return delivery
    const why = { timeout: 'http_timeout', error: 'http_error', unreachable: 'connection_failed', 'not-sent': '' }[
      delivery.outcome
    ]
    site.clock.after(wait, () => {
      if (site.tokens.state === 'good') void attempt(payload, number + 1, why)
    })
    return delivery
  }

  return async (event): Promise<SlackDelivery | undefined> => {
    const name =
      event['type'] === 'message'
        ? `message.${TYPES[wordOf(event['channel_type'])] ?? 'channels'}`
        : wordOf(event['type'])
    const { events } = site.installation
    if (events !== undefined && !events.has(name)) return undefined
    const scope = BOT_EVENTS[name]
    if (scope !== undefined && scope !== '' && !holds(site.installation, scope)) return undefined
    const { isLast: _, ...delivery } = await attempt(wrap(site, event), 0, '')
    return delivery
  }
}

const TYPES: Readonly<Record<string, string>> = { channel: 'channels', group: 'groups', im: 'im' }

/** docs.slack.dev/apis/events-api: the outer event. */
function wrap(site: Site, event: SlackObject): SlackObject {
  const { team, ids, tokens } = site
  const channel = typeof event['channel'] === 'string' ? team.channels.get(event['channel']) : undefined
  const isShared = [...(channel?.members ?? [])].some((id) => (team.users.get(id)?.team ?? team.id) !== team.id)
  return {
    token: tokens.verification,
    team_id: team.id,
    context_team_id: team.id,
    context_enterprise_id: null,
    api_app_id: team.appId,
    event,
    type: 'event_callback',
    event_id: ids.next('Ev'),
    event_time: ids.seconds(),
    authorizations: [
      { enterprise_id: null, team_id: team.id, user_id: team.botUserId, is_bot: true, is_enterprise_install: false },
    ],
    is_ext_shared_channel: isShared,
    event_context: `4-${ids.next('')}`,
  }
}
