import { createLab, type Lab, type LabOptions } from '@hwautomation/testkit'
import {
  createHwAutomation,
  HwError,
  MemoryStore,
  ServerProvisioningWorkflow,
  type HwAutomation,
  type HwAutomationOptions,
  type ProvisioningRequest,
  type RunOutcome,
} from '../../src/index.ts'
import type { Documents } from '../../src/workflow/ports.ts'

/** One process's time with the state: it ends by letting go, or by losing it from one moment to the next. */
export interface Life {
  readonly hw: HwAutomation
  workflow(request?: Partial<ProvisioningRequest>): ServerProvisioningWorkflow
  /** From now on nothing is written and nothing is sent any more, as if the process had been killed. */
  lose(): void
  /** Lets go of all runs in an orderly way. */
  detach(): Promise<void>
}

/** A lab, and one process after the other that works in it with the same state. */
export interface Lives extends AsyncDisposable {
  readonly lab: Lab
  begin(options?: Partial<HwAutomationOptions>): Promise<Life>
}

export async function lives(options: LabOptions = {}): Promise<Lives> {
  const lab = await createLab({
    servers: [
      { hostname: 'srv001', model: 'hpe-rl300', tags: ['hw-type-old'] },
      { hostname: 'srv002', model: 'hpe-rl300' },
    ],
    ...options,
  })
  const kept = new MemoryStore()
  const begun: Life[] = []
  return {
    lab,
    async begin(given = {}) {
      const life = await beginLife(lab, kept, given)
      begun.push(life)
      return life
    },
    async [Symbol.asyncDispose]() {
      for (const life of begun) await life.detach()
      await lab.close()
    },
  }
}

async function beginLife(lab: Lab, kept: MemoryStore, given: Partial<HwAutomationOptions>): Promise<Life> {
  const lease = new Lease(kept)
  const { maas, ssh, ...rest } = lab.connection()
  const hw = await createHwAutomation({
    ...rest,
    maas: { ...maas, timeouts: { power: '2s', other: '2s' } },
    ssh: { ...ssh, timeouts: { connect: '2s', keepalive: '200ms', close: '200ms' } },
    bmc: { timeouts: { connect: '2s', request: '2s' } },
    clock: lab.clock,
    env: {},
    store: lease.store,
    ...given,
  })
  return {
    hw,
    workflow: (request = {}) =>
      new ServerProvisioningWorkflow({ serverId: 'srv001', deviceType: 'a1.c5.large', ...request }, hw),
    lose: () => lease.lose(),
    detach: () => hw.close({ mode: 'detach', within: '1s' }),
  }
}

const WRITES: ReadonlySet<PropertyKey> = new Set(['save', 'append', 'saveState', 'putArtefact'])

/** The kept state as one process has it, until it loses it. */
class Lease {
  readonly store: MemoryStore
  #lost: Error | undefined
  readonly #listeners = new Set<(error: Error) => void>()

  constructor(kept: MemoryStore) {
    this.store = new Proxy(kept, {
      get: (target, name) => {
        if (name === 'onLost') return (listener: (error: Error) => void) => this.#listen(listener)
        const member = Reflect.get(target, name, target) as unknown
        if (typeof member !== 'function') return member
        if (name === 'documents') return (collection: string) => this.#documents(kept.documents(collection))
        return (...given: unknown[]): unknown => {
          if (this.#lost !== undefined && WRITES.has(name)) return Promise.reject(this.#lost)
          return (member as (...args: unknown[]) => unknown).apply(target, given)
        }
      },
    })
  }

  lose(): void {
    if (this.#lost !== undefined) return
    this.#lost = new HwError({ code: 'store.lease-lost', kind: 'conflict', message: 'Another process has the state.' })
    for (const listener of this.#listeners) listener(this.#lost)
  }

  #documents(documents: Documents): Documents {
    const refused = async () => Promise.reject(this.#lost!)
    return {
      get: (id) => documents.get(id),
      put: (id, value) => (this.#lost === undefined ? documents.put(id, value) : refused()),
      delete: (id) => (this.#lost === undefined ? documents.delete(id) : refused()),
      entries: () => documents.entries(),
    }
  }

  #listen(listener: (error: Error) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}

/** The end of the one run there is, followed by the process that goes on with it. */
export async function endOf(life: Life, id: string): Promise<RunOutcome> {
  const run = await life.hw.manager.get(id)
  return run!.outcome()
}
