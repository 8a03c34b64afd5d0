import { isObject, wordOf } from './json.ts'
import { anything, fault, flag, list, oneOf, optional, shape, text, type Place, type Rule } from './blocks/rules.ts'
import type { BlockFault, SlackJson, SlackObject } from './workspace.ts'

/** Bot scopes of docs.slack.dev/reference/scopes, as @slack/web-api 8.2.0 lists them. */
const BOT_SCOPES = new Set(
  `app_mentions:read assistant:write bookmarks:read bookmarks:write calls:read calls:write canvases:read canvases:write
  channels:history channels:join channels:manage channels:read channels:write.invites channels:write.topic chat:write
  chat:write.customize chat:write.public commands conversations.connect:manage conversations.connect:read
  conversations.connect:write datastore:read datastore:write dnd:read emoji:read files:read files:write groups:history
  groups:read groups:write groups:write.invites groups:write.topic im:history im:read im:write im:write.topic
  incoming-webhook links.embed:write links:read links:write lists:read lists:write metadata.message:read mpim:history
  mpim:read mpim:write mpim:write.topic pins:read pins:write reactions:read reactions:write reminders:read reminders:write
  remote_files:read remote_files:share remote_files:write search:read.files search:read.public search:read.users
  team.billing:read team.preferences:read team:read tokens.basic triggers:read triggers:write usergroups:read
  usergroups:write users.profile:read users:read users:read.email users:write workflow.steps:execute`.split(/\s+/),
)

/** The bot scope without which an event is not delivered; empty for those that need none. docs.slack.dev/reference/events. */
export const BOT_EVENTS: Readonly<Record<string, string>> = {
  app_home_opened: '',
  app_mention: 'app_mentions:read',
  app_uninstalled: '',
  tokens_revoked: '',
  channel_archive: 'channels:read',
  channel_deleted: 'channels:read',
  channel_rename: 'channels:read',
  group_archive: 'groups:read',
  group_deleted: 'groups:read',
  member_joined_channel: 'channels:read',
  member_left_channel: 'channels:read',
  'message.channels': 'channels:history',
  'message.groups': 'groups:history',
  'message.im': 'im:history',
  'message.mpim': 'mpim:history',
  reaction_added: 'reactions:read',
  subteam_created: 'usergroups:read',
  subteam_members_changed: 'usergroups:read',
  subteam_updated: 'usergroups:read',
  user_change: 'users:read',
}

/** Everything that `apps.manifest.validate` would refuse (docs.slack.dev/reference/app-manifest). Events outside the simulated ones are refused too. The words are assumed. */
export function manifestFaults(manifest: SlackObject): BlockFault[] {
  const faults: BlockFault[] = []
  const place: Place = { pointer: '', report: (found) => void faults.push(found) }
  MANIFEST(manifest, place)
  requestUrls(manifest, place)
  return faults
}

const url: Rule = (value, place) => {
  text(3_000)(value, place)
  if (typeof value === 'string' && !value.startsWith('https://')) fault(place, 'must be an https URL')
}

const scope: Rule = (value, place) => {
  if (typeof value !== 'string' || !BOT_SCOPES.has(value)) fault(place, `invalid scope: ${wordOf(value)}`)
}

const event: Rule = (value, place) => {
  if (typeof value !== 'string' || !(value in BOT_EVENTS)) fault(place, `invalid event: ${wordOf(value)}`)
}

const command: Rule = (value, place) => {
  text(32, 2)(value, place)
  if (typeof value === 'string' && !/^\/[^\s/A-Z]+$/.test(value))
    fault(place, 'must start with a slash and be lower case')
}

