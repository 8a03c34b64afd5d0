import type { LabClock } from '../../clock.ts'
import { TooManyCalls } from '../failure.ts'

/** docs.slack.dev/apis/web-api/rate-limits: calls per minute, app and workspace. `posting` has a limit per channel, `special` one of its own. */
export type Tier = 1 | 2 | 3 | 4 | 'posting' | 'special'

export interface RateLimits {
  /** A call was refused by a fault. */
  forced(): void
  /** Counts a call. @throws TooManyCalls */
  count(method: string, tier: Tier, channel: string | undefined): void
  /** Calls that were refused. */
  readonly refused: number
}

/** "1+", "20+", "50+", "100+ per minute"; `special` ("hundreds of requests per minute": auth.test, chat.getPermalink) assumed 300, and so the posts of a whole workspace ("several hundred messages per minute"). */
const PER_MINUTE: Readonly<Record<Tier, number>> = { 1: 1, 2: 20, 3: 50, 4: 100, special: 300, posting: 300 }
/** "Occasional bursts", "sporadic bursts are welcome", says the page, without a number: a fifth more in any minute is assumed. */
const BURST = 1.2
const MINUTE_MS = 60_000
/** "1 per second per channel; short bursts of more than that are allowed": five at once are assumed. */
const POST_BURST = 5
const POST_EVERY_MS = 1_000

/** Slack's limits for one app in one workspace. */
export function createRateLimits(clock: Pick<LabClock, 'now'>, mode: 'published' | 'none'): RateLimits {
  const calls = new Map<string, number[]>()
  /** When each channel's bucket of posts is full again. */
  const channels = new Map<string, number>()
  let refused = 0

  const refuse = (waitMs: number): never => {
    refused += 1
    throw new TooManyCalls(Math.max(1, Math.ceil(waitMs / 1_000)))
  }

  const perChannel = (channel: string, now: number) => {
    const fullAgain = Math.max(channels.get(channel) ?? 0, now)
    const missing = fullAgain - now + POST_EVERY_MS
    if (missing > POST_BURST * POST_EVERY_MS) refuse(missing - POST_BURST * POST_EVERY_MS)
    channels.set(channel, fullAgain + POST_EVERY_MS)
  }

  return {
    get refused() {
      return refused
    },
    forced() {
      refused += 1
    },
    count(method, tier, channel) {
      if (mode === 'none') return
      const now = clock.now()
      const recent = (calls.get(method) ?? []).filter((at) => at > now - MINUTE_MS)
      calls.set(method, recent)
      const oldest = recent[0] ?? now
      if (recent.length >= Math.ceil(PER_MINUTE[tier] * BURST)) refuse(oldest + MINUTE_MS - now)
      if (tier === 'posting' && channel !== undefined) perChannel(channel, now)
      recent.push(now)
    },
  }
}
