import { Client } from 'undici'
import { systemClock } from '../../clock.ts'
import type { Dial } from '../../dial.ts'
import { HwError, isHwError } from '../../errors.ts'
import type { Logger } from '../../logger.ts'
import { Redactor } from '../../redaction.ts'
import { openTls } from './certificate.ts'
import type { CertificatePolicy, SeenCertificate } from './certificate.ts'
import { extendedMessages } from './extended-info.ts'
import type { ExtendedMessage } from './extended-info.ts'
import { closedError, lostError, timeoutError } from './transport-error.ts'
import { delayedSignal, withinWallTime } from './wall-time.ts'

export interface RedfishTransportOptions {
  /** Address or name of the BMC. */
  readonly host: string
  /** Default 443. */
  readonly port?: number
  readonly dial: Dial
  readonly certificate: CertificatePolicy
  /** Wall milliseconds for TCP and TLS. Default 20 s: BMCs need seconds for a handshake. */
  readonly connectTimeoutMs?: number
  /** Wall milliseconds for a whole request, connection included. Default 60 s. */
  readonly requestTimeoutMs?: number
  /** A longer body is an error. Default 4 MiB. */
  readonly maxReplyBytes?: number
  /** Knows the secrets in use; device texts pass through it before they reach an error. */
  readonly redactor?: Redactor
  readonly logger?: Logger
}

export interface RedfishRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Path on the BMC, e.g. `/redfish/v1/`. A full URL is reduced to its path: a request never goes to another host. */
  readonly path: string
  readonly body?: object
  readonly token?: string | undefined
  readonly signal?: AbortSignal | undefined
  /** Instead of the transport's own. */
  readonly timeoutMs?: number
  /** Once the request is out, an abort waits this long for the answer: for answers that are needed to clean up. */
  readonly graceMs?: number
}

export interface RedfishReply {
  readonly host: string
  readonly method: RedfishRequest['method']
  readonly path: string
  readonly status: number
  /** Names in lower case; of a repeated header the first. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Parsed JSON; undefined when the body is empty, no JSON, or was cut. */
  readonly body: unknown
  /** The start of a body that is no JSON. */
  readonly text: string
  readonly messages: readonly ExtendedMessage[]
}

/**
 * HTTPS to one BMC. Each request has a connection of its own (`Connection: close`, as OpenStack's sushy does): BMCs close idle
 * connections without notice, and a request on a dying one leaves open whether it took effect. Follows no redirect, repeats nothing.
 */
export class RedfishTransport {
  readonly host: string
  readonly redactor: Redactor
  readonly #options: RedfishTransportOptions
  readonly #closing = new AbortController()
  readonly #running = new Set<Promise<unknown>>()
  #policy: CertificatePolicy
  #certificate: SeenCertificate | undefined

  constructor(options: RedfishTransportOptions) {
    this.#options = options
    this.#policy = options.certificate
    this.host = options.host
    this.redactor = options.redactor ?? new Redactor()
  }

  /** The certificate the BMC showed last, also one that was refused. Undefined before the first connection. */
  get certificate(): SeenCertificate | undefined {
    return this.#certificate
  }

  /**
   * Sends a request once. Any status is an answer; look at it with `replyError`.
   *
   * @throws HwError, when nothing was sent: `network.*`, `bmc.tls-failed`, `bmc.certificate-*`, `bmc.timeout`, `bmc.closed`;
   * when the answer did not come: `bmc.reply-lost` (kind transient for GET, else `lost-contact-after-effect`), `bmc.reply-too-long`.
   * On abort `signal.reason`.
   */
  async request(request: RedfishRequest): Promise<RedfishReply> {
    const running = this.#request(request)
    this.#running.add(running)
    const started = systemClock.now()
    const said = () => ({
      door: 'redfish',
      host: this.host,
      call: `${request.method} ${pathOf(request.path)}`,
      ms: systemClock.now() - started,
    })
    try {
      const reply = await running
      this.#options.logger?.debug({ ...said(), status: reply.status }, 'redfish call')
      return reply
    } catch (error) {
      if (isHwError(error)) this.#options.logger?.debug({ ...said(), code: error.code }, 'redfish call failed')
      throw error
    } finally {
      this.#running.delete(running)
    }
  }

