import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { HwError, readSource, resolveSecret, type CatalogueSource } from 'hwautomation'
import type { z } from 'zod'
import { botConfigSchema, type BotConfig } from './config-schema.ts'

/** Environment variables and what they set. */
export const BOT_ENVIRONMENT: Readonly<Record<string, readonly string[]>> = {
  SLACK_BOT_TOKEN: ['slack', 'botToken'],
  SLACK_APP_TOKEN: ['slack', 'appToken'],
  SLACK_SIGNING_SECRET: ['slack', 'signingSecret'],
  HWA_SLACK_MODE: ['slack', 'mode'],
  HWA_SLACK_HOST: ['slack', 'host'],
  HWA_SLACK_PORT: ['slack', 'port'],
  HWA_SLACK_PUBLIC_URL: ['slack', 'publicUrl'],
  HWA_SLACK_API_URL: ['slack', 'apiUrl'],
  HWA_SLACK_ANNOUNCE_CHANNEL: ['announceChannel'],
  HWA_SLACK_DUPLICATE_CHECK: ['duplicateCheck'],
  HWA_SLACK_HEALTH_HOST: ['health', 'host'],
  HWA_SLACK_HEALTH_PORT: ['health', 'port'],
  HWA_CONFIG: ['hwautomation'],
  HWA_STATE_DIR: ['stateDir'],
}

const SECRETS = ['botToken', 'appToken', 'signingSecret'].map((key) => ['slack', key])
const NUMBERS = new Set(['HWA_SLACK_PORT', 'HWA_SLACK_HEALTH_PORT'])
const FILES = ['hwautomation', 'stateDir']

/** Stands for a secret that is not there yet, where only the manifest is wanted. */
const NO_SECRETS = { botToken: 'xoxb-none', appToken: 'xapp-none', signingSecret: '0'.repeat(32) }

export interface LoadBotConfigOptions {
  /** YAML file. Paths in it are relative to it. */
  readonly file?: string | undefined
  readonly env?: Readonly<Record<string, string | undefined>>
  /** False: tokens may be missing, as before the app exists. Default true. */
  readonly secrets?: boolean
}

/**
 * Reads the bot's configuration: file < environment.
 * @throws HwError `slack.config-invalid` naming every fault with its place, and no secret
 */
export async function loadBotConfig({
  file: name,
  env = process.env,
  secrets = true,
}: LoadBotConfigOptions): Promise<BotConfig> {
  const faults: string[] = []
  const source = name === undefined ? undefined : await readConfigFile(name, faults)
  if (name !== undefined && source === undefined) throw invalid(faults)
  const merged = merge(
    source === undefined ? {} : relativeTo(path.dirname(path.resolve(source.file)), source.content ?? {}),
    fromEnvironment(env),
  )
  if (!secrets) merged['slack'] = { ...(isMap(merged['slack']) ? merged['slack'] : {}), ...NO_SECRETS }
  else
    for (const at of SECRETS) {
      if (source) refuseLiteral(source, at, faults)
      await resolveAt(merged, at, env, faults)
    }
  if (merged['slack'] === undefined) merged['slack'] = {}
  const parsed = botConfigSchema.safeParse(merged)
  if (!parsed.success) faults.push(...parsed.error.issues.map((issue) => describe(issue, source, env)))
  faults.push(...missingTokens(merged['slack'], faults))
  if (faults.length > 0 || !parsed.success) throw invalid(faults)
  return parsed.data
}

/** What the chosen way of receiving cannot do without; told with the other faults, and once. */
function missingTokens(slack: unknown, faults: readonly string[]): string[] {
  if (!isMap(slack)) return []
  const { mode = 'socket', appToken, signingSecret } = slack
  const isMissing = (key: string, value: unknown) =>
    value === undefined && !faults.some((fault) => fault.includes(`slack.${key}`))
  if (mode === 'socket' && isMissing('appToken', appToken))
    return [
      'slack.appToken is missing (or SLACK_APP_TOKEN): Socket Mode needs an app-level token with connections:write',
    ]
  if (mode === 'http' && isMissing('signingSecret', signingSecret))
    return ['slack.signingSecret is missing (or SLACK_SIGNING_SECRET): requests from Slack are checked with it']
  return []
}

