import type { SlackObject } from './workspace.ts'

/** A Web-API call refused with `ok: false`; `error` is Slack's name for it. */
export class SlackFailure extends Error {
  readonly error: string
  /** Further fields of the answer, e.g. `needed` and `provided`, `response_metadata`. */
  readonly more: SlackObject

  constructor(error: string, more: SlackObject = {}) {
    super(error)
    this.name = 'SlackFailure'
    this.error = error
    this.more = more
  }
}

/** Too many calls: HTTP 429 with `Retry-After` (docs.slack.dev/apis/web-api/rate-limits). */
export class TooManyCalls extends Error {
  readonly retryAfterSeconds: number

  constructor(retryAfterSeconds: number) {
    super('ratelimited')
    this.name = 'TooManyCalls'
    this.retryAfterSeconds = retryAfterSeconds
  }
}
