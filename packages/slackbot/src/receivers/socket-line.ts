import { SocketModeReceiver } from '@slack/bolt'
import { HwError, type Clock, type Logger, type Redactor } from 'hwautomation'
import { slackLogger } from './slack-logger.ts'

export interface SocketLineOptions {
  readonly name: string
  readonly appToken: string
  readonly apiUrl: string
  /** Wall time. */
  readonly clock: Clock
  readonly logger: Logger
  readonly redactor: Pick<Redactor, 'text'>
}

/** Between two tries to connect; the first comes at once. */
const WAITS_MS = [0, 500, 1_000, 2_000, 5_000, 10_000, 30_000]
const CALL_TIMEOUT_MS = 10_000
/** A peer that does not answer our close frame: the socket is cut. */
const CLOSE_MS = 1_000

/** What Slack answers where trying again cannot help (docs.slack.dev/reference/methods/apps.connections.open). */
const HOPELESS =
  /invalid_auth|not_authed|account_inactive|token_revoked|token_expired|not_allowed_token_type|no_permission|missing_scope|org_login_required|user_removed_from_team|team_disabled|forbidden_team/

/**
 * One Socket Mode connection that is kept up.
 *
 * The client's own reconnecting is switched off. It waits five seconds before it connects again after each of Slack's routine refreshes,
 * and an error while it does so is a rejection that nobody can catch, which ends the process (node-slack-sdk#2656, still so in
 * socket-mode 3.1). Here the next connection is asked for at once, and an error means to wait and try again.
 */
export class SocketLine {
  readonly receiver: SocketModeReceiver
  readonly #options: SocketLineOptions
  readonly #end = new AbortController()
  #isUp = false
  #hopeless: string | undefined
  #keeping: Promise<void> = Promise.resolve()

  constructor(options: SocketLineOptions) {
    this.#options = options
    const { name, appToken, apiUrl, logger, redactor } = options
    this.receiver = new SocketModeReceiver({
      appToken,
      autoReconnectEnabled: false,
      logger: slackLogger(logger, redactor, `Slack socket ${name}`),
      // an object of its own: the client writes into it (retryConfig), and whoever shares it has that too
      installerOptions: {
        clientOptions: {
          slackApiUrl: apiUrl,
          timeout: CALL_TIMEOUT_MS,
          retryConfig: { retries: 0 },
          rejectRateLimitedCalls: true,
        },
      },
    })
    this.receiver.client.on('connected', () => (this.#isUp = true))
    this.receiver.client.on('disconnected', () => (this.#isUp = false))
  }

  get isUp(): boolean {
    return this.#isUp
  }

  /** Why it will never be up again. */
  get hopeless(): string | undefined {
    return this.#hopeless
  }

  /** Resolves when it is up for the first time. @throws HwError `slack.socket-refused` where Slack will never let it */
  async start(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#keeping = this.#keep(resolve).finally(resolve)
    })
    if (this.#hopeless !== undefined) throw socketRefused(this.#hopeless)
  }

  /** Resolves when the socket is closed. */
  async stop(): Promise<void> {
    this.#end.abort()
    const over = new AbortController()
    const closed = this.#keeping.finally(() => over.abort())
    while (!over.signal.aborted) {
      // the second time cuts it
      void this.receiver.client.disconnect()
      await Promise.race([closed, this.#options.clock.sleep(CLOSE_MS, over.signal).catch(() => {})])
    }
  }

  /** Connects, waits until the connection is gone, and so on. Never rejects. */
  async #keep(onFirst: () => void): Promise<void> {
    const { clock, logger, redactor, name } = this.#options
    const { client } = this.receiver
    for (let failures = 0; !this.#end.signal.aborted;) {
      try {
        await client.start()
        failures = 0
        onFirst()
        // it came up although it was told to close: the client had not got as far as having a socket
        if (this.#end.signal.aborted) void client.disconnect()
        if (this.#isUp) await new Promise<void>((resolve) => client.once('disconnected', () => resolve()))
        logger.debug({ socket: name }, 'a Slack socket was closed: it is opened again')
      } catch (error) {
        if (this.#end.signal.aborted) return
        const message = redactor.text(error instanceof Error ? error.message : String(error))
        if (HOPELESS.test(message)) {
          this.#hopeless = message
          logger.error(
            { socket: name, error: message },
            'Slack refuses the app-level token: nothing is received by this socket any more',
          )
          return
        }
        const wait = WAITS_MS[Math.min(failures, WAITS_MS.length - 1)]!
        failures += 1
        logger.warn({ socket: name, error: message, waitMs: wait }, 'a Slack socket could not be opened')
        await clock.sleep(wait, this.#end.signal).catch(() => {})
      }
    }
  }
}

function socketRefused(detail: string): HwError {
  return new HwError({
    code: 'slack.socket-refused',
    kind: 'auth',
    message: `Slack does not open a socket: ${detail}.`,
    hint: 'The app-level token (slack.appToken, SLACK_APP_TOKEN) must have the scope connections:write, and Socket Mode must be on in the app.',
  })
}
