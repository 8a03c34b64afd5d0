import { MemoryStore } from '../../../src/stores/memory-store.ts'
import type { Clock } from '../../../src/clock.ts'
import type { RunnableWorkflow } from '../../../src/workflow/definition.ts'
import type { Capability, CapabilityScope, RunView } from '../../../src/workflow/context.ts'
import { WorkflowManager } from '../../../src/workflow/manager.ts'
import type { ManagerOptions } from '../../../src/workflow/manager-options.ts'
import type { RunHandle } from '../../../src/workflow/run-handle.ts'
import { hasEnded } from '../../../src/workflow/status.ts'
import { setTimeout as wallTime } from 'node:timers/promises'
import { SteppedClock } from '../stepped-clock.ts'
import { definitionOf, type Kind, KINDS, line, Machines } from './devices.ts'
import { Monitor } from './monitor.ts'
import { mortalStore } from './mortal-store.ts'
import { Life, quiet, Tickets } from './tickets.ts'

export type Policy = NonNullable<ManagerOptions['resume']>

/** Something an operator asked for. */
export interface Asked {
  readonly by: string
  readonly action: string
  readonly life: Life
  /** Of the run it is about. */
  readonly run?: string
  readonly key?: string
  answer?: { readonly value: unknown } | { readonly code: string; readonly message: string }
  /** The store was open when it was answered, so that the answer could be written down. */
  recorded?: boolean
}

/** Every workflow that the programs of this test start. */
export const FLOWS: readonly (readonly Kind[])[] = [
  ['lamp'],
  ['lamp', 'mark'],
  ['lamp', 'shot', 'extra'],
  ['flash', 'lamp'],
  ['mark', 'flash'],
  ['lamp', 'extra', 'mark'],
  ['shot', 'lamp'],
  [...KINDS],
]
const DEFINITIONS = FLOWS.map(definitionOf)

/** One world, one store, and the processes that come and go. */
export class Session {
  readonly store = new MemoryStore()
  readonly clock = new SteppedClock()
  readonly tickets = new Tickets()
  readonly machines = new Machines()
  readonly monitor = new Monitor(this.machines)
  readonly asked: Asked[] = []
  /** Ids of runs, in the order in which they became known. */
  readonly runs: string[] = []
  readonly handles = new Map<string, RunHandle>()
  life = new Life(0)
  manager!: WorkflowManager
  /** How many switches were asked for: the answer to an older wish says nothing about now. */
  readonly switchWishes = { intake: 0, hardware: 0 }
  #sleepers = 0

