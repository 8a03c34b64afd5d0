import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTcpServer, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'

export interface Received {
  readonly method: string
  readonly url: string
  readonly authorization: string
  readonly contentType: string | undefined
  readonly body: string
}

export interface ScriptedMaas extends AsyncDisposable {
  /** As a user writes it: `http://127.0.0.1:PORT/MAAS`. */
  readonly url: string
  readonly received: readonly Received[]
  /** Connections open now. */
  readonly open: () => number
  /** Connections there ever were. */
  readonly connections: () => number
  /** Connections that have ended. */
  readonly ended: () => number
}

export type Script = (request: Received, response: ServerResponse) => void

/** A web server that answers what a test says: for what a well-behaved simulator must not do. */
export async function scriptedMaas(script: Script): Promise<ScriptedMaas> {
  const received: Received[] = []
  const serve = async (wire: IncomingMessage, response: ServerResponse) => {
    const request = {
      method: wire.method ?? '',
      url: wire.url ?? '',
      authorization: wire.headers.authorization ?? '',
      contentType: wire.headers['content-type'],
      body: await text(wire),
    }
    received.push(request)
    script(request, response)
  }
  const server = createServer((wire, response) => void serve(wire, response).catch(() => response.destroy()))
  return { ...(await listening(server)), received }
}

/** A TCP server that answers raw bytes, or cuts, or says nothing. */
export async function rawServer(onConnection: (socket: Socket) => void) {
  return listening(createTcpServer(onConnection))
}

async function listening(server: ReturnType<typeof createTcpServer> | ReturnType<typeof createServer>) {
  const sockets = new Set<Socket>()
  let connections = 0
  server.on('connection', (socket: Socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port.')
  return {
    url: `http://127.0.0.1:${address.port}/MAAS`,
    open: () => sockets.size,
    connections: () => connections,
    ended: () => connections - sockets.size,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((closed) => server.close(closed))
    },
  }
}

/** Answers with JSON as MAAS does. */
export function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(value))
}

/** Answers with a plain sentence as MAAS does. */
export function sentence(
  response: ServerResponse,
  status: number,
  text: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, { 'content-type': type }).end(text)
}
