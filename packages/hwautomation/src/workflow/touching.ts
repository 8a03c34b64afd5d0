import type { Clock } from '../clock.ts'
import type { StoppedTime } from './alarm.ts'
import { untilAborted } from './cancellation.ts'
import type { Gate } from './gate.ts'
import type { Waits } from './waits.ts'

/** Whether devices may be touched. */
export interface MayTouch {
  /** Now. What was awaited may be over again by the time one goes on: asked last before a call. */
  isAllowed(): boolean
  /** Resolves when they may be; the run says what it waits for meanwhile. Rejects with the signal's reason. */
  allowed(signal: AbortSignal): Promise<void>
}

/** Asks the "touch no hardware" switch before each mutating call, and keeps the clock of steps still while it is off. */
export interface Touching extends MayTouch, StoppedTime {}

/** How the words begin that say so in a run that waits for it. */
export const NOTHING_TOUCHED = 'no device is touched until it is allowed again'

/** For one run. */
export function touching(gate: Gate, waits: Waits, clock: Clock): Touching {
  let stoppedMs = 0
  let since: number | undefined
  let waiting = 0
  return {
    isAllowed: () => gate.hardwareOff === undefined,
    stoppedMs: () => stoppedMs + (since === undefined ? 0 : clock.now() - since),
    async allowed(signal) {
      if (gate.hardwareOff === undefined) return
      waiting += 1
      since ??= clock.now()
      try {
        const { by, reason } = gate.hardwareOff
        await waits.during('hold', `${NOTHING_TOUCHED} (${by}: ${reason})`, () =>
          untilAborted<void>(signal, (resolve) => gate.whenever(() => gate.hardwareOff === undefined, resolve)),
        )
      } finally {
        waiting -= 1
        if (waiting === 0) {
          stoppedMs += clock.now() - since
          since = undefined
        }
      }
    },
  }
}
