import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLab, createSlackWorkspace, type Lab, type SlackWorkspace } from '@hwautomation/testkit'
import { LowdbStore } from 'hwautomation'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { appManifest } from '../src/manifest.ts'
import { manifestConfig, PATIENCE } from './bot-world.ts'
import { bundled } from '../../hwautomation/test/bundled.ts'

const PATIENT = { timeout: 25_000, interval: 20 }

let folder: string
let main: string
let slack: SlackWorkspace
let lab: Lab
beforeAll(async () => {
  main = await bundled(new URL('../src/main.ts', import.meta.url))
  folder = await mkdtemp(join(tmpdir(), 'hwa-slackbot-main-'))
  slack = await createSlackWorkspace()
  slack.install(appManifest(await manifestConfig('socket')))
  lab = await createLab({
    servers: [
      { hostname: 'srv001', status: 'ready' },
      { hostname: 'srv002', status: 'ready' },
    ],
  })
}, 60_000)
afterAll(async () => {
  await slack.close()
  await lab.close()
  await rm(folder, { recursive: true })
})

/** The command, in a process of its own, with nothing of our environment but the path. */
function started(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { out: '', err: '' }
  child.stdout.on('data', (chunk) => (said.out += String(chunk)))
  child.stderr.on('data', (chunk) => (said.err += String(chunk)))
  const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) =>
    child.on('close', (code) => resolve({ code, ...said })),
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  const says = (words: string) =>
    vi.waitFor(() => {
      if (said.err.includes(words)) return
      throw new Error(`it does not say ${words}, but: ${said.err}`)
    }, PATIENT)
  return { child, said, ended, says }
}
const tokens = () => ({
  SLACK_BOT_TOKEN: slack.botToken,
  SLACK_APP_TOKEN: slack.appToken,
  HWA_SLACK_API_URL: slack.apiUrl,
})

async function site(): Promise<Record<string, string>> {
  const { maas, ssh, dial } = lab.connection()
  await writeFile(join(folder, 'key'), ssh.privateKey)
  return {
    HWA_MAAS_URL: maas.url,
    HWA_MAAS_API_KEY: maas.apiKey,
    HWA_SSH_USERNAME: ssh.username,
    HWA_SSH_PRIVATE_KEY_FILE: join(folder, 'key'),
    HWA_DIAL: dial,
    HWA_STATE_DIR: join(folder, 'state'),
  }
}

