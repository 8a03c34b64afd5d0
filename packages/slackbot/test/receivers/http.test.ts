import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { HTTPReceiver, App } from '@slack/bolt'
import { Redactor, systemClock } from 'hwautomation'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { httpIntake } from '../../src/receivers/http-intake.ts'
import { SignatureJudge } from '../../src/receivers/signature.ts'
import { slackLogger } from '../../src/receivers/slack-logger.ts'

const SECRET = '0123456789abcdef0123456789abcdef'
const FORM = 'application/x-www-form-urlencoded'
const ignore = () => {}
const SILENT = { debug: ignore, info: ignore, warn: ignore, error: ignore }
const quiet = slackLogger(SILENT, new Redactor(), 'test')
const BODY = new URLSearchParams({
  command: '/provision',
  text: 'list',
  user_id: 'U1',
  team_id: 'T1',
  channel_id: 'C1',
  trigger_id: '1.2.3',
  response_url: 'http://127.0.0.1:9/',
}).toString()

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

function listening(receiver: unknown) {
  const app = new App({
    receiver: receiver as never,
    authorize: async () => ({ botToken: 'xoxb-x', botUserId: 'U0' }),
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

async function ours() {
  const intake = httpIntake({
    signingSecret: SECRET,
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    logger: SILENT,
    redactor: new Redactor(),
  })
  const { app, heard } = listening(intake.receiver)
  await intake.begin(app)
  closers.push(() => intake.stop())
  return { heard, port: intake.port(), intake }
}

async function theirs() {
  const receiver = new HTTPReceiver({ signingSecret: SECRET, logger: quiet })
  const { heard } = listening(receiver)
  const server = await receiver.start(0)
  closers.push(() => receiver.stop())
  return { heard, port: (server.address() as { port: number }).port }
}

interface Sent {
  readonly ageS?: number
  readonly type?: string
  readonly secret?: string
  readonly body?: string
  readonly path?: string
  readonly headers?: Record<string, string>
}

function send(
  port: number,
  { ageS = 0, type = FORM, secret = SECRET, body = BODY, path = '/slack/events', headers = {} }: Sent = {},
): Promise<number> {
  const timestamp = String(Math.floor(systemClock.now() / 1000) - ageS)
  const signature = `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        port,
        host: '127.0.0.1',
        path,
        method: 'POST',
        agent: false,
        headers: {
          'content-type': type,
          'x-slack-request-timestamp': timestamp,
          'x-slack-signature': signature,
          ...headers,
        },
      },
      (response) => {
        response.resume()
        response.on('end', () => resolve(response.statusCode ?? 0))
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

describe('a signed request', () => {
  it('is taken once, and heard once however often it is sent again', async () => {
    const { heard, port } = await ours()
    const at = { headers: {} }
    expect([await send(port, at), await send(port, at), await send(port, at)]).toEqual([200, 200, 200])
    expect(heard.length).toBeLessThanOrEqual(2) // a second may have begun in between, and with it another signature
  })

  it('recorded and sent again within five minutes is done again by Bolt alone, and not by us', async () => {
    const headers = recorded()
    const bolt = await theirs()
    expect([await send(bolt.port, { headers }), await send(bolt.port, { headers })]).toEqual([200, 200])
    expect(bolt.heard).toEqual(['list', 'list'])
    const { heard, port } = await ours()
    expect([await send(port, { headers }), await send(port, { headers })]).toEqual([200, 200])
    expect(heard).toEqual(['list'])
  })

  it('from the future is taken by Bolt alone, and not by us', async () => {
    const bolt = await theirs()
    expect(await send(bolt.port, { ageS: -3_600 })).toBe(200)
    const { heard, port } = await ours()
    expect(await send(port, { ageS: -3_600 })).toBe(401)
    expect(heard).toEqual([])
  })

  it.each([
    [-299, 200],
    [-302, 401],
    [299, 200],
    [302, 401],
  ])('that is %i s old is answered %i', async (ageS, status) =>
    expect(await send((await ours()).port, { ageS })).toBe(status),
  )

  it('with a charset in its content type is refused by Bolt alone, and not by us', async () => {
    const type = `${FORM}; charset=utf-8`
    expect(await send((await theirs()).port, { type })).toBe(400)
    const { heard, port } = await ours()
    expect(await send(port, { type })).toBe(200)
    expect(heard).toEqual(['list'])
  })

  it('with a wrong signature, or none, is turned away and heard by nobody', async () => {
    const { heard, port } = await ours()
    expect(await send(port, { secret: 'f'.repeat(32) })).toBe(401)
    expect(await send(port, { headers: { 'x-slack-signature': 'v0=' } })).toBe(401)
    expect(await send(port, { headers: { 'x-slack-request-timestamp': 'now' } })).toBe(401)
    expect(heard).toEqual([])
  })

  it('that was turned away does not keep the right one from being heard', async () => {
    const { heard, port } = await ours()
    const headers = recorded()
    expect(
      await send(port, {
        headers: { ...headers, 'x-slack-signature': headers['x-slack-signature']!.replace(/.$/, 'x') },
      }),
    ).toBe(401)
    expect(await send(port, { headers })).toBe(200)
    expect(heard).toEqual(['list'])
  })

  it.each([
    ['null', 'application/json'],
    ['[]', 'application/json'],
    ['{"a":', 'application/json'],
    ['<x/>', 'text/xml'],
    ['payload=null', FORM],
    ['payload=%7B', FORM],
  ])('with %s as its body (%s) is refused, and does not end the process', async (body, type) => {
    const rejected: unknown[] = []
    const note = (error: unknown) => rejected.push(error)
    process.on('unhandledRejection', note)
    onTestFinished(() => void process.off('unhandledRejection', note))
    const { port } = await ours()
    expect(await send(port, { body, type })).toBe(400)
    expect(rejected).toEqual([])
  })

  it('of more than a megabyte is refused, whoever signed it', async () => {
    const { port } = await ours()
    expect(await send(port, { body: 'x'.repeat(1_100_000) }).catch(() => 413)).toBe(413)
  })

  it('whose headers tell that it is not one of Slack is answered before its body is there', async () => {
    const { port } = await ours()
    const socket = connect(port, '127.0.0.1')
    socket.write(`POST /slack/events HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n`)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 401 /)
    socket.destroy()
  })

  it('to another path, or by another method, finds nothing', async () => {
    const { port } = await ours()
    expect(await send(port, { path: '/' })).toBe(404)
    expect((await fetch(`http://127.0.0.1:${port}/slack/events`)).status).toBe(404)
  })
})

