import { z } from 'zod'
import { accessSchema, limitsSchema } from './access/policy.ts'

const file = z.string().min(1)
const port = z.int().min(0).max(65_535)
const id = (what: string, pattern: RegExp, example: string) =>
  z.string().regex(pattern, { error: `must be the id of ${what}, e.g. ${example}` })

/** Bot token, app token and signing secret by their beginnings and shapes; a value is never in a message. */
const token = (what: string, beginning: string) =>
  z.string().refine((value) => value.startsWith(beginning) && /^[\x21-\x7E]+$/.test(value), {
    error: `must be ${what}, which begins with ${beginning}`,
  })

/** Tokens go there: only to Slack itself, a proxy with TLS, or a simulated workspace on this machine. */
const apiUrl = z.url({ error: 'must be a URL such as https://slack.com/api/' }).refine(
  (value) => {
    const { protocol, hostname } = new URL(value)
    return protocol === 'https:' || (protocol === 'http:' && /^(127\.0\.0\.1|\[::1\]|localhost)$/.test(hostname))
  },
  { error: 'must be https, or http on this machine: the bot token is sent there' },
)

/** What the bot is configured with; docs/slack.md describes every key. */
export const botConfigSchema = z.strictObject({
  slack: z.strictObject({
    botToken: token('the bot token', 'xoxb-').describe('secret'),
    appToken: token('an app-level token with connections:write', 'xapp-')
      .exactOptional()
      .describe('secret; Socket Mode'),
    signingSecret: z
      .string()
      .regex(/^[0-9a-f]{16,128}$/i, { error: 'must be the signing secret of the app, hexadecimal' })
      .exactOptional()
      .describe('secret; HTTP'),
    mode: z
      .enum(['socket', 'http'], { error: (issue) => `expected "socket" or "http", got ${JSON.stringify(issue.input)}` })
      .default('socket')
      .describe('socket needs no open port; http needs a public URL'),
    host: z.string().min(1).default('127.0.0.1').describe('http: address to listen on, behind a TLS proxy'),
    port: port.default(3000).describe('http: port to listen on'),
    publicUrl: z
      .url({ protocol: /^https$/, error: 'must be an https URL' })
      .exactOptional()
      .describe('http: where Slack reaches the bot, for the manifest'),
    apiUrl: apiUrl.default('https://slack.com/api/'),
    command: z
      .string()
      .regex(/^\/[a-z0-9_-]{1,31}$/, { error: 'must be a slash command such as /provision' })
      .default('/provision'),
    mentions: z.boolean().default(false).describe('@bot status … in threads, where Slack has no commands'),
  }),
  hwautomation: file.exactOptional().describe('configuration file of the library; default ./hwautomation.yaml'),
  stateDir: file.exactOptional().describe("instead of the library's"),
  access: accessSchema.prefault({}),
  limits: limitsSchema.prefault({}),
  announceChannel: id('a channel', /^[CG][A-Z0-9]{2,}$/, 'C0123456789')
    .exactOptional()
    .describe('shows runs that were started elsewhere'),
  duplicateCheck: z
    .enum(['history', 'off'], { error: 'expected "history" or "off"' })
    .default('off')
    .describe('history: looks in the channel whether a post of unknown outcome is there; needs the history scopes'),
  health: z
    .strictObject({ host: z.string().min(1).default('127.0.0.1'), port: port.exactOptional() })
    .prefault({})
    .describe('/healthz and /readyz; without a port there is none'),
})

/** Checked and complete; secrets are resolved values. */
export type BotConfig = z.output<typeof botConfigSchema>
/** What file and code may hand in. */
export type BotConfigInput = z.input<typeof botConfigSchema>
