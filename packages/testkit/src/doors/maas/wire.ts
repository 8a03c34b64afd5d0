import { API_HASH } from './version.ts'
import { refusal } from './answer.ts'
import type { ServerResponse } from 'node:http'
import type { Wire } from '../../call.ts'
import type { Reply } from './reply.ts'

/** The wire of one HTTP request. `serverMs` is the server's idea of the time, for the Date header. */
export function httpWire(response: ServerResponse, serverMs: () => number): Wire<Reply> {
  const gone = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) gone.abort(new Error('The client has gone'))
  })
  return {
    gone: gone.signal,
    send: (reply) => send(response, reply, serverMs()),
    sendHalf: (reply) => sendHalf(response, reply, serverMs()),
    cut: () => void response.socket?.destroy(),
    refuse: () => void response.socket?.resetAndDestroy(),
    garbage,
    refusal,
    outcome: (reply) => reply.status,
  }
}

function send(response: ServerResponse, reply: Reply, now: number): void {
  if (response.destroyed) return
  writeHead(response, reply, now)
  if (reply.kind === 'after-transaction') response.write(reply.body)
  response.end(reply.kind === 'after-transaction' ? undefined : reply.body)
}

async function sendHalf(response: ServerResponse, reply: Reply, now: number): Promise<void> {
  if (response.destroyed) return
  writeHead(response, reply, now)
  const whole = Buffer.from(reply.body)
  const half = whole.subarray(0, Math.floor(whole.length / 2))
  response.flushHeaders()
  await new Promise<void>((resolve) => {
    response.once('close', resolve)
    if (half.length === 0) resolve()
    else response.write(half, () => resolve())
  })
  response.socket?.destroy()
}

/** The headers around each kind of answer (MAAS 3.3 recorded). */
function writeHead(response: ServerResponse, reply: Reply, now: number): void {
  const ordinary = reply.kind === 'ordinary' || reply.kind === 'public'
  const vary = { ordinary: 'Authorization, Cookie', public: 'Authorization', raised: 'Cookie' }
  response.sendDate = false
  response.writeHead(reply.status, {
    Date: new Date(now).toUTCString(),
    'Content-Type': reply.contentType,
    ...(ordinary ? { 'X-MAAS-API-Hash': API_HASH } : {}),
    ...(reply.kind === 'after-transaction'
      ? {}
      : { Vary: vary[reply.kind], 'X-Frame-Options': 'DENY', 'Content-Length': Buffer.byteLength(reply.body) }),
    ...reply.headers,
  })
}

/** A proxy that lost the end of the answer, and says that this is all of it: the length is right, the JSON is not. */
function garbage(reply: Reply): Reply {
  const text = reply.body.toString()
  return { ...reply, body: text === '' ? '\u0000' : `${text.slice(0, Math.ceil(text.length / 2))}\u0000` }
}
