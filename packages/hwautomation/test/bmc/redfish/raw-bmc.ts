import { X509Certificate } from 'node:crypto'
import { createServer as createHttps } from 'node:https'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Server, Socket } from 'node:net'
import { createServer as createTls } from 'node:tls'
import type { TLSSocket } from 'node:tls'
import { generate } from 'selfsigned'

/** A certificate as a BMC makes it for itself. */
export interface BmcCertificate {
  readonly cert: string
  readonly key: string
  /** SHA-256, as OpenSSL prints it: upper case with colons. */
  readonly fingerprint: string
}

export async function bmcCertificate(name = 'ILO000000000', address?: string): Promise<BmcCertificate> {
  const pems = await generate([{ name: 'commonName', value: name }], {
    keyType: 'ec',
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: address === undefined ? [{ type: 2, value: name }] : [{ type: 7, ip: address }],
      },
    ],
  })
  return { cert: pems.cert, key: pems.private, fingerprint: new X509Certificate(pems.cert).fingerprint256 }
}

/** A BMC that answers as the test says. */
export interface RawBmc extends AsyncDisposable {
  readonly port: number
  /** `GET /redfish/v1/` …, in order of arrival. */
  readonly requests: readonly string[]
  /** Connections open right now. */
  openSockets(): number
}

export type Handler = (request: IncomingMessage & { readonly json: unknown }, response: ServerResponse) => void

export async function startHttpsBmc(certificate: BmcCertificate, handler: Handler): Promise<RawBmc> {
  const requests: string[] = []
  const server = createHttps({ cert: certificate.cert, key: certificate.key }, (request, response) => {
    requests.push(`${request.method} ${request.url}`)
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      handler(Object.assign(request, { json: text === '' ? undefined : (JSON.parse(text) as unknown) }), response)
    })
  })
  return listen(server, requests)
}

/** TLS with nothing behind it; `onConnection` gets the plain socket. */
export async function startTlsBmc(
  certificate: BmcCertificate,
  onConnection: (socket: TLSSocket) => void,
): Promise<RawBmc> {
  return listen(createTls({ cert: certificate.cert, key: certificate.key }, onConnection), [])
}

/** Of a TCP server that listens. */
export function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server does not listen')
  return address.port
}

async function listen(server: Server, requests: string[]): Promise<RawBmc> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  server.on('tlsClientError', () => {})
  server.on('secureConnection', (socket: Socket) => socket.on('error', () => {}))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: portOf(server),
    requests,
    openSockets: () => sockets.size,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
