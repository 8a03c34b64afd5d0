import { randomUUID } from 'node:crypto'
import pTimeout from 'p-timeout'
import { Client, Pool, type Dispatcher } from 'undici'
import { systemClock } from '../clock.ts'
import { isHwError } from '../errors.ts'
import type { Logger } from '../logger.ts'
import type { Redactor } from '../redaction.ts'
import type { ApiRoot } from './api-root.ts'
import { callName, type MaasCall } from './calls.ts'
import { exchange, type HttpAnswer, type WireProgress } from './exchange.ts'
import { encodeFields } from './form.ts'
import { maasError } from './maas-errors.ts'
import { authorizationHeader, type ApiKey } from './oauth.ts'
import { refusal } from './refusals.ts'
import { wireFailure } from './wire-failures.ts'

/** Wall milliseconds from the call to the end of its answer. */
export interface MaasTimeouts {
  /** Calls for which MAAS contacts a BMC; it gives up itself after 60 s. Default 75 s. */
  readonly power: number
  /** All others. MAAS retries a database conflict for up to 20 s. Default 30 s. */
  readonly other: number
}

export interface TransportOptions {
  readonly root: ApiRoot
  readonly key: ApiKey
  readonly timeouts: MaasTimeouts
  readonly maxAnswerBytes: number
  readonly connect: Pool.Options['connect'] | undefined
  readonly redactor: Redactor
  readonly logger: Logger
}

/** Signs, sends and bounds requests; every failure is an error of the table in `maas-errors.ts`, or the signal's own reason. */
export class MaasTransport {
  readonly #options: TransportOptions
  readonly #wire: Client.Options
  readonly #pool: Pool
  readonly #underWay = new Map<AbortController, Promise<unknown>>()
  #closed = false

  constructor(options: TransportOptions) {
    this.#options = options
    const connect = options.connect === undefined ? {} : { connect: options.connect }
    // Our own time-outs hold; undici's are coarse.
    this.#wire = { headersTimeout: 0, bodyTimeout: 0, ...connect }
    this.#pool = new Pool(options.root.origin, { ...this.#wire, connections: 16 })
  }

  /** A 2xx answer. */
  async send(call: MaasCall, signal?: AbortSignal): Promise<HttpAnswer> {
    signal?.throwIfAborted()
    const { logger, redactor } = this.#options
    const started = systemClock.now()
    const said = () => ({ door: 'maas', call: callName(call), ms: systemClock.now() - started })
    try {
      const answer = await this.#answer(call, signal)
      logger.debug({ ...said(), status: answer.status }, 'maas call')
      if (answer.status >= 200 && answer.status < 300) return answer
      throw refusal(call, answer, redactor, systemClock.now())
    } catch (error) {
      if (isHwError(error)) logger.debug({ ...said(), code: error.code }, 'maas call failed')
      throw error
    }
  }

  async #answer(call: MaasCall, signal: AbortSignal | undefined): Promise<HttpAnswer> {
    if (this.#closed) throw closedError(call, { sent: false })
    const attempt = new AbortController()
    const onAbort = () => attempt.abort(signal?.reason)
    signal?.addEventListener('abort', onAbort)
    const answer = this.#attempt(call, attempt)
    this.#underWay.set(attempt, answer)
    try {
      return await answer
    } finally {
      this.#underWay.delete(attempt)
      signal?.removeEventListener('abort', onAbort)
    }
  }

  async #attempt(call: MaasCall, attempt: AbortController): Promise<HttpAnswer> {
    const { root, timeouts, maxAnswerBytes: maxBytes } = this.#options
    const milliseconds = call.touchesPower === true ? timeouts.power : timeouts.other
    const progress: WireProgress = { sent: false }
    // Reads share connections. A change has its own: on a kept-alive one that MAAS is just closing nobody could tell whether it arrived.
    const own = call.method === 'GET' ? undefined : new Client(root.origin, { ...this.#wire, pipelining: 0 })
    const { signal } = attempt
    try {
      return await pTimeout(exchange(own ?? this.#pool, this.#request(call), { signal, maxBytes, progress }), {
        milliseconds,
      })
    } catch (error) {
      if (!signal.aborted) throw wireFailure(call, error, progress, milliseconds)
      throw this.#closed ? closedError(call, progress) : signal.reason
    } finally {
      // After a time-out the request still runs: this closes its socket.
      attempt.abort()
      await own?.destroy()
    }
  }

  #request(call: MaasCall): Dispatcher.DispatchOptions {
    const { root, key } = this.#options
    const query = call.query === undefined ? '' : encodeFields(call.query)
    const form = call.method === 'GET' ? undefined : encodeFields(call.form ?? {})
    return {
      origin: root.origin,
      path: `${root.path}${call.path}${query === '' ? '' : `?${query}`}`,
      method: call.method,
      headers: {
        accept: 'application/json',
        'user-agent': 'hwautomation',
        // On the wire, so wall time: MAAS compares it with its own clock.
        authorization: authorizationHeader(key, { nonce: randomUUID(), timestamp: systemClock.now() / 1000 }),
        // Without it MAAS takes the form and silently ignores it.
        ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      },
      ...(form === undefined ? {} : { body: form }),
    }
  }

  /** Ends what is under way with `maas.closed` and releases every socket. May be called again. */
  async close(): Promise<void> {
    this.#closed = true
    for (const attempt of this.#underWay.keys()) attempt.abort()
    await Promise.allSettled([this.#pool.destroy(), ...this.#underWay.values()])
  }
}

function closedError(call: MaasCall, progress: WireProgress) {
  return maasError('maas.closed', {
    sent: progress.sent ? 'unknown' : 'no',
    message: `Could not ${call.purpose}: the MAAS client is closed.`,
    context: { call: callName(call), machine: call.machine },
  })
}
