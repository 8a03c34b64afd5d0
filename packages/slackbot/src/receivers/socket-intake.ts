import { type App } from '@slack/bolt'
import type { Intake } from './intake.ts'
import { SocketLine, type SocketLineOptions } from './socket-line.ts'

/** Slack gives an app ten connections and sends each delivery over one of them. */
const LINES = ['1', '2'] as const

/**
 * Two connections: while Slack refreshes one, as it does every few hours, what is typed comes over the other. With one, everything in that
 * gap is answered by Slack with an error.
 */
export function socketIntake(options: Omit<SocketLineOptions, 'name'>): Intake {
  const lines = LINES.map((name) => new SocketLine({ ...options, name }))
  const [first, ...others] = lines as [SocketLine, ...SocketLine[]]
  return {
    receiver: first.receiver,
    async begin(app: App) {
      for (const { receiver } of others) receiver.init(app)
      // the first tells whether the token is good; the others may take their time
      await first.start()
      for (const line of others) void line.start().catch(() => {})
    },
    async stop() {
      await Promise.all(lines.map((line) => line.stop()))
    },
    health() {
      const up = lines.filter(({ isUp }) => isUp).length
      const hopeless = lines.map((line) => line.hopeless).find((why) => why !== undefined)
      return {
        ready: up > 0,
        detail: `${up} of ${lines.length} sockets are up${hopeless === undefined ? '' : `: ${hopeless}`}`,
      }
    },
  }
}
