import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { RefusalMode, Wire } from '../../call.ts'
import { envelope, type RedfishReply } from './message.ts'

/**
 * One HTTP exchange with an iLO. Headers as HPE's reference shows them: always chunked, weak ETags, OData-Version.
 * Links lose their trailing slash when the request had none (iLO 5 since 1.40), except in the BIOS tree.
 */
export function httpWire(request: IncomingMessage, response: ServerResponse): Wire<RedfishReply> {
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  const slash = new URL(request.url ?? '/', 'https://ilo').pathname.endsWith('/')
  const prepare = (reply: RedfishReply): Buffer => {
    const body = reply.body !== undefined && !slash ? withoutTrailingSlashes(reply.body) : reply.body
    response.statusCode = reply.status
    const etag = body !== null && typeof body === 'object' && '@odata.etag' in body ? body['@odata.etag'] : undefined
    const headers = { ...COMMON, ...(typeof etag === 'string' ? { ETag: etag } : {}), ...reply.headers }
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body)
    return response.getHeader('Content-Encoding') === 'gzip' ? gzipSync(text) : Buffer.from(text)
  }
  return {
    gone: gone.signal,
    send(reply) {
      if (gone.signal.aborted) return
      const bytes = prepare(reply)
      response.end(request.method === 'HEAD' ? undefined : bytes)
    },
    sendHalf(reply) {
      const bytes = prepare(reply)
      return new Promise<void>((resolve) => {
        response.write(bytes.subarray(0, Math.max(1, bytes.length >> 1)), () => {
          request.socket.destroy()
          resolve()
        })
      })
    },
    cut: () => void request.socket.destroy(),
    refuse: () => void request.socket.destroy(),
    garbage: () => ({ status: 200, headers: { 'Content-Type': 'text/html' }, body: '<html><head><title>iLO' }),
    refusal: (mode, status) => refusal(mode, status, request),
    outcome: (reply) => reply.status,
  }
}

const COMMON: Readonly<Record<string, string>> = {
  'Content-Type': 'application/json; charset=utf-8',
  'Transfer-Encoding': 'chunked',
  'OData-Version': '4.0',
  'Cache-Control': 'no-cache',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'sameorigin',
  'X-XSS-Protection': '1; mode=block',
  'X_HP-CHRP-Service-Version': '1.0.3',
}

/** Ids from HPE's registries; the statuses 503 and 403 are assumed. */
function refusal(mode: RefusalMode, status: number | undefined, request: IncomingMessage): RedfishReply {
  switch (mode) {
    case 'auth-failure': {
      const loggingIn = request.method === 'POST' && /\/sessions\/?$/i.test(request.url ?? '')
      return envelope(status ?? 401, loggingIn ? 'iLO.2.15.UnauthorizedLoginAttempt' : 'Base.1.12.NoValidSession')
    }
    case 'session-limit':
      return envelope(status ?? 503, 'Base.1.12.SessionLimitExceeded')
    case 'licence-missing':
      return envelope(status ?? 403, 'iLO.2.15.LicenseKeyRequired')
    default:
      return envelope(status ?? 503, 'iLO.2.15.ResourceNotReadyRetry', '30')
  }
}

function withoutTrailingSlashes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTrailingSlashes)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const isLink =
        (key === '@odata.id' || key === 'target') &&
        typeof item === 'string' &&
        !item.startsWith('/redfish/v1/systems/1/bios')
      return [key, isLink ? item.replace(/\/$/, '') : withoutTrailingSlashes(item)]
    }),
  )
}
