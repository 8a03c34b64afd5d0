import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '../../../src/clock.ts'
import { RedfishClient } from '../../../src/bmc/redfish/redfish-client.ts'
import type { RedfishClientOptions } from '../../../src/bmc/redfish/redfish-client.ts'
import { dialDirect } from '../../../src/dial.ts'
import { bmcCertificate, startHttpsBmc } from './raw-bmc.ts'
import type { RawBmc } from './raw-bmc.ts'

export const credentials = { user: 'hwa', password: 'S3cret/pass word' }

type Json = Record<string, unknown>
/** Takes a request over from the standard answers by returning true. */
type Twist = (
  request: IncomingMessage & { readonly json: unknown },
  response: ServerResponse,
  ilo: ScriptedIlo,
) => boolean

/** A BMC with the standard answers of an iLO, each of which a test can twist. */
export interface ScriptedIlo extends RawBmc {
  readonly sessions: Map<string, string>
  readonly system: Json
  /** Of the injected clock: called at each sleep. */
  onSleep: (elapsedMs: number) => void
  client(options?: Partial<RedfishClientOptions>): RedfishClient
  /** Requests other than service root and login. */
  readonly after: () => string[]
}

const certificate = bmcCertificate()

export async function startIlo(twist: Twist = () => false): Promise<ScriptedIlo> {
  const { cert, key, fingerprint } = await certificate
  const sessions = new Map<string, string>()
  const system: Json = {
    SerialNumber: 'CZ2D1234AB',
    UUID: '30363450-3738-5A43-3244-313233344142',
    SKU: 'P46087-B21',
    Model: 'ProLiant RL300 Gen11',
    Manufacturer: 'HPE',
    BiosVersion: 'U65 v1.62 (08/01/2024)',
    AssetTag: '',
    PowerState: 'On',
    Bios: { '@odata.id': '/redfish/v1/systems/1/bios/' },
    Actions: {
      '#ComputerSystem.Reset': {
        target: '/redfish/v1/Systems/1/Actions/ComputerSystem.Reset/',
        'ResetType@Redfish.AllowableValues': ['On', 'ForceOff', 'ForceRestart', 'GracefulShutdown'],
      },
    },
    Oem: { Hpe: { PostState: 'FinishedPost' } },
  }
  const bmc = await startHttpsBmc({ cert, key, fingerprint }, (request, response) => {
    if (twist(request, response, ilo)) return
    const path = (request.url ?? '').replace(/\/$/, '')
    const session = path.startsWith(`${SESSIONS}/`) ? path.slice(SESSIONS.length + 1) : undefined
    if (path === '/redfish/v1')
      return json(response, 200, {
        UUID: '11111111-2222-3333-4444-555555555556',
        Vendor: 'HPE',
        Product: 'ProLiant RL300 Gen11',
        RedfishVersion: '1.13.0',
        Oem: { Hpe: {} },
        Systems: { '@odata.id': '/redfish/v1/Systems/' },
        Links: { Sessions: { '@odata.id': `${SESSIONS}/` } },
      })
    if (path === SESSIONS && request.method === 'POST') {
      const { UserName, Password } = Object(request.json)
      if (UserName !== credentials.user || Password !== credentials.password)
        return failure(response, 401, 'iLO.2.15.UnauthorizedLoginAttempt')
      const id = `hwa${sessions.size}${'0'.repeat(16)}`
      sessions.set(id, `token-${id}`)
      response
        .setHeader('x-auth-token', `token-${id}`)
        .setHeader('location', `https://ilo-by-another-name.example${SESSIONS}/${id}/`)
      return failure(response, 201, 'Base.0.10.Created')
    }
    if (![...sessions.values()].includes(String(request.headers['x-auth-token'])))
      return failure(response, 401, 'Base.1.12.NoValidSession')
    if (session !== undefined && request.method === 'DELETE')
      return failure(response, sessions.delete(session) ? 200 : 404, 'Base.1.12.Success')
    if (session !== undefined) return json(response, 200, { Id: session })
    if (path === '/redfish/v1/Systems')
      return json(response, 200, { Members: [{ '@odata.id': '/redfish/v1/Systems/1/' }] })
    if (path === '/redfish/v1/Systems/1') return json(response, 200, system)
    return failure(response, 404, 'Base.1.12.ResourceMissingAtURI', path)
  })
  const ilo: ScriptedIlo = Object.assign(bmc, {
    sessions,
    system,
    onSleep: () => {},
    after: () => bmc.requests.slice(2),
    client: (options: Partial<RedfishClientOptions> = {}) =>
      new RedfishClient({
        host: '127.0.0.1',
        port: bmc.port,
        dial: dialDirect(),
        clock: clockOf(() => ilo),
        certificate: { mode: 'pin', sha256: fingerprint },
        cleanupTimeoutMs: 2_000,
        ...options,
      }),
  })
  return ilo
}

const SESSIONS = '/redfish/v1/SessionService/Sessions'

/** Time passes only in sleeps, and at once. */
function clockOf(ilo: () => ScriptedIlo): Clock {
  const start = Date.UTC(2026, 0, 1)
  let elapsed = 0
  return {
    now: () => start + elapsed,
    async sleep(ms, signal) {
      signal?.throwIfAborted()
      elapsed += ms
      ilo().onSleep(elapsed)
      signal?.throwIfAborted()
    },
  }
}

export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(body))
}

/** HPE's envelope: no texts. */
export function failure(response: ServerResponse, status: number, MessageId: string, ...MessageArgs: string[]): void {
  json(response, status, {
    error: {
      code: 'iLO.0.10.ExtendedInfo',
      message: 'See @Message.ExtendedInfo for more information.',
      '@Message.ExtendedInfo': [{ MessageId, MessageArgs }],
    },
  })
}
