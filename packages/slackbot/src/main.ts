#!/usr/bin/env node
import { existsSync } from 'node:fs'
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander'
import { createHwAutomation, isHwError, Redactor, systemClock, type HwAutomation, type Logger } from 'hwautomation'
import { EVERYBODY_OPERATES } from './access/policy.ts'
import { createProvisionBot, type ProvisionBot, type SlackSettings } from './app.ts'
import { checkSlack } from './check/check-slack.ts'
import { checkLive } from './check/live.ts'
import { checkLines } from './check/report.ts'
import type { BotConfig } from './config-schema.ts'
import { loadBotConfig } from './config.ts'
import { jsonLog, LOG_LEVELS, type LogLevel } from './json-log.ts'
import { appManifest } from './manifest.ts'
import { openHealthDoor, type HealthDoor } from './receivers/health-door.ts'

/** What the process ends with; documented in its help. */
const EXIT = { done: 0, failed: 1, usage: 2, defect: 70, interrupted: 130 } as const

const AFTER_HELP = `
Environment: SLACK_BOT_TOKEN, SLACK_APP_TOKEN (Socket Mode), SLACK_SIGNING_SECRET
(HTTP), HWA_SLACK_* and, for the library, HWA_*. docs/slack.md has all of it.

SIGTERM and SIGINT: nothing more is taken in, what people wait for is sent, runs
are let go of as they are; the next start goes on with them.

Exit codes:
  0    done, or ended by SIGTERM or SIGINT
  1    it failed: a check, or what the bot needs cannot be had
  2    the command or the configuration is wrong
  70   a defect, or the state directory was taken away: a supervisor should start it again
  130  Ctrl-C a second time: it did not wait for what was under way`

interface Options {
  readonly config?: string
  readonly check?: boolean
  readonly live?: string
  readonly manifest?: boolean
  readonly logLevel: LogLevel
}

const program = new Command('hwautomation-slackbot')
  .description('Bare-metal provisioning from Slack. Without options it starts the bot, and works on its runs.')
  .option('-c, --config <file>', 'configuration file (default: ./slackbot.yaml where it exists)')
  .option('--check', 'verify tokens, scopes, user groups and the socket or port, and end')
  .option(
    '--live <channel>',
    'with --check: also validate, post, change and delete one message of each kind there',
    channelId,
  )
  .option('--manifest', 'print the app manifest for this configuration as JSON, and end; needs no tokens')
  .addOption(
    new Option('--log-level <level>', 'what is logged to stderr, as JSON Lines').choices(LOG_LEVELS).default('info'),
  )
  .addHelpText('after', AFTER_HELP)
  .exitOverride()

void run().catch(fail)

async function run(): Promise<void> {
  program.parse()
  const options = program.opts<Options>()
  const file = options.config ?? (existsSync('slackbot.yaml') ? 'slackbot.yaml' : undefined)
  if (options.live !== undefined && options.check !== true) program.error('error: --live goes with --check')
  if (options.manifest === true) {
    const config = await loadBotConfig({ file, secrets: false })
    return print(JSON.stringify(appManifest(config), null, 2))
  }
  const config = await loadBotConfig({ file })
  const redactor = new Redactor()
  for (const secret of [config.slack.botToken, config.slack.appToken, config.slack.signingSecret])
    if (secret !== undefined) redactor.add(secret)
  if (options.check === true) return check(config, redactor, options.live)
  const logger = jsonLog((line) => process.stderr.write(line), { level: options.logLevel, redactor })
  await serve(config, logger)
}

async function check(config: BotConfig, redactor: Redactor, live: string | undefined): Promise<void> {
  const results = [...(await checkSlack(config, redactor))]
  if (live !== undefined && results[0]?.ok === true)
    results.push(...(await checkLive(config, live, redactor, systemClock.now())))
  print(
    checkLines(results)
      .map((line) => redactor.text(line))
      .join('\n'),
  )
  process.exitCode = results.every(({ ok }) => ok) ? EXIT.done : EXIT.failed
}

