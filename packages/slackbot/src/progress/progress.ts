import type { Order } from '../state/documents.ts'

/** Keeps every message of the bot true: root messages, threads, boards, App Homes. */
export interface Progress {
  /** Brings the messages of an earlier process up to date (orders that were never begun are begun), then follows what happens. */
  start(): Promise<void>
  /** A run or batch came of an order: shows it. Resolves when the link is kept, not when Slack has answered. */
  ordered(order: Order & { readonly became: string }): Promise<void>
  /** Adds or takes away a follower; resolves with whether they follow it now. */
  toggleFollow(id: string, user: string): Promise<boolean>
  /** Somebody looks at their App Home: it is published now, and kept true for a while. */
  homeOpened(user: string): void
  /** Repaints a run's or batch's message soon, e.g. after a click on it. */
  touch(id: string): void
  stop(): Promise<void>
}
