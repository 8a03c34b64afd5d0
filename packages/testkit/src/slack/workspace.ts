import type { LabClock } from '../clock.ts'
import type { Faults } from '../faults.ts'
import type { RequestLog } from '../log.ts'

/** Anything that survives JSON, as Slack sends and takes it. */
export type SlackJson = null | boolean | number | string | SlackJson[] | { [key: string]: SlackJson }
export type SlackObject = { [key: string]: SlackJson }

export interface SlackUserSpec {
  /** Handle, e.g. `ada`; the display name too. */
  readonly name: string
  readonly id?: string
  readonly admin?: boolean
  readonly tz?: string
  /** Team id of a stranger in a shared channel (Slack Connect). */
  readonly team?: string
}

export interface SlackChannelSpec {
  readonly name: string
  readonly id?: string
  readonly private?: boolean
  /** Handles; default: everybody. */
  readonly members?: readonly string[]
  /** Default true. */
  readonly botIsMember?: boolean
}

export interface SlackWorkspaceOptions {
  /** Default: `ada` and `grace`. */
  readonly users?: readonly SlackUserSpec[]
  /** Default: `provisioning` and `general`. */
  readonly channels?: readonly SlackChannelSpec[]
  readonly userGroups?: readonly { readonly handle: string; readonly id?: string; readonly users: readonly string[] }[]
  /** The app as installed: commands, shortcuts, scopes, event subscriptions, socket mode or request URL. Absent: any of them, all scopes. */
  readonly manifest?: object
  /** Where commands, interactions and events are delivered, signed, when no socket is connected. */
  readonly requestUrl?: string
  /** Wall clock by default; a lab brings its own. Limits and lifetimes (rate windows, trigger ids, response URLs) follow it. */
  readonly clock?: LabClock
  /** `published` (default): Slack's limits per method, team and channel, 429 with Retry-After. `none`: not looked at. */
  readonly rateLimits?: 'published' | 'none'
  /** Block types this workspace refuses with `invalid_blocks`, e.g. `['plan']`. */
  readonly refusesBlocks?: readonly string[]
  readonly port?: number
}

export interface SlackMessage {
  readonly ts: string
  readonly channel: string
  readonly user: string
  readonly threadTs?: string
  readonly text: string
  readonly blocks: readonly SlackObject[]
  readonly metadata?: SlackObject
  /** Set for messages that only this user sees. */
  readonly ephemeralTo?: string
  readonly files: readonly SlackFile[]
  /** How often it was changed, and when last. */
  readonly edits: number
  readonly editedAt?: string
  readonly replyBroadcast?: boolean
  readonly deleted?: boolean
}

export interface SlackFile {
  readonly id: string
  readonly name: string
  readonly title: string
  readonly mimetype: string
  readonly content: string
}

/** What became of a command, click, submission or event that was delivered to the app. */
export interface SlackDelivery {
  /** `acked`: in time. `timeout`: not within 3 s (the user sees `operation_timeout`). `unreachable`: no socket, or HTTP refused (`dispatch_failed`). `error`: an HTTP status other than 2xx. `not-sent`: the client itself refused, e.g. a required field is empty. */
  readonly outcome: 'acked' | 'timeout' | 'unreachable' | 'error' | 'not-sent'
  /** The body of the acknowledgement, e.g. a `response_action` or an immediate answer to a command. */
  readonly body?: SlackJson
  readonly milliseconds: number
}

/** A modal, as the user has it before them. */
export interface SlackView {
  readonly id: string
  readonly view: SlackObject
  /** Errors shown beside inputs after the last submission, by block id. */
  readonly errors: Readonly<Record<string, string>>
  /** Types or chooses; by block id. For selects the option's value, for checkboxes an array of values. */
  fill(blockId: string, value: string | readonly string[] | null): void
  /** What an external select offers for this text. */
  suggest(blockId: string, text: string): Promise<readonly { readonly text: string; readonly value: string }[]>
  /** A button in it. */
  click(actionId: string, value?: string): Promise<SlackDelivery>
  submit(): Promise<SlackDelivery>
  close(): Promise<SlackDelivery | undefined>
}

