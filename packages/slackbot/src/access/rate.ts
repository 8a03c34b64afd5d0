import type { Clock } from 'hwautomation'

const WINDOW_MS = 60_000
/** Users remembered at most; the longest silent are forgotten. */
const MOST_USERS = 10_000

/** Counts what each user asks for within a minute. */
export class RateLimit {
  readonly #most: number
  readonly #clock: Clock
  readonly #asked = new Map<string, readonly number[]>()

  constructor(most: number, clock: Clock) {
    this.#most = most
    this.#clock = clock
  }

  /** Counts one more; the seconds to wait where that is too many, and then it does not count. */
  take(user: string): number | undefined {
    const now = this.#clock.now()
    const within = (this.#asked.get(user) ?? []).filter((at) => at > now - WINDOW_MS)
    const oldest = within[0]
    const isTooMany = within.length >= this.#most && oldest !== undefined
    this.#asked.delete(user)
    this.#asked.set(user, isTooMany ? within : [...within, now])
    const [longestSilent] = this.#asked.keys()
    if (this.#asked.size > MOST_USERS && longestSilent !== undefined) this.#asked.delete(longestSilent)
    return isTooMany ? Math.max(Math.ceil((oldest + WINDOW_MS - now) / 1000), 1) : undefined
  }
}