  /** A new process. */
  open(resume: Policy, concurrency: number): void {
    this.life = new Life(this.life.number + 1)
    const { life, monitor } = this
    this.handles.clear()
    this.#sleepers = 0
    monitor.limit = concurrency
    const unfinished = [...monitor.records.values()].filter(({ status }) => !hasEnded(status))
    if (monitor.paused !== undefined)
      monitor.paused = new Map(
        unfinished.map(({ id, steps }) => [
          id,
          new Set(steps.filter((step) => step.status === 'running').map((step) => step.id)),
        ]),
      )
    const store = mortalStore(this.store, life, this.tickets, monitor)
    const clock = this.#mortalClock(life)
    const manager = new WorkflowManager({ store, clock, concurrency, resume, closeGrace: '20s' })
    for (const definition of DEFINITIONS) manager.register(definition, (view) => this.#capabilities(life, view))
    this.manager = manager
    void manager.open().then(async () => {
      for (const { id } of unfinished) {
        const handle = await manager.get(id)
        if (handle !== undefined && life === this.life) this.handles.set(id, handle)
      }
    })
  }

  workflow(resource: string, flow: number, timeout: string | undefined): RunnableWorkflow {
    const { life } = this
    const request = { server: resource, flow }
    return {
      definition: DEFINITIONS[flow]!,
      request,
      resolve: async () => ({ resource, label: resource, request }),
      capabilities: (view) => this.#capabilities(life, view),
      ...(timeout === undefined ? {} : { timeout }),
    }
  }

  /** Notes who asked for what and, when it comes, the answer. */
  ask<T>(
    action: string,
    about: { run?: string; key?: string },
    doIt: (by: string) => Promise<T>,
    then?: (value: T) => void,
    refused?: () => void,
  ): void {
    const asked: Asked = { by: `op${this.asked.length}`, action, life: this.life, ...about }
    this.asked.push(asked)
    const { life } = this
    this.tickets.log.push(`${life.number}: ── ${action} ${about.run?.slice(-6) ?? ''} by ${asked.by}`)
    doIt(asked.by).then(
      (value) => {
        asked.answer = { value }
        asked.recorded = !life.closed
        then?.(value)
      },
      (error: { code?: string; message: string }) => {
        asked.answer = { code: error.code ?? 'none', message: error.message }
        refused?.()
        asked.recorded = !life.closed
        if (error.code === undefined) this.monitor.violations.push(`${action} rejects with ${error.message}`)
      },
    )
  }

  /** Steps that each run is in, as this process knows it. */
  underWay(): ReadonlyMap<string, ReadonlySet<string>> {
    return new Map(
      [...this.handles].map(([id, handle]) => [
        id,
        new Set(
          handle
            .record()
            .steps.filter(({ status }) => status === 'running')
            .map((step) => step.id),
        ),
      ]),
    )
  }

  know(handle: RunHandle): void {
    if (!this.runs.includes(handle.id)) this.runs.push(handle.id)
    this.handles.set(handle.id, handle)
  }

  /** Lets `count` calls go on; where none waits, the next sleeper wakes. */
  async go(count: number, pick: () => number): Promise<void> {
    await quiet()
    for (let done = 0; done < count; done += 1) if (!(await this.tickets.release(pick()))) return
  }

  async crash(): Promise<void> {
    this.tickets.log.push(`${this.life.number}: ── crash`)
    this.tickets.kill(this.life)
    await quiet()
  }

  /** Closes the manager, and sees it through. */
  async close(mode: 'detach' | 'cancel' | 'drain'): Promise<void> {
    this.tickets.log.push(`${this.life.number}: ── close ${mode}`)
    const progress = { isOver: false }
    const closing = this.manager.close({ mode, within: 5 }).then(() => (progress.isOver = true))
    for (let turn = 0; !progress.isOver && turn < 5_000; turn += 1) {
      if (await this.tickets.release()) continue
      if (this.#sleepers > 0) await this.clock.advance(10_000)
      else await Promise.race([closing, moment()])
    }
    if (!progress.isOver) this.monitor.violations.push(`close ${mode} does not end`)
    if (this.#sleepers > 0) this.monitor.violations.push(`${this.#sleepers} sleepers are left after close ${mode}`)
  }

  /** Whether anything of this process waits for time. */
  get sleepers(): number {
    return this.#sleepers
  }

  #mortalClock(life: Life): Clock {
    const { clock } = this
    return {
      now: () => clock.now(),
      sleep: (ms, signal) =>
        new Promise<void>((resolve, reject) => {
          this.#sleepers += 1
          const settle = (how: () => void) => () => {
            if (!life.alive) return
            if (life === this.life) this.#sleepers -= 1
            how()
          }
          clock.sleep(ms, signal).then(settle(resolve), (error: Error) => settle(() => reject(error))())
        }),
    }
  }

  #capabilities(life: Life, view: RunView): CapabilityScope {
    const to = line(life, this.machines, this.tickets, this.monitor, view.workflowId, view.resource)
    return {
      get: <T>(_: Capability<T>) => to as T,
      [Symbol.asyncDispose]: async () => this.tickets.pass(life, 'dispose'),
    }
  }
}

/** What is bounded by wall time gets some. */
function moment(): Promise<void> {
  return wallTime(1)
}
