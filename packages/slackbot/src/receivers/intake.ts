import type { App, Receiver } from '@slack/bolt'

/** How deliveries of Slack reach the bot. */
export interface Intake {
  /** For Bolt: what is received goes to its listeners. */
  readonly receiver: Receiver
  /** To be called once the app exists. */
  begin(app: App): Promise<void>
  /** Nothing is received any more; sockets and ports are free when it resolves. */
  stop(): Promise<void>
  health(): IntakeHealth
}

export interface IntakeHealth {
  /** Slack can deliver something now. */
  readonly ready: boolean
  readonly detail: string
}
