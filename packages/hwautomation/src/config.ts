import { readFile } from 'node:fs/promises'
import path from 'node:path'
import ms, { type StringValue } from 'ms'
import { z } from 'zod'
import { printable } from './bios/printable.ts'
import { readSource, type CatalogueSource } from './devices/catalogue-source.ts'
import { durationSchema } from './devices/duration.ts'
import { HwError } from './errors.ts'
import { toolsSchema } from './inband/tool-description.ts'
import { resolveSecret, type SecretSource } from './secrets.ts'

const file = z.string().min(1)
/** Time-outs on the wire may be short: `800ms`, `20s`. Parsed to milliseconds. */
const wireTime = z
  .string()
  .regex(/^\d+(ms|s|m)$/, { error: 'must be a number with a unit, e.g. 800ms, 20s or 2m' })
  .transform((text) => ms(text as StringValue))
  .exactOptional()

const secretName = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/, 'is not a name for a secret: letters, digits, `.`, `_`, `-`, `/`')

/** The configuration: what file, environment and code may say. Defaults are for a site that follows MAAS's own. */
export const configSchema = z.strictObject({
  maas: z.strictObject({
    url: z
      .url({ protocol: /^https?$/, error: 'must be the URL of MAAS, e.g. http://maas.example:5240/MAAS' })
      .describe('e.g. http://maas:5240/MAAS'),
    apiKey: z.string().min(1).describe('secret: `consumer:token:secret` of an administrator made for hwautomation'),
    timeouts: z
      .strictObject({ power: wireTime, other: wireTime })
      .default({})
      .describe('wall time of one request; MAAS itself takes up to 60 s for power'),
  }),
  ssh: z.strictObject({
    username: z.string().min(1).default('ubuntu').describe('login of the ephemeral OS'),
    privateKey: z
      .string()
      .min(1)
      .exactOptional()
      .describe('secret: text of the key whose public half the MAAS user has registered'),
    privateKeyFile: file.exactOptional().describe('or the file that holds it'),
    passphrase: z.string().exactOptional().describe('secret'),
    timeouts: z
      .strictObject({
        connect: wireTime,
        keepalive: wireTime,
        close: wireTime,
        command: wireTime.describe('one short command of ours; default 1m'),
        tool: wireTime.describe('one call of an in-band tool, or one upload; default 5m'),
      })
      .default({}),
  }),
  dial: z
    .url({ protocol: /^https?$/ })
    .exactOptional()
    .describe('HTTP CONNECT proxy to hosts and BMCs: a bastion'),
  bmc: z
    .strictObject({
      credentials: z
        .strictObject({ user: z.string().min(1), password: z.string().min(1).describe('secret') })
        .exactOptional()
        .describe('instead of those in MAAS'),
      secrets: z
        .record(secretName, z.string().min(1))
        .default({})
        .describe('passwords that device types give BMC users by name; each a secret'),
      timeouts: z.strictObject({ connect: wireTime, request: wireTime }).default({}),
    })
    .default({ secrets: {}, timeouts: {} }),
  tools: toolsSchema.default({}).describe('in-band tools that the site supplies, by name and architecture'),
  devices: z
    .strictObject({ files: z.array(file).default([]) })
    .default({ files: [] })
    .describe('device types that add to the shipped ones or override them'),
  commissioning: z
    .strictObject({
      skipBmcConfig: z.boolean().default(true).describe('false lets MAAS write a BMC user of its own'),
      testingScripts: z.array(z.string().min(1)).min(1).default(['none']).describe('MAAS test scripts to run'),
    })
    .default({ skipBmcConfig: true, testingScripts: ['none'] }),
  stateDir: file.exactOptional().describe('where runs are kept; without it only in memory'),
  resume: z
    .enum(['continue', 'park', 'fail'], {
      error: (issue) => `expected "continue", "park" or "fail", got ${JSON.stringify(issue.input)}`,
    })
    .default('continue')
    .describe('what becomes of runs that an earlier process did not bring to their end'),
  retention: durationSchema.exactOptional().describe('how long ended runs are kept; without it for ever'),
  concurrency: z.int().min(1).max(1000).default(10).describe('runs at the same time; more wait in a queue'),
  pollInterval: durationSchema.default(5000).describe('how often MAAS is asked how a machine is doing'),
})

/** What a caller may hand in. */
export type ConfigInput = ReadonlyDeep<z.input<typeof configSchema>>
type ReadonlyDeep<T> = T extends readonly (infer Item)[]
  ? readonly ReadonlyDeep<Item>[]
  : T extends object
    ? { readonly [K in keyof T]: ReadonlyDeep<T[K]> }
    : T
/** Checked and complete; secrets are resolved values. */
export type Config = z.output<typeof configSchema>

/** Configuration that code gives: any part of it; the rest comes from environment and file. */
export type PartialConfig = {
  readonly [K in keyof ConfigInput]?: Partial<NonNullable<ConfigInput[K]>> | ConfigInput[K]
}