it('signatures are remembered for ten minutes, and no longer', () => {
  let now = 1_800_000_000_000
  const judge = new SignatureJudge(SECRET, { now: () => now, sleep: async () => {} })
  const sign = () => {
    const timestamp = String(Math.floor(now / 1000))
    return { timestamp, signature: `v0=${createHmac('sha256', SECRET).update(`v0:${timestamp}:x`).digest('hex')}` }
  }
  const first = sign()
  expect(judge.judge(first, Buffer.from('x'))).toBe('good')
  now += 299_000
  expect(judge.judge(first, Buffer.from('x'))).toBe('replayed')
  now += 2_000
  expect(judge.judge(first, Buffer.from('x'))).toBe('stale')
  now += 600_000
  expect(judge.judge(sign(), Buffer.from('x'))).toBe('good')
})

it('stopping frees the port', async () => {
  const { intake, port } = await ours()
  await intake.stop()
  await expect(send(port)).rejects.toThrow(/ECONNREFUSED/)
  expect(intake.health().ready).toBe(false)
})

it('a request that comes letter by letter does not keep it from stopping', { timeout: 15_000 }, async () => {
  const { intake, port } = await ours()
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  const headers = Object.entries(recorded()).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`POST /slack/events HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n${headers.join('')}\r\nt`)
  await once(socket, 'ready')
  const begun = performance.now()
  await intake.stop()
  expect(performance.now() - begun).toBeLessThan(6_000)
  socket.destroy()
})

/** Headers of a request as somebody on the way may have kept them. */
function recorded(): Record<string, string> {
  const timestamp = String(Math.floor(systemClock.now() / 1000) - 60)
  return {
    'x-slack-request-timestamp': timestamp,
    'x-slack-signature': `v0=${createHmac('sha256', SECRET).update(`v0:${timestamp}:${BODY}`).digest('hex')}`,
  }
}
