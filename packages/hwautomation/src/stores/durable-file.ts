import type { Adapter } from 'lowdb'
import { randomUUID } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import { absent, FILE_MODE, type FileSystem, nodeFileSystem } from './file-system.ts'
import { syncFolder } from './folder-sync.ts'
import { seal, unseal } from './sealed-json.ts'

/** Files that a write left behind when its process was killed look like this; none of them was ever the document. */
export const UNFINISHED_WRITE = /^\..*\.[0-9a-f-]{36}\.tmp$/

/** How a file gets its content so that it survives a power cut. */
export type WriteFile = (path: string, content: string | Uint8Array) => Promise<void>

export interface DurableFileOptions {
  readonly fileSystem?: FileSystem
  /** Default: a temporary file beside it. */
  readonly write?: WriteFile
}

/** What is in the file is not what was written: torn, empty, changed. */
export class DamagedFile extends SyntaxError {
  override readonly name = 'DamagedFile'
}

/**
 * A lowdb adapter whose writes survive a power cut: a temporary file of a unique name, fsync, rename, fsync of the folder. A reader
 * sees the old document or the new one, never half of one. (lowdb's own file adapters do not fsync, share one temporary name between
 * writers, and so lose data when two of them write.) Documents are objects, kept with a checksum.
 *
 * Writes of one `DurableFile` never overlap; those that wait are merged, since only the newest document counts.
 */
export class DurableFile<T extends object | null> implements Adapter<T> {
  readonly #path: string
  readonly #fs: FileSystem
  readonly #write: WriteFile
  #next: { readonly text: string; readonly done: Promise<void> } | undefined
  #last: Promise<void> = Promise.resolve()

  constructor(path: string, { fileSystem = nodeFileSystem, write }: DurableFileOptions = {}) {
    this.#path = path
    this.#fs = fileSystem
    this.#write = write ?? ((path, content) => writeDurably(fileSystem, path, content))
  }

  /** The document; null where there is no file. @throws DamagedFile for a torn, an empty or a changed one */
  async read(): Promise<T | null> {
    const text = await this.#fs.readFile(this.#path, 'utf8').catch(absent)
    if (text === undefined) return null
    const read = unseal(text)
    if (read.is === 'damaged') throw new DamagedFile(read.why)
    if (read.value === null || typeof read.value !== 'object') throw new DamagedFile('it is not an object')
    return read.value as T
  }

  /** Resolves when this document, or a newer one, would survive a power cut. */
  write(document: T): Promise<void> {
    // as text at once: what the caller changes later belongs to a later write
    const text = seal(document ?? {})
    if (this.#next !== undefined) {
      this.#next = { ...this.#next, text }
      return this.#next.done
    }
    const done = this.#last.then(() => {
      const newest = this.#next!.text
      this.#next = undefined
      return this.#write(this.#path, newest)
    })
    this.#next = { text, done }
    this.#last = done.catch(() => {})
    return done
  }
}

/** Puts `content` at `path` so that it survives a power cut, or leaves what was there. Mode 0600. */
export async function writeDurably(fs: FileSystem, path: string, content: string | Uint8Array): Promise<void> {
  await placeFile(fs, path, content, dirname(path))
  await syncFolder(fs, dirname(path))
}

/**
 * The same without making the name durable yet. The content is written in `temporaryFolder` (on the same disk) and renamed from there:
 * where that folder is gone, nothing is changed.
 */
export async function placeFile(
  fs: FileSystem,
  path: string,
  content: string | Uint8Array,
  temporaryFolder: string,
): Promise<void> {
  const temporary = join(temporaryFolder, `.${basename(path)}.${randomUUID()}.tmp`)
  try {
    const file = await fs.open(temporary, 'wx', FILE_MODE)
    try {
      await file.writeFile(content)
      await file.datasync()
    } finally {
      await file.close()
    }
    await fs.rename(temporary, path)
  } catch (error) {
    await fs.rm(temporary, { force: true }).catch(() => {})
    throw error
  }
}
