import type { Documents } from '../workflow/ports.ts'
import type { Json } from '../workflow/record.ts'
import { refuseWrongId } from './document-name.ts'

/** A collection of documents that nobody needs after the process. */
export class MemoryDocuments implements Documents {
  readonly #texts = new Map<string, string>()

  async get(id: string): Promise<Json | undefined> {
    const text = this.#texts.get(id)
    return text === undefined ? undefined : (JSON.parse(text) as Json)
  }

  async put(id: string, value: Json): Promise<void> {
    refuseWrongId(id)
    this.#texts.set(id, JSON.stringify(value))
  }

  async delete(id: string): Promise<void> {
    this.#texts.delete(id)
  }

  async *entries(): AsyncGenerator<readonly [id: string, value: Json]> {
    const asTheyAre = [...this.#texts]
    for (const [id, text] of asTheyAre) yield [id, JSON.parse(text) as Json]
  }
}
