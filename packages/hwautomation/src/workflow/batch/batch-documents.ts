import type { Documents, WorkflowStore } from '../ports.ts'
import type { Json, WorkflowRecord } from '../record.ts'
import type { BatchItem, BatchRecord } from './record.ts'

/** What of an item never changes: kept apart, so that a change costs a line an item and not a whole request. */
interface Asked {
  readonly request: Json
  readonly limits?: WorkflowRecord['limits']
}

/** Batches in a store: one document a batch that changes, and one with its requests, written once before it. */
export class BatchDocuments {
  readonly #batches: Documents
  readonly #requests: Documents

  constructor(store: Pick<WorkflowStore, 'documents'>) {
    this.#batches = store.documents('batches')
    this.#requests = store.documents('batch-requests')
  }

  /** Writes a new batch. Durable when it resolves; where it rejects nothing of it is left that a later process would begin. */
  async create(record: BatchRecord): Promise<void> {
    try {
      await this.#requests.put(record.id, record.items.map(askedOf) as unknown as Json)
      await this.save(record)
    } catch (error) {
      // it may have been written all the same; a store that fails here too is the error that is told already
      await this.delete(record.id).catch(() => {})
      throw error
    }
  }

  /** Writes what may have changed. */
  save(record: BatchRecord): Promise<void> {
    return this.#batches.put(record.id, {
      ...record,
      items: record.items.map(({ request: _, limits: __, ...item }) => item),
    } as unknown as Json)
  }

  /** Undefined where there is none that can be read. */
  async load(id: string): Promise<BatchRecord | undefined> {
    const stored = await this.#batches.get(id)
    return isBatch(stored) ? this.#whole(stored) : undefined
  }

  /** All of them, without requests, in no order. */
  async *entries(): AsyncGenerator<BatchRecord, void, undefined> {
    for await (const [, stored] of this.#batches.entries()) if (isBatch(stored)) yield stored
  }

  async delete(id: string): Promise<void> {
    await this.#batches.delete(id)
    await this.#requests.delete(id)
  }

  async #whole(stored: BatchRecord): Promise<BatchRecord> {
    const asked = (await this.#requests.get(stored.id)) as unknown as readonly Asked[] | undefined
    return { ...stored, items: stored.items.map((item, index) => ({ ...item, ...asked?.[index] })) }
  }
}

function askedOf({ request, limits }: BatchItem): Asked {
  return { request, ...(limits === undefined ? {} : { limits }) }
}

/** Enough to be worked on; whatever else a later version wrote into it is kept. */
function isBatch(value: unknown): value is BatchRecord {
  const { schema, id, items, policy, status } = (value ?? {}) as Partial<Record<keyof BatchRecord, unknown>>
  return (
    schema === 1 &&
    typeof id === 'string' &&
    Array.isArray(items) &&
    typeof policy === 'object' &&
    typeof status === 'string'
  )
}
