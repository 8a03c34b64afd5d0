import { MemoryStore } from '../../../src/stores/memory-store.ts'
import type { BatchRecord } from '../../../src/workflow/batch/record.ts'
import type { RunnableWorkflow } from '../../../src/workflow/definition.ts'
import { WorkflowManager } from '../../../src/workflow/manager.ts'
import type { ManagerOptions } from '../../../src/workflow/manager-options.ts'
import type { WorkflowStore } from '../../../src/workflow/ports.ts'
import { deviceError, switchStep, TinyWorld, tinyWorkflow, World } from '../tiny-world.ts'

/** Machines whose switch is held until somebody lets it go; many of them, one world. */
export class Machines {
  readonly world = new TinyWorld()
  /** How many are at work now, by machine. */
  readonly atWork = new Set<string>()
  most = 0
  readonly #holds = new Map<string, () => void>()
  readonly #bad = new Set<string>()
  #all = false

  constructor({ free = false }: { readonly free?: boolean } = {}) {
    this.#all = free
  }

  /** No switch is held any more. */
  get isFree(): boolean {
    return this.#all
  }

  /** This one fails. */
  breakOne(machine: string): this {
    this.#bad.add(machine)
    return this
  }

  mend(machine: string): void {
    this.#bad.delete(machine)
  }

  /** One machine's run goes on to its end. */
  letGo(machine: string): void {
    this.#holds.get(machine)?.()
  }

  /** All do, now and from now on. */
  letAllGo(): void {
    this.#all = true
    for (const go of this.#holds.values()) go()
  }

  workflow(machine: string, more: Partial<RunnableWorkflow<any>> = {}): RunnableWorkflow<any> {
    return tinyWorkflow([this.#step()], {
      world: this.world,
      resource: machine,
      request: { server: machine },
      spec: { name: 'test/batch' },
      ...more,
    })
  }

  #step() {
    return switchStep('power', {
      retry: { retries: 0 },
      act: async (ctx) => {
        const { server } = ctx.request as { readonly server: string }
        this.atWork.add(server)
        this.most = Math.max(this.most, this.atWork.size)
        try {
          if (!this.#all) await this.#until(server, ctx.signal)
          if (this.#bad.has(server)) throw deviceError('invalid', `${server} is broken`)
          await ctx.effect({ effect: 'switch', act: () => ctx.use(World).switchOn(server) })
        } finally {
          this.atWork.delete(server)
        }
      },
      verify: async (ctx) => {
        const { server } = ctx.request as { readonly server: string }
        const on = ctx.use(World).on.has(server)
        return { ok: on, output: { on: server }, evidence: [ctx.evidence('on', { on })], problem: 'off' }
      },
      undo: async (ctx) => {
        const { server } = ctx.request as { readonly server: string }
        await ctx.effect({ effect: 'switch', act: () => ctx.use(World).switchOff(server) })
      },
    })
  }

  #until(server: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = () => reject(signal.reason as Error)
      if (signal.aborted) return stop()
      signal.addEventListener('abort', stop, { once: true })
      this.#holds.set(server, () => {
        signal.removeEventListener('abort', stop)
        resolve()
      })
    })
  }
}

export function manager(store: WorkflowStore = new MemoryStore(), more: Partial<ManagerOptions> = {}): WorkflowManager {
  return new WorkflowManager({ store, closeGrace: '2s', ...more })
}

export function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `m${String(index + 1).padStart(2, '0')}`)
}

/** Resolves with the first record of the batch, now or later, for which it is true. */
export async function until(
  manager: WorkflowManager,
  id: string,
  found: (record: BatchRecord) => boolean,
): Promise<BatchRecord> {
  return new Promise((resolve, reject) => {
    const look = (record: BatchRecord | undefined) => {
      if (record?.id !== id || !found(record)) return
      off()
      resolve(record)
    }
    const off = manager.onBatch(look)
    manager.batch(id).then(look, reject)
  })
}

/** `m01 started COMPLETED` for each item. */
export function board({ items }: BatchRecord): string[] {
  return items.map(({ resource, status, outcome }) => [resource, status, outcome].filter(Boolean).join(' '))
}

export function count(record: BatchRecord, status: string): number {
  return record.items.filter((item) => item.status === status || item.outcome === status).length
}