/** Somebody at their Slack client. Channels are given by name or id; the app's own `botUserId` is the direct conversation with it. */
export interface SlackPerson {
  readonly id: string
  readonly name: string
  /** `/provision srv001 a1.c5.large`, typed in a channel. */
  command(text: string, channel: string): Promise<SlackDelivery>
  /** A button or select in a message, by action id (and value, where there are several). Fails the caller's test if the message has none. */
  click(message: Pick<SlackMessage, 'channel' | 'ts'>, actionId: string, value?: string): Promise<SlackDelivery>
  /** Sends a click on a button that the message no longer has: an old client, an old release. */
  clickAnyway(message: Pick<SlackMessage, 'channel' | 'ts'>, actionId: string, value: string): Promise<SlackDelivery>
  shortcut(callbackId: string): Promise<SlackDelivery>
  messageShortcut(callbackId: string, message: Pick<SlackMessage, 'channel' | 'ts'>): Promise<SlackDelivery>
  openHome(): Promise<SlackDelivery>
  /** What `views.publish` last showed them. */
  home(): SlackObject | undefined
  homeClick(actionId: string, value?: string): Promise<SlackDelivery>
  say(text: string, channel: string, threadTs?: string): Promise<SlackDelivery | undefined>
  /** The modal on top, if one is open. */
  modal(): SlackView | undefined
  /** What they see in a channel: messages, and ephemeral ones of their own, oldest first. */
  sees(channel: string): readonly SlackMessage[]
  /** Direct messages between them and the app. */
  directMessages(): readonly SlackMessage[]
  /** Delivers the last command, click or submission once more, with the same envelope and trigger id, as Slack may. */
  repeatLast(): Promise<SlackDelivery>
}

export interface SlackSocketControl {
  /** Open Socket Mode connections. */
  readonly connections: number
  /** Sends `disconnect` to one connection and closes it shortly after, as Slack does every few hours. Default reason: `refresh_requested`. */
  refresh(reason?: 'refresh_requested' | 'warning'): void
  /** Cuts every connection without a word. */
  drop(): void
  /** The next envelopes are delivered this many times each. */
  duplicateNext(times: number): void
}

/** Signed HTTP delivery. */
export interface SlackHttpControl {
  /** Sends the last signed request once more, byte by byte: same timestamp, same signature. */
  replayLast(): Promise<SlackDelivery>
  /** The next request that is delivered differs from an honest one: its timestamp lies in the past (negative) or future, or its signature is another. */
  next(how: { readonly skewSeconds?: number; readonly badSignature?: boolean }): void
  /** What Slack does when a request URL is entered: `url_verification`; `acked` if the challenge came back. */
  verifyUrl(): Promise<SlackDelivery>
}

/** A simulated Slack workspace: Web API, Socket Mode, signed HTTP delivery, a page in the browser. */
export interface SlackWorkspace extends AsyncDisposable {
  /** For `slackApiUrl`: `http://127.0.0.1:PORT/api/`. */
  readonly apiUrl: string
  /** The page in the browser. */
  readonly pageUrl: string
  readonly teamId: string
  readonly botUserId: string
  readonly botToken: string
  readonly appToken: string
  readonly signingSecret: string
  readonly clock: LabClock
  /** Calls are `slack chat.update`, `slack views.open`, `slack socket`, `slack deliver`, …; server is the channel's name, where there is one. */
  readonly faults: Faults
  /** Every Web-API call, with its outcome (`ok`, or Slack's error). */
  readonly log: RequestLog
  readonly socket: SlackSocketControl
  readonly http: SlackHttpControl
  user(name: string): SlackPerson
  channelId(name: string): string
  /** Root messages of a channel (by name or id), oldest first; ephemeral and deleted ones are left out. */
  messages(channel: string): readonly SlackMessage[]
  message(channel: string, ts: string): SlackMessage | undefined
  thread(channel: string, ts: string): readonly SlackMessage[]
  /** Mentions (users, groups, @channel, @here, @everyone) and links that Slack would make of a message, in all its parsed texts. */
  mentions(message: SlackMessage): readonly string[]
  links(message: SlackMessage): readonly string[]
  /** Calls that were answered 429. */
  readonly rateLimited: number
  /** Installs the app with this manifest from now on: commands, scopes, events. */
  install(manifest: object, requestUrl?: string): void
  deleteMessage(channel: string, ts: string): void
  archiveChannel(channel: string): void
  removeBot(channel: string): void
  revokeTokens(): void
  uninstall(): Promise<void>
  /** Hears of everything that changes what somebody sees. Returns the function that takes it off. */
  onChange(listener: (change: SlackChange) => void): () => void
  /** What an app has left behind, one sentence each: open sockets, unfinished requests, deliveries without an acknowledgement. */
  leftovers(): readonly string[]
  close(): Promise<void>
}

export type SlackChange =
  | { readonly what: 'message'; readonly channel: string; readonly ts: string }
  | { readonly what: 'modal' | 'home'; readonly user: string }

/** A violation of Block Kit's limits or of Slack's schemas: where (JSON pointer), and what is wrong. */
export interface BlockFault {
  readonly pointer: string
  readonly message: string
}