export interface LoadConfigOptions {
  /** YAML file. Paths in it are relative to it. */
  readonly file?: string | undefined
  /** Wins over environment and file. */
  readonly code?: PartialConfig | undefined
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly secrets?: SecretSource | undefined
  readonly signal?: AbortSignal
}

/** Environment variables and what they set. */
export const ENVIRONMENT: Readonly<Record<string, readonly string[]>> = {
  HWA_MAAS_URL: ['maas', 'url'],
  HWA_MAAS_API_KEY: ['maas', 'apiKey'],
  HWA_SSH_USERNAME: ['ssh', 'username'],
  HWA_SSH_PRIVATE_KEY: ['ssh', 'privateKey'],
  HWA_SSH_PRIVATE_KEY_FILE: ['ssh', 'privateKeyFile'],
  HWA_SSH_PASSPHRASE: ['ssh', 'passphrase'],
  HWA_BMC_USER: ['bmc', 'credentials', 'user'],
  HWA_BMC_PASSWORD: ['bmc', 'credentials', 'password'],
  HWA_DIAL: ['dial'],
  HWA_STATE_DIR: ['stateDir'],
}

const SECRETS: readonly (readonly string[])[] = [
  ['maas', 'apiKey'],
  ['ssh', 'privateKey'],
  ['ssh', 'passphrase'],
  ['bmc', 'credentials', 'password'],
]
/** May hold user and password of a proxy, so a reference is taken there too. */
const REFERENCES: readonly (readonly string[])[] = [...SECRETS, ['dial']]
const FILES: readonly (readonly string[])[] = [['ssh', 'privateKeyFile'], ['stateDir']]

/**
 * Reads the configuration: file < environment < code.
 * @throws HwError `config.invalid` naming every fault with its place
 */
export async function loadConfig({
  file: configFile,
  code = {},
  env = process.env,
  secrets,
  signal,
}: LoadConfigOptions): Promise<Config> {
  const faults: string[] = []
  const source = configFile === undefined ? undefined : await readConfigFile(configFile, faults)
  // What is missing besides is most likely in that file.
  if (configFile !== undefined && source === undefined) throw invalid(faults)
  const fromFile =
    source && isMap(source.content) ? relativeTo(path.dirname(path.resolve(source.file)), source.content) : {}
  if (source) for (const at of [...SECRETS, ...namedSecrets(source.content)]) refuseLiteral(source, at, faults)
  const environment = fromEnvironment(env)
  if (source === undefined && isEmpty(environment) && isEmpty(code)) throw nothingConfigured()
  const merged = [environment, code].reduce<unknown>((under, over) => merge(under, over), fromFile)
  for (const at of [...REFERENCES, ...namedSecrets(merged)])
    await resolveAt(merged, at, { secrets, env, signal }, faults)
  const parsed = configSchema.safeParse(merged)
  if (!parsed.success) faults.push(...parsed.error.issues.map((issue) => describe(issue, source, env)))
  else if (parsed.data.ssh.privateKey === undefined && parsed.data.ssh.privateKeyFile === undefined)
    faults.push(
      'ssh.privateKeyFile is missing: the key whose public half is registered with the MAAS user (or ssh.privateKey, HWA_SSH_PRIVATE_KEY_FILE)',
    )
  if (faults.length > 0 || !parsed.success) throw invalid(faults)
  return withKey(parsed.data)
}

/** Paths of the secrets that the site names itself. */
function namedSecrets(config: unknown): readonly (readonly string[])[] {
  const named = ['bmc', 'secrets'].reduce<unknown>((node, key) => (isMap(node) ? node[key] : undefined), config)
  return isMap(named) ? Object.keys(named).map((name) => ['bmc', 'secrets', name]) : []
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
  if (source && source.content !== null && !isMap(source.content))
    faults.push(`${name}:1:1 must be a map with the keys ${Object.keys(configSchema.shape).join(', ')}`)
  return source
}

/** A secret in a file gets copied, committed and backed up: only references are taken from there. */
function refuseLiteral(source: CatalogueSource, at: readonly string[], faults: string[]): void {
  const value = at.reduce<unknown>((node, key) => (isMap(node) ? node[key] : undefined), source.content)
  if (typeof value !== 'string' || /^\$\{(env|file|secret):[^}]+\}$/.test(value)) return
  const { line, column } = source.position(at, 'value')
  faults.push(
    `${source.file}:${line}:${column} ${at.join('.')} is a secret: write \${env:NAME}, \${file:path} or \${secret:name} instead of the value`,
  )
}

