import { type IncomingMessage, request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect, isIPv6, type Socket } from 'node:net'
import pTimeout from 'p-timeout'
import { type ErrorContext, type ErrorKind, HwError, isHwError } from './errors.ts'

export interface DialTarget {
  readonly host: string
  readonly port: number
  readonly signal?: AbortSignal | undefined
}

/**
 * How the library opens TCP connections to hosts and BMCs. Replace it to go through a bastion or NAT.
 * Rejects with `signal.reason` on abort, else with an HwError `network.*`; leaves no socket behind when it rejects.
 */
export type Dial = (target: DialTarget) => Promise<Socket>

export interface DialOptions {
  /** Wall time until the connection must stand. Default 20 s. */
  readonly timeoutMs?: number
}

const CONNECT_TIMEOUT_MS = 20_000

/** Plain TCP from this machine. */
export function dialDirect({ timeoutMs = CONNECT_TIMEOUT_MS }: DialOptions = {}): Dial {
  return (target) =>
    bounded(target, timeoutMs, (resolve, reject) => {
      const socket = connect({ host: target.host, port: target.port, noDelay: true })
      socket.on('error', (error) => reject(networkError(error, target)))
      socket.once('connect', () => {
        socket.removeAllListeners('error')
        resolve(socket)
      })
      return () => socket.destroy()
    })
}

/**
 * Through an HTTP proxy's CONNECT method (RFC 9110 §9.3.6), `http://[user:password@]proxy:port` or `https://…`.
 *
 * @example
 * await createHwAutomation({ config, dial: dialThrough('http://bastion.example.com:3128') })
 */
export function dialThrough(proxy: string | URL, { timeoutMs = CONNECT_TIMEOUT_MS }: DialOptions = {}): Dial {
  const url = new URL(proxy)
  const request = url.protocol === 'https:' ? httpsRequest : httpRequest
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  const authorization = { 'Proxy-Authorization': `Basic ${Buffer.from(credentials).toString('base64')}` }
  return (target) =>
    bounded(target, timeoutMs, (resolve, reject) => {
      const authority = `${isIPv6(target.host) ? `[${target.host}]` : target.host}:${target.port}`
      const call = request({
        host: url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port),
        method: 'CONNECT',
        path: authority,
        agent: false,
        headers: { Host: authority, ...(url.username === '' ? {} : authorization) },
      })
      call.on('error', (error) => reject(proxyUnreachable(error, url, target)))
      call.once('response', (response) => {
        response.destroy()
        reject(proxyRefused(response, url, target))
      })
      call.once('connect', (response, socket, head) => {
        if (response.statusCode !== 200) {
          socket.destroy()
          reject(proxyRefused(response, url, target))
          return
        }
        if (head.length > 0) socket.unshift(head)
        socket.setNoDelay(true)
        resolve(socket)
      })
      call.end()
      return () => call.destroy()
    })
}

/** Can a TCP connection be made right now? Rejects only on abort. */
export async function probe(dial: Dial, target: DialTarget): Promise<boolean> {
  try {
    const socket = await dial(target)
    socket.on('error', () => {})
    socket.destroy()
    return true
  } catch (error) {
    target.signal?.throwIfAborted()
    if (isHwError(error)) return false
    throw error
  }
}

type Attempt = (resolve: (socket: Socket) => void, reject: (error: HwError) => void) => () => void

/** Runs an attempt under its wall time and its signal; whichever ends it early also tears it down. */
async function bounded(target: DialTarget, timeoutMs: number, attempt: Attempt): Promise<Socket> {
  const { signal } = target
  signal?.throwIfAborted()
  let cancel = () => {}
  let settled = false
  const attempted = new Promise<Socket>((resolve, reject) => {
    cancel = attempt(
      // A connection that comes to stand after the time-out belongs to nobody.
      (socket) => (settled ? socket.destroy() : resolve(socket)),
      reject,
    )
  })
  try {
    return await pTimeout(attempted, {
      milliseconds: timeoutMs,
      message: timedOut(target, timeoutMs),
      ...(signal === undefined ? {} : { signal }),
    })
  } catch (error) {
    settled = true
    cancel()
    signal?.throwIfAborted()
    throw error
  }
}

