import { MemoryStore } from '../../src/stores/memory-store.ts'
import type { JournalEntry } from '../../src/workflow/events.ts'
import { WorkflowManager } from '../../src/workflow/manager.ts'
import type { ManagerOptions } from '../../src/workflow/manager-options.ts'
import type { WorkflowStore } from '../../src/workflow/ports.ts'
import type { WorkflowRecord } from '../../src/workflow/record.ts'
import { idle, SteppedClock } from './stepped-clock.ts'
import type { TinyWorkflow } from './tiny-world.ts'

/** What a process was about to write, or has written, when it died. */
export interface Point {
  readonly when: 'before' | 'after'
  readonly write: (record: WorkflowRecord, events: readonly JournalEntry[]) => boolean
}

/** The write that carries this event. */
export function event(type: string, more: Record<string, unknown> = {}): Point['write'] {
  return (_, events) =>
    events.some((said) => said.type === type && Object.entries(more).every(([key, is]) => said[key as 'type'] === is))
}

/** A process: a manager on a store that outlives it. After `die` nothing it asked the store for happens, and no answer comes. */
export class Process {
  readonly manager: WorkflowManager
  /** What outlives it. */
  readonly store: MemoryStore
  readonly died: Promise<void>
  #isDead = false
  #onDeath!: () => void
  #at: Point | undefined

  constructor(
    store: MemoryStore,
    flows: readonly Pick<TinyWorkflow, 'definition' | 'capabilities'>[],
    options: Partial<ManagerOptions> = {},
  ) {
    this.store = store
    this.died = new Promise((resolve) => (this.#onDeath = resolve))
    this.manager = new WorkflowManager({
      clock: new SteppedClock('auto'),
      closeGrace: 200,
      ...options,
      store: this.#mortal(store),
    })
    for (const flow of flows) this.manager.register(flow.definition, (view) => flow.capabilities(view))
  }

  dieAt(at: Point): this {
    this.#at = at
    return this
  }

  /** Ends here and now; what calls it never returns. */
  die(): Promise<never> {
    this.#isDead = true
    this.#onDeath()
    return new Promise(() => {})
  }

  #mortal(store: MemoryStore): WorkflowStore {
    const alive = async <T>(work: () => Promise<T>): Promise<T> => (this.#isDead ? this.die() : work())
    const open = () => alive(() => store.open())
    const load = (id: string) => alive(() => store.load(id))
    return {
      durable: true,
      open,
      load,
      onLost: () => store.onLost(),
      save: (record, events) =>
        alive(async () => {
          const isIt = this.#at?.write(record, events) === true
          if (isIt && this.#at?.when === 'before') return this.die()
          const saved = await store.save(record, events)
          return isIt ? this.die() : saved
        }),
      append: (entries) => alive(() => store.append(entries)),
      saveState: (state) => alive(() => store.saveState(state)),
      unfinished: () => alive(() => store.unfinished()),
      list: (query) => alive(() => store.list(query)),
      findByIdempotencyKey: (key) => alive(() => store.findByIdempotencyKey(key)),
      loadState: () => alive(() => store.loadState()),
      events: (id, after) => store.events(id, after),
      journal: (query) => store.journal(query),
      documents: (collection) => {
        const documents = store.documents(collection)
        return {
          get: (id) => alive(() => documents.get(id)),
          put: (id, value) => alive(() => documents.put(id, value)),
          delete: (id) => alive(() => documents.delete(id)),
          entries: () => documents.entries(),
        }
      },
      putArtefact: (bytes) => alive(() => store.putArtefact(bytes)),
      getArtefact: (sha256) => alive(() => store.getArtefact(sha256)),
      close: () => alive(() => store.close()),
    }
  }
}

/** Starts the workflow in a process that dies; returns the run's id when it is dead. */
export async function diesIn(process: Process, workflow: TinyWorkflow): Promise<string> {
  // it may die before it could answer
  const starting = process.manager.start(workflow)
  starting.catch(() => {})
  await process.died
  await idle()
  const [run] = (await process.store.list({ limit: 1 })).records
  return run!.id
}
