import { createLab, createSlackWorkspace } from '@hwautomation/testkit'
import { createHwAutomation, MemoryStore } from 'hwautomation'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createProvisionBot } from '../src/app.ts'
import { appManifest } from '../src/manifest.ts'
import { openHealthDoor } from '../src/receivers/health-door.ts'
import { ACTIONS } from '../src/views/action-ids.ts'
import { createWorld, manifestConfig, PATIENCE, wordsOf } from './bot-world.ts'

const ORDER = '/provision srv001 a1.c5.large'

/** What outlives a bot process: data centre, workspace, store. */
async function surroundings() {
  const lab = await createLab({ servers: [{ hostname: 'srv001', status: 'ready' }] })
  const slack = await createSlackWorkspace({ rateLimits: 'none' })
  slack.install(appManifest(await manifestConfig('socket')))
  onTestFinished(async () => {
    await slack.close()
    await lab.close()
  })
  return { lab, slack, store: new MemoryStore() }
}

async function botProcess({ lab, slack, store }: Awaited<ReturnType<typeof surroundings>>) {
  const hw = await createHwAutomation({ ...lab.connection(), clock: lab.clock, store })
  const bot = createProvisionBot({
    hw,
    slack: { mode: 'socket', botToken: slack.botToken, appToken: slack.appToken, apiUrl: slack.apiUrl },
  })
  const end = async () => {
    await bot.stop()
    await hw.close()
  }
  onTestFinished(end)
  return { hw, bot, end }
}