const BY_ERRNO: Readonly<Record<string, readonly [code: string, says: string]>> = {
  ECONNREFUSED: ['network.refused', 'nothing listens there'],
  ECONNRESET: ['network.refused', 'the connection was reset'],
  ETIMEDOUT: ['network.timeout', 'no answer'],
  EHOSTUNREACH: ['network.no-route', 'the host cannot be reached'],
  EHOSTDOWN: ['network.no-route', 'the host is down'],
  ENETUNREACH: ['network.no-route', 'there is no route to its network'],
  EADDRNOTAVAIL: ['network.no-route', 'this machine has no address to reach it from'],
  ENOTFOUND: ['network.unknown-host', 'the name is not known'],
  EAI_AGAIN: ['network.unknown-host', 'the name server did not answer'],
}

function networkError(error: NodeJS.ErrnoException, target: DialTarget): HwError {
  const [code, says] = BY_ERRNO[errnoOf(error)] ?? ['network.failed', errnoOf(error) || 'the connection failed']
  return transient(code, `No connection to ${target.host} port ${target.port}: ${says}.`, target, error)
}

/** A name with several addresses fails with an AggregateError: its first part tells why. */
function errnoOf(error: NodeJS.ErrnoException): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error
  return first instanceof Error && 'code' in first ? String(first.code) : (error.code ?? '')
}

function timedOut(target: DialTarget, timeoutMs: number): HwError {
  return transient(
    'network.timeout',
    `No connection to ${target.host} port ${target.port} within ${timeoutMs} ms.`,
    target,
  )
}

function proxyUnreachable(error: NodeJS.ErrnoException, proxy: URL, target: DialTarget): HwError {
  const reason = BY_ERRNO[errnoOf(error)]?.[1] ?? (errnoOf(error) || 'the connection failed')
  const message = `The proxy ${proxy.host} gave no connection to ${target.host} port ${target.port}: ${reason}.`
  return transient('network.proxy', message, target, error, { proxy: proxy.host })
}

const PROXY_AUTH = new Set([401, 403, 407])

/** What a proxy that says more than a status (RFC 9209 §2.3, `Proxy-Status: name; error=…`) found out about the target. */
const BY_PROXY_ERROR: Readonly<Record<string, readonly [code: string, says: string]>> = {
  connection_refused: ['network.refused', 'nothing listens there'],
  connection_terminated: ['network.refused', 'the connection was reset'],
  connection_timeout: ['network.timeout', 'no answer'],
  destination_ip_unroutable: ['network.no-route', 'there is no route to it'],
  destination_unavailable: ['network.no-route', 'the host cannot be reached'],
  dns_error: ['network.unknown-host', 'the name is not known'],
  dns_timeout: ['network.unknown-host', 'the name server did not answer'],
}

function proxyRefused(response: IncomingMessage, proxy: URL, target: DialTarget): HwError {
  const status = response.statusCode ?? 0
  const context = { host: target.host, port: target.port, proxy: proxy.host, status }
  const told = /;\s*error=([a-z_]+)/.exec(String(response.headers['proxy-status'] ?? ''))?.[1] ?? ''
  const known = BY_PROXY_ERROR[told]
  if (known !== undefined) {
    const message = `No connection to ${target.host} port ${target.port}: ${known[1]} (says the proxy ${proxy.host}).`
    return transient(known[0], message, target, undefined, context)
  }
  const kind: ErrorKind = PROXY_AUTH.has(status) ? 'auth' : status >= 500 ? 'transient' : 'invalid'
  return new HwError({
    code: 'network.proxy',
    kind,
    message: `The proxy ${proxy.host} refused a connection to ${target.host} port ${target.port} with status ${status}.`,
    hint:
      kind === 'transient'
        ? 'Is the target up, and can the proxy reach it?'
        : 'Check that the proxy allows CONNECT to this address and port.',
    context,
  })
}

function transient(
  code: string,
  message: string,
  target: DialTarget,
  cause?: unknown,
  more: ErrorContext = {},
): HwError {
  return new HwError({
    code,
    kind: 'transient',
    message,
    hint: 'Check that the machine is up, that the address is its own, and that a route leads there (dial option for bastions).',
    context: { host: target.host, port: target.port, ...more },
    cause,
  })
}
