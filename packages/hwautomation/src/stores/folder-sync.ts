import { failedWith, type FileSystem } from './file-system.ts'

/**
 * Makes names in folders durable (a new file, a rename). Those who ask while a sync of the same folder is under way share the next
 * one: many runs that write at once pay for one.
 */
export class FolderSync {
  readonly #fs: FileSystem
  readonly #running = new Map<string, Promise<void>>()
  readonly #next = new Map<string, Promise<void>>()

  constructor(fs: FileSystem) {
    this.#fs = fs
  }

  /** Resolves when every name that was in the folder at the time of the call would survive a power cut. */
  sync(folder: string): Promise<void> {
    const next = this.#next.get(folder)
    if (next !== undefined) return next
    const running = this.#running.get(folder)
    if (running === undefined) return this.#start(folder)
    const shared = running
      .catch(() => {})
      .then(() => {
        this.#next.delete(folder)
        return this.#start(folder)
      })
    this.#next.set(folder, shared)
    return shared
  }

  #start(folder: string): Promise<void> {
    const sync = syncFolder(this.#fs, folder).finally(() => {
      if (this.#running.get(folder) === sync) this.#running.delete(folder)
    })
    this.#running.set(folder, sync)
    return sync
  }
}

/** fsync of one folder. */
export async function syncFolder(fs: FileSystem, path: string): Promise<void> {
  let folder
  try {
    folder = await fs.open(path, 'r')
    await folder.sync()
  } catch (error) {
    // Windows cannot open a folder; its rename is durable without
    if (!failedWith(error, 'EISDIR') && !(process.platform === 'win32' && failedWith(error, 'EPERM', 'EACCES')))
      throw error
  } finally {
    await folder?.close()
  }
}
