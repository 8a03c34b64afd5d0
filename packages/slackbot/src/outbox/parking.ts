import type { Clock, Logger } from 'hwautomation'
import type { CallOutcome } from './call-outcome.ts'

/** Nothing is sent while Slack refuses the token; a slow `auth.test` finds out when it takes it again. */
export interface Parking {
  /** Slack's word, while it refuses. */
  readonly revoked: string | undefined
  park(error: string): void
  /** A call has worked. */
  resume(): void
  stop(): void
}

const PROBE_AFTER_MS = [60_000, 120_000, 300_000, 600_000, 900_000]

/** `onResume` is called when sending may go on. */
export function createParking(parts: {
  clock: Clock
  logger: Logger
  probe: () => Promise<CallOutcome>
  onResume: () => void
}): Parking {
  const { clock, logger, probe, onResume } = parts
  let revoked: string | undefined
  let probing: AbortController | undefined

  const probeSlowly = async (signal: AbortSignal): Promise<void> => {
    for (let tries = 0; !signal.aborted; tries += 1) {
      await clock.sleep(PROBE_AFTER_MS[Math.min(tries, PROBE_AFTER_MS.length - 1)]!, signal)
      const outcome = await probe()
      if (outcome.is === 'ok') resume()
    }
  }

  const resume = (): void => {
    if (revoked === undefined) return
    logger.info({ was: revoked }, 'Slack takes the token again: what waited is sent')
    revoked = undefined
    probing?.abort()
    onResume()
  }

  return {
    get revoked() {
      return revoked
    },
    park(error) {
      if (revoked !== undefined) return
      revoked = error
      logger.error({ error }, 'Slack refuses the token: nothing is sent until it takes it again')
      probing = new AbortController()
      probeSlowly(probing.signal).catch(() => {})
    },
    resume,
    stop() {
      probing?.abort()
    },
  }
}
