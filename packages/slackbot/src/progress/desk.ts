import type { Clock, Logger, WorkflowManager, WorkflowStore } from 'hwautomation'
import type { Outbox } from '../outbox/outbox.ts'
import type { BotState } from '../state/documents.ts'
import type { ShowMode } from '../views/run-message.ts'

/** What everything that tells of runs has at hand. */
export interface Desk {
  readonly manager: WorkflowManager
  readonly store: WorkflowStore
  readonly outbox: Outbox
  readonly state: BotState
  readonly clock: Clock
  readonly logger: Logger
  /** How closely messages follow at the moment. */
  mode(): ShowMode
  /** The error is for the log: nothing here may stop the others, or be told to Slack about Slack. */
  complain(error: unknown, doing: string, about?: string): void
}
