import {
  createLab,
  createSlackWorkspace,
  type Lab,
  type LabOptions,
  type SlackMessage,
  type SlackObject,
  type SlackWorkspace,
  type SlackWorkspaceOptions,
} from '@hwautomation/testkit'
import { createHwAutomation, MemoryStore, type HwAutomation, type Logger, type WorkflowStore } from 'hwautomation'
import { vi } from 'vitest'
import { createProvisionBot, type ProvisionBot, type ProvisionBotOptions } from '../src/app.ts'
import { loadBotConfig } from '../src/config.ts'
import { appManifest, type ManifestConfig } from '../src/manifest.ts'

export interface WorldOptions {
  readonly lab?: LabOptions
  readonly slack?: SlackWorkspaceOptions
  readonly mode?: 'socket' | 'http'
  readonly bot?: Partial<ProvisionBotOptions>
  readonly store?: WorkflowStore
  readonly logger?: Logger
}

/** A data centre, a Slack workspace with the app installed from its manifest, and the bot between them. */
export interface World extends AsyncDisposable {
  readonly lab: Lab
  readonly slack: SlackWorkspace
  readonly hw: HwAutomation
  readonly bot: ProvisionBot
  readonly logged: string[]
  /** Everything this person alone was told in a channel, as text. */
  told(name: string, channel?: string): string
  /** Waits until the person is told something that matches. */
  hears(name: string, words: RegExp, channel?: string): Promise<string>
  /** Waits until a root message of the channel matches. */
  shows(words: RegExp, channel?: string): Promise<SlackMessage>
}

export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const mode = options.mode ?? 'socket'
  const lab = await createLab({ servers: [{ hostname: 'srv001', status: 'ready' }], ...options.lab })
  const slack = await createSlackWorkspace({ rateLimits: 'none', ...options.slack })
  const logged: string[] = []
  const note = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`)
  const logger = options.logger ?? { debug: note, info: note, warn: note, error: note }
  const hw = await createHwAutomation({
    ...lab.connection(),
    clock: lab.clock,
    store: options.store ?? new MemoryStore(),
    concurrency: 20,
  })
  const bot = createProvisionBot({
    hw,
    slack:
      mode === 'socket'
        ? { mode, botToken: slack.botToken, appToken: slack.appToken, apiUrl: slack.apiUrl }
        : { mode, botToken: slack.botToken, signingSecret: slack.signingSecret, port: 0, apiUrl: slack.apiUrl },
    logger,
    ...options.bot,
  })
  await bot.start()
  const manifest = appManifest(await manifestConfig(mode, options.bot)) as unknown as SlackObject
  if (mode === 'socket') slack.install(manifest)
  else slack.install(manifest, `http://127.0.0.1:${bot.port}/slack/events`)
  const told = (name: string, channel = 'provisioning') =>
    slack
      .user(name)
      .sees(channel)
      .filter(({ ephemeralTo }) => ephemeralTo !== undefined)
      .map(wordsOf)
      .join('\n')
  return {
    lab,
    slack,
    hw,
    bot,
    logged,
    told,
    hears: (name, words, channel) =>
      vi.waitFor(() => {
        const said = told(name, channel)
        if (!words.test(said))
          throw new Error(`${name} was not told ${words}, but: ${said}\n${logged.slice(-8).join('\n')}`)
        return said
      }, PATIENCE),
    shows: (words, channel = 'provisioning') =>
      vi.waitFor(() => {
        const messages = slack.messages(channel)
        const found = messages.find((message) => words.test(wordsOf(message)))
        if (found === undefined)
          throw new Error(`no message says ${words}, but: ${messages.map(wordsOf).join('\n---\n')}`)
        return found
      }, PATIENCE),
    async [Symbol.asyncDispose]() {
      await bot.stop()
      await hw.close()
      await slack.close()
      await lab.close()
    },
  }
}

export const PATIENCE = { timeout: 15_000, interval: 10 }

/** The configuration that the manifest of a test's bot is made for. */
export async function manifestConfig(
  mode: 'socket' | 'http',
  bot: Partial<ProvisionBotOptions> = {},
): Promise<ManifestConfig> {
  const config = await loadBotConfig({
    env: { HWA_SLACK_MODE: mode, HWA_SLACK_PUBLIC_URL: 'https://bot.example' },
    secrets: false,
  })
  const { accessSchema } = await import('../src/access/policy.ts')
  return {
    ...config,
    access: accessSchema.parse(bot.access ?? {}),
    duplicateCheck: bot.duplicateCheck ?? 'off',
    slack: { ...config.slack, mentions: true },
  }
}

/** All words of a message, in the order of its blocks. */
export function wordsOf(message: Pick<SlackMessage, 'text' | 'blocks'>): string {
  return `${message.text} ${textsIn(message.blocks).join(' ')}`
}

/** All texts of blocks or of a view. */
export function textsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(textsIn)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) =>
    (key === 'text' || key === 'title' || key === 'name') && typeof item === 'string' ? [item] : textsIn(item),
  )
}
