import { EVENTS } from './actions/listen.ts'
import { accessSchema } from './access/policy.ts'
import { COMMAND, USAGE_HINT } from './commands/grammar.ts'
import type { BotConfig } from './config-schema.ts'
import { HTTP_PATH } from './receivers/http-intake.ts'
import { CALLBACKS } from './views/action-ids.ts'

/** An app manifest as Slack takes it: docs.slack.dev/reference/app-manifest. */
export interface AppManifest {
  readonly _metadata: { readonly major_version: 2 }
  readonly display_information: {
    readonly name: string
    readonly description: string
    readonly background_color: string
  }
  readonly features: {
    readonly app_home: {
      readonly home_tab_enabled: true
      readonly messages_tab_enabled: true
      readonly messages_tab_read_only_enabled: true
    }
    readonly bot_user: { readonly display_name: string; readonly always_online: true }
    readonly shortcuts: readonly {
      readonly name: string
      readonly type: 'global' | 'message'
      readonly callback_id: string
      readonly description: string
    }[]
    readonly slash_commands: readonly {
      readonly command: string
      readonly description: string
      readonly usage_hint: string
      readonly should_escape: boolean
      readonly url?: string
    }[]
  }
  readonly oauth_config: { readonly scopes: { readonly bot: readonly string[] } }
  readonly settings: {
    readonly event_subscriptions: { readonly bot_events: readonly string[]; readonly request_url?: string }
    readonly interactivity: {
      readonly is_enabled: true
      readonly request_url?: string
      readonly message_menu_options_url?: string
    }
    readonly org_deploy_enabled: false
    readonly socket_mode_enabled: boolean
    readonly token_rotation_enabled: false
  }
}

/** What decides which features, and with them which scopes, the app has. */
export type ManifestConfig = Pick<BotConfig, 'access' | 'duplicateCheck'> & {
  readonly slack: Pick<BotConfig['slack'], 'mode' | 'publicUrl' | 'command' | 'mentions'>
}

interface ScopeRule {
  readonly scope: string
  readonly why: string
  /** Absent: always. */
  readonly when?: (config: ManifestConfig) => boolean
}

const looksInHistory = ({ duplicateCheck }: ManifestConfig) => duplicateCheck === 'history'

/** Every scope with its reason; there is no other. */
export const SCOPES: readonly ScopeRule[] = [
  { scope: 'commands', why: 'the slash command and the shortcuts' },
  { scope: 'chat:write', why: 'messages, their changes, answers that one person sees' },
  { scope: 'files:write', why: 'the log of a failed run, in its thread' },
  { scope: 'im:write', why: 'a direct message to who asked for it, or when its channel is gone' },
  { scope: 'users:read', why: 'display names for records and audit trail' },
  { scope: 'usergroups:read', why: 'roles by user group', when: usesGroups },
  {
    scope: 'app_mentions:read',
    why: '@bot in threads, where Slack has no slash commands',
    when: ({ slack }) => slack.mentions,
  },
  { scope: 'channels:history', why: 'whether a post of unknown outcome is there', when: looksInHistory },
  { scope: 'groups:history', why: 'the same in private channels', when: looksInHistory },
  { scope: 'im:history', why: 'the same in direct messages', when: looksInHistory },
]

/** Every Web-API method the bot calls, and the scope it takes (docs.slack.dev/reference/methods); none: any token will do. */
export const METHOD_SCOPES: Readonly<Record<string, readonly string[]>> = {
  'apps.connections.open': [],
  'auth.test': [],
  'blocks.validate': [],
  'chat.delete': ['chat:write'],
  'chat.postEphemeral': ['chat:write'],
  'chat.postMessage': ['chat:write'],
  'chat.update': ['chat:write'],
  'conversations.history': ['channels:history', 'groups:history', 'im:history'],
  'conversations.open': ['im:write'],
  'conversations.replies': ['channels:history', 'groups:history', 'im:history'],
  'files.completeUploadExternal': ['files:write'],
  'files.getUploadURLExternal': ['files:write'],
  'usergroups.users.list': ['usergroups:read'],
  'users.info': ['users:read'],
  'views.open': [],
  'views.publish': [],
  'views.update': [],
}

/** Events that are subscribed to, and the scope each takes. */
export const EVENT_SCOPES: Readonly<Record<(typeof EVENTS)[number], readonly string[]>> = {
  app_home_opened: [],
  app_mention: ['app_mentions:read'],
  app_uninstalled: [],
  tokens_revoked: [],
}

const USUAL: ManifestConfig = {
  access: accessSchema.parse({}),
  duplicateCheck: 'off',
  slack: { mode: 'socket', command: COMMAND, mentions: false },
}

/**
 * The manifest of the app as this configuration needs it: commands from the grammar, and no scope more than its features take.
 * Without a configuration: Socket Mode, and what is optional left out.
 */
export function appManifest(config: ManifestConfig = USUAL): AppManifest {
  const { slack } = config
  const isHttp = slack.mode === 'http'
  const url = isHttp ? new URL(HTTP_PATH, slack.publicUrl ?? 'https://hwautomation.example').href : undefined
  const request = url === undefined ? {} : { request_url: url }
  const scopes = SCOPES.filter(({ when }) => when === undefined || when(config)).map(({ scope }) => scope)
  return {
    _metadata: { major_version: 2 },
    display_information: {
      name: 'hwautomation',
      description: 'Takes racked servers to ready',
      background_color: '#1d3c34',
    },
    features: {
      app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: true },
      bot_user: { display_name: 'hwautomation', always_online: true },
      shortcuts: [
        {
          name: 'Provision servers',
          type: 'global',
          callback_id: CALLBACKS.globalProvision,
          description: 'Opens the form',
        },
        {
          name: 'Provisioning status',
          type: 'global',
          callback_id: CALLBACKS.globalStatus,
          description: 'What runs and what waits',
        },
        {
          name: 'Status of this run',
          type: 'message',
          callback_id: CALLBACKS.messageStatus,
          description: 'How the run of this message is',
        },
      ],
      slash_commands: [
        {
          command: slack.command,
          description: 'Take servers to ready, and see how they are',
          usage_hint: USAGE_HINT,
          should_escape: false,
          ...(url === undefined ? {} : { url }),
        },
      ],
    },
    oauth_config: { scopes: { bot: scopes } },
    settings: {
      event_subscriptions: {
        bot_events: EVENTS.filter((event) => EVENT_SCOPES[event].every((scope) => scopes.includes(scope))),
        ...request,
      },
      interactivity: { is_enabled: true, ...request, ...(url === undefined ? {} : { message_menu_options_url: url }) },
      org_deploy_enabled: false,
      socket_mode_enabled: !isHttp,
      token_rotation_enabled: false,
    },
  }
}

function usesGroups({ access }: ManifestConfig): boolean {
  return [access.viewers, access.operators, access.admins].some(({ groups }) => groups.length > 0)
}