describe('the bot', () => {
  it('leaves nothing behind when it stops, and lets go of runs as they are', async () => {
    const around = await surroundings()
    const { hw, bot, end } = await botProcess(around)
    await bot.start()
    await hw.manager.pause({ by: 'test' })
    await around.slack.user('ada').command(ORDER, 'provisioning')
    await vi.waitFor(() => expect(around.slack.messages('provisioning')).toHaveLength(1), PATIENCE)
    await bot.stop()
    const [run] = (await hw.manager.list({})).records
    expect(run).toMatchObject({ status: expect.stringMatching(/PENDING|RUNNING/) })
    expect(run!.cancel).toBeUndefined()
    await vi.waitFor(() => expect(around.slack.socket.connections).toBe(0), PATIENCE)
    expect((await around.slack.user('ada').command('/provision list', 'provisioning')).outcome).toBe('unreachable')
    await end()
  })

  it('goes on in a later process: its buttons work, and nothing is posted twice', async () => {
    const around = await surroundings()
    const first = await botProcess(around)
    await first.bot.start()
    await first.hw.manager.pause({ by: 'test' })
    await around.slack.user('ada').command(ORDER, 'provisioning')
    const message = await vi.waitFor(() => {
      const [found] = around.slack.messages('provisioning')
      if (found === undefined) throw new Error('no message yet')
      return found
    }, PATIENCE)
    await first.end()
    const second = await botProcess(around)
    await second.bot.start()
    await around.slack.user('grace').click(message, ACTIONS.cancel)
    await vi.waitFor(
      async () =>
        expect((await second.hw.manager.list({})).records[0]).toMatchObject({
          status: 'CANCELLED',
          cancel: { by: 'grace' },
        }),
      PATIENCE,
    )
    expect(around.slack.messages('provisioning')).toHaveLength(1)
  })

  it('does a delivery that an earlier process has done not again', async () => {
    const around = await surroundings()
    const first = await botProcess(around)
    await first.bot.start()
    const ada = around.slack.user('ada')
    await ada.command(ORDER, 'provisioning')
    await vi.waitFor(
      async () => expect((await first.hw.manager.list({})).records[0]?.status).toBe('COMPLETED'),
      PATIENCE,
    )
    await first.end()
    const second = await botProcess(around)
    await second.bot.start()
    expect((await ada.repeatLast()).outcome).toBe('acked')
    await ada.command('/provision list', 'provisioning')
    await vi.waitFor(() => expect(ada.sees('provisioning').map(wordsOf).join()).toMatch(/runs/), PATIENCE)
    expect((await second.hw.manager.list({})).records).toHaveLength(1)
  })

  it('told to stop while MAAS keeps an order waiting leaves it to the next process', { timeout: 30_000 }, async () => {
    const around = await surroundings()
    const first = await botProcess(around)
    await first.bot.start()
    around.lab.faults.always({ call: 'maas *', mode: 'hang' })
    const ada = around.slack.user('ada')
    await ada.command(ORDER, 'provisioning')
    await vi.waitFor(() => expect(ada.sees('provisioning').map(wordsOf).join()).toMatch(/not answered yet/), PATIENCE)
    await first.end()
    await vi.waitFor(() => expect(ada.sees('provisioning').map(wordsOf).join()).toMatch(/being restarted/), PATIENCE)
    expect(ada.sees('provisioning').map(wordsOf).join()).not.toMatch(/client is closed/)
    around.lab.faults.clear()
    const second = await botProcess(around)
    await second.bot.start()
    await vi.waitFor(
      async () => expect((await second.hw.manager.list({})).records).toMatchObject([{ status: 'COMPLETED' }]),
      PATIENCE,
    )
    expect(around.slack.messages('provisioning')).toHaveLength(1)
  })

  it('begins an order that an earlier process wrote down and did not begin, with its approval', async () => {
    const around = await surroundings()
    const order = {
      key: 'slack/1.2.3',
      is: 'run',
      user: around.slack.user('ada').id,
      userName: 'ada',
      channel: around.slack.channelId('provisioning'),
      at: new Date(Date.now()).toISOString(),
      request: { serverId: 'srv001', deviceType: 'a1.c5.large' },
      tellMe: false,
      approval: { reason: 'every run needs a second person' },
    }
    await around.store.open()
    await around.store.documents('slack-orders').put(order.key, order)
    await around.store.close()
    const { bot, hw } = await botProcess(around)
    await bot.start()
    await vi.waitFor(
      async () =>
        expect((await hw.manager.list({})).records).toMatchObject([
          { status: 'PENDING', waitingFor: { kind: 'approval' }, idempotencyKey: 'slack/1.2.3', requestedBy: 'ada' },
        ]),
      PATIENCE,
    )
    await vi.waitFor(() => expect(around.slack.messages('provisioning')).toHaveLength(1), PATIENCE)
  })

  it('that is told to stop while it starts leaves no port and no socket open', async () => {
    for (const mode of ['http', 'socket'] as const) {
      const around = await surroundings()
      const hw = await createHwAutomation({ ...around.lab.connection(), store: around.store })
      around.slack.faults.once({ call: 'slack auth.test', mode: 'slow', delayMs: 300 })
      const { botToken, appToken, signingSecret, apiUrl } = around.slack
      const bot = createProvisionBot({
        hw,
        slack:
          mode === 'http' ? { mode, botToken, signingSecret, apiUrl, port: 0 } : { mode, botToken, appToken, apiUrl },
      })
      const starting = bot.start()
      await Promise.all([bot.stop(), starting.catch(() => {})])
      expect(bot.health()).toMatchObject({ ready: false, problems: expect.arrayContaining(['the bot is stopped']) })
      expect(bot.health().intake).toMatch(/does not listen|0 of 2 sockets/)
      expect(around.slack.socket.connections).toBe(0)
      await hw.close()
    }
  })

  it('with a token that Slack does not take does not start, and says so', async () => {
    const around = await surroundings()
    const hw = await createHwAutomation({ ...around.lab.connection(), store: new MemoryStore() })
    const bot = createProvisionBot({
      hw,
      slack: { mode: 'socket', botToken: 'xoxb-wrong', appToken: around.slack.appToken, apiUrl: around.slack.apiUrl },
    })
    const starting = bot.start()
    await expect(starting).rejects.toMatchObject({ kind: 'auth' })
    await expect(starting).rejects.not.toThrow(/xoxb-wrong/)
    await bot.stop()
    await hw.close()
  })

  it('tries again while Slack cannot be reached', async () => {
    const around = await surroundings()
    around.slack.faults.times(1, { call: 'slack auth.test', mode: 'wrong-status', status: 503 })
    const { bot } = await botProcess(around)
    await bot.start()
    expect(bot.health().ready).toBe(true)
  })
})

describe('health', () => {
  it('is told on a port of its own: alive, ready, and why not', async () => {
    await using world = await createWorld()
    const door = await openHealthDoor({ host: '127.0.0.1', port: 0 }, () => world.bot.health())
    onTestFinished(() => door.close())
    const ask = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${door.port}${path}`)
      return { status: response.status, body: await response.text() }
    }
    expect(await ask('/healthz')).toEqual({ status: 200, body: '{"alive":true}' })
    expect(await ask('/readyz')).toMatchObject({ status: 200, body: expect.stringContaining('"problems":[]') })
    expect((await ask('/readyz')).body).not.toContain(world.slack.botToken)
    for (const path of ['/', '//', '/readyz/../x', '/%']) expect((await ask(path)).status).toBe(404)
    world.slack.revokeTokens()
    await world.slack.user('ada').command(ORDER, 'provisioning')
    await vi.waitFor(
      async () =>
        expect(await ask('/readyz')).toMatchObject({
          status: 503,
          body: expect.stringContaining('does not take the token'),
        }),
      PATIENCE,
    )
    expect((await ask('/healthz')).status).toBe(200)
    await world.bot.stop()
    expect((await ask('/readyz')).body).toContain('the bot is stopped')
  })
})
