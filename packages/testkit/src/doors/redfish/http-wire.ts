import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { Wire } from '../../call.ts'
import type { Dialect } from './dialect.ts'
import type { RedfishReply } from './reply.ts'

/** One HTTP exchange with a BMC. Headers and the form of the bodies are the dialect's; an etag in the body is a header too. */
export function httpWire(dialect: Dialect, request: IncomingMessage, response: ServerResponse): Wire<RedfishReply> {
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  const { pathname } = new URL(request.url ?? '/', 'https://bmc')
  const prepare = (reply: RedfishReply): Buffer => {
    const body =
      reply.body === undefined || dialect.shape === undefined ? reply.body : dialect.shape(reply.body, pathname)
    response.statusCode = reply.status
    const etag = body !== null && typeof body === 'object' && '@odata.etag' in body ? body['@odata.etag'] : undefined
    const headers = { ...dialect.headers, ...(typeof etag === 'string' ? { ETag: etag } : {}), ...reply.headers }
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
    garbage: () => ({ status: 200, headers: { 'Content-Type': 'text/html' }, body: dialect.garbage }),
    refusal: (mode, status) => dialect.words.refusal(mode, status, request),
    outcome: (reply) => reply.status,
  }
}
