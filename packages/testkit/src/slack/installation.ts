import type { SlackObject } from './workspace.ts'

/** The app as it is installed in the workspace. Absent lists mean: everything (no manifest was given). */
export interface Installation {
  readonly manifest: SlackObject | undefined
  /** Bot scopes. */
  readonly scopes: ReadonlySet<string> | undefined
  readonly commands:
    | ReadonlyMap<string, { readonly escapes: boolean; readonly usage: string; readonly description: string }>
    | undefined
  readonly shortcuts:
    | readonly { readonly kind: 'global' | 'message'; readonly callbackId: string; readonly name: string }[]
    | undefined
  /** `event_subscriptions.bot_events`. */
  readonly events: ReadonlySet<string> | undefined
  readonly socketMode: boolean | undefined
  readonly interactivity: boolean
  readonly homeTab: boolean
  readonly messagesTab: boolean
  readonly requestUrl: string | undefined
}

/** Whether the app holds one of these bot scopes. */
export function holds(installation: Installation, ...anyOf: readonly string[]): boolean {
  return installation.scopes === undefined || anyOf.some((scope) => installation.scopes?.has(scope))
}

/** The scopes it says it holds. */
export function scopesOf({ scopes }: Installation): string {
  return [...(scopes ?? EVERY_SCOPE)].join(',')
}

/** Those that mean something here, but for `chat:write.public`: an app without a manifest posts where it is a member. */
const EVERY_SCOPE: readonly string[] = [
  'app_mentions:read',
  'channels:history',
  'channels:join',
  'channels:manage',
  'channels:read',
  'chat:write',
  'commands',
  'files:write',
  'groups:history',
  'groups:read',
  'groups:write',
  'im:history',
  'im:read',
  'im:write',
  'mpim:history',
  'mpim:read',
  'mpim:write',
  'reactions:read',
  'usergroups:read',
  'users:read',
  'users:read.email',
]

/** Without a manifest nothing is looked at: all scopes, any command, any event. */
export function installAnything(requestUrl: string | undefined): Installation {
  return {
    manifest: undefined,
    scopes: undefined,
    commands: undefined,
    shortcuts: undefined,
    events: undefined,
    socketMode: undefined,
    interactivity: true,
    homeTab: true,
    messagesTab: true,
    requestUrl,
  }
}
