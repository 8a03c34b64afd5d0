import { createSlackWorkspace, type SlackWorkspace } from '@hwautomation/testkit'
import { App, SocketModeReceiver, type Receiver } from '@slack/bolt'
import { Redactor, systemClock } from 'hwautomation'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { socketIntake } from '../../src/receivers/socket-intake.ts'
import { slackLogger } from '../../src/receivers/slack-logger.ts'
import { PATIENCE } from '../bot-world.ts'

const ignore = () => {}
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore }
const quiet = slackLogger(SILENT, new Redactor(), 'test')

function boltApp(slack: SlackWorkspace, receiver: Receiver) {
  const app = new App({
    receiver,
    authorize: async () => ({ botToken: slack.botToken, botUserId: slack.botUserId }),
    logger: quiet,
    convoStore: false,
  })
  const heard: string[] = []
  app.command(/.*/, async ({ ack, body }) => {
    heard.push(body.text)
    await ack()
  })
  return { app, heard }
}

async function ours(slack: SlackWorkspace) {
  const intake = socketIntake({
    appToken: slack.appToken,
    apiUrl: slack.apiUrl,
    clock: systemClock,
    logger: SILENT,
    redactor: new Redactor(),
  })
  const { app, heard } = boltApp(slack, intake.receiver)
  await intake.begin(app)
  onTestFinished(() => intake.stop())
  await vi.waitFor(() => expect(slack.socket.connections).toBe(2), PATIENCE)
  return { intake, heard }
}

/** Bolt as it comes. */
async function theirs(slack: SlackWorkspace) {
  const receiver = new SocketModeReceiver({
    appToken: slack.appToken,
    logger: quiet,
    installerOptions: { clientOptions: { slackApiUrl: slack.apiUrl } },
  })
  const { app, heard } = boltApp(slack, receiver)
  await app.start()
  onTestFinished(() => receiver.client.disconnect())
  return { receiver, heard }
}

describe('while Slack refreshes a connection', () => {
  it('Bolt alone misses what is typed, and connects again after five seconds', async () => {
    await using slack = await createSlackWorkspace()
    const { heard } = await theirs(slack)
    slack.socket.refresh()
    await vi.waitFor(() => expect(slack.socket.connections).toBe(0), PATIENCE)
    const started = performance.now()
    expect((await slack.user('ada').command('/provision missed', 'provisioning')).outcome).toBe('unreachable')
    expect(heard).toEqual([])
    await vi.waitFor(() => expect(slack.socket.connections).toBe(1), PATIENCE)
    expect(performance.now() - started).toBeGreaterThan(4_000)
  })

  it('the second connection takes it, and the first is back at once', async () => {
    await using slack = await createSlackWorkspace()
    const { heard, intake } = await ours(slack)
    for (const round of [1, 2, 3]) {
      slack.socket.refresh()
      const started = performance.now()
      expect((await slack.user('ada').command(`/provision round-${round}`, 'provisioning')).outcome).toBe('acked')
      await vi.waitFor(() => expect(slack.socket.connections).toBe(2), PATIENCE)
      await vi.waitFor(() => expect(intake.health().detail).toBe('2 of 2 sockets are up'), PATIENCE)
      expect(performance.now() - started).toBeLessThan(3_000)
    }
    expect(heard).toEqual(['round-1', 'round-2', 'round-3'])
  })
})

describe('when connections break', () => {
  it('both are opened again, also where Slack is away for a while', async () => {
    await using slack = await createSlackWorkspace()
    const { heard, intake } = await ours(slack)
    slack.faults.times(4, { call: 'slack apps.connections.open', mode: 'wrong-status', status: 502 })
    slack.socket.drop()
    await vi.waitFor(() => expect(intake.health().ready).toBe(false), PATIENCE)
    await vi.waitFor(() => expect(slack.socket.connections).toBe(2), PATIENCE)
    expect((await slack.user('ada').command('/provision back', 'provisioning')).outcome).toBe('acked')
    expect(heard).toEqual(['back'])
  })

  it('with Bolt alone an error while it connects again is a rejection that nobody can catch (node-slack-sdk#2656)', async () => {
    await using slack = await createSlackWorkspace()
    const { receiver } = await theirs(slack)
    const connectAgain = vi.spyOn(receiver.client, 'start').mockRejectedValue(new Error('invalid_auth'))
    const uncaught = await new Promise<unknown>((resolve) => {
      const before = process.listeners('unhandledRejection')
      process.removeAllListeners('unhandledRejection')
      process.once('unhandledRejection', (error) => {
        for (const listener of before) process.on('unhandledRejection', listener)
        resolve(error)
      })
      slack.socket.drop()
    })
    expect(connectAgain).toHaveBeenCalled()
    expect(String(uncaught)).toContain('invalid_auth')
  })

  it('a token that is refused meanwhile is said in the health, and rejects nowhere', async () => {
    await using slack = await createSlackWorkspace()
    const { intake } = await ours(slack)
    slack.faults.always({ call: 'slack apps.connections.open', mode: 'auth-failure' })
    const rejected = vi.fn()
    process.on('unhandledRejection', rejected)
    onTestFinished(() => void process.off('unhandledRejection', rejected))
    slack.socket.drop()
    await vi.waitFor(() => expect(intake.health().detail).toMatch(/0 of 2 sockets are up: .*invalid_auth/), PATIENCE)
    expect(intake.health().ready).toBe(false)
    expect(rejected).not.toHaveBeenCalled()
  })

  it('a token that is refused at the start is refused in words', async () => {
    await using slack = await createSlackWorkspace()
    const intake = socketIntake({
      appToken: 'xapp-wrong',
      apiUrl: slack.apiUrl,
      clock: systemClock,
      logger: SILENT,
      redactor: new Redactor(),
    })
    const { app } = boltApp(slack, intake.receiver)
    await expect(intake.begin(app)).rejects.toMatchObject({ code: 'slack.socket-refused', kind: 'auth' })
    await intake.stop()
    expect(slack.socket.connections).toBe(0)
  })
})

describe('stopping', () => {
  it('with Bolt resolves with the socket still open', async () => {
    await using slack = await createSlackWorkspace()
    const { receiver } = await theirs(slack)
    await receiver.stop()
    expect(slack.socket.connections).toBe(1)
  })

  it('closes both sockets before it resolves', async () => {
    await using slack = await createSlackWorkspace()
    const { intake } = await ours(slack)
    await intake.stop()
    await vi.waitFor(() => expect(slack.socket.connections).toBe(0), PATIENCE)
    expect(intake.health()).toEqual({ ready: false, detail: '0 of 2 sockets are up' })
  })

  it('while Slack cannot be reached ends the waiting', async () => {
    await using slack = await createSlackWorkspace()
    const { intake } = await ours(slack)
    slack.faults.always({ call: 'slack apps.connections.open', mode: 'wrong-status', status: 502 })
    slack.socket.drop()
    await vi.waitFor(() => expect(intake.health().ready).toBe(false), PATIENCE)
    await intake.stop()
  })
})
