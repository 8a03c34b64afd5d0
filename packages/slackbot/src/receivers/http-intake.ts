import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
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
/** A modal with everything in it has a few kilobytes. */
const LARGEST_BODY = 1_048_576
/** A request of Slack comes at once, or not at all. */
const REQUEST_TIMEOUT_MS = 10_000

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
    { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS },
    (request, response) => {
      void handle(request, response).catch((error) => {
        logger.warn({ error: redactor.text(String(error)) }, 'a request to the Slack endpoint broke off')
        response.destroy()
      })
    },
  )

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'POST' || request.url?.split('?')[0] !== HTTP_PATH) return end(response, 404)
    const body = await bodyOf(request)
    if (body === undefined) return end(response, 413)
    const verdict = judge.judge(
      { timestamp: header(request, 'x-slack-request-timestamp'), signature: header(request, 'x-slack-signature') },
      body,
    )
    // it was done when it came first: Slack gets its answer, and whoever recorded it learns nothing
    if (verdict === 'replayed') return end(response, 200)
    if (verdict !== 'good') return turnAway(response, verdict)
    // Bolt 5.1 answers 400 to a content type with a charset, and compares nothing else of it
    request.headers['content-type'] = header(request, 'content-type')?.split(';')[0]?.trim().toLowerCase()
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
      await closed
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