/** Works until it is told to end. */
async function serve(config: BotConfig, logger: Logger): Promise<void> {
  const { hwautomation = existsSync('hwautomation.yaml') ? 'hwautomation.yaml' : undefined, stateDir } = config
  const hw = await createHwAutomation({
    logger,
    ...(hwautomation === undefined ? {} : { config: hwautomation }),
    ...(stateDir === undefined ? {} : { stateDir }),
  })
  const parts: { hw: HwAutomation; bot?: ProvisionBot; door?: HealthDoor } = { hw }
  let ending: Promise<void> | undefined
  const end = (why: string, code: number): Promise<void> =>
    (ending ??= (async () => {
      logger.info({ why }, 'ending')
      process.exitCode = code
      await letGo(parts, logger)
    })())
  process.on('SIGTERM', () => void end('SIGTERM', EXIT.done))
  process.once('SIGINT', () => {
    // who presses Ctrl-C twice does not want to wait: what counts is in the store
    process.on('SIGINT', () => process.exit(EXIT.interrupted))
    void end('SIGINT', EXIT.done)
  })
  // another process has the state directory: what this one would answer is not true any more
  hw.store.onLost((error) => {
    logger.error({ error: error.message }, 'the state directory was taken away: the process ends')
    void end('the state directory was taken away', EXIT.defect)
  })
  const defect = (error: unknown) => {
    logger.error(
      { error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
      'a defect: the process ends, to be started again',
    )
    // a loop that hangs would keep the process for ever
    void systemClock.sleep(30_000).then(() => process.exit(EXIT.defect))
    void end('a defect', EXIT.defect).finally(() => process.exit(EXIT.defect))
  }
  process.on('unhandledRejection', defect)
  process.on('uncaughtException', defect)

  if (hw.config.stateDir === undefined)
    logger.warn({}, 'no stateDir is configured: runs and messages are kept in memory, and a restart forgets them')
  if (config.access.operators.everyone === true) logger.warn({}, EVERYBODY_OPERATES)
  try {
    const bot = createProvisionBot({
      hw,
      slack: settingsOf(config),
      access: config.access,
      limits: config.limits,
      duplicateCheck: config.duplicateCheck,
      logger,
      ...(config.announceChannel === undefined ? {} : { announceChannel: config.announceChannel }),
    })
    parts.bot = bot
    const { host, port } = config.health
    if (port !== undefined) parts.door = await openHealthDoor({ host, port }, () => bot.health())
    await bot.start()
  } catch (error) {
    if (ending === undefined) fail(error)
    await end('it could not be started', EXIT.failed)
  }
}

/** In the order in which nothing is lost: no more deliveries, then runs, then what tells how the process is. */
async function letGo(
  { hw, bot, door }: { hw: HwAutomation; bot?: ProvisionBot; door?: HealthDoor },
  logger: Logger,
): Promise<void> {
  for (const close of [() => bot?.stop(), () => hw.close(), () => door?.close()])
    await Promise.resolve(close()).catch((error) =>
      logger.error({ error: String(error) }, 'something could not be closed'),
    )
}

function settingsOf({ slack }: BotConfig): SlackSettings {
  const { botToken, appToken, signingSecret, mode, apiUrl, command, host, port } = slack
  const common = { botToken, apiUrl, command }
  return mode === 'socket'
    ? { ...common, mode, appToken: appToken ?? '' }
    : { ...common, mode, signingSecret: signingSecret ?? '', host, port }
}

function channelId(text: string): string {
  if (/^[CGD][A-Z0-9]{2,}$/.test(text)) return text
  throw new InvalidArgumentError('It must be the id of a channel, e.g. C0123456789.')
}

function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** Somebody else has the port, or it is not for us: no defect. */
function isPortFault(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && (error as NodeJS.ErrnoException).syscall === 'listen'
}

/** What keeps it from working, in one line and what to do about it; a stack only where it is a defect. */
function fail(error: unknown): void {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.usage
    return
  }
  if (isPortFault(error)) {
    process.stderr.write(
      `A port cannot be taken: ${error.message}.\nChange slack.port or health.port, or stop what listens there.\n`,
    )
    process.exitCode = EXIT.failed
    return
  }
  if (!isHwError(error)) {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
    process.exitCode = EXIT.failed
    return
  }
  const faults = error.context['faults']
  const lines =
    Array.isArray(faults) && faults.length > 1
      ? [`${error.message.split(':')[0]}:`, ...faults.map((fault) => `  - ${fault}`)]
      : [error.message]
  process.stderr.write(`${[...lines, ...(error.hint === undefined ? [] : [error.hint])].join('\n')}\n`)
  process.exitCode = error.kind === 'invalid' ? EXIT.usage : EXIT.failed
}
