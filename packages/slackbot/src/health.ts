import type { Outbox, OutboxStats } from './outbox/outbox.ts'
import type { Intake } from './receivers/intake.ts'

/** How the bot is, for a supervisor and for people who watch it. */
export interface BotHealth {
  readonly ready: boolean
  /** Why not; empty where it is. */
  readonly problems: readonly string[]
  readonly intake: string
  readonly outbox: OutboxStats
  /** Wishes being carried out. */
  readonly underWay: number
}

/** Slack's limits make nothing wait that long. */
const STUCK_MS = 5 * 60_000

/** How the bot is now. `phase` is `started` where everything was begun. */
export function healthOf(phase: string, intake: Intake, outbox: Pick<Outbox, 'stats'>, underWay: number): BotHealth {
  const received = intake.health()
  const stats = outbox.stats()
  const problems = [
    ...(phase === 'started' ? [] : [`the bot is ${phase}`]),
    ...(received.ready ? [] : [received.detail]),
    ...(stats.revoked === undefined ? [] : [`Slack does not take the token: ${stats.revoked}`]),
    ...(stats.oldestMs > STUCK_MS ? [`something has waited ${Math.round(stats.oldestMs / 1000)} s to be written`] : []),
  ]
  return { ready: problems.length === 0, problems, intake: received.detail, outbox: stats, underWay }
}
