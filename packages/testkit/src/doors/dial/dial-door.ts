import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Wire } from '../../call.ts'
import type { Machine } from '../../world/machine.ts'
import type { DialDoor, DialDoorOptions } from '../door.ts'
import { routeTo, type Route } from './route.ts'

/** What a CONNECT is answered with: the tunnel, or why there is none. `error` is the word of RFC 9209 (Proxy-Status). */
type Reply =
  | { readonly status: 200; readonly route: Extract<Route, { open: true }> }
  | { readonly status: number; readonly error: string; readonly text: string }

/**
 * The way into the lab's networks: an HTTP proxy that knows CONNECT only (RFC 9110 §9.3.6), on a loopback port.
 * Port 443 of a BMC leads to its Redfish service, port 22 of a booted host to its SSH server. A tunnel is cut when what it
 * leads to goes away: the host goes down or reboots, the BMC resets or moves to another address.
 */
export async function createDialDoor(options: DialDoorOptions): Promise<DialDoor> {
  const { world, faults, serve } = options
  const tunnels = new Map<Duplex, string>()
  const sockets = new Set<Socket>()
  faults.declare([
    {
      call: 'dial connect *',
      mutating: false,
      modes: ['refuse', 'hang', 'slow', 'drop-before-effect', 'drop-mid-reply', 'reply-lost-after-effect'],
    },
  ])

  const server = createServer((_request, response) => {
    response.writeHead(405, { Allow: 'CONNECT', 'Content-Type': 'text/plain' }).end('This proxy knows CONNECT only.\n')
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
  })
  server.on('connect', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const target = request.url ?? ''
    const route = head.length > 0 ? undefined : routeTo(world, target)
    const call = {
      door: 'dial',
      ...(route?.machine === undefined ? {} : { server: route.machine.hostname }),
      call: `dial connect ${serviceOf(target)}`,
      mutating: false,
      detail: target,
    } as const
    const answer = () => ({
      reply: (): Reply => {
        const now = head.length > 0 ? undefined : routeTo(world, target)
        if (now === undefined)
          return {
            status: 400,
            error: 'http_request_error',
            text: `not an address and a port, or data before the tunnel: ${target}`,
          }
        return now.open ? { status: 200, route: now } : { status: now.status, error: now.error, text: now.text }
      },
    })
    serve(call, answer, wireOf(socket, open)).catch(() => socket.destroy())
  })

  const open = (socket: Duplex, { machine, role, address, port }: Extract<Route, { open: true }>) => {
    // Gone while a slow answer was on its way: its close has been heard already.
    if (socket.destroyed) return
    const standsStill = landmark(machine, role)
    const stop = machine.onChange(() => {
      if (!standsStill()) socket.destroy()
    })
    tunnels.set(socket, `open connection to ${address}:${port} (${role} of ${machine.hostname})`)
    socket.on('close', () => {
      stop()
      tunnels.delete(socket)
    })
    const door = role === 'bmc' ? options.redfish : options.ssh
    door.handle(socket, machine)
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    leftovers: () => [...tunnels.values()],
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

function portOf(address: string | AddressInfo | null): number {
  if (address === null || typeof address === 'string') throw new Error('The proxy listens on no port')
  return address.port
}

/** True as long as the boot, or the BMC's address, is the one that was dialled. */
function landmark(machine: Machine, role: 'host' | 'bmc'): () => boolean {
  const { boot } = machine
  const { address } = machine.bmc.network
  return role === 'host'
    ? () => machine.phase === 'up' && machine.boot === boot
    : () => machine.bmc.reachable && machine.bmc.network.address === address
}

function serviceOf(target: string): string {
  const port = target.slice(target.lastIndexOf(':') + 1)
  return port === '22' ? 'ssh' : port === '443' ? 'redfish' : 'other'
}

function wireOf(socket: Duplex, open: (socket: Duplex, route: Extract<Route, { open: true }>) => void): Wire<Reply> {
  const gone = new AbortController()
  socket.on('close', () => gone.abort())
  socket.on('error', () => {})
  // Nothing reads the socket before there is a tunnel: without a listener a client that gives up would go unnoticed.
  const watch = () => {}
  socket.on('readable', watch).on('end', () => socket.end())
  const refused: Reply = { status: 502, error: 'connection_refused', text: 'connect ECONNREFUSED' }
  return {
    gone: gone.signal,
    send(reply) {
      if (!('route' in reply)) {
        socket.end(textOf(reply))
        return
      }
      socket.write(textOf(reply))
      socket.off('readable', watch)
      open(socket, reply.route)
    },
    sendHalf(reply) {
      const text = textOf(reply)
      socket.write(text.slice(0, text.length / 2), () => socket.destroy())
    },
    cut: () => void socket.destroy(),
    refuse: () => void socket.end(textOf(refused)),
    garbage: (reply) => reply,
    refusal: (_mode, status) => ({ ...refused, status: status ?? refused.status }),
    outcome: (reply) => reply.status,
  }
}

function textOf(reply: Reply): string {
  if ('route' in reply) return 'HTTP/1.1 200 Connection established\r\n\r\n'
  const reason = reply.error.replaceAll('_', ' ')
  const body = `${reply.text}\n`
  const headers = `Proxy-Status: hwautomation-lab; error=${reply.error}\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\nConnection: close`
  return `HTTP/1.1 ${reply.status} ${reason}\r\n${headers}\r\n\r\n${body}`
}
