import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocket, WebSocketServer } from 'ws'
import type { Site } from '../site.ts'
import { createWallTimers, type WallTimers } from '../../wall-timers.ts'
import type { SlackJson, SlackObject, SlackSocketControl } from '../workspace.ts'

/** docs.slack.dev/apis/events-api/using-socket-mode: "up to 10 open WebSocket connections at the same time". */
const MOST_CONNECTIONS = 10
/** A server ping every few seconds; the client gives up after 30 s without (slackapi/node-slack-sdk, serverPingTimeout). The interval is assumed. */
const PING_EVERY_MS = 5_000
/** Between the word `disconnect` and the end of the connection; assumed. */
const REFRESH_GRACE_MS = 100
/** How long a client may take to say goodbye too. */
const GOODBYE_MS = 200
/** docs: `approximate_connection_time` of an hour. */
const CONNECTION_SECONDS = 3_600

/** An acknowledgement, or that there was none. */
export type SocketAnswer = { readonly acked: true; readonly payload?: SlackJson } | { readonly acked: false }

export interface SocketMode extends SlackSocketControl {
  /** A one-time address of a new connection. */
  openUrl(): string
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Sends an envelope to one connection. Undefined: there is none. Resolves with the acknowledgement, or when `patience` aborts. */
  send(kind: EnvelopeKind, payload: SlackObject, options: SendOptions): Promise<SocketAnswer> | undefined
  /** The app's Socket Mode is switched off: every connection is told so and closed. */
  disable(): void
  leftovers(): readonly string[]
  /** Says goodbye to every connection. */
  close(): Promise<void>
}

export type EnvelopeKind = 'slash_commands' | 'interactive' | 'events_api'

export interface SendOptions {
  readonly answers: boolean
  readonly patience: AbortSignal
  /** The same envelope once more: its id. */
  readonly envelopeId?: string
  readonly more?: SlackObject
  /** Hears which id it got. */
  readonly sent?: (envelopeId: string) => void
}

/** Socket Mode of one app: connections, and envelopes to one of them each (docs: any of them; in turn is assumed). */
export function createSocketMode(site: Site): SocketMode {
  const server = new WebSocketServer({ noServer: true, clientTracking: false })
  const tickets = new Set<string>()
  const connections: WebSocket[] = []
  const waiting = new Map<string, (payload: SlackJson | undefined) => void>()
  const timers = createWallTimers()
  let turn = 0
  let duplicates = 1
  let closed = false

  const forget = (socket: WebSocket) => {
    const index = connections.indexOf(socket)
    if (index >= 0) connections.splice(index, 1)
  }

  const hear = (text: string) => {
    site.clock.activity()
    const message = parse(text)
    const id = message?.['envelope_id']
    if (typeof id !== 'string') return
    waiting.get(id)?.(message?.['payload'])
  }

  const accept = (socket: WebSocket) => {
    connections.push(socket)
    socket.on('message', (data) => hear((data as Buffer).toString()))
    socket.on('error', () => socket.terminate())
    socket.on('close', () => forget(socket))
    const ping = () => {
      if (closed || socket.readyState !== WebSocket.OPEN) return
      socket.ping(`Ping from simulated Slack ${connections.length}`)
      timers.unref(PING_EVERY_MS, ping)
    }
    tell(socket, {
      type: 'hello',
      num_connections: connections.length,
      debug_info: {
        host: 'applink-simulated',
        build_number: 1,
        approximate_connection_time: CONNECTION_SECONDS,
      },
      connection_info: { app_id: site.team.appId },
    })
    ping()
  }

  const disconnect = (socket: WebSocket, reason: string) => {
    tell(socket, { type: 'disconnect', reason, debug_info: { host: 'applink-simulated' } })
    forget(socket)
    timers.unref(REFRESH_GRACE_MS, () => socket.close(1_000))
  }

  return {
    get connections() {
      return connections.length
    },
    openUrl() {
      const ticket = randomUUID()
      tickets.add(ticket)
      return `${site.origin.replace('http', 'ws')}/link/?ticket=${ticket}&app_id=${site.team.appId}`
    },
    upgrade(request, socket, head) {
      const ticket = new URL(request.url ?? '/', 'http://slack').searchParams.get('ticket') ?? ''
      const begun = site.begin({ door: 'slack', call: 'slack socket', mutating: false, detail: '' })
      if (begun.fault?.mode === 'hang') {
        socket.once('close', () => begun.end('hung', 'none'))
        socket.on('error', () => socket.destroy())
        return
      }
      // 408 with the code in the body is what the SDKs see of Slack when a ticket is spent or there are too many (slackapi/bolt-python#1071); assumed for both.
      if (begun.fault !== undefined || !tickets.delete(ticket) || connections.length >= MOST_CONNECTIONS) {
        const status = begun.fault?.mode === 'wrong-status' ? (begun.fault.status ?? 503) : 408
        if (begun.fault === undefined || begun.fault.mode === 'wrong-status')
          socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
        else socket.destroy()
        begun.end(begun.fault?.mode ?? status, 'none')
        return
      }
      server.handleUpgrade(request, socket, head, (client) => {
        accept(client)
        begun.end('ok', 'none')
      })
    },
    send(kind, payload, options) {
      const socket = connections[turn++ % Math.max(connections.length, 1)]
      if (socket === undefined) return undefined
      const id = options.envelopeId ?? randomUUID()
      options.sent?.(id)
      const envelope: SlackObject = {
        envelope_id: id,
        payload,
        type: kind,
        accepts_response_payload: options.answers,
        ...options.more,
      }
      return new Promise<SocketAnswer>((resolve) => {
        const end = (answer: SocketAnswer) => {
          waiting.delete(id)
          options.patience.removeEventListener('abort', lost)
          resolve(answer)
        }
        const lost = () => end({ acked: false })
        if (options.patience.aborted) return lost()
        waiting.set(id, (given) => end({ acked: true, ...(given === undefined ? {} : { payload: given }) }))
        options.patience.addEventListener('abort', lost)
        for (let copy = 0; copy < duplicates; copy += 1) tell(socket, envelope)
        duplicates = 1
      })
    },
    refresh(reason = 'refresh_requested') {
      const [socket] = connections
      if (socket !== undefined) disconnect(socket, reason)
    },
    drop() {
      for (const socket of connections.splice(0)) socket.terminate()
    },
    duplicateNext(times) {
      duplicates = times
    },
    disable() {
      for (const socket of connections.splice(0)) disconnect(socket, 'link_disabled')
    },
    leftovers: () => connections.map((_, index) => `Slack: Socket Mode connection ${index + 1} is open`),
    async close() {
      closed = true
      timers.clear()
      await Promise.all(connections.splice(0).map((socket) => goodbye(socket, timers)))
      server.close()
    },
  }
}

/** Closes it as a server that goes away does; one that does not answer is cut. */
async function goodbye(socket: WebSocket, timers: WallTimers): Promise<void> {
  const over = new AbortController()
  socket.once('close', () => over.abort())
  socket.close(1_001)
  await timers.wait(GOODBYE_MS, over.signal)
  socket.terminate()
}

function tell(socket: WebSocket, message: SlackObject): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message))
}

function parse(text: string): SlackObject | undefined {
  try {
    const value = JSON.parse(text) as SlackJson
    return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}
