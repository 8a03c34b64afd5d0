import type { View } from '@slack/types'
import type { MessageContent } from '../views/content.ts'

/** Most urgent first: what waits longer than its kind should rises by a rank. */
export type Priority = 'final' | 'click' | 'followed' | 'step' | 'board' | 'sub-task'

/** A message in Slack. */
export interface MessageRef {
  readonly channel: string
  readonly ts: string
}

/** A message to be posted once, whatever happens. */
export interface Post {
  /** Names this message for ever, e.g. `run/<id>`, `run/<id>/step/bios-push`: posted once per key, through restarts and lost replies. */
  readonly key: string
  /** Channel id, or a user id for a direct message. */
  readonly channel: string
  /** Goes into the thread of this message. */
  readonly thread?: string
  /** Also shown in the channel (only with `thread`). */
  readonly broadcast?: boolean
  readonly content: MessageContent
  readonly priority: Priority
}

/** A file for a thread. Shared once per key. */
export interface Upload {
  readonly key: string
  readonly channel: string
  readonly thread: string
  readonly filename: string
  readonly title: string
  readonly content: string
}

/** How a write ended that cannot be made: the message was deleted, the channel archived, the bot removed, the token revoked. */
export type Undeliverable = 'message-gone' | 'channel-gone' | 'not-in-channel' | 'revoked' | 'refused'

export type Delivery =
  | ({ readonly ok: true } & MessageRef)
  | { readonly ok: false; readonly because: Undeliverable; readonly detail: string }

export interface OutboxStats {
  /** Writes that wait, by kind. */
  readonly waiting: Readonly<Record<Priority, number>>
  /** Milliseconds the oldest of them has waited. */
  readonly oldestMs: number
  readonly sent: number
  /** Answers 429 of Slack since the start. None are expected. */
  readonly rateLimited: number
  /** Writes that were overtaken by a newer state before they went out. */
  readonly coalesced: number
  /** Set while Slack refuses the token. */
  readonly revoked?: string
}

/** The one place that writes to Slack. Nothing here rejects for what Slack answers: deliveries say how they ended. */
export interface Outbox {
  /** Written down first where the store is durable, then sent: a final that was asked for is delivered, if need be by a later process. */
  post(post: Post): Promise<Delivery>
  /** Changes a message in place. At most one call per message is in flight, the newest content wins, overtaken ones resolve with it. */
  edit(message: MessageRef, content: MessageContent, priority: Priority): Promise<Delivery>
  upload(file: Upload): Promise<Delivery>
  /** The App Home of a user; the newest wins. */
  publishHome(user: string, view: View): void
  /** Goes out at once, past everything that waits, and gives up after 2.5 s: opening and changing modals, ephemeral answers. @throws HwError `slack.*` */
  now<Answer>(method: string, args: Readonly<Record<string, unknown>>): Promise<Answer>
  stats(): OutboxStats
  /** Waits until all finals and clicks are out, at most so long (wall milliseconds); what is left is in the store. */
  drain(withinMs: number): Promise<void>
  stop(): Promise<void>
}
