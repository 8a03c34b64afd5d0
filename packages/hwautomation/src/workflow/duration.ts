import ms, { type StringValue } from 'ms'
import type { Duration } from './step.ts'

/**
 * Milliseconds of a duration: a number is milliseconds already, a string is read as `ms` reads it (`'40m'`, `'1.5h'`, `'90s'`).
 * @throws TypeError for anything that is no finite duration of at least 0
 */
export function toMs(duration: Duration): number {
  // ms() throws on '' and answers undefined or NaN for what it cannot read
  const value = typeof duration === 'number' ? duration : duration === '' ? Number.NaN : ms(duration as StringValue)
  if (!Number.isFinite(value) || value < 0)
    throw new TypeError(`"${duration}" is not a duration; use milliseconds or e.g. "90s", "40m", "2h".`)
  return value
}

/** A duration for people: `90000` → `2m`, `5400000` → `2h`. */
export function inWords(milliseconds: number): string {
  return ms(Math.round(milliseconds))
}
