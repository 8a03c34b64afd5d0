import type { WebClient } from '@slack/web-api'
import { type Clock, HwError, type Logger, type Redactor, systemClock } from 'hwautomation'
import type { Budget } from './budget.ts'
import type { Budgets } from './budgets.ts'
import { callOutcome, type CallOutcome } from './call-outcome.ts'
import type { Parking } from './parking.ts'
import { INTERACTIVE_TIMEOUT_MS } from './slack-clients.ts'

/** A second try of a call that never reached Slack must leave time for its answer. */
const SECOND_TRY_WITHIN_MS = INTERACTIVE_TIMEOUT_MS / 5

/**
 * Calls that don't wait: they have a client of their own, and are counted so that background calls make room for them. A call is repeated
 * only if it never reached Slack: a trigger id works once, and an ephemeral answer that was shown can't be taken back.
 */
export function createInteractive(parts: {
  client: Pick<WebClient, 'apiCall'>
  clock: Clock
  logger: Logger
  redactor: Pick<Redactor, 'text' | 'value'>
  budgets: Budgets
  parking: Parking
  onLimited: () => void
}): <Answer>(method: string, args: Readonly<Record<string, unknown>>) => Promise<Answer> {
  const { client, clock, logger, redactor, budgets, parking, onLimited } = parts

  return async <Answer>(method: string, args: Readonly<Record<string, unknown>>): Promise<Answer> => {
    const counted = budgetsOf(budgets, method, args)
    for (const budget of counted) budget.take(clock.now())
    const clean = redactor.value(args)
    const begun = systemClock.now()
    const call = () => callOutcome(() => client.apiCall(method, { ...clean }))
    let outcome = await call()
    if (outcome.is === 'not-sent' && systemClock.now() - begun < SECOND_TRY_WITHIN_MS) outcome = await call()
    if (outcome.is === 'ok') {
      parking.resume()
      return outcome.answer as Answer
    }
    if (outcome.is === 'limited') {
      onLimited()
      if (method === 'chat.postMessage') budgets.postLimited(String(args.channel), clock.now(), outcome.retryAfterMs)
      else for (const budget of counted) budget.limited(clock.now(), outcome.retryAfterMs)
    }
    if (outcome.is === 'revoked') parking.park(outcome.error)
    const error = callError(method, { ...outcome, detail: redactor.text(outcome.detail) })
    logger.warn({ method, code: error.code, detail: error.message }, 'A call that somebody waits for failed')
    throw error
  }
}

function budgetsOf(budgets: Budgets, method: string, args: Readonly<Record<string, unknown>>): readonly Budget[] {
  if (method === 'chat.update') return [budgets.edits]
  if (method === 'chat.postMessage') return budgets.ofPost(String(args.channel))
  if (method === 'views.publish') return [budgets.homes]
  return []
}

function callError(method: string, outcome: Exclude<CallOutcome, { readonly is: 'ok' }>): HwError {
  const { detail } = outcome
  switch (outcome.is) {
    case 'limited':
      return new HwError({
        code: 'slack.rate-limited',
        kind: 'busy',
        message: `Slack asks for fewer calls of ${method}`,
        hint: `Try again in ${Math.ceil(outcome.retryAfterMs / 1_000)} s.`,
        retryAfterMs: outcome.retryAfterMs,
        context: { method },
      })
    case 'not-sent':
      return new HwError({
        code: 'slack.unreachable',
        kind: 'transient',
        message: `Slack could not be reached for ${method}: ${detail}`,
        hint: 'Check the network between the bot and slack.com; nothing was done.',
        context: { method },
      })
    case 'unknown':
      return new HwError({
        code: 'slack.no-answer',
        kind: 'lost-contact-after-effect',
        retryable: false,
        message: `Slack did not answer ${method} in time, or not as it should: ${detail}`,
        hint: 'It may have been done all the same: look before you repeat it.',
        context: { method },
      })
    case 'revoked':
      return new HwError({
        code: 'slack.revoked',
        kind: 'auth',
        message: `Slack refuses the bot's token: ${outcome.error}`,
        hint: 'Install the app again and give the bot its new token.',
        context: { method, error: outcome.error },
      })
    case 'refused':
      return new HwError({
        code: 'slack.refused',
        kind: 'invalid',
        message: `Slack refused ${method}: ${detail}`,
        hint: `See docs.slack.dev/reference/methods/${method} for '${outcome.error}'.`,
        context: { method, error: outcome.error },
      })
  }
}
