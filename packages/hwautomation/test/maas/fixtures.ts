import { expect } from 'vitest'
import { systemClock, type Clock } from '../../src/clock.ts'
import { isHwError, type HwError } from '../../src/errors.ts'
import { MaasClient, type MaasClientOptions } from '../../src/maas/maas-client.ts'
import { Redactor } from '../../src/redaction.ts'

export const SECRET = 'SecretTokenPart9876543210abcdef'
export const API_KEY = `ConsumerPart123456:TokenPart1234567890:${SECRET}`

/** For what a server never answers. */
export const SHORT = { power: 500, other: 500 }

/** A client that waits long enough for a busy machine, unless told otherwise. */
export function client(url: string, options: Partial<MaasClientOptions> = {}): MaasClient {
  return new MaasClient({
    url,
    apiKey: API_KEY,
    clock: instantClock,
    redactor: new Redactor(),
    timeouts: { power: 10_000, other: 10_000 },
    ...options,
  })
}

/** Wall time, but nobody waits: for the pauses between the tries of a read. */
export const instantClock: Clock = {
  now: () => systemClock.now(),
  async sleep(_, signal) {
    signal?.throwIfAborted()
  },
}

/** `expect.poll` with a deadline for a busy machine. */
export function eventually<T>(look: () => T) {
  return expect.poll(look, { timeout: 10_000, interval: 5 })
}

/** The error a promise rejects with; fails the test where it is none of the family, or where it resolves. */
export async function failure(promise: Promise<unknown>): Promise<HwError> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  if ('error' in outcome && isHwError(outcome.error)) return outcome.error
  throw new Error(`Expected an error of the family, got ${JSON.stringify(outcome)}`)
}

/** Everything an error carries, as text: own properties, hidden ones too, and all causes. */
export function everythingIn(value: unknown, seen = new Set<unknown>()): string {
  if (value === null || typeof value !== 'object') return String(value)
  if (seen.has(value)) return ''
  seen.add(value)
  return Reflect.ownKeys(value)
    .map((key) => `${String(key)}=${everythingIn(Reflect.get(value, key), seen)}`)
    .join('\n')
}

/** A machine record with what the schema asks for; values of MAAS 3.3's recorded answers. */
export function machineRecord(system_id = 'p3wxky', changes: Readonly<Record<string, unknown>> = {}) {
  const boot_interface = {
    id: 1,
    name: 'eth0',
    mac_address: '52:54:00:00:01:01',
    type: 'physical',
    enabled: true,
    link_connected: true,
    discovered: [{ subnet: { cidr: '10.1.0.0/24' }, ip_address: '10.1.0.50' }],
    links: [{ id: 2, mode: 'auto', subnet: { cidr: '10.1.0.0/24' } }],
  }
  return {
    system_id,
    hostname: `host-${system_id}`,
    fqdn: `host-${system_id}.maas`,
    status: 4,
    status_name: 'Ready',
    status_message: 'Ready',
    status_action: '',
    owner: null,
    locked: false,
    power_state: 'on',
    power_type: 'ipmi',
    architecture: 'amd64/generic',
    hardware_uuid: '4c4c4544-0034-4810-8033-000000000001',
    hardware_info: { system_vendor: 'ExampleCorp', system_serial: 'SN0001' },
    ip_addresses: ['10.1.0.50'],
    boot_interface,
    interface_set: [boot_interface, { ...boot_interface, id: 17, name: 'eth1', discovered: null, links: [] }],
    tag_names: [],
    workload_annotations: {},
    commissioning_status: 2,
    commissioning_status_name: 'Passed',
    testing_status: -1,
    testing_status_name: 'Unknown',
    current_commissioning_result_id: 11,
    netboot: true,
    bios_boot_method: null,
    pool: { name: 'default', id: 0 },
    zone: { name: 'default', id: 1 },
    ...changes,
  }
}

/** A clock moved by hand. */
export class HandClock implements Clock {
  #now = Date.UTC(2026, 10, 23)
  readonly #sleepers = new Set<{ readonly until: number; readonly wake: () => void }>()

  now(): number {
    return this.#now
  }

  /** How many sleep now. */
  get sleeping(): number {
    return this.#sleepers.size
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#sleepers.delete(sleeper)
        signal?.removeEventListener('abort', onAbort)
      }
      const onAbort = () => {
        leave()
        reject(signal?.reason)
      }
      const wake = () => {
        leave()
        resolve()
      }
      const sleeper = { until: this.#now + ms, wake }
      if (signal?.aborted === true) return reject(signal.reason)
      signal?.addEventListener('abort', onAbort)
      this.#sleepers.add(sleeper)
    })
  }

  advance(ms: number): void {
    this.#now += ms
    for (const sleeper of [...this.#sleepers].filter(({ until }) => until <= this.#now)) sleeper.wake()
  }
}