const MANIFEST: Rule = shape({
  _metadata: optional(anything),
  display_information: shape({
    name: text(35, 1),
    description: optional(text(140)),
    long_description: optional(text(4_000, 174)),
    background_color: optional(color),
  }),
  features: optional(
    shape({
      app_home: optional(
        shape({
          home_tab_enabled: optional(flag),
          messages_tab_enabled: optional(flag),
          messages_tab_read_only_enabled: optional(flag),
        }),
      ),
      bot_user: optional(shape({ display_name: text(80, 1), always_online: optional(flag) })),
      shortcuts: optional(
        list(
          shape({
            type: oneOf('global', 'message'),
            name: text(24, 1),
            callback_id: text(255, 1),
            description: text(150, 1),
          }),
          10,
          0,
        ),
      ),
      slash_commands: optional(
        list(
          shape({
            command,
            description: text(2_000, 1),
            should_escape: optional(flag),
            url: optional(url),
            usage_hint: optional(text(1_000)),
          }),
          50,
          0,
        ),
      ),
      unfurl_domains: optional(list(text(255, 1), 5, 0)),
      agent_view: optional(anything),
      assistant_view: optional(anything),
    }),
  ),
  oauth_config: optional(
    shape({
      redirect_urls: optional(list(url, 1_000, 0)),
      scopes: optional(
        shape({
          bot: optional(list(scope, 255, 0)),
          bot_optional: optional(list(scope, 255, 0)),
          user: optional(anything),
          user_optional: optional(anything),
        }),
      ),
      token_management_enabled: optional(flag),
    }),
  ),
  settings: optional(
    shape({
      allowed_ip_address_ranges: optional(list(text(64, 1), 50, 0)),
      event_subscriptions: optional(
        shape({
          request_url: optional(url),
          bot_events: optional(list(event, 100, 0)),
          user_events: optional(anything),
          metadata_subscriptions: optional(anything),
        }),
      ),
      incoming_webhooks: optional(anything),
      interactivity: optional(
        shape({ is_enabled: flag, request_url: optional(url), message_menu_options_url: optional(url) }),
      ),
      org_deploy_enabled: optional(flag),
      socket_mode_enabled: optional(flag),
      token_rotation_enabled: optional(flag),
      is_hosted: optional(flag),
      function_runtime: optional(text(32)),
    }),
  ),
  functions: optional(anything),
})

function color(value: SlackJson, place: Place): void {
  if (typeof value !== 'string' || !/^#([\da-f]{3}|[\da-f]{6})$/i.test(value)) fault(place, 'must be a hex color')
}

/** Without Socket Mode, Slack must know where to send things; and a command needs the scope `commands` and a bot user to be installed with. */
function requestUrls(manifest: SlackObject, place: Place): void {
  const at = (path: string) =>
    path.split('/').reduce<SlackJson | undefined>((node, key) => (isObject(node) ? node[key] : undefined), manifest)
  const bySocket = at('settings/socket_mode_enabled') === true
  const point = (pointer: string): Place => ({ ...place, pointer })
  const scopes = at('oauth_config/scopes/bot')
  const has = (name: string) => Array.isArray(scopes) && scopes.includes(name)
  const commands = at('features/slash_commands')
  for (const [index, each] of (Array.isArray(commands) ? commands : []).entries())
    if (!bySocket && isObject(each) && each['url'] === undefined)
      fault(point(`/features/slash_commands/${index}`), 'missing required field: url (Socket Mode is off)')
  if (Array.isArray(commands) && commands.length > 0 && !has('commands'))
    fault(point('/oauth_config/scopes/bot'), 'slash commands require the scope `commands`')
  if (
    !bySocket &&
    at('settings/interactivity/is_enabled') === true &&
    at('settings/interactivity/request_url') === undefined
  )
    fault(point('/settings/interactivity'), 'missing required field: request_url (Socket Mode is off)')
  const events = at('settings/event_subscriptions/bot_events')
  if (
    !bySocket &&
    Array.isArray(events) &&
    events.length > 0 &&
    at('settings/event_subscriptions/request_url') === undefined
  )
    fault(point('/settings/event_subscriptions'), 'missing required field: request_url (Socket Mode is off)')
  if (Array.isArray(scopes) && scopes.length > 0 && at('features/bot_user') === undefined)
    fault(point('/features'), 'missing required field: bot_user (bot scopes need one)')
}
