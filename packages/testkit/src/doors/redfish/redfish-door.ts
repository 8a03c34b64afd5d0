import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { createSecureContext, TLSSocket, type SecureContext } from 'node:tls'
import type { Machine } from '../../world/machine.ts'
import type { DoorContext, RedfishDoor } from '../door.ts'
import { dialectOf } from './dialects.ts'
import { answerTo, callOf } from './exchange.ts'
import { httpWire } from './http-wire.ts'
import type { Resource } from './resource.ts'
import { createSessions, type Sessions } from './sessions.ts'

/**
 * The Redfish services of all BMCs of a lab, each in the dialect of its vendor. Each BMC has a certificate of its own; it and the
 * server behind it are made at the first connection. What is assumed is marked where it stands.
 */
export function createRedfishDoor(context: DoorContext): RedfishDoor {
  const { world, clock, faults, serve } = context
  const servers = new Map<Machine, Promise<{ server: Server; secureContext: SecureContext }>>()
  const services: Sessions[] = []
  const unfinished = new Map<IncomingMessage, string>()
  faults.declare([
    { call: 'redfish POST /redfish/v1/SessionService/Sessions', mutating: true, extra: ['session-limit'] },
    { call: 'redfish PATCH *', mutating: true, extra: ['licence-missing'] },
    { call: 'redfish POST *', mutating: true, extra: ['licence-missing'] },
  ])

  const serverOf = (machine: Machine) => {
    let made = servers.get(machine)
    if (made === undefined) {
      const dialect = dialectOf(machine)
      const sessions = createSessions(machine, clock, dialect.sessions)
      services.push(sessions)
      const resources = dialect.resourcesOf(machine)
      const server = createServer((request, response) => {
        unfinished.set(request, `unfinished ${request.method} ${request.url} at the BMC of ${machine.hostname}`)
        response.on('close', () => unfinished.delete(request))
        exchange(machine, request, response, { sessions, resources }).catch(() => request.socket.destroy())
      })
      made = machine.bmc.certificate().then((pair) => ({ server, secureContext: createSecureContext(pair) }))
      servers.set(machine, made)
    }
    return made
  }

  const exchange = async (
    machine: Machine,
    request: IncomingMessage,
    response: ServerResponse,
    service: { sessions: Sessions; resources: readonly Resource[] },
  ) => {
    const text = await bodyText(request)
    const call = callOf(machine, service.resources, request)
    await serve(
      call,
      () => answerTo({ machine, clock, ...service, request, text }),
      httpWire(dialectOf(machine), request, response),
    )
  }

  return {
    handle(socket: Duplex, machine) {
      const release = clock.holdStill()
      serverOf(machine)
        .then(({ server, secureContext }) => {
          if (!socket.destroyed) server.emit('connection', secured(socket, secureContext))
        })
        .catch(() => socket.destroy())
        .finally(release)
    },
    leftovers() {
      for (const sessions of services) sessions.expire()
      return [
        ...unfinished.values(),
        ...world.machines.flatMap(({ hostname, bmc }) =>
          [...bmc.sessions].map(([id, { user }]) => `open Redfish session ${id} of ${user} at the BMC of ${hostname}`),
        ),
      ]
    },
    async close() {
      for (const made of await Promise.allSettled(servers.values()))
        if (made.status === 'fulfilled') made.value.server.closeAllConnections()
    },
  }
}

/** Both end together: an aborted handshake must not leave the tunnel open, nor a cut tunnel the exchange. */
function secured(socket: Duplex, secureContext: SecureContext): TLSSocket {
  const secure = new TLSSocket(socket, { isServer: true, secureContext })
  secure.on('error', () => {}).on('close', () => socket.destroy())
  socket.on('close', () => secure.destroy())
  return secure
}

async function bodyText(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk)
  return text
}
