import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Site } from '../site.ts'
import { answerResponseUrl } from '../delivery/response-url-post.ts'
import { serveApiCall } from './api-call.ts'
import { readBody } from './body.ts'
import { serveUpload } from './upload-post.ts'

/** The workspace's HTTP server on loopback. */
export interface SlackServer {
  readonly origin: string
  /** Requests that have no answer yet. */
  unfinished(): readonly string[]
  close(): Promise<void>
}

export interface SlackServerOptions {
  readonly port: number | undefined
  /** Gets every request whose path is none of Slack's; false if it is none of the page's either. */
  page(request: IncomingMessage, response: ServerResponse): boolean
  /** WebSocket clients. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
}

const LOOPBACK = '127.0.0.1'

/** Starts it. `/api/` is the Web API, `/files/` takes uploads, `/response/` answers to interactions; the rest is the page's. */
export async function createSlackServer(site: Site, options: SlackServerOptions): Promise<SlackServer> {
  const open = new Map<ServerResponse, string>()
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://slack').pathname
    const isOurs = /^\/(api|files|response)\//.test(path)
    if (!isOurs) {
      if (!options.page(request, response)) response.writeHead(404).end()
      return
    }
    open.set(response, `${request.method} ${path}`)
    response.once('close', () => open.delete(response))
    route(site, path, request, response).catch(() => response.socket?.destroy())
  })
  server.on('upgrade', (request, socket, head) => options.upgrade(request, socket, head))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, LOOPBACK, resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The Slack workspace listens nowhere')
  return {
    origin: `http://${LOOPBACK}:${address.port}`,
    unfinished: () => [...open.values()],
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function route(site: Site, path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const raw = await readBody(request)
  const [, area = '', name = ''] = /^\/(\w+)\/(?:upload\/)?(.*)$/.exec(path) ?? []
  if (area === 'api') return serveApiCall(site, name, request, raw, response)
  if (area === 'files') return serveUpload(site, name, raw, request, response)
  return answerResponseUrl(site, name, raw, response)
}
