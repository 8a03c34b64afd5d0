import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Clock } from 'hwautomation'

/** Requests are good for five minutes, docs.slack.dev/authentication/verifying-requests-from-slack; so far a clock may be off, both ways. */
const LONGEST_SKEW_S = 300
/** Longer than a request is good for. */
const REMEMBER_MS = 10 * 60_000
const MOST = 100_000

/** The headers of a request that Slack signs with. */
export interface Signed {
  readonly timestamp: string | undefined
  readonly signature: string | undefined
}

export type Verdict = 'good' | 'no-signature' | 'stale' | 'wrong-signature' | 'replayed'

/**
 * Judges whether a request is one of Slack's, and whether it comes for the first time. Bolt's own receiver takes requests from the future
 * and takes each request twice (measured with bolt 5.1).
 */
export class SignatureJudge {
  readonly #secret: string
  readonly #clock: Clock
  readonly #seen = new Map<string, number>()

  /** @param clock wall time: Slack's is */
  constructor(secret: string, clock: Clock) {
    this.#secret = secret
    this.#clock = clock
  }

  /** What can be told before the body is there. */
  faultIn({ timestamp, signature }: Signed): 'no-signature' | 'stale' | undefined {
    if (timestamp === undefined || !/^\d{1,12}$/.test(timestamp)) return 'no-signature'
    if (signature === undefined || !/^v0=[0-9a-f]{64}$/.test(signature)) return 'no-signature'
    return Math.abs(this.#clock.now() / 1000 - Number(timestamp)) > LONGEST_SKEW_S ? 'stale' : undefined
  }

  judge(headers: Signed, body: Uint8Array): Verdict {
    const fault = this.faultIn(headers)
    if (fault !== undefined) return fault
    const { timestamp, signature = '' } = headers
    const now = this.#clock.now()
    const right = `v0=${createHmac('sha256', this.#secret).update(`v0:${timestamp}:`).update(body).digest('hex')}`
    if (!isSame(signature, right)) return 'wrong-signature'
    this.#forget(now)
    const name = `${timestamp} ${signature}`
    if (this.#seen.has(name)) return 'replayed'
    this.#seen.set(name, now)
    return 'good'
  }

  /** The oldest come first. */
  #forget(now: number): void {
    for (const [name, at] of this.#seen) {
      if (now - at < REMEMBER_MS && this.#seen.size < MOST) return
      this.#seen.delete(name)
    }
  }
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
