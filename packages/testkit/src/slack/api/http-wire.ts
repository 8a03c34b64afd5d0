import type { ServerResponse } from 'node:http'
import type { Wire } from '../../call.ts'
import type { RateLimits } from './rate-limits.ts'
import type { SlackObject } from '../workspace.ts'

/** An answer of Slack's front end. */
export interface HttpReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** For the log: `ok`, Slack's error, or the status. */
  readonly outcome: number | string
}

/** JSON, as the Web API answers: 200 also for errors. */
export function jsonReply(body: SlackObject, status = 200): HttpReply {
  const outcome = body['ok'] === true ? 'ok' : typeof body['error'] === 'string' ? body['error'] : status
  return { status, headers: { 'Content-Type': 'application/json; charset=utf-8' }, body: JSON.stringify(body), outcome }
}

/** docs.slack.dev/apis/web-api/rate-limits: HTTP 429, `Retry-After` in seconds. */
export function tooManyReply(seconds: number): HttpReply {
  const reply = jsonReply({ ok: false, error: 'ratelimited' }, 429)
  return { ...reply, headers: { ...reply.headers, 'Retry-After': String(seconds) } }
}

/** The wire of one HTTP request to Slack. */
export function httpWire(response: ServerResponse, limits: Pick<RateLimits, 'forced'>): Wire<HttpReply> {
  const gone = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) gone.abort(new Error('The client has gone'))
  })
  return {
    gone: gone.signal,
    send(reply) {
      if (response.destroyed) return
      response.writeHead(reply.status, { ...reply.headers, 'Content-Length': Buffer.byteLength(reply.body) })
      response.end(reply.body)
    },
    async sendHalf(reply) {
      if (response.destroyed) return
      const whole = Buffer.from(reply.body)
      response.writeHead(reply.status, { ...reply.headers, 'Content-Length': whole.length })
      response.flushHeaders()
      await new Promise<void>((resolve) => {
        response.once('close', resolve)
        response.write(whole.subarray(0, Math.max(1, whole.length >> 1)), () => resolve())
      })
      response.socket?.destroy()
    },
    cut: () => void response.socket?.destroy(),
    refuse: () => void response.socket?.resetAndDestroy(),
    garbage: () => ({
      status: 200,
      headers: { 'Content-Type': 'text/html' },
      body: '<!DOCTYPE html><html><hea',
      outcome: 200,
    }),
    rateLimited(seconds) {
      limits.forced()
      return tooManyReply(seconds)
    },
    // The words of Slack's front end in trouble are assumed; `invalid_auth` is a plain answer of the API.
    refusal: (mode, status) =>
      mode === 'auth-failure'
        ? jsonReply({ ok: false, error: 'invalid_auth' }, status ?? 200)
        : {
            status: status ?? 503,
            headers: { 'Content-Type': 'text/plain' },
            body: 'upstream connect error',
            outcome: status ?? 503,
          },
    outcome: (reply) => reply.outcome,
  }
}
