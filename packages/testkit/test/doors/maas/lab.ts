import { createCalls } from '../../../src/call.ts'
import { createLabClock } from '../../../src/clock.ts'
import { createFaults } from '../../../src/faults.ts'
import { createRequestLog } from '../../../src/log.ts'
import { createMaasDoor } from '../../../src/doors/maas/maas-door.ts'
import { createWorld } from '../../../src/world/world.ts'
import type { LabClock, ClockMode } from '../../../src/clock.ts'
import type { FaultBook } from '../../../src/faults.ts'
import type { LabServerSpec } from '../../../src/lab.ts'
import type { RequestRecorder } from '../../../src/log.ts'
import type { SimulatedMaas } from '../../../src/doors/maas/maas-door.ts'
import type { World } from '../../../src/world/world.ts'

export const KEY_LINE = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1Tq0m3lGqyzqv1Wj2C5Yz7Y3l9l4Y5y9m0j5Jc3n5x ada@laptop'

/** A record of a machine, as far as these tests look at it. */
export interface MachineJson {
  system_id: string
  hostname: string
  status: number
  status_name: string
  status_message: string | null
  owner: string | null
  power_state: string
  commissioning_status: number
  commissioning_status_name: string
  current_commissioning_result_id: number | null
  ip_addresses: string[]
  tag_names: string[]
  hardware_info: Record<string, string>
  workload_annotations: Record<string, string>
  [field: string]: unknown
}

/** An answer with its body read. */
export interface HttpAnswer {
  status: number
  type: string
  headers: Headers
  text: string
  json: any
}

/** A MAAS over a world, without the rest of a lab. */
export class TestMaas implements AsyncDisposable {
  private constructor(
    readonly door: SimulatedMaas,
    readonly clock: LabClock,
    readonly world: World,
    readonly faults: FaultBook,
    readonly log: RequestRecorder,
  ) {}

  static async open(servers: readonly LabServerSpec[], mode: ClockMode = 'stepped'): Promise<TestMaas> {
    const clock = createLabClock(mode)
    const world = createWorld(clock, servers)
    const faults = createFaults()
    const log = createRequestLog(clock)
    const users = [
      { name: 'admin', admin: true, sshKey: KEY_LINE },
      { name: 'bob', admin: false, sshKey: undefined },
      { name: 'eve', admin: true, sshKey: undefined },
    ]
    const calls = createCalls({ clock, faults, log })
    const door = await createMaasDoor({ world, clock, faults, log, ...calls, users, servers })
    return new TestMaas(door, clock, world, faults, log)
  }

  /** `as`: a user, or null for a request without credentials. A body is sent urlencoded. */
  async call(
    method: string,
    path: string,
    options: { as?: string | null; body?: Record<string, string | readonly string[]> } = {},
  ): Promise<HttpAnswer> {
    const { as = 'admin', body } = options
    const headers: Record<string, string> = as === null ? {} : { authorization: this.sign(as) }
    if (body) headers['content-type'] = 'application/x-www-form-urlencoded'
    return this.raw(method, path, headers, body ? encode(body) : undefined)
  }

  async raw(
    method: string,
    path: string,
    headers: Record<string, string>,
    body?: string | FormData,
  ): Promise<HttpAnswer> {
    const url = path.startsWith('/') ? new URL(path, this.door.url).href : `${this.door.url}/api/2.0/${path}`
    const response = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) })
    const text = await response.text()
    const type = response.headers.get('content-type') ?? ''
    return {
      status: response.status,
      type,
      headers: response.headers,
      text,
      json: type.includes('json') ? JSON.parse(text) : undefined,
    }
  }

  sign(user: string, changes: Record<string, string | undefined> = {}): string {
    const [consumer = '', token = '', secret = ''] = this.door.apiKey(user).split(':')
    const params: Record<string, string | undefined> = {
      oauth_version: '1.0',
      oauth_signature_method: 'PLAINTEXT',
      oauth_consumer_key: consumer,
      oauth_token: token,
      oauth_signature: `%26${secret}`,
      oauth_timestamp: String(Math.floor((performance.timeOrigin + performance.now()) / 1000)),
      oauth_nonce: `${Math.floor(performance.now() * 1e6)}-${(nonces += 1)}`,
      ...changes,
    }
    const parts = Object.entries(params).flatMap(([name, value]) => (value === undefined ? [] : [`${name}="${value}"`]))
    return `OAuth ${parts.join(', ')}`
  }

  id(hostname: string): string {
    return this.door.systemId(hostname)
  }

  /** The record by GET. */
  async record(hostname: string): Promise<MachineJson> {
    return (await this.call('GET', `machines/${this.id(hostname)}/`)).json
  }

  /** The record without a request. */
  peek(hostname: string): MachineJson {
    return JSON.parse(JSON.stringify(this.door.record(this.id(hostname))))
  }

  /** POST `machines/{id}/?op=…`. */
  op(hostname: string, op: string, body: Record<string, string> = {}, as = 'admin'): Promise<HttpAnswer> {
    return this.call('POST', `machines/${this.id(hostname)}/?op=${op}`, { as, body })
  }

  /** Lets lab time pass until a record looks as wanted; fails after `most` lab milliseconds. */
  async until(
    hostname: string,
    wanted: (record: MachineJson) => boolean,
    most = 1_200_000,
    step = 500,
  ): Promise<MachineJson> {
    for (let spent = 0; spent <= most; spent += step) {
      const record = this.peek(hostname)
      if (wanted(record)) return record
      await this.clock.advance(step)
    }
    throw new Error(`${hostname} never got there: ${JSON.stringify(brief(this.peek(hostname)))}`)
  }

  /** Commissions with SSH and without tests, up to Ready. */
  async commission(hostname: string): Promise<MachineJson> {
    const answer = await this.op(hostname, 'commission', {
      enable_ssh: '1',
      skip_bmc_config: '1',
      testing_scripts: 'none',
    })
    if (answer.status !== 200) throw new Error(`commission: ${answer.status} ${answer.text}`)
    return this.until(hostname, (record) => record.status === 4)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.door.close()
    this.clock.close()
  }
}

let nonces = 0

/** What most tests compare. */
export function brief(record: MachineJson): Pick<MachineJson, 'status' | 'owner' | 'power_state' | 'status_message'> {
  const { status, owner, power_state, status_message } = record
  return { status, owner, power_state, status_message }
}

function encode(body: Record<string, string | readonly string[]>): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(body)) {
    for (const each of typeof value === 'string' ? [value] : value) params.append(name, each)
  }
  return params.toString()
}
