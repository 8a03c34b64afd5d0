import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadBotConfig } from '../src/config.ts'

const TOKENS = { SLACK_BOT_TOKEN: 'xoxb-1-secret', SLACK_APP_TOKEN: 'xapp-1-secret' }

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hwa-slackbot-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function yaml(text: string): Promise<string> {
  const file = join(folder, 'slackbot.yaml')
  await writeFile(file, text)
  return file
}
const faultsOf = (loading: Promise<unknown>) =>
  loading.then(
    () => [],
    (error: { code?: string; message: string; context?: { faults?: string[] } }) => {
      expect(error.code).toBe('slack.config-invalid')
      expect(error.message).not.toContain('secret-value')
      return error.context?.faults ?? []
    },
  )

describe('the configuration of the bot', () => {
  it('needs no file: tokens from the environment are enough', async () => {
    const config = await loadBotConfig({ env: TOKENS })
    expect(config.slack).toMatchObject({ mode: 'socket', botToken: 'xoxb-1-secret', apiUrl: 'https://slack.com/api/' })
    expect(config).toMatchObject({
      duplicateCheck: 'off',
      limits: { commandsPerMinute: 10 },
      access: { cancel: 'operators' },
    })
  })

  it('comes from a file, with paths relative to it and secrets by reference; the environment wins', async () => {
    await writeFile(join(folder, 'token'), 'xoxb-from-file\n')
    const file = await yaml(`slack:
  botToken: \${file:token}
  appToken: \${env:MY_APP_TOKEN}
hwautomation: lab/hwautomation.yaml
stateDir: state
announceChannel: C0123456789
access:
  operators: { groups: [S0123456789] }
`)
    const config = await loadBotConfig({ file, env: { MY_APP_TOKEN: 'xapp-x', HWA_SLACK_ANNOUNCE_CHANNEL: 'C999999' } })
    expect(config.slack).toMatchObject({ botToken: 'xoxb-from-file', appToken: 'xapp-x' })
    expect(config.hwautomation).toBe(join(folder, 'lab/hwautomation.yaml'))
    expect(config.stateDir).toBe(join(folder, 'state'))
    expect(config.announceChannel).toBe('C999999')
    expect(config.access.operators).toEqual({ users: [], groups: ['S0123456789'] })
  })

  it('reports all faults at once, each with its place, and no secret', async () => {
    const file = await yaml(`slack:
  botToken: xoxb-secret-value
  mode: telegraph
  prot: 3000
access:
  channels: [general]
limits:
  commandsPerMinute: 0
`)
    const faults = await faultsOf(
      loadBotConfig({ file, env: { SLACK_APP_TOKEN: 'secret-value', HWA_SLACK_API_URL: 'http://evil.example/api/' } }),
    )
    expect(faults.join('\n')).toMatch(/slackbot\.yaml:2:\d+ slack\.botToken is a secret/)
    expect(faults.join('\n')).toMatch(/slackbot\.yaml:3:\d+ slack\.mode: expected "socket" or "http", got "telegraph"/)
    expect(faults.join('\n')).toMatch(/unknown key "prot" in slack/)
    expect(faults.join('\n')).toContain('slack.appToken: must be an app-level token')
    expect(faults.join('\n')).toContain('slack.apiUrl: must be https, or http on this machine')
    expect(faults.join('\n')).toContain('(from HWA_SLACK_API_URL)')
    expect(faults.join('\n')).toMatch(/access\.channels\.0: must be the id of a channel/)
    expect(faults.join('\n')).toContain('limits.commandsPerMinute')
    expect(faults).toHaveLength(7)
  })

  it.each([
    [{}, 'slack.botToken is missing (or SLACK_BOT_TOKEN)'],
    [{ SLACK_BOT_TOKEN: 'xoxb-1' }, 'slack.appToken is missing (or SLACK_APP_TOKEN)'],
    [{ SLACK_BOT_TOKEN: 'xoxb-1', HWA_SLACK_MODE: 'http' }, 'slack.signingSecret is missing (or SLACK_SIGNING_SECRET)'],
    [{ ...TOKENS, HWA_SLACK_PORT: 'many' }, 'slack.port'],
    [{ ...TOKENS, SLACK_BOT_TOKEN: 'xoxb-with blank' }, 'slack.botToken: must be the bot token'],
  ])('says what is missing or wrong in %j', async (env, words) => {
    expect((await faultsOf(loadBotConfig({ env }))).join('\n')).toContain(words)
  })

  it('says that both tokens are missing in one go, beside whatever else is wrong', async () => {
    const faults = await faultsOf(loadBotConfig({ file: await yaml('limits: { queue: 0 }\n'), env: {} }))
    expect(faults).toEqual([
      'slack.botToken is missing (or SLACK_BOT_TOKEN)',
      expect.stringContaining('limits.queue'),
      expect.stringContaining('slack.appToken is missing (or SLACK_APP_TOKEN)'),
    ])
  })

  it('says where a reference leads nowhere', async () => {
    const file = await yaml('slack: { botToken: "${file:gone}", appToken: "${env:NOWHERE}" }\n')
    const faults = (await faultsOf(loadBotConfig({ file, env: {} }))).join('\n')
    expect(faults).toContain('slack.botToken: the file')
    expect(faults).toContain('slack.appToken: the environment variable NOWHERE is not set')
  })

  it('names a file that is not there, and one that is no map', async () => {
    expect((await faultsOf(loadBotConfig({ file: join(folder, 'gone.yaml'), env: TOKENS })))[0]).toContain(
      'cannot be read',
    )
    expect((await faultsOf(loadBotConfig({ file: await yaml('- 1\n'), env: TOKENS })))[0]).toContain('must be a map')
  })

  it('lets an empty file be', async () => {
    await expect(loadBotConfig({ file: await yaml(''), env: TOKENS })).resolves.toMatchObject({
      slack: { mode: 'socket' },
    })
  })

  it('takes a simulated workspace on this machine', async () => {
    for (const url of [
      'http://127.0.0.1:4000/api/',
      'http://[::1]:4000/api/',
      'http://localhost:4000/api/',
      'https://proxy.example/api/',
    ])
      await expect(loadBotConfig({ env: { ...TOKENS, HWA_SLACK_API_URL: url } })).resolves.toMatchObject({
        slack: { apiUrl: url },
      })
  })
})
