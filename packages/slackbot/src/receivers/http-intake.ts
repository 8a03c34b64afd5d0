import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parse as parseForm } from 'node:querystring'
import { HTTPReceiver } from '@slack/bolt'
import type { Clock, Logger, Redactor } from 'hwautomation'
import type { Intake } from './intake.ts'
import { SignatureJudge, type Verdict } from './signature.ts'
import { slackLogger } from './slack-logger.ts'

export interface HttpIntakeOptions {
  readonly signingSecret: string
  readonly host: string
  readonly port: number
  /** Wall time. */
  readonly clock: Clock
  readonly logger: Logger
  readonly redactor: Pick<Redactor, 'text'>
}

export interface HttpIntake extends Intake {
  /** Takes the port; without an app nothing is made of what comes. */
  listen(): Promise<void>
  port(): number
}

/** Where Slack posts commands, interactions and events. */
export const HTTP_PATH = '/slack/events'
const FORM = 'application/x-www-form-urlencoded'
/** A modal with everything in it has a few kilobytes. */
const LARGEST_BODY = 1_048_576
/** A request of Slack comes at once, or not at all. */
const REQUEST_TIMEOUT_MS = 10_000
/** How often Node looks who has taken longer; its own half minute would make the ten seconds forty. */
const LOOK_EVERY_MS = 1_000
/** Requests that are being answered may end; one that somebody sends letter by letter does not hold the port. */
const STOP_MS = 4_000

/** Signed HTTP, for workspaces where Socket Mode is not wanted. It needs a public URL that leads here, with TLS in front. */
export function httpIntake(options: HttpIntakeOptions): HttpIntake {
  const { signingSecret, host, port, clock, logger, redactor } = options
  const receiver = new HTTPReceiver({
    signingSecret,
    endpoints: [HTTP_PATH],
    logger: slackLogger(logger, redactor, 'Slack HTTP'),
  })
  const judge = new SignatureJudge(signingSecret, clock)
  const server = createServer(
    {
      requestTimeout: REQUEST_TIMEOUT_MS,
      headersTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: LOOK_EVERY_MS,
    },
    (request, response) => {
      void handle(request, response).catch((error) => {
        logger.warn({ error: redactor.text(String(error)) }, 'a request to the Slack endpoint broke off')
        response.destroy()
      })
    },
  )

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'POST' || request.url?.split('?')[0] !== HTTP_PATH) return end(response, 404)
    const signed = {
      timestamp: header(request, 'x-slack-request-timestamp'),
      signature: header(request, 'x-slack-signature'),
    }
    // nothing is kept of a body whose headers tell already that it is not Slack's
    const fault = judge.faultIn(signed)
    if (fault !== undefined) return turnAway(response, fault)
    if (Number(request.headers['content-length']) > LARGEST_BODY) return end(response, 413)
    const body = await bodyOf(request)
    if (body === undefined) return end(response, 413)
    const verdict = judge.judge(signed, body)
    // it was done when it came first: Slack gets its answer, and whoever recorded it learns nothing
    if (verdict === 'replayed') return end(response, 200)
    if (verdict !== 'good') return turnAway(response, verdict)
    // Bolt 5.1 answers 400 to a content type with a charset, and compares nothing else of it
    const type = header(request, 'content-type')?.split(';')[0]?.trim().toLowerCase()
    if (!isDelivery(body, type)) return end(response, 400)
    request.headers['content-type'] = type
    receiver.requestListener(Object.assign(request, { rawBody: body }), response)
  }

  const turnAway = (response: ServerResponse, verdict: Exclude<Verdict, 'good' | 'replayed'>): void => {
    logger.warn({ verdict }, 'a request was turned away: it is not one of Slack, or too old')
    end(response, 401)
  }

  return {
    receiver,
    port: () => (server.address() as AddressInfo | null)?.port ?? port,
    begin: () => listening(server, host, port),
    listen: () => listening(server, host, port),
    async stop() {
      if (!server.listening) return
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      const over = new AbortController()
      const late = clock.sleep(STOP_MS, over.signal).then(
        () => server.closeAllConnections(),
        () => {},
      )
      await closed
      over.abort()
      await late
    },
    health() {
      return {
        ready: server.listening,
        detail: server.listening ? `listens on ${host}:${(server.address() as AddressInfo).port}` : 'does not listen',
      }
    },
  }
}

function end(response: ServerResponse, status: number): void {
  // keep-alive would hold the port open at the end
  response.writeHead(status, { 'content-length': 0, connection: 'close' }).end()
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > LARGEST_BODY) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** Bolt 5.1 looks into what it has parsed without asking what it is: of `null` comes a rejection that nobody can catch. */
function isDelivery(body: Buffer, type: string | undefined): boolean {
  const text = body.toString()
  try {
    if (type !== FORM) return isObject(JSON.parse(text))
    const { payload } = parseForm(text)
    return typeof payload !== 'string' || isObject(JSON.parse(payload))
  } catch {
    return false
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name]
  return Array.isArray(value) ? value[0] : value
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}
