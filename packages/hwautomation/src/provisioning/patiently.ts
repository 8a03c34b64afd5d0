import { isHwError } from '../errors.ts'
import type { Clock } from '../clock.ts'

/** A power action keeps a node busy for 4-5 s (MAAS 3.3, recorded); MAAS sends no Retry-After with that 503. */
const BUSY_WAIT_MS = 5_000
/** An outage is asked about ever more rarely, up to this. */
const LONGEST_WAIT_MS = 60_000

export interface Patience {
  readonly signal: AbortSignal
  /** Milliseconds on the clock until the trouble is the caller's. */
  readonly within: number
  readonly onTrouble?: (reason: string) => void
}

/**
 * Repeats a mutating call that certainly did nothing: answered "busy, later", or never sent because nobody answered.
 * Anything else, also a lost answer, goes to the caller at once. `call` is begun anew each time: let it look first whether it still may.
 */
export function patiently<T>(clock: Clock, patience: Patience, call: () => Promise<T>): Promise<T> {
  return again(
    clock,
    patience,
    call,
    (error) => error.kind === 'busy' || (error.retryable && error.context['sent'] === 'no'),
  )
}

/** Repeats a read through an outage: a failed read says nothing about the machine. Refused credentials end it at once. */
export function through<T>(clock: Clock, patience: Patience, read: () => Promise<T>): Promise<T> {
  return again(clock, patience, read, (error) => error.retryable)
}

async function again<T>(
  clock: Clock,
  { signal, within, onTrouble }: Patience,
  call: () => Promise<T>,
  mayRepeat: (error: {
    readonly kind: string
    readonly retryable: boolean
    readonly context: Readonly<Record<string, unknown>>
  }) => boolean,
): Promise<T> {
  const end = clock.now() + within
  for (let wait = BUSY_WAIT_MS; ; wait = Math.min(wait * 1.5, LONGEST_WAIT_MS)) {
    try {
      return await call()
    } catch (error) {
      signal.throwIfAborted()
      if (!isHwError(error) || !mayRepeat(error) || clock.now() >= end) throw error
      onTrouble?.(error.message)
      await clock.sleep(error.retryAfterMs ?? (error.kind === 'busy' ? BUSY_WAIT_MS : wait), signal)
    }
  }
}

/**
 * Reads again until `look` returns something or time is up: for effects that a device acknowledges first and brings about later.
 * A read that failed for the moment counts as "not yet". Returns undefined when time is up.
 */
export async function soon<T>(
  clock: Clock,
  options: { readonly signal: AbortSignal; readonly within: number; readonly every?: number },
  look: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const end = clock.now() + options.within
  for (;;) {
    try {
      const found = await look()
      if (found !== undefined) return found
    } catch (error) {
      options.signal.throwIfAborted()
      // What the machine is known to be is no failed read.
      if (!isHwError(error) || !error.retryable || error.code.startsWith('machine.') || clock.now() >= end) throw error
    }
    if (clock.now() >= end) return undefined
    await clock.sleep(options.every ?? 5_000, options.signal)
  }
}
