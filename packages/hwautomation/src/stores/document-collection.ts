import type { Documents } from '../workflow/ports.ts'
import type { Json } from '../workflow/record.ts'
import type { Disk } from './disk.ts'
import { documentFile, isDocumentId, refuseWrongId } from './document-name.ts'
import { absent, namesIn } from './file-system.ts'
import { RunTurns } from './run-turns.ts'
import { seal, unseal } from './sealed-json.ts'
import { setAside } from './set-aside.ts'
import { onFiles } from './store-errors.ts'
import type { OnTrouble } from './troubles.ts'

/** Relative to the state directory. */
export const DOCUMENTS_FOLDER = 'documents'

interface StoredDocument {
  readonly id: string
  readonly value: Json
}

/** What the file of one document is to become; `undefined` takes it away. */
interface Change {
  text: string | undefined
  done?: Promise<void>
}

/**
 * Small documents in `documents/<collection>/<file>.json`, a file each. What is asked of one id goes in the order of asking, different
 * ids go side by side. Changes of one id that wait for their turn are merged, since only the newest counts; each resolves when it, or
 * a newer one, would survive a power cut.
 */
export class DocumentCollection implements Documents {
  readonly #disk: Disk
  readonly #folder: string
  readonly #onTrouble: OnTrouble
  readonly #turns = new RunTurns()
  readonly #waiting = new Map<string, Change>()
  #made: Promise<void> | undefined

  constructor(disk: Disk, collection: string, onTrouble: OnTrouble) {
    this.#disk = disk
    this.#folder = `${DOCUMENTS_FOLDER}/${collection}`
    this.#onTrouble = onTrouble
  }

  async get(id: string): Promise<Json | undefined> {
    if (!isDocumentId(id)) return undefined
    const file = documentFile(id)
    const found = await this.#turns.take([file], () => this.#read(file))
    return found?.value
  }

  /** @throws HwError of a store; TypeError for an id of more than 200 characters, or of none */
  async put(id: string, value: Json): Promise<void> {
    refuseWrongId(id)
    // as text at once: what the caller changes later belongs to a later write
    await this.#change(documentFile(id), seal({ id, value } satisfies StoredDocument))
  }

  async delete(id: string): Promise<void> {
    if (isDocumentId(id)) await this.#change(documentFile(id), undefined)
  }

  async *entries(): AsyncGenerator<readonly [id: string, value: Json]> {
    const folder = this.#disk.path(this.#folder)
    const names = await onFiles(folder, 'read the documents', () => namesIn(this.#disk.fs, folder))
    for (const file of names) {
      if (!file.endsWith('.json')) continue
      const found = await this.#turns
        .take([file], () => this.#read(file))
        .catch((error: unknown) => {
          this.#onTrouble(this.#name(file), `it cannot be read: ${(error as Error).message}`, 'error')
        })
      if (found !== undefined) yield [found.id, found.value]
    }
  }

  /** Resolves when nothing is under way. */
  idle(): Promise<void> {
    return this.#turns.idle()
  }

  #change(file: string, text: string | undefined): Promise<void> {
    const waiting = this.#waiting.get(file)
    if (waiting?.done !== undefined) {
      waiting.text = text
      return waiting.done
    }
    const change: Change = { text }
    this.#waiting.set(file, change)
    change.done = this.#turns.take([file], () => {
      this.#waiting.delete(file)
      return change.text === undefined ? this.#remove(file) : this.#write(file, change.text)
    })
    return change.done
  }

  async #write(file: string, text: string): Promise<void> {
    await this.#makeFolder()
    await this.#disk.write(this.#disk.path(this.#folder, file), text)
  }

  async #remove(file: string): Promise<void> {
    const path = this.#disk.path(this.#folder, file)
    await this.#disk.remove(path)
    await this.#disk.guard(path, 'remove a document', () =>
      this.#disk.sync(this.#disk.path(this.#folder)).catch(absent),
    )
  }

  /** Once a process, for all that ask: also where a process before was killed between making the folder and making it durable. */
  #makeFolder(): Promise<void> {
    this.#made ??= this.#disk
      .guard(this.#disk.path(this.#folder), 'make a folder', async () => {
        await this.#disk.folder(this.#disk.path(this.#folder))
        await this.#disk.sync(this.#disk.path(DOCUMENTS_FOLDER))
        await this.#disk.sync(this.#disk.root)
      })
      .catch((error: unknown) => {
        this.#made = undefined
        throw error
      })
    return this.#made
  }

  /** Undefined where there is no document, or none to be served: then it is set aside and said. */
  async #read(file: string): Promise<StoredDocument | undefined> {
    const path = this.#disk.path(this.#folder, file)
    const text = await onFiles(path, 'read a document', () => this.#disk.fs.readFile(path, 'utf8').catch(absent))
    if (text === undefined) return undefined
    const read = unseal(text)
    if (read.is !== 'damaged' && isDocumentOf(read.value, file)) return read.value
    const why = read.is === 'damaged' ? read.why : 'it is not the document that its name tells'
    this.#onTrouble(this.#name(file), `${why}; ${await setAside(this.#disk, this.#name(file))}.`, 'error')
    return undefined
  }

  #name(file: string): string {
    return `${this.#folder}/${file}`
  }
}

function isDocumentOf(value: unknown, file: string): value is StoredDocument {
  if (value === null || typeof value !== 'object' || !('id' in value) || !('value' in value)) return false
  return typeof value.id === 'string' && isDocumentId(value.id) && documentFile(value.id) === file
}
