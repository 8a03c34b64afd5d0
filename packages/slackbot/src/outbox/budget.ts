import type { CallLimit } from './limits.ts'

/** How many calls of one kind may be made, and when the next one. */
export interface Budget {
  /** When a call may be made: `now`, or later. `reserved`: results of clicks, which may use what is kept for them. */
  readyAt(now: number, reserved?: boolean): number
  /** A call is made. Calls that don't wait take too, so that the others make room for them. */
  take(now: number): void
  /** Slack answered 429: nothing before `retryAfterMs`, and more slowly from then on. */
  limited(now: number, retryAfterMs: number): void
  /** Calls a minute at present; below the limit after a 429. */
  perMinute(now: number): number
}

const MINUTE_MS = 60_000
/** A call does not reach Slack in the moment it is made: a minute here is a little longer than there. */
const WINDOW_MS = 61_000
const AFTER_429 = 0.7
const LEAST = 0.2
/** Of the limit, given back for each minute without a 429. */
const RECOVERS = 0.1

/**
 * A token bucket under a sliding window: after a pause `burst` calls may go at once, but never more than `perMinute` in any minute,
 * however Slack counts its own.
 */
export function createBudget(limit: CallLimit & { readonly reserve?: number }): Budget {
  const reserve = limit.reserve ?? 0
  let tokens = limit.burst
  let filledAt: number | undefined
  let blockedUntil = 0
  let slowed: { readonly to: number; readonly at: number } | undefined
  let taken: number[] = []

  const perMinute = (now: number): number => {
    if (slowed === undefined) return limit.perMinute
    const recovered = Math.max(0, Math.floor((now - slowed.at) / MINUTE_MS)) * RECOVERS * limit.perMinute
    return Math.min(limit.perMinute, slowed.to + recovered)
  }

  const fill = (now: number): void => {
    if (filledAt !== undefined && now > filledAt)
      tokens = Math.min(limit.burst, tokens + ((now - filledAt) * perMinute(now)) / MINUTE_MS)
    filledAt = Math.max(filledAt ?? now, now)
  }

  /** When fewer than `most` calls of the last minute are left. */
  const windowAt = (now: number, most: number): number => {
    const place = taken.length - Math.max(1, Math.floor(most))
    return place < 0 ? now : Math.max(now, taken[place]! + WINDOW_MS)
  }

  return {
    perMinute,
    readyAt(now, reserved = false) {
      if (now < blockedUntil) return blockedUntil
      if (reserved && reserve > 0) return windowAt(now, perMinute(now) + reserve)
      fill(now)
      const token = tokens >= 1 ? now : now + Math.ceil(((1 - tokens) * MINUTE_MS) / perMinute(now))
      return Math.max(token, windowAt(now, perMinute(now)))
    },
    take(now) {
      fill(now)
      tokens = Math.max(tokens - 1, -limit.burst)
      taken = [...taken.filter((at) => at > now - WINDOW_MS), now]
    },
    limited(now, retryAfterMs) {
      fill(now)
      // Several calls on their way learn of the same 429.
      if (now >= blockedUntil)
        slowed = { to: Math.max(LEAST * limit.perMinute, AFTER_429 * perMinute(now)), at: now + retryAfterMs }
      tokens = Math.min(tokens, 0)
      blockedUntil = Math.max(blockedUntil, now + retryAfterMs)
    },
  }
}
