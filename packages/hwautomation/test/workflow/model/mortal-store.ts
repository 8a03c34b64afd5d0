import { HwError } from '../../../src/errors.ts'
import type { MemoryStore } from '../../../src/stores/memory-store.ts'
import type { WorkflowStore } from '../../../src/workflow/ports.ts'
import type { Monitor } from './monitor.ts'
import type { Life, Tickets } from './tickets.ts'

/**
 * One process's way to a store that outlives it. Each call waits for its turn before it takes effect, and writes once more before they
 * are answered: the process can die before, between and after.
 */
export function mortalStore(store: MemoryStore, life: Life, tickets: Tickets, monitor: Monitor): WorkflowStore {
  const write = async <T>(label: string, apply: () => Promise<T>): Promise<T> => {
    await tickets.pass(life, label)
    refuseClosed(life)
    const result = await apply()
    await tickets.pass(life, `${label} answered`)
    return result
  }
  const read = async <T>(label: string, look: () => Promise<T>): Promise<T> => {
    await tickets.pass(life, label)
    return look()
  }
  return {
    durable: true,
    open: () => read('open', () => store.open()),
    onLost: () => store.onLost(),
    save: (record, events) =>
      write(`save ${record.resource} ${record.status} ${events.map(({ type }) => type).join('+')}`, () => {
        monitor.onSave(record, events)
        return store.save(record, events)
      }),
    append: (entries) =>
      write(`append ${entries.map(({ type }) => type).join('+')}`, () => {
        monitor.onAppend(entries)
        return store.append(entries)
      }),
    saveState: (state) => write('save state', () => store.saveState(state)),
    load: (id) => read('load', () => store.load(id)),
    unfinished: () => read('unfinished', () => store.unfinished()),
    list: (query) => read('list', () => store.list(query)),
    findByIdempotencyKey: (key) => read('find by key', () => store.findByIdempotencyKey(key)),
    loadState: () => read('load state', () => store.loadState()),
    events: (id, after) => store.events(id, after),
    journal: (query) => store.journal(query),
    documents: (collection) => {
      const documents = store.documents(collection)
      return {
        get: (id) => read(`get ${collection}`, () => documents.get(id)),
        put: (id, value) => write(`put ${collection}`, () => documents.put(id, value)),
        delete: (id) => write(`delete ${collection}`, () => documents.delete(id)),
        entries: () => documents.entries(),
      }
    },
    putArtefact: (bytes) => store.putArtefact(bytes),
    getArtefact: (sha256) => store.getArtefact(sha256),
    close: () => write('close', async () => void (life.closed = true)),
  }
}

function refuseClosed(life: Life): void {
  if (life.closed) throw new HwError({ code: 'store.failed', kind: 'internal', message: 'the store is closed' })
}