async function readConfigFile(name: string, faults: string[]): Promise<CatalogueSource | undefined> {
  let text: string
  try {
    text = await readFile(name, 'utf8')
  } catch (error) {
    faults.push(`${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
  const { source, faults: found } = readSource(name, text)
  faults.push(...found.map(({ file: where, line, column, message }) => `${where}:${line}:${column} ${message}`))
  if (source && source.content !== null && !isMap(source.content)) {
    faults.push(`${name}:1:1 must be a map with the keys ${Object.keys(botConfigSchema.shape).join(', ')}`)
    return undefined
  }
  return source
}

/** A secret in a file gets copied, committed and backed up: only references are taken from there. */
function refuseLiteral(source: CatalogueSource, at: readonly string[], faults: string[]): void {
  const value = valueAt(source.content, at)
  if (typeof value !== 'string' || /^\$\{(env|file):[^}]+\}$/.test(value)) return
  const { line, column } = source.position(at, 'value')
  faults.push(
    `${source.file}:${line}:${column} ${at.join('.')} is a secret: write \${env:NAME} or \${file:path} instead of the value`,
  )
}

async function resolveAt(
  root: unknown,
  at: readonly string[],
  env: NonNullable<LoadBotConfigOptions['env']>,
  faults: string[],
): Promise<void> {
  const parent = valueAt(root, at.slice(0, -1))
  const key = at.at(-1)!
  if (!isMap(parent) || typeof parent[key] !== 'string') return
  try {
    parent[key] = await resolveSecret(parent[key], { env })
  } catch (error) {
    faults.push(`${at.join('.')}: ${error instanceof Error ? error.message : String(error)}`)
    delete parent[key]
  }
}

function fromEnvironment(env: NonNullable<LoadBotConfigOptions['env']>): Record<string, unknown> {
  return Object.entries(BOT_ENVIRONMENT).reduce<Record<string, unknown>>((config, [name, at]) => {
    const text = env[name]
    if (text === undefined || text === '') return config
    const value = NUMBERS.has(name) && /^\d+$/.test(text) ? Number(text) : text
    return merge(config, at.toReversed().reduce<unknown>((inner, key) => ({ [key]: inner }), value) as typeof config)
  }, {})
}

function merge(under: unknown, over: Record<string, unknown>): Record<string, unknown> {
  const merged: Record<string, unknown> = isMap(under) ? { ...under } : {}
  for (const [key, value] of Object.entries(over)) merged[key] = isMap(value) ? merge(merged[key], value) : value
  return merged
}

function relativeTo(folder: string, content: unknown): unknown {
  const config: unknown = structuredClone(content)
  if (!isMap(config)) return config
  for (const key of FILES) if (typeof config[key] === 'string') config[key] = path.resolve(folder, config[key])
  for (const at of SECRETS) {
    const parent = valueAt(config, at.slice(0, -1))
    const key = at.at(-1)!
    const value = isMap(parent) ? parent[key] : undefined
    if (isMap(parent) && typeof value === 'string')
      parent[key] = value.replace(/^\$\{file:([^}]+)\}$/, (_, name: string) => `\${file:${path.resolve(folder, name)}}`)
  }
  return config
}

function describe(
  issue: z.core.$ZodIssue,
  source: CatalogueSource | undefined,
  env: NonNullable<LoadBotConfigOptions['env']>,
): string {
  const at = issue.path as (string | number)[]
  const name = at.map(String).join('.') || 'the configuration'
  const variable = Object.entries(BOT_ENVIRONMENT).find(([, path_]) => path_.join('.') === name)?.[0]
  const isSet = variable !== undefined && (env[variable] ?? '') !== ''
  const position = source?.has(at) === true && !isSet ? source.position(at, 'value') : undefined
  const place = position === undefined ? '' : `${source!.file}:${position.line}:${position.column} `
  if (issue.code === 'unrecognized_keys')
    return `${place}unknown key ${issue.keys.map((key) => JSON.stringify(key.slice(0, 64))).join(', ')} in ${name}`
  if (issue.code === 'invalid_type' && issue.input === undefined)
    return `${place}${name} is missing${variable === undefined ? '' : ` (or ${variable})`}`
  return `${place}${name}: ${issue.message}${isSet ? ` (from ${variable})` : ''}`
}

function invalid(faults: readonly string[]): HwError {
  return new HwError({
    code: 'slack.config-invalid',
    kind: 'invalid',
    message: `The bot's configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}: ${faults.join('; ')}.`,
    hint: 'Correct what is named; docs/slack.md describes every key.',
    context: { faults },
  })
}

function valueAt(root: unknown, at: readonly string[]): unknown {
  return at.reduce<unknown>((node, key) => (isMap(node) ? node[key] : undefined), root)
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
