import type { KnownBlock } from '@slack/types'

/** A message as it is to look. Made by the pure functions of `views/`, written by the outbox. */
export interface MessageContent {
  /** For notifications, screen readers and clients that show no blocks. Escaped. */
  readonly text: string
  readonly blocks: readonly KnownBlock[]
  /** The same said with plainer blocks, for a workspace that refuses one of `blocks` (`invalid_blocks`). */
  readonly plain?: readonly KnownBlock[]
}
