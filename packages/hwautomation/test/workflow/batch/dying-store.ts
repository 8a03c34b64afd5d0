import { HwError } from '../../../src/errors.ts'
import type { WorkflowStore } from '../../../src/workflow/ports.ts'

/** A process's way to a store that outlives it: at its n-th write it dies, before or after that takes effect. Nothing is answered then. */
export class DyingStore {
  readonly died: Promise<void>
  writes = 0
  /** Writes of documents fail so often, as on a full disk. */
  fullFor = 0
  /** Documents of new runs are written when this has resolved. */
  room: Promise<void> = Promise.resolve()
  #isDead = false
  #onDeath!: () => void
  readonly #at: number
  readonly #when: 'before' | 'after'

  constructor(at = Infinity, when: 'before' | 'after' = 'before') {
    this.#at = at
    this.#when = when
    this.died = new Promise((resolve) => (this.#onDeath = resolve))
  }

  of(store: WorkflowStore): WorkflowStore {
    const read = <T>(work: () => Promise<T>): Promise<T> => (this.#isDead ? new Promise(() => {}) : work())
    const write = async <T>(work: () => Promise<T>): Promise<T> => {
      if (this.#isDead) return this.#die()
      this.writes += 1
      const isIt = this.writes === this.#at
      if (isIt && this.#when === 'before') return this.#die()
      const result = await work()
      return isIt || this.#isDead ? this.#die() : result
    }
    return {
      durable: true,
      open: () => read(() => store.open()),
      onLost: () => () => {},
      save: async (record, events) => {
        if (events.some(({ type }) => type === 'workflow.created')) await this.room
        return write(() => store.save(record, events))
      },
      append: (entries) => write(() => store.append(entries)),
      saveState: (state) => write(() => store.saveState(state)),
      load: (id) => read(() => store.load(id)),
      unfinished: () => read(() => store.unfinished()),
      list: (query) => read(() => store.list(query)),
      findByIdempotencyKey: (key) => read(() => store.findByIdempotencyKey(key)),
      loadState: () => read(() => store.loadState()),
      events: (id, after) => store.events(id, after),
      journal: (query) => store.journal(query),
      documents: (collection) => {
        const documents = store.documents(collection)
        return {
          get: (id) => read(() => documents.get(id)),
          put: (id, value) =>
            write(async () => {
              if (this.fullFor > 0) throw this.#full()
              await documents.put(id, value)
            }),
          delete: (id) => write(() => documents.delete(id)),
          entries: () => documents.entries(),
        }
      },
      putArtefact: (bytes) => store.putArtefact(bytes),
      getArtefact: (sha256) => store.getArtefact(sha256),
      close: () => read(() => store.close()),
    }
  }

  #full(): HwError {
    this.fullFor -= 1
    return new HwError({ code: 'store.full', kind: 'transient', message: 'no room', hint: 'make some' })
  }

  #die(): Promise<never> {
    this.#isDead = true
    this.#onDeath()
    return new Promise(() => {})
  }
}
