import { ErrorCode, type WebAPICallResult } from '@slack/web-api'

export type SlackAnswer = WebAPICallResult & Readonly<Record<string, unknown>>

/** How a call to Slack ended, by what is known of its effect. */
export type CallOutcome =
  | { readonly is: 'ok'; readonly answer: SlackAnswer }
  /** 429: nothing was done. */
  | { readonly is: 'limited'; readonly retryAfterMs: number; readonly detail: string }
  /** It never reached Slack, or Slack could not begin: nothing was done. */
  | { readonly is: 'not-sent'; readonly detail: string }
  /** No answer, or none that makes sense: it may have been done. */
  | { readonly is: 'unknown'; readonly detail: string }
  /** Slack does not know the token any more. */
  | { readonly is: 'revoked'; readonly error: string; readonly detail: string }
  /** Slack's `error`, with its explanations (`response_metadata.messages`). */
  | { readonly is: 'refused'; readonly error: string; readonly detail: string; readonly messages: readonly string[] }

const REVOKED: ReadonlySet<string> = new Set([
  'account_inactive',
  'token_revoked',
  'token_expired',
  'invalid_auth',
  'not_authed',
  'org_login_required',
])

/** "It's possible some aspect of the operation succeeded before the error was raised" (docs.slack.dev/reference/methods/chat.postMessage). */
const IN_DOUBT: ReadonlySet<string> = new Set([
  'fatal_error',
  'internal_error',
  'service_unavailable',
  'request_timeout',
])

const LIMITED: ReadonlySet<string> = new Set(['ratelimited', 'rate_limited'])
/** For a 429 that does not say. */
const RETRY_AFTER_MS = 30_000

/** The request can't have left this machine, or met nobody. */
const NEVER_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** Makes a call and says how it ended. Never rejects. */
export async function callOutcome(call: () => Promise<WebAPICallResult>): Promise<CallOutcome> {
  try {
    return { is: 'ok', answer: (await call()) as SlackAnswer }
  } catch (error) {
    return outcomeOf(error)
  }
}

function outcomeOf(error: unknown): CallOutcome {
  const detail = error instanceof Error ? error.message : String(error)
  switch (field(error, 'code')) {
    case ErrorCode.RateLimitedError:
      return { is: 'limited', retryAfterMs: Number(field(error, 'retryAfter')) * 1_000, detail }
    case ErrorCode.PlatformError:
      return platformOutcome(field(error, 'data'), detail)
    case ErrorCode.HTTPError: {
      const status = Number(field(error, 'statusCode'))
      if (status === 429) return { is: 'limited', retryAfterMs: RETRY_AFTER_MS, detail }
      return { is: status >= 500 ? 'unknown' : 'not-sent', detail }
    }
    case ErrorCode.RequestError:
      return { is: neverSent(field(error, 'original')) ? 'not-sent' : 'unknown', detail }
    default:
      // The client throws a plain Error for a 429 whose Retry-After it can't read.
      if (detail.startsWith('Retry header')) return { is: 'limited', retryAfterMs: RETRY_AFTER_MS, detail }
      // The body broke off, or is no object.
      return { is: 'unknown', detail }
  }
}

function platformOutcome(data: unknown, detail: string): CallOutcome {
  const error = field(data, 'error')
  // The client takes a body that is no JSON for the name of an error.
  if (typeof error !== 'string' || !/^[a-z][a-z0-9_.:-]{1,79}$/.test(error))
    return { is: 'unknown', detail: 'The answer is not what Slack answers' }
  if (LIMITED.has(error)) return { is: 'limited', retryAfterMs: RETRY_AFTER_MS, detail }
  if (IN_DOUBT.has(error)) return { is: 'unknown', detail }
  if (REVOKED.has(error)) return { is: 'revoked', error, detail }
  const said = field(field(data, 'response_metadata'), 'messages')
  const messages = Array.isArray(said) ? said.filter((message) => typeof message === 'string') : []
  const needed = field(data, 'needed')
  const more = [...messages, ...(typeof needed === 'string' ? [`needs the scope ${needed}`] : [])]
  return { is: 'refused', error, detail: [error, ...more].join('; '), messages }
}

function neverSent(error: unknown, depth = 0): boolean {
  if (depth > 4 || typeof error !== 'object' || error === null) return false
  if (NEVER_SENT.has(String(field(error, 'code')))) return true
  const several = field(error, 'errors')
  if (Array.isArray(several) && several.length > 0) return several.every((each) => neverSent(each, depth + 1))
  return neverSent(field(error, 'cause'), depth + 1)
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}
