import { type FetchFunction, LogLevel, WebClient, type WebClientOptions } from '@slack/web-api'
import type { Logger, Redactor } from 'hwautomation'

export interface SlackClientOptions {
  /** Bot token, `xoxb-…`. */
  readonly token: string
  /** Default: Slack's own. */
  readonly apiUrl?: string
  /** For proxies and tests; default: the global one. */
  readonly fetch?: FetchFunction
  readonly logger: Logger
  readonly redactor: Pick<Redactor, 'text'>
}

export interface SlackClients {
  /** For what a person waits for: modals (trigger ids die after 3 s) and ephemeral answers. */
  readonly interactive: WebClient
  /** For what the outbox sends in its own time. */
  readonly background: WebClient
}

/** Wall milliseconds. Without, a call that hangs would hang for ever. */
export const INTERACTIVE_TIMEOUT_MS = 2_500
const BACKGROUND_TIMEOUT_MS = 10_000

/**
 * Two clients, since a 429 pauses the whole queue of a WebClient, and since a retry of a WebClient posts twice when only the answer was
 * lost: neither client retries, both hand a 429 to the outbox, which knows what may be repeated. Each has options of its own, because
 * a SocketModeClient writes its retryConfig into the options object that it shares.
 */
export function createSlackClients(options: SlackClientOptions): SlackClients {
  return {
    interactive: new WebClient(options.token, clientOptions(options, INTERACTIVE_TIMEOUT_MS)),
    background: new WebClient(options.token, clientOptions(options, BACKGROUND_TIMEOUT_MS)),
  }
}

function clientOptions(options: SlackClientOptions, timeout: number): WebClientOptions {
  return {
    timeout,
    rejectRateLimitedCalls: true,
    retryConfig: { retries: 0 },
    logger: quietLogger(options),
    ...(options.apiUrl === undefined ? {} : { slackApiUrl: options.apiUrl }),
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
  }
}

/** The client prints to the console by itself; what became of a call is the outbox's to tell. */
function quietLogger({ logger, redactor }: SlackClientOptions): NonNullable<WebClientOptions['logger']> {
  const tell = (...words: unknown[]) =>
    logger.debug({ says: redactor.text(words.map(String).join(' ')) }, 'Slack client')
  return {
    // Whole requests and answers.
    debug: () => {},
    info: tell,
    warn: tell,
    error: tell,
    setLevel: () => {},
    getLevel: () => LogLevel.INFO,
    setName: () => {},
  }
}
