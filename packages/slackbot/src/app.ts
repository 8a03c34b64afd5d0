import { App } from '@slack/bolt'
import { systemClock, type Clock, type HwAutomation, type Logger } from 'hwautomation'
import { policyAccess } from './access/access.ts'
import { accessSchema, limitsSchema, type AccessPolicyInput, type BotLimits } from './access/policy.ts'
import { RateLimit } from './access/rate.ts'
import { slackUserGroups } from './access/user-groups.ts'
import { answerBy } from './actions/answer.ts'
import { Drafts } from './actions/drafts.ts'
import { tellInterrupted } from './actions/interrupted.ts'
import { listen } from './actions/listen.ts'
import { slackPeople } from './actions/people.ts'
import { Reception } from './actions/reception.ts'
import { SeenBefore } from './actions/seen.ts'
import { ServerList } from './actions/server-list.ts'
import type { Bot } from './bot.ts'
import { healthOf, type BotHealth } from './health.ts'
import { identityOf, type Identity } from './identity.ts'
import { carryOut } from './commands/place-order.ts'
import { createOutbox } from './outbox/create-outbox.ts'
import type { OutboxLimits } from './outbox/limits.ts'
import { createProgress } from './progress/create-progress.ts'
import type { Progress } from './progress/progress.ts'
import { httpIntake } from './receivers/http-intake.ts'
import type { Intake } from './receivers/intake.ts'
import { slackLogger } from './receivers/slack-logger.ts'
import { socketIntake } from './receivers/socket-intake.ts'
import { botState, type Order } from './state/documents.ts'

/** The app in Slack: its tokens, and how it is reached. */
export type SlackSettings = {
  readonly botToken: string
  /** Default: Slack's own. */
  readonly apiUrl?: string
  /** Default `/provision`. */
  readonly command?: string
} & (
  | { readonly mode: 'socket'; readonly appToken: string }
  | { readonly mode: 'http'; readonly signingSecret: string; readonly host?: string; readonly port?: number }
)

export interface ProvisionBotOptions {
  readonly hw: HwAutomation
  readonly slack: SlackSettings
  /** Default: everybody of the team may look and operate, in every channel. */
  readonly access?: AccessPolicyInput
  readonly limits?: Partial<BotLimits>
  /** Channel id: runs that were started elsewhere are shown there. */
  readonly announceChannel?: string
  /** Default `off`: it needs no history scope. */
  readonly duplicateCheck?: 'history' | 'off'
  /** Slack's limits, where they are other than published. */
  readonly outboxLimits?: Partial<OutboxLimits>
  /** Default: the wall clock. */
  readonly clock?: Clock
  /** Default: silent. */
  readonly logger?: Logger
}

export interface ProvisionBot extends AsyncDisposable {
  /**
   * Resolves when Slack can deliver. While Slack cannot be reached it is tried again; runs go on meanwhile.
   * @throws HwError `slack.socket-refused`, and what Slack says of a token it does not take
   */
  start(): Promise<void>
  /**
   * Takes nothing more in, finishes what was begun (5 s), sends what people wait for (10 s), closes its sockets. Runs are not touched:
   * they are `hw`'s. What could not be sent is in the store.
   */
  stop(): Promise<void>
  health(): BotHealth
  /** The port it listens on, in mode `http`. */
  readonly port: number | undefined
}

const HANDLERS_MS = 5_000
const DRAIN_MS = 10_000
const SWEEP_EVERY_MS = 3_600_000

const ignore = () => {}
const SILENT: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore }

/**
 * The bot: takes commands and clicks, keeps its messages true. It works on the runs of `hw`, which it neither opens nor closes.
 *
 * @example
 * const bot = createProvisionBot({ hw, slack: { mode: 'socket', botToken, appToken } })
 * await bot.start()
 */
