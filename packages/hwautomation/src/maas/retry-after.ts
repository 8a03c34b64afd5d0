import type { HttpAnswer } from './exchange.ts'

/** Nobody is made to wait longer than this by a header. */
const LONGEST_MS = 10 * 60_000

/** Milliseconds that the answer asks to wait (RFC 9110, 10.2.3: seconds or a date), undefined without a usable header. */
export function retryAfterMs(answer: HttpAnswer, now: number): number | undefined {
  const header = answer.headers['retry-after']?.trim() ?? ''
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), LONGEST_MS)
}
