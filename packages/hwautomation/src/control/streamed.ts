/** Answers that go on for a while: each ends with its reader, or with the server. */
export class Streams {
  readonly #open = new Set<AbortController>()
  #ended = false

  /** How many are under way. */
  get size(): number {
    return this.#open.size
  }

  /** Ends all of them, and those that begin later, as if their source had ended. */
  end(): void {
    this.#ended = true
    for (const stop of this.#open) stop.abort()
  }

  /** What there is, as bytes. Whatever keeps the source from beginning is thrown here, and becomes an error answer. */
  async bytes(
    source: (signal: AbortSignal) => AsyncIterable<Uint8Array>,
    headers: Readonly<Record<string, string>>,
  ): Promise<Response> {
    const stop = new AbortController()
    // before its first piece, too, it ends with the server
    this.#open.add(stop)
    if (this.#ended) stop.abort()
    try {
      const iterator = source(stop.signal)[Symbol.asyncIterator]()
      return this.#answer(iterator, stop, headers, await iterator.next())
    } catch (error) {
      this.#open.delete(stop)
      throw error
    }
  }

  /** What there is, one JSON object a line. */
  jsonLines(source: (signal: AbortSignal) => AsyncIterable<unknown>): Promise<Response> {
    return this.bytes((signal) => encoded(source(signal)), JSON_LINES)
  }

  /** What there is and what is to come. Begins with an empty line, since the first object may be hours away. */
  follow(source: (signal: AbortSignal) => AsyncIterable<unknown>): Response {
    const stop = new AbortController()
    const iterator = encoded(source(stop.signal))[Symbol.asyncIterator]()
    return this.#answer(iterator, stop, JSON_LINES, { done: false, value: new TextEncoder().encode('\n') })
  }

  /** Read as fast as the client reads. A client that hangs up aborts the source's signal. */
  #answer(
    iterator: AsyncIterator<Uint8Array>,
    stop: AbortController,
    headers: Readonly<Record<string, string>>,
    first: IteratorResult<Uint8Array>,
  ): Response {
    this.#open.add(stop)
    if (this.#ended) stop.abort()
    const over = () => this.#open.delete(stop)
    let next: IteratorResult<Uint8Array> | undefined = first
    const body = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          try {
            const { done, value } = next ?? (await iterator.next())
            next = undefined
            if (done !== true) return controller.enqueue(value)
            over()
            controller.close()
          } catch (error) {
            over()
            controller.error(error)
          }
        },
        async cancel() {
          over()
          stop.abort()
          await iterator.return?.()
        },
      },
      { highWaterMark: 0 },
    )
    return new Response(body, { headers: { 'cache-control': 'no-store', ...headers } })
  }
}

const JSON_LINES = { 'content-type': 'application/x-ndjson; charset=utf-8' }

async function* encoded(lines: AsyncIterable<unknown>): AsyncGenerator<Uint8Array, void, undefined> {
  const encoder = new TextEncoder()
  for await (const line of lines) yield encoder.encode(`${JSON.stringify(line)}\n`)
}
