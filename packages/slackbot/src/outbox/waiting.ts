import type { Priority } from './outbox.ts'

/** A write that waits, as far as the figures and `drain` go. */
export interface Waiting {
  readonly priority: Priority
  /** Milliseconds since the epoch. */
  readonly since: number
}
