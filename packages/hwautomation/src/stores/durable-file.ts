import type { Adapter } from 'lowdb'
import { randomUUID } from 'node:crypto'
import { open, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

const FILE_MODE = 0o600

/** Files that a write left behind when its process was killed look like this; none of them was ever the document. */
export const UNFINISHED_WRITE = /^\..*\.[0-9a-f-]{36}\.tmp$/

/**
 * A lowdb adapter whose writes survive a power cut: a temporary file of a unique name, fsync, rename, fsync of the folder. A reader
 * sees the old document or the new one, never half of one. (lowdb's own file adapters do not fsync, share one temporary name between
 * writers, and so lose data when two of them write.)
 *
 * Writes of one `DurableFile` never overlap; those that wait are merged, since only the newest document counts.
 */
export class DurableFile<T> implements Adapter<T> {
  readonly #path: string
  #next: { readonly text: string; readonly done: Promise<void> } | undefined
  #last: Promise<void> = Promise.resolve()

  constructor(path: string) {
    this.#path = path
  }

  /** The document; null where there is no file. @throws SyntaxError for a torn or an empty one */
  async read(): Promise<T | null> {
    try {
      return JSON.parse(await readFile(this.#path, 'utf8')) as T
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw error
    }
  }

  /** Resolves when this document, or a newer one, would survive a power cut. */
  write(document: T): Promise<void> {
    // as text at once: what the caller changes later belongs to a later write
    const text = JSON.stringify(document)
    if (this.#next !== undefined) {
      this.#next = { ...this.#next, text }
      return this.#next.done
    }
    const done = this.#last.then(() => {
      const newest = this.#next!.text
      this.#next = undefined
      return writeDurably(this.#path, newest)
    })
    this.#next = { text, done }
    this.#last = done.catch(() => {})
    return done
  }
}

/** Puts `content` at `path` so that it survives a power cut, or leaves what was there. Mode 0600. */
export async function writeDurably(path: string, content: string | Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`)
  try {
    const file = await open(temporary, 'wx', FILE_MODE)
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncFolder(dirname(path))
}

/** Makes names in a folder durable: a new file, a rename. */
export async function syncFolder(path: string): Promise<void> {
  let folder
  try {
    folder = await open(path, 'r')
    await folder.sync()
  } catch (error) {
    // Windows cannot open a folder; its rename is durable without
    if (!['EISDIR', 'EPERM', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  } finally {
    await folder?.close()
  }
}
