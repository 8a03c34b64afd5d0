import type { LabClock } from '../clock.ts'

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const MICROSECONDS = 1_000

/** Names for new things of one workspace, the same in every run. */
export interface Identifiers {
  /** e.g. `next('V')` → `V0A0000003`. */
  next(prefix: string): string
  /** A message's `ts`: seconds and six digits, rising strictly within the workspace. */
  ts(): string
  /** Seconds since the epoch. */
  seconds(): number
}

/** For one workspace, in its clock's time. */
export function createIdentifiers(clock: Pick<LabClock, 'now'>): Identifiers {
  let count = 0
  let last = 0
  return {
    next: (prefix) => `${prefix}0A${encode(++count).padStart(7, '0')}`,
    ts() {
      last = Math.max(last + 1, Math.floor(clock.now() * MICROSECONDS))
      return `${Math.floor(last / 1_000_000)}.${String(last % 1_000_000).padStart(6, '0')}`
    },
    seconds: () => Math.floor(clock.now() / 1_000),
  }
}

/** The same name always gives the same id, so that a test can foresee it and two workspaces agree. */
export function idOf(prefix: string, name: string): string {
  let hash = 2_166_136_261
  for (const character of `${prefix}/${name}`)
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 16_777_619) >>> 0
  return `${prefix}0${encode(hash).padStart(8, '0')}`
}

function encode(number: number): string {
  let text = ''
  for (let rest = number; rest > 0; rest = Math.floor(rest / ALPHABET.length))
    text = ALPHABET[rest % ALPHABET.length] + text
  return text
}
