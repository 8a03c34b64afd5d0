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

/**
 * How a write ended that was not made.
 * - `message-gone`: the message, or the one whose thread it is, was deleted, or is no longer ours
 * - `channel-gone`: archived, deleted, or the person can't be written to
 * - `not-in-channel`: the bot was removed
 * - `revoked`: the outbox was stopped while Slack refused the token; posts and files stay in the store
 * - `refused`: Slack won't have it, not even as text; its words are in `detail`
 * - `unknown`: no answer came, and nobody can look whether it is there; it is never sent again
 * - `stopped`: the outbox was stopped before; posts and files stay in the store, and the next process sends them
 */
export type Undeliverable =
  | 'message-gone'
  | 'channel-gone'
  | 'not-in-channel'
  | 'revoked'
  | 'refused'
  | 'unknown'
  | 'stopped'

export type Delivery =
  /** `again`: an earlier call may have posted it too, and nobody can look. */
  | ({ readonly ok: true; readonly again?: true } & MessageRef)
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

/**
 * The one place that writes to Slack. Nothing here rejects for what Slack answers: deliveries say how they ended. They take as long as it
 * takes (limits, an outage, a revoked token): don't wait for one where something else has to go on.
 */
export interface Outbox {
  /** Takes up what an earlier process left in the store. Resolves when that is known, not when it is sent. */
  start(): Promise<void>
  /**
   * Written down first where the store is durable, then sent: a final that was asked for is delivered, if need be by a later process.
   * A key that was posted resolves with that message, whatever the content. Posts of one thread keep their order.
   */
  post(post: Post): Promise<Delivery>
  /** Changes a message in place. At most one call per message is in flight, the newest content wins, overtaken ones resolve with it. */
  edit(message: MessageRef, content: MessageContent, priority: Priority): Promise<Delivery>
  /** In order with the posts of its thread. Delivered as the thread's message: Slack shares files some time later and names no message. */
  upload(file: Upload): Promise<Delivery>
  /** The App Home of a user; the newest wins. */
  publishHome(user: string, view: View): void
  /** Goes out at once, past everything that waits, and gives up after 2.5 s: opening and changing modals, ephemeral answers. @throws HwError `slack.*` */
  now<Answer>(method: string, args: Readonly<Record<string, unknown>>): Promise<Answer>
  stats(): OutboxStats
  /** Waits until all finals and clicks are out, at most so long (wall milliseconds); what is left is in the store. */
  drain(withinMs: number): Promise<void>
  /** Takes nothing more and waits for what is in flight (wire time-outs bound that). What waited resolves as `stopped`. */
  stop(): Promise<void>
}
