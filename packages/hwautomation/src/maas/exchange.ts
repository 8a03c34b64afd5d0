import type { Dispatcher } from 'undici'

/** An answer of the wire, read to its end. Header names are lower case. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

/** Tells how far a request came: it is set just before its first byte is written. */
export interface WireProgress {
  sent: boolean
}

/** The answer grew beyond what the client takes. */
export class AnswerTooLarge extends Error {
  override readonly name = 'AnswerTooLarge'
  constructor(readonly limit: number) {
    super(`The answer is larger than ${limit} bytes.`)
  }
}

export interface ExchangeOptions {
  /** Rejects at once with its reason and closes the request's socket; what still waits for a connection is never sent. */
  readonly signal: AbortSignal
  readonly maxBytes: number
  readonly progress: WireProgress
}

/**
 * Sends one request and reads the whole answer. Written on undici's `dispatch`, since `request` neither tells whether a request was
 * sent nor lets go of one whose connection is still being made.
 */
export function exchange(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  options: ExchangeOptions,
): Promise<HttpAnswer> {
  const { signal, maxBytes, progress } = options
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined
    let head: Omit<HttpAnswer, 'body'> | undefined
    const chunks: Buffer[] = []
    let size = 0

    const done = () => signal.removeEventListener('abort', onAbort)
    const fail = (error: unknown) => {
      done()
      reject(error)
    }
    const onAbort = () => {
      fail(signal.reason)
      controller?.abort(new Error('aborted'))
    }
    if (signal.aborted) return reject(signal.reason)
    signal.addEventListener('abort', onAbort)

    dispatcher.dispatch(request, {
      onRequestStart(started) {
        if (signal.aborted) return started.abort(new Error('aborted'))
        controller = started
        progress.sent = true
      },
      onResponseStart(_, status, headers) {
        if (status >= 200) head = { status, headers: firstValues(headers) }
      },
      onResponseData(_, chunk) {
        size += chunk.length
        if (size <= maxBytes) chunks.push(chunk)
        else {
          fail(new AnswerTooLarge(maxBytes))
          controller?.abort(new Error('answer too large'))
        }
      },
      onResponseEnd() {
        done()
        if (head === undefined) reject(new Error('The answer has no final status.'))
        else resolve({ ...head, body: Buffer.concat(chunks).toString('utf8') })
      },
      onResponseError: (_, error) => fail(error),
    })
  })
}

function firstValues(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]),
  )
}
