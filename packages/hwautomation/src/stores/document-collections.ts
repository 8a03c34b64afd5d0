import type { Documents } from '../workflow/ports.ts'
import type { Disk } from './disk.ts'
import { DocumentCollection } from './document-collection.ts'
import { refuseWrongCollection } from './document-name.ts'
import type { OnTrouble } from './troubles.ts'

/** The collections of a state directory by name, each the same every time it is asked for: two writers of one file would not go in order. */
export class DocumentCollections {
  readonly #disk: Disk
  readonly #onTrouble: OnTrouble
  readonly #known = new Map<string, DocumentCollection>()

  constructor(disk: Disk, onTrouble: OnTrouble) {
    this.#disk = disk
    this.#onTrouble = onTrouble
  }

  /** @throws TypeError for a name that is no kebab-case word */
  of(collection: string): Documents {
    const known = this.#known.get(collection)
    if (known !== undefined) return known
    refuseWrongCollection(collection)
    const made = new DocumentCollection(this.#disk, collection, this.#onTrouble)
    this.#known.set(collection, made)
    return made
  }

  /** Resolves when nothing is under way in any of them. */
  async idle(): Promise<void> {
    await Promise.all([...this.#known.values()].map((collection) => collection.idle()))
  }
}
