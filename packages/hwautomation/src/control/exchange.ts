import { Pool } from 'undici'
import { HwError, toHwError } from '../errors.ts'
import type { ControlRouter } from './router.ts'

/** A request of the control client. */
export interface ControlRequest {
  readonly method: 'GET' | 'POST'
  /** With its query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal?: AbortSignal
}

export interface ControlAnswer {
  readonly status: number
  readonly body: AsyncIterable<Uint8Array>
}

/** How the client reaches a router: over a socket, or in this process. */
export interface Exchange {
  send(request: ControlRequest): Promise<ControlAnswer>
  close(): Promise<void>
}

/** MAAS may be asked for a machine before an order is answered. */
const ANSWER_MS = 300_000

/** Over a Unix socket. One connection a request: an owner that ends never meets a request on a connection that was waiting. */
export function socketExchange(socketPath: string): Exchange {
  const pool = new Pool('http://control', { socketPath, pipelining: 0, headersTimeout: ANSWER_MS, bodyTimeout: 0 })
  return {
    async send({ method, path, headers, body, signal }) {
      try {
        const answer = await pool.request({
          method,
          path,
          headers,
          ...(body === undefined ? {} : { body }),
          ...(signal === undefined ? {} : { signal }),
        })
        return { status: answer.statusCode, body: uncut(answer.body, signal) }
      } catch (error) {
        signal?.throwIfAborted()
        throw NEVER_SENT.has(codeOf(error)) ? noOwner(socketPath, error) : lostContact(method, error)
      }
    },
    close: () => pool.destroy(),
  }
}

/** In this process: the same requests and answers, without a transport. */
export function directExchange(router: Pick<ControlRouter, 'fetch'>): Exchange {
  return {
    async send({ method, path, headers, body, signal }) {
      const response = await router.fetch(
        new Request(`http://control${path}`, { method, headers, ...(body === undefined ? {} : { body }) }),
      )
      return { status: response.status, body: untilAborted(response.body, signal) }
    },
    close: async () => {},
  }
}

const NEVER_SENT: ReadonlySet<string> = new Set(['ENOENT', 'ECONNREFUSED', 'ENOTSOCK'])

async function* uncut(body: AsyncIterable<Uint8Array>, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (error) {
    if (signal?.aborted === true) return
    throw lostContact('GET', error)
  }
}

async function* untilAborted(
  body: ReadableStream<Uint8Array> | null,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  if (body === null) return
  const reader = body.getReader()
  const stop = () => void reader.cancel().catch(() => {})
  signal?.addEventListener('abort', stop)
  try {
    if (signal?.aborted === true) return
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } catch (error) {
    throw toHwError(error)
  } finally {
    signal?.removeEventListener('abort', stop)
    stop()
  }
}

function codeOf(error: unknown): string {
  return (error as { readonly code?: unknown } | null)?.code?.toString() ?? ''
}

/** Nobody listens there: nothing was sent. */
function noOwner(socketPath: string, cause: unknown): HwError {
  return new HwError({
    code: 'control.no-owner',
    kind: 'transient',
    message: `No process answers on ${socketPath}.`,
    hint: 'The process that worked on the state directory has ended; give the command again.',
    context: { path: socketPath },
    cause,
  })
}

/** The other process ended, or was killed, before its answer was complete. */
function lostContact(method: ControlRequest['method'], cause: unknown): HwError {
  const changed = method === 'POST'
  return new HwError({
    code: 'control.lost-contact',
    kind: changed ? 'lost-contact-after-effect' : 'transient',
    message: `The process that works on the state directory ended before it had answered${changed ? '; it may have done what it was asked' : ''}.`,
    hint: '`hwautomation status` says how things are; `hwautomation resume` goes on with runs that nobody works on.',
    cause,
  })
}
