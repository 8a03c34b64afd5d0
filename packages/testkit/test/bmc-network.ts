import net from 'node:net'
import { connect as tlsConnect, type TLSSocket } from 'node:tls'
import { request as httpsRequest } from 'node:https'
import type { IncomingHttpHeaders } from 'node:http'
import { createCalls } from '../src/call.ts'
import { createLabClock, type ClockMode } from '../src/clock.ts'
import { createDialDoor } from '../src/doors/dial/dial-door.ts'
import { createRedfishDoor } from '../src/doors/redfish/redfish-door.ts'
import { createFaults } from '../src/faults.ts'
import type { LabServerSpec } from '../src/lab.ts'
import { createRequestLog } from '../src/log.ts'
import { createWorld } from '../src/world/world.ts'

/** The part of a lab without MAAS: world, dial and Redfish; port 22 says hello and echoes. */
export async function startNetwork(
  servers: readonly LabServerSpec[] = [{ hostname: 'srv001' }],
  mode: ClockMode = 'auto',
) {
  const clock = createLabClock(mode)
  const log = createRequestLog(clock)
  const faults = createFaults()
  const world = createWorld(clock, servers)
  const context = { world, clock, faults, log, ...createCalls({ clock, faults, log }) }
  const redfish = createRedfishDoor(context)
  const ssh = {
    handle(socket: import('node:stream').Duplex, machine: { hostname: string }) {
      socket.write(`hello from ${machine.hostname}\n`)
      socket.on('data', (data: Buffer) => socket.write(data))
    },
  }
  const dial = await createDialDoor({ ...context, ssh, redfish })
  const port = Number(new URL(dial.url).port)
  const first = world.machines[0]
  if (first === undefined) throw new Error('a network without servers')
  return {
    ...context,
    machine: first,
    dial,
    redfish,
    port,
    tunnel: (target: string) => tunnel(port, target),
    ilo: (address = first.bmc.network.address) => createIlo(port, address),
    async [Symbol.asyncDispose]() {
      await dial.close()
      await redfish.close()
      clock.close()
    },
  }
}

export interface Tunnel {
  readonly status: number
  readonly head: string
  readonly socket: net.Socket
  readonly closed: Promise<void>
}

/** A CONNECT; resolves with the head of the answer (and, for a refusal, its body). Rejects when the connection is cut first. */
export function tunnel(port: number, target: string): Promise<Tunnel> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () =>
      socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`),
    )
    const closed = new Promise<void>((done) => socket.once('close', () => done()))
    let text = ''
    const read = (data: Buffer) => {
      text += data.toString('latin1')
      const end = text.indexOf('\r\n\r\n')
      if (end < 0) return
      socket.off('data', read)
      const rest = text.slice(end + 4)
      const status = Number(text.split(' ')[1])
      if (status === 200) {
        socket.pause()
        if (rest.length > 0) socket.unshift(Buffer.from(rest, 'latin1'))
      } else socket.resume()
      resolve({ status, head: text, socket, closed })
    }
    socket.on('data', read)
    socket.on('error', reject)
    socket.once('close', () => reject(new Error('cut')))
  })
}

export interface IloAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into foreign JSON
  readonly body: any
  readonly socket: TLSSocket
}

/** A plain HTTPS client of one BMC, a fresh connection per request. */
export function createIlo(port: number, address: string) {
  const call = async (
    method: string,
    path: string,
    options: { headers?: Record<string, string>; body?: unknown } = {},
  ): Promise<IloAnswer> => {
    const { socket: raw, status } = await tunnel(port, `${address}:443`)
    if (status !== 200) throw new Error(`CONNECT answered ${status}`)
    const socket = tlsConnect({ socket: raw, rejectUnauthorized: false })
    return new Promise<IloAnswer>((resolve, reject) => {
      const text =
        options.body === undefined
          ? undefined
          : typeof options.body === 'string'
            ? options.body
            : JSON.stringify(options.body)
      const headers = {
        Connection: 'close',
        ...(text === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...options.headers,
      }
      const request = httpsRequest(
        { createConnection: () => socket, host: address, port: 443, defaultPort: 443, method, path, headers },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('error', reject)
          response.on('end', () => {
            const answer = Buffer.concat(chunks).toString()
            const isJson =
              response.headers['content-type']?.startsWith('application/json') === true &&
              response.headers['content-encoding'] === undefined
            const body: unknown = isJson && answer !== '' ? JSON.parse(answer) : undefined
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text: answer, body, socket })
          })
        },
      )
      request.on('error', reject)
      request.end(text)
    })
  }
  return {
    call,
    get: (path: string, token?: string) =>
      call('GET', path, token === undefined ? {} : { headers: { 'X-Auth-Token': token } }),
    async logIn(user: { name: string; password: string }) {
      const answer = await call('POST', '/redfish/v1/SessionService/Sessions/', {
        body: { UserName: user.name, Password: user.password },
      })
      return {
        answer,
        token: String(answer.headers['x-auth-token']),
        location: new URL(answer.headers.location ?? '/', 'https://bmc').pathname,
      }
    },
  }
}

/** The port that a server listens on. */
export function portOf(server: net.Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('not listening')
  return address.port
}

/** MessageId of the first entry of HPE's envelope. */
export function messageId(answer: IloAnswer): string | undefined {
  const body: { error?: { '@Message.ExtendedInfo'?: { MessageId?: string }[] } } | undefined = answer.body
  return body?.error?.['@Message.ExtendedInfo']?.[0]?.MessageId
}