  /** Ends running requests and resolves when their sockets are gone. */
  async close(): Promise<void> {
    this.#closing.abort(closedError(this.host))
    await Promise.allSettled(this.#running)
  }

  async #request(request: RedfishRequest): Promise<RedfishReply> {
    const { timeoutMs = this.#options.requestTimeoutMs ?? 60_000, graceMs = 0, signal: abort } = request
    abort?.throwIfAborted()
    this.#closing.signal.throwIfAborted()
    const late = abort !== undefined && graceMs > 0 ? delayedSignal(abort, graceMs) : undefined
    const sent = { yet: false }
    const ends = [this.#closing.signal, late?.signal ?? abort].filter((signal) => signal !== undefined)
    try {
      return await withinWallTime(
        timeoutMs,
        () => timeoutError(request, this.host, timeoutMs),
        AbortSignal.any(ends),
        (signal) => this.#exchange(request, signal, abort, sent),
      )
    } catch (error) {
      abort?.throwIfAborted()
      throw sent.yet ? lostError(request, this.host, error) : error
    } finally {
      late?.release()
    }
  }

  async #exchange(
    request: RedfishRequest,
    signal: AbortSignal,
    abort: AbortSignal | undefined,
    sent: { yet: boolean },
  ): Promise<RedfishReply> {
    let connecting: Promise<unknown> = Promise.resolve()
    const beforeSent = abort === undefined ? signal : AbortSignal.any([signal, abort])
    const client = new Client(this.#origin(), {
      maxResponseSize: this.#options.maxReplyBytes ?? 4 * 1024 * 1024,
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (_options, callback) => {
        connecting = this.#connect(request, beforeSent).then(
          (socket) => {
            sent.yet = true
            callback(null, socket)
          },
          (error: Error) => callback(error, null),
        )
      },
    })
    try {
      const reply = await client.request({
        method: request.method,
        path: pathOf(request.path),
        headers: this.#headers(request),
        body: request.body === undefined ? null : JSON.stringify(request.body),
        signal,
        reset: true,
      })
      const headers = singleHeaders(reply.headers)
      const text = await reply.body.text().catch((error: unknown) => {
        // The status of a change is worth more than its body; a read without its body is nothing.
        if (request.method === 'GET' || abort?.aborted) throw error
        return ''
      })
      return this.#toReply(request, reply.statusCode, headers, text)
    } finally {
      await client.destroy()
      await connecting
    }
  }

  async #connect(request: RedfishRequest, signal: AbortSignal): ReturnType<typeof openTls> {
    const { host, port = 443, dial, connectTimeoutMs = 20_000 } = this.#options
    const onCertificate = (seen: SeenCertificate): void => {
      this.#certificate = seen
    }
    const socket = await withinWallTime(
      connectTimeoutMs,
      () => timeoutError(request, host, connectTimeoutMs),
      signal,
      (limited) => openTls({ host, port, dial, policy: this.#policy, signal: limited, onCertificate }),
    )
    if (this.#policy.mode === 'trust-first' && this.#certificate)
      this.#policy = { mode: 'pin', sha256: this.#certificate.sha256 }
    return socket
  }

  #origin(): string {
    const { host, port = 443 } = this.#options
    return `https://${host.includes(':') ? `[${host}]` : host}:${port}`
  }

  #headers(request: RedfishRequest): Record<string, string> {
    return {
      accept: 'application/json',
      // Compression makes ETags weak (sushy), and nothing here is long.
      'accept-encoding': 'identity',
      'odata-version': '4.0',
      'user-agent': 'hwautomation',
      ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(request.token === undefined ? {} : { 'x-auth-token': request.token }),
    }
  }

  #toReply(
    { method, path }: RedfishRequest,
    status: number,
    headers: RedfishReply['headers'],
    text: string,
  ): RedfishReply {
    const body = json(text)
    const messages = extendedMessages(this.redactor.value(body))
    return {
      host: this.host,
      method,
      path,
      status,
      headers,
      body,
      text: body === undefined ? this.redactor.text(text).slice(0, 200) : '',
      messages,
    }
  }
}

function json(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

const LONGEST_LINK = 2000

/**
 * Path and query of a link or Location, which may be absolute (iLO) and may name the BMC otherwise than we do.
 * @throws HwError `bmc.unreadable-answer` for what is no link
 */
export function pathOf(link: string): string {
  const base = 'https://bmc.invalid/'
  const { pathname, search } =
    link.length <= LONGEST_LINK && URL.canParse(link, base) ? new URL(link, base) : { pathname: '', search: '' }
  if (pathname.startsWith('/')) return `${pathname}${search}`
  throw new HwError({
    code: 'bmc.unreadable-answer',
    kind: 'transient',
    message: `The BMC gave something that is no link: ${JSON.stringify(link.slice(0, 60))}`,
    hint: 'Is this address a BMC with Redfish? One that is starting up gives such answers for a while.',
  })
}

function singleHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): RedfishReply['headers'] {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  )
}
