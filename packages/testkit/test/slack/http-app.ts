import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'

/** A request that reached the app. */
export interface Received {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** An app with a request URL that answers as it is told. */
export async function startHttpApp(answer: (received: Received, response: ServerResponse) => void) {
  const received: Received[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const one = { headers: request.headers, body: Buffer.concat(chunks).toString() }
      received.push(one)
      answer(one, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The app listens nowhere')
  return {
    url: `http://127.0.0.1:${address.port}/slack/events`,
    received,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