describe('hwautomation-slackbot', { timeout: 60_000 }, () => {
  it('--manifest prints the manifest without any token', async () => {
    const { code, out, err } = await started(['--manifest']).ended
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(JSON.parse(out)).toMatchObject({
      features: { slash_commands: [{ command: '/provision' }] },
      settings: { socket_mode_enabled: true },
    })
  })

  it('without tokens says what is missing, all at once, and ends with 2', async () => {
    const { code, err } = await started([]).ended
    expect(code).toBe(2)
    expect(err).toContain('SLACK_BOT_TOKEN')
    expect(err).toContain('docs/slack.md')
    expect(err).not.toMatch(/\n\s+at /)
  })

  it.each([
    [['--live', 'C0123456789']],
    [['--check', '--live', '#general']],
    [['--frobnicate']],
    [['--log-level', 'loud']],
  ])('%j is a wrong command: 2', async (args) => {
    expect((await started(args, tokens()).ended).code).toBe(2)
  })

  it('--help tells of options, environment and exit codes', async () => {
    const { code, out } = await started(['--help']).ended
    expect(code).toBe(0)
    for (const word of ['--check', '--live', '--manifest', 'SLACK_BOT_TOKEN', 'SIGTERM', '70'])
      expect(out).toContain(word)
  })

  it('--check looks at tokens, scopes and the socket, and posts nothing', async () => {
    const before = slack.socket.connections
    const { code, out, err } = await started(['--check'], tokens()).ended
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toMatch(/✔ bot token/)
    expect(out).toMatch(/✔ scopes/)
    expect(out).toMatch(/✔ socket: opened and closed/)
    expect(out).toMatch(/! access: everybody of the workspace may start, retry and cancel runs/)
    expect(slack.messages('provisioning')).toEqual([])
    await vi.waitFor(() => expect(slack.socket.connections).toBe(before), PATIENCE)
  })

  it('--check says nothing against operators that are named', async () => {
    const file = join(folder, 'operators.yaml')
    await writeFile(file, 'access: { operators: { users: [U0123456789] } }\n')
    const { code, out } = await started(['--check', '--config', file], tokens()).ended
    expect(code).toBe(0)
    expect(out).toContain('✔ access: operators are named')
  })

  it('--check names what is wrong, and no token', async () => {
    const { code, out, err } = await started(['--check'], {
      ...tokens(),
      SLACK_BOT_TOKEN: 'xoxb-not-this',
      SLACK_APP_TOKEN: 'xapp-not-this',
    }).ended
    expect(code).toBe(1)
    expect(out).toMatch(/✘ bot token: .*invalid_auth/)
    expect(out).toMatch(/✘ socket: .*invalid_auth/)
    expect(out + err).not.toContain('not-this')
  })

  it('--check --live posts, changes and deletes one of each kind, and leaves nothing', async () => {
    const { code, out } = await started(['--check', '--live', slack.channelId('provisioning')], tokens()).ended
    expect(out).not.toContain('✘')
    expect(code).toBe(0)
    for (const kind of [
      'run under way (plan block), posted',
      'batch, changed',
      'fleet board, deleted',
      'App Home, validated',
    ])
      expect(out).toContain(`✔ ${kind}`)
    expect(slack.messages('provisioning')).toEqual([])
  })

  it('--check --live says where a workspace refuses the plan block, and that plainer blocks are taken', async () => {
    const refusing = await createSlackWorkspace({ refusesBlocks: ['plan'] })
    onTestFinished(() => refusing.close())
    const env = {
      SLACK_BOT_TOKEN: refusing.botToken,
      SLACK_APP_TOKEN: refusing.appToken,
      HWA_SLACK_API_URL: refusing.apiUrl,
    }
    const { out } = await started(['--check', '--live', refusing.channelId('provisioning')], env).ended
    expect(out).toContain('✘ run under way (plan block), posted')
    expect(out).toContain('✔ run under way (plan block), posted with plainer blocks')
    expect(refusing.messages('provisioning')).toEqual([])
  })

  it('starts, works, and on SIGTERM lets go of runs and ends with 0; the next one goes on', async () => {
    const env = { ...tokens(), ...(await site()), HWA_SLACK_HEALTH_PORT: '0' }
    const first = started([], env)
    await first.says('the bot is at work')
    expect((await slack.user('ada').command('/provision srv001 a1.c5.large', 'provisioning')).outcome).toBe('acked')
    await vi.waitFor(() => expect(slack.messages('provisioning')).toHaveLength(1), PATIENT)
    first.child.kill('SIGTERM')
    const { code, err } = await first.ended
    expect(code).toBe(0)
    for (const secret of [slack.botToken, slack.appToken, lab.connection().maas.apiKey])
      expect(err).not.toContain(secret)
    for (const line of err.trim().split('\n'))
      expect(JSON.parse(line)).toMatchObject({ level: expect.any(String), message: expect.any(String) })
    await vi.waitFor(() => expect(slack.socket.connections).toBe(0), PATIENT)
    const second = started([], env)
    await second.says('the bot is at work')
    await vi.waitFor(
      () => expect(JSON.stringify(slack.messages('provisioning')[0]?.blocks)).toMatch(/ready|COMPLETED/),
      PATIENT,
    )
    expect(slack.messages('provisioning')).toHaveLength(1)
    second.child.kill('SIGTERM')
    expect((await second.ended).code).toBe(0)
  })

  it('told twice to end while Slack cannot be reached, it ends once, with 0', async () => {
    const env = { ...tokens(), ...(await site()), HWA_STATE_DIR: join(folder, 'state-3') }
    const bot = started([], { ...env, HWA_SLACK_API_URL: 'http://127.0.0.1:9/api/' })
    await bot.says('Slack cannot be reached; runs go on meanwhile')
    bot.child.kill('SIGTERM')
    bot.child.kill('SIGINT')
    const { code, err } = await bot.ended
    expect(code).toBe(0)
    expect(err.match(/"message":"ending"/g)).toHaveLength(1)
    expect(err).not.toMatch(/a defect|\n\s+at /)
  })

  it('Ctrl-C a second time does not wait for Slack, and ends with 130', async () => {
    const env = { ...tokens(), ...(await site()), HWA_STATE_DIR: join(folder, 'state-5') }
    const bot = started([], env)
    await bot.says('the bot is at work')
    const before = slack.messages('provisioning').length
    expect((await slack.user('ada').command('/provision srv002 a1.c5.large', 'provisioning')).outcome).toBe('acked')
    await vi.waitFor(() => expect(slack.messages('provisioning')).toHaveLength(before + 1), PATIENT)
    const hung = slack.faults.always({ call: 'slack chat.update', mode: 'hang' })
    onTestFinished(() => hung.remove())
    bot.child.kill('SIGINT')
    await bot.says('"message":"ending"')
    bot.child.kill('SIGINT')
    expect((await bot.ended).code).toBe(130)
  })

  it('ends with 70 when another process has taken its state directory', async () => {
    const stateDir = join(folder, 'state-6')
    const bot = started([], { ...tokens(), ...(await site()), HWA_STATE_DIR: stateDir })
    await bot.says('the bot is at work')
    bot.child.kill('SIGSTOP')
    const other = new LowdbStore(stateDir, { leaseTtlMs: 500 })
    await vi.waitFor(() => other.open(), PATIENT)
    onTestFinished(() => other.close())
    bot.child.kill('SIGCONT')
    const { code, err } = await bot.ended
    expect(err).toContain('the state directory was taken away: the process ends')
    expect(code).toBe(70)
  })

  it('a port that somebody has is said in a line, and it ends with 1', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void other.close())
    const { port } = other.address() as AddressInfo
    const env = { ...tokens(), ...(await site()), HWA_STATE_DIR: join(folder, 'state-4') }
    const { code, err } = await started([], { ...env, HWA_SLACK_HEALTH_PORT: String(port) }).ended
    expect(code).toBe(1)
    expect(err).toContain(`A port cannot be taken: listen EADDRINUSE: address already in use 127.0.0.1:${port}`)
    expect(err).not.toMatch(/\n\s+at /)
  })

  it('on a rejection that nobody caught it lets go, and ends with 70 so that a supervisor starts it again', async () => {
    const env = {
      ...tokens(),
      ...(await site()),
      HWA_STATE_DIR: join(folder, 'state-2'),
      NODE_OPTIONS: `--import=${await bomb()}`,
    }
    const bot = started([], env)
    await bot.says('the bot is at work')
    bot.child.kill('SIGUSR2')
    const { code, err } = await bot.ended
    expect(code).toBe(70)
    expect(err).toContain('a defect: the process ends, to be started again')
    expect(err).toContain('"why":"a defect"')
    await vi.waitFor(() => expect(slack.socket.connections).toBe(0), PATIENT)
  })
})

/** Something in the process that rejects where nobody listens. */
async function bomb(): Promise<string> {
  const file = join(folder, 'bomb.mjs')
  await writeFile(file, `process.on('SIGUSR2', () => { void Promise.reject(new Error('boom')) })\n`)
  return file
}
