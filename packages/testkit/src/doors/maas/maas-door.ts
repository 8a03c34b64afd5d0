import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { answer, locate } from './answer.ts'
import { planBoot } from './boot-plan.ts'
import { callOf, callKinds } from './call-name.ts'
import { MalformedBody, readBody, urlencoded } from './fields.ts'
import { httpWire } from './wire.ts'
import { intervene } from './interventions.ts'
import { machinesLeftBehind } from './leftovers.ts'
import { createRegion } from './new-region.ts'
import { labName } from './region.ts'
import { OAuthCheck } from './oauth.ts'
import { readRecord } from './machine-list.ts'
import { apiKeyText } from './users.ts'
import { wallNow } from './server-time.ts'
import type { MaasDoor, MaasDoorOptions } from '../door.ts'
import type { Body } from './fields.ts'
import type { Incoming } from './answer.ts'
import type { MaasNode } from './node.ts'
import type { MaasQuirks } from './quirks.ts'
import type { Region } from './region.ts'

/** The simulated MAAS 3.3 region controller, and what a person can make it do wrong. */
export interface SimulatedMaas extends MaasDoor {
  /** How a machine misbehaves; change its fields at any time. */
  quirks(systemId: string): MaasQuirks
  /** What the server's clock is ahead of the wall; 301 s and more make every request of an honest client "expired". Default 0. */
  clockSkewMs: number
}

const LOOPBACK = '127.0.0.1'
/** nginx's in front of a packaged region. */
const KEEP_ALIVE_MS = 65_000
const LARGEST_BODY = 16 * 1024 * 1024

/**
 * Opens the simulated MAAS on loopback: MAAS 3.3.11's API 2.0 as recorded from a real region controller, over the world's
 * machines, in lab time. It also plans what the machines boot.
 */
export async function createMaasDoor(options: MaasDoorOptions): Promise<SimulatedMaas> {
  const region = createRegion(options)
  const skew = { ms: 0 }
  const serverMs = () => wallNow() + skew.ms
  const oauth = new OAuthCheck(
    () => region.users.values(),
    () => serverMs() / 1000,
  )
  options.faults.declare(callKinds())
  for (const machine of options.world.machines) machine.bootPlanner = (booting) => planBoot(region, booting)

  const open = new Map<ServerResponse, string>()
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    open.set(response, `${request.method} ${request.url?.split('?', 1)[0]}`)
    response.once('close', () => open.delete(response))
    serveRequest(options, region, oauth, request, response, serverMs).catch(() => response.socket?.destroy())
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, LOOPBACK, resolve)
  })
  const node = (systemId: string): MaasNode =>
    known(region.nodes.get(systemId), `No machine with system_id ${systemId}`)

  return {
    url: `http://${LOOPBACK}:${portOf(server)}/MAAS`,
    apiKey: (user) => apiKeyText(known(region.users.get(user), `No MAAS user ${user}`).key),
    record: (systemId) => readRecord(region, node(systemId)),
    powerParameters: (systemId) =>
      Object.fromEntries(Object.entries(node(systemId).powerParameters).map(([name, value]) => [name, String(value)])),
    systemId: (hostname) =>
      known(
        [...region.nodes.values()].find((one) => labName(region, one) === hostname),
        `No machine called ${hostname}`,
      ).systemId,
    intervene: (systemId, act) => intervene(region, node(systemId), act),
    quirks: (systemId) => quirksFor(region, node(systemId)),
    leftovers: () =>
      [...open.values()].map((what) => `MAAS: unfinished request ${what}`).concat(machinesLeftBehind(region)),
    get clockSkewMs() {
      return skew.ms
    },
    set clockSkewMs(ms: number) {
      skew.ms = ms
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function quirksFor(region: Region, node: MaasNode): MaasQuirks {
  const quirks = region.quirks.get(node.systemId) ?? {}
  region.quirks.set(node.systemId, quirks)
  return quirks
}

async function serveRequest(
  options: MaasDoorOptions,
  region: Region,
  oauth: OAuthCheck,
  request: IncomingMessage,
  response: ServerResponse,
  serverMs: () => number,
): Promise<void> {
  const wire = httpWire(response, serverMs)
  const routed = locate(await incomingOf(request))
  await options.serve(callOf(region, routed), () => answer(region, oauth, routed), wire)
}

async function incomingOf(request: IncomingMessage): Promise<Incoming> {
  const url = new URL(request.url ?? '/', `http://${request.headers.host ?? LOOPBACK}`)
  const raw = await readAll(request)
  return {
    method: request.method ?? 'GET',
    url,
    authorization: request.headers.authorization,
    query: urlencoded(url.search.slice(1)),
    body: await bodyOf(request.headers['content-type'], raw),
  }
}

async function bodyOf(contentType: string | undefined, raw: Buffer): Promise<Body | 'malformed'> {
  try {
    return await readBody(contentType, raw)
  } catch (error) {
    if (error instanceof MalformedBody) return 'malformed'
    throw error
  }
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > LARGEST_BODY) throw new Error('request body too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The MAAS door listens nowhere')
  return address.port
}

function known<T>(value: T | undefined, complaint: string): T {
  if (value === undefined) throw new Error(complaint)
  return value
}
