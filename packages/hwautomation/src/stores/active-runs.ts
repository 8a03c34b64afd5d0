import { Low } from 'lowdb'
import type { Disk } from './disk.ts'
import { SET_ASIDE, type DocumentReader } from './document-reader.ts'
import { DurableFile } from './durable-file.ts'
import { namesIn } from './file-system.ts'
import { isRunId } from '../workflow/ids.ts'
import type { RunDocument } from './run-document.ts'

/** Relative to the state directory. */
export const ACTIVE_FOLDER = 'workflows'

/**
 * Runs that have not ended: `workflows/<id>.json`, one lowdb document each. The owner of the directory keeps them in memory; one `Low`
 * a file, since two would lose data.
 */
export class ActiveRuns {
  readonly #disk: Disk
  readonly #reader: DocumentReader
  readonly #runs = new Map<string, Low<RunDocument>>()

  constructor(disk: Disk, reader: DocumentReader) {
    this.#disk = disk
    this.#reader = reader
  }

  /** Reads them all into memory. */
  async open(): Promise<void> {
    for (const document of await this.readAll()) this.#runs.set(document.id, this.#low(document))
  }

  /** As they are on the disk now, oldest first. */
  async readAll(): Promise<RunDocument[]> {
    const documents: RunDocument[] = []
    for (const id of await this.idsOnDisk()) {
      const document = await this.read(id)
      if (document !== undefined) documents.push(document)
    }
    return documents
  }

  read(id: string): Promise<RunDocument | undefined> {
    return this.#reader.read(`${ACTIVE_FOLDER}/${id}.json`, id, true)
  }

  async idsOnDisk(): Promise<string[]> {
    const names = await namesIn(this.#disk.fs, this.#disk.path(ACTIVE_FOLDER))
    for (const name of names) if (SET_ASIDE.test(name)) this.#reader.isSetAside(`${ACTIVE_FOLDER}/${name}`)
    return names
      .filter((name) => name.endsWith('.json'))
      .map((name) => name.slice(0, -'.json'.length))
      .filter(isRunId)
      .toSorted()
  }

  get(id: string): RunDocument | undefined {
    return this.#runs.get(id)?.data
  }

  /** Those in memory, oldest first. */
  all(): RunDocument[] {
    return [...this.#runs.values()].map(({ data }) => data).toSorted((a, b) => (a.id < b.id ? -1 : 1))
  }

  /** Durable when it resolves. Where it fails, what is served is what is on the disk. */
  async write(document: RunDocument): Promise<void> {
    const known = this.#runs.get(document.id)
    const before = known?.data
    const low = known ?? this.#low(document)
    low.data = document
    this.#runs.set(document.id, low)
    try {
      await low.write()
    } catch (error) {
      const kept = (await this.read(document.id)) ?? before
      if (kept === undefined) this.#runs.delete(document.id)
      else low.data = kept
      throw error
    }
  }

  /** Changes what is in memory only: it goes to the disk with the next write. */
  replace(document: RunDocument): void {
    const low = this.#runs.get(document.id)
    if (low !== undefined) low.data = document
  }

  forget(id: string): void {
    this.#runs.delete(id)
  }

  path(id: string): string {
    return this.#disk.path(ACTIVE_FOLDER, `${id}.json`)
  }

  #low(document: RunDocument): Low<RunDocument> {
    const { fs, write } = this.#disk
    return new Low(new DurableFile<RunDocument>(this.path(document.id), { fileSystem: fs, write }), document)
  }
}