export function createProvisionBot(options: ProvisionBotOptions): ProvisionBot {
  const { hw, slack, announceChannel, duplicateCheck = 'off', clock = systemClock, logger = SILENT } = options
  const { redactor } = hw.surroundings
  for (const secret of secretsOf(slack)) redactor.add(secret)
  const policy = accessSchema.parse(options.access ?? {})
  const limits = limitsSchema.parse(options.limits ?? {})
  const apiUrl = slack.apiUrl ?? 'https://slack.com/api/'
  const end = new AbortController()
  const state = botState(hw.store)
  const outbox = createOutbox({
    token: slack.botToken,
    apiUrl,
    store: hw.store,
    clock,
    logger,
    redactor,
    duplicateCheck,
    ...(options.outboxLimits === undefined ? {} : { limits: options.outboxLimits }),
  })
  const seen = new SeenBefore(state, { clock, logger })
  const drafts = new Drafts(hw.store, clock)
  const servers = new ServerList(hw, { clock, logger })
  const reception = new Reception({ seen, rate: new RateLimit(limits.commandsPerMinute, clock), logger, redactor })
  const intake = intakeOf(slack, apiUrl, { logger, redactor })
  let progress: Progress | undefined
  let sweeping: Promise<void> = Promise.resolve()
  let phase: 'new' | 'starting' | 'started' | 'stopping' | 'stopped' = 'new'
  let starting: Promise<void> | undefined
  let stopping: Promise<void> | undefined

  const begin = async (): Promise<void> => {
    phase = 'starting'
    await hw.manager.open()
    await outbox.start()
    const identity = await identityOf(outbox, { clock, logger, signal: end.signal })
    const groups = slackUserGroups(outbox, { clock, logger })
    const bot: Bot = {
      hw,
      outbox,
      progress: createProgress({
        hw,
        outbox,
        state,
        clock,
        logger,
        ...(announceChannel === undefined ? {} : { announceChannel }),
        begin: (order) => carryOut(bot, order, directly(order)),
      }),
      state,
      access: policyAccess(policy, { groups, team: identity.team_id }),
      policy,
      limits,
      people: slackPeople(outbox, clock),
      servers,
      drafts,
      command: slack.command ?? '/provision',
      apiUrl,
      ending: end.signal,
      ...(announceChannel === undefined ? {} : { announceChannel }),
      clock,
      logger,
      redactor,
    }
    progress = bot.progress
    await progress.start()
    // told to stop meanwhile: no port or socket is opened that nobody would close
    if (end.signal.aborted) return
    // asked before anything is taken: what is open then is of an earlier process
    tellInterrupted(bot, seen, await seen.interrupted().catch(() => []))
    const app = boltApp(intake, identity)
    listen(app, bot, reception, (event) =>
      logger.error({ event }, 'Slack takes the token no more: nothing can be written'),
    )
    await intake.begin(app)
    if (end.signal.aborted) return
    sweeping = sweep()
    phase = 'started'
    logger.info({ team: identity.team_id, intake: intake.health().detail }, 'the bot is at work')
  }

  const stop = async (): Promise<void> => {
    phase = 'stopping'
    end.abort()
    await intake.stop()
    reception.close()
    await starting?.catch(ignore)
    // it was just being opened
    await intake.stop()
    await within(HANDLERS_MS, reception.over())
    await progress?.stop()
    await outbox.drain(DRAIN_MS)
    await outbox.stop()
    servers.stop()
    await sweeping
    phase = 'stopped'
  }

  return {
    start: () => (starting ??= begin()),
    stop: () => (stopping ??= stop()),
    health: () => healthOf(phase, intake, outbox, reception.underWay),
    get port() {
      return 'port' in intake ? intake.port() : undefined
    },
    [Symbol.asyncDispose]: () => (stopping ??= stop()),
  }

  /** Bolt hands what is received to listeners; its own clients are not used, nor does it look tokens up. */
  function boltApp({ receiver }: Intake, { team_id: teamId, user_id: botUserId, bot_id: botId }: Identity): App {
    const app = new App({
      receiver,
      authorize: async () => ({
        botToken: slack.botToken,
        botUserId,
        teamId,
        ...(botId === undefined ? {} : { botId }),
      }),
      logger: slackLogger(logger, redactor, 'Bolt'),
      convoStore: false,
    })
    app.error(async (error) =>
      logger.error({ error: redactor.text(error.stack ?? error.message) }, 'a delivery of Slack could not be handled'),
    )
    return app
  }

  /** Who gave an order to an earlier process is told by direct message, once. */
  function directly({ key, user }: Order): ReturnType<typeof answerBy> {
    return {
      async say(content) {
        void outbox.post({ key: `order/${key}/told`, channel: user, content, priority: 'click' })
      },
    }
  }

  async function sweep(): Promise<void> {
    while (!end.signal.aborted) {
      await Promise.all([seen.sweep(), drafts.sweep()]).catch((error) =>
        logger.warn({ error: String(error) }, 'what is over could not be forgotten'),
      )
      await clock.sleep(SWEEP_EVERY_MS, end.signal).catch(ignore)
    }
  }
}

function intakeOf(
  slack: SlackSettings,
  apiUrl: string,
  parts: Pick<Bot, 'logger' | 'redactor'>,
): Intake & { readonly port?: () => number } {
  // signatures and sockets live in the world's time, whatever the runs live in
  const common = { ...parts, clock: systemClock }
  if (slack.mode === 'socket') return socketIntake({ appToken: slack.appToken, apiUrl, ...common })
  const { signingSecret, host = '127.0.0.1', port = 3000 } = slack
  return httpIntake({ signingSecret, host, port, ...common })
}

function secretsOf(slack: SlackSettings): readonly string[] {
  return [slack.botToken, slack.mode === 'socket' ? slack.appToken : slack.signingSecret]
}

/** Wall time. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  const over = new AbortController()
  await Promise.race([work, systemClock.sleep(ms, over.signal).catch(ignore)])
  over.abort()
}
