import type { WebClient } from '@slack/web-api'
import type { Logger, Redactor } from 'hwautomation'
import { callOutcome, type CallOutcome } from './call-outcome.ts'
import type { Parking } from './parking.ts'

/** The background calls of an outbox, and what it counts of them. */
export interface Wire {
  /** Never rejects; details are free of secrets. Parks everything when Slack refuses the token. */
  call(method: string, args: Readonly<Record<string, unknown>>): Promise<CallOutcome>
  readonly counts: { sent: number; rateLimited: number; coalesced: number }
}

/** `parking` is asked for when it is needed: it probes by this wire. */
export function createWire(parts: {
  client: Pick<WebClient, 'apiCall'>
  redactor: Pick<Redactor, 'text'>
  logger: Logger
  parking: () => Parking
}): Wire {
  const { client, redactor, logger, parking } = parts
  const counts = { sent: 0, rateLimited: 0, coalesced: 0 }
  return {
    counts,
    async call(method, args) {
      const outcome = await callOutcome(() => client.apiCall(method, { ...args }))
      if (outcome.is === 'ok') {
        parking().resume()
        return outcome
      }
      const said = { ...outcome, detail: redactor.text(outcome.detail) }
      if (said.is === 'limited') {
        counts.rateLimited += 1
        logger.warn({ method, retryAfterMs: said.retryAfterMs }, 'Slack asks for fewer calls')
      }
      if (said.is === 'unknown' || said.is === 'not-sent')
        logger.warn({ method, detail: said.detail }, 'No answer from Slack')
      if (said.is === 'revoked') parking().park(said.error)
      return said
    },
  }
}
