import type { BatchDocuments } from './batch-documents.ts'
import type { BatchRecord } from './record.ts'

/** Documents of batches that have ended are kept for so many; their runs are kept as all runs are. */
const KEPT = 50

/** What is known of batches without reading them: which have ended, and which keys they were started with. */
export class PastBatches {
  readonly #documents: BatchDocuments
  /** Oldest first. */
  #ended: string[] = []
  readonly #keys = new Map<string, string>()

  constructor(documents: BatchDocuments) {
    this.#documents = documents
  }

  /** Of those that have ended, oldest first. */
  get ended(): readonly string[] {
    return this.#ended
  }

  /** The batch that was started with this key, and is still kept. */
  byKey(key: string | undefined): string | undefined {
    return key === undefined ? undefined : this.#keys.get(key)
  }

  /** To be told of every batch there is. */
  note({ id, idempotencyKey: key }: Pick<BatchRecord, 'id'> & { readonly idempotencyKey?: string }): void {
    if (key !== undefined) this.#keys.set(key, id)
  }

  /** These have ended. The documents of the oldest are taken away for them. */
  async add(ids: readonly string[]): Promise<void> {
    this.#ended = [...this.#ended, ...ids]
    const old = this.#ended.splice(0, Math.max(0, this.#ended.length - KEPT))
    for (const id of old) {
      await this.#documents.delete(id)
      for (const [key, of] of this.#keys) if (of === id) this.#keys.delete(key)
    }
  }
}
