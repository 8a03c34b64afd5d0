import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Site } from '../site.ts'
import { answerResponseUrl } from '../delivery/response-url-post.ts'
import { serveApiCall } from './api-call.ts'
import { readBody } from './body.ts'
import { jsonReply } from './http-wire.ts'
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
    const path = pathOf(request)
    if (path === undefined) return void response.writeHead(400).end()
    const isOurs = /^\/(api|files|response)\//.test(path)
    if (!isOurs) {
      if (!options.page(request, response)) response.writeHead(404).end()
      return
    }
    open.set(response, `${request.method} ${path}`)
    response.once('close', () => open.delete(response))
    route(site, path, request, response).catch(() => {
      if (response.headersSent) return response.destroy()
      const { status, headers, body } = jsonReply({ ok: false, error: 'internal_error' }, 500)
      return response.writeHead(status, { ...headers, Connection: 'close' }).end(body)
    })
  })
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    if (pathOf(request) === undefined) socket.destroy()
    else options.upgrade(request, socket, head)
  })
  // The server forgets a connection once it has asked for an upgrade, and would wait for its end.
  const connections = new Set<Socket>()
  server.on('connection', (socket) => {
    connections.add(socket)
    socket.once('close', () => connections.delete(socket))
  })
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
        for (const socket of connections) socket.destroy()
      }),
  }
}

/** Undefined for an address that none is, such as `//`: any page in a browser can send that. */
function pathOf({ url = '/' }: IncomingMessage): string | undefined {
  return URL.canParse(url, 'http://slack') ? new URL(url, 'http://slack').pathname : undefined
}

async function route(site: Site, path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const raw = await readBody(request)
  const [, area = '', name = ''] = /^\/(\w+)\/(?:upload\/)?(.*)$/.exec(path) ?? []
  if (area === 'api') return serveApiCall(site, name, request, raw, response)
  if (area === 'files') return serveUpload(site, name, raw, request, response)
  return answerResponseUrl(site, name, raw, response)
}
