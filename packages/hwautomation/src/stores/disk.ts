import { randomUUID } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import { HwError } from '../errors.ts'
import { placeFile } from './durable-file.ts'
import { absent, type FileSystem, FOLDER_MODE } from './file-system.ts'
import { FolderSync } from './folder-sync.ts'
import type { Lease } from './lease/lease.ts'
import { fileError, notOpen, openedForReading } from './store-errors.ts'

/**
 * A state directory as its parts write it: durably, only while the directory is ours, and with errors of a store. Without a lease
 * nothing can be written.
 */
export class Disk {
  readonly fs: FileSystem
  readonly root: string
  readonly #readOnly: boolean
  readonly #syncs: FolderSync
  #lease: Lease | undefined

  constructor(root: string, fs: FileSystem, readOnly = false) {
    this.root = root
    this.fs = fs
    this.#readOnly = readOnly
    this.#syncs = new FolderSync(fs)
  }

  /** From now on written under this lease; with undefined no more. */
  own(lease: Lease | undefined): void {
    this.#lease = lease
  }

  get writable(): boolean {
    return this.#lease !== undefined
  }

  path(...parts: string[]): string {
    return join(this.root, ...parts)
  }

  /** Puts `content` at `path` so that it survives a power cut, or leaves what was there. Refused by the disk itself once the directory is not ours. */
  readonly write = (path: string, content: string | Uint8Array): Promise<void> =>
    this.guard(path, 'write a file', async (lease) => {
      await placeFile(this.fs, path, content, lease.folder)
      await this.#syncs.sync(dirname(path))
    })

  /** Takes a file away; also refused once the directory is not ours. Nothing happens where there is none. */
  remove(path: string): Promise<void> {
    return this.guard(path, 'remove a file', async (lease) => {
      const aside = join(lease.folder, `.${basename(path)}.${randomUUID()}.tmp`)
      await this.fs.rename(path, aside).catch((error: unknown) => lease.verify().then(() => absent(error)))
      await this.fs.rm(aside, { force: true })
    })
  }

  /** Makes the names in a folder durable; what others ask for at the same time shares it. */
  sync(folder: string): Promise<void> {
    return this.#syncs.sync(folder)
  }

  /** A folder, made durable where it was not there. */
  async folder(path: string): Promise<void> {
    const made = await this.fs.mkdir(path, { recursive: true, mode: FOLDER_MODE })
    if (made === undefined) return
    for (let at = path; at.length >= made.length; at = dirname(at)) await this.#syncs.sync(dirname(at))
  }

  /** @throws HwError `store.lease-lost`, or `store.read-only` for a store that was opened for reading */
  async verify(): Promise<void> {
    await this.#ours().verify()
  }

  /**
   * Does work that writes. A failure is named after its cause: the lost lease where there is none any more, else what the file call
   * said.
   */
  async guard<T>(path: string, doing: string, work: (lease: Lease) => Promise<T>): Promise<T> {
    const lease = this.#ours()
    if (lease.lost !== undefined) throw lease.lost
    try {
      return await work(lease)
    } catch (error) {
      if (error instanceof HwError) throw error
      await lease.verify()
      throw fileError(error, path, doing)
    }
  }

  #ours(): Lease {
    if (this.#lease === undefined) throw this.#readOnly ? openedForReading(this.root) : notOpen(this.root)
    return this.#lease
  }
}