async function resolveAt(
  root: unknown,
  at: readonly string[],
  options: Parameters<typeof resolveSecret>[1],
  faults: string[],
): Promise<void> {
  const parent = at.slice(0, -1).reduce<unknown>((node, key) => (isMap(node) ? node[key] : undefined), root)
  const key = at.at(-1)!
  if (!isMap(parent) || typeof parent[key] !== 'string') return
  try {
    parent[key] = await resolveSecret(parent[key], options)
  } catch (error) {
    options.signal?.throwIfAborted()
    faults.push(`${at.join('.')}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function fromEnvironment(env: Readonly<Record<string, string | undefined>>): unknown {
  return Object.entries(ENVIRONMENT).reduce<unknown>((config, [name, at]) => {
    const value = env[name]
    if (value === undefined || value === '') return config
    return merge(
      config,
      at.toReversed().reduce<unknown>((inner, key) => ({ [key]: inner }), value),
    )
  }, {})
}

function merge(under: unknown, over: unknown): unknown {
  if (!isMap(under) || !isMap(over)) return over === undefined ? under : over
  const merged: Record<string, unknown> = { ...under }
  for (const [key, value] of Object.entries(over)) merged[key] = merge(merged[key], value)
  return merged
}

function relativeTo(folder: string, content: Record<string, unknown>): unknown {
  const config = structuredClone(content)
  const absolute = (value: unknown) => (typeof value === 'string' ? path.resolve(folder, value) : value)
  for (const at of FILES) {
    const parent = at.slice(0, -1).reduce<unknown>((node, key) => (isMap(node) ? node[key] : undefined), config)
    const key = at.at(-1)!
    if (isMap(parent) && key in parent) parent[key] = absolute(parent[key])
  }
  for (const at of [...REFERENCES, ...namedSecrets(config)]) {
    const parent = at.slice(0, -1).reduce<unknown>((node, key) => (isMap(node) ? node[key] : undefined), config)
    const key = at.at(-1)!
    if (isMap(parent) && typeof parent[key] === 'string')
      parent[key] = parent[key].replace(
        /^\$\{file:([^}]+)\}$/,
        (_, name: string) => `\${file:${path.resolve(folder, name)}}`,
      )
  }
  const devices = config['devices']
  if (isMap(devices) && Array.isArray(devices['files'])) devices['files'] = devices['files'].map(absolute)
  const tools = isMap(config['tools']) ? Object.values(config['tools']).flat() : []
  for (const tool of tools)
    if (isMap(tool) && Array.isArray(tool['files']))
      for (const one of tool['files']) if (isMap(one)) one['path'] = absolute(one['path'])
  return config
}

function describe(
  issue: z.core.$ZodIssue,
  source: CatalogueSource | undefined,
  env: Readonly<Record<string, string | undefined>>,
): string {
  const at = issue.path.map(String)
  const name = at.join('.') || 'the configuration'
  const variable = Object.entries(ENVIRONMENT).find(([, path_]) => path_.join('.') === name)?.[0]
  const inFile = source?.has(issue.path as (string | number)[])
  const place =
    inFile && source
      ? (({ line, column }) => `${source.file}:${line}:${column} `)(
          source.position(issue.path as (string | number)[], 'value'),
        )
      : ''
  if (issue.code === 'unrecognized_keys')
    return `${place}unknown key ${issue.keys.map((key) => `"${printable(key, 64)}"`).join(', ')} in ${name}`
  if (issue.code === 'invalid_type' && issue.input === undefined)
    return `${place}${name} is missing${variable ? ` (or ${variable})` : ''}`
  const from = variable !== undefined && env[variable] && !inFile ? ` (from ${variable})` : ''
  return `${place}${name}: ${issue.message}${from}`
}

function invalid(faults: readonly string[]): HwError {
  return new HwError({
    code: 'config.invalid',
    kind: 'invalid',
    message: `The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}: ${faults.join('; ')}.`,
    hint: 'Correct what is named; docs/configuration.md describes every key.',
    context: { faults },
  })
}

function nothingConfigured(): HwError {
  return new HwError({
    code: 'config.invalid',
    kind: 'invalid',
    message:
      'There is no configuration: no hwautomation.yaml here, no --config, and no HWA_MAAS_URL in the environment.',
    hint: 'Write hwautomation.yaml as docs/configuration.md shows, name another file with --config, or set HWA_MAAS_URL, HWA_MAAS_API_KEY and HWA_SSH_PRIVATE_KEY_FILE.',
    context: { faults: [] },
  })
}

async function withKey(config: Config): Promise<Config> {
  if (config.ssh.privateKey !== undefined || config.ssh.privateKeyFile === undefined) return config
  try {
    return { ...config, ssh: { ...config.ssh, privateKey: await readFile(config.ssh.privateKeyFile, 'utf8') } }
  } catch (error) {
    throw invalid([
      `ssh.privateKeyFile: ${config.ssh.privateKeyFile} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    ])
  }
}

/** Says nothing, not even in its parts: a state directory alone is no configuration of a site. */
function isEmpty(config: unknown): boolean {
  return isMap(config) && Object.keys(config).every((key) => key === 'stateDir')
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
