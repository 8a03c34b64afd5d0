import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { type FileSystem, nodeFileSystem } from '../../src/stores/file-system.ts'
import { LowdbStore, type LowdbStoreOptions } from '../../src/stores/lowdb-store.ts'

/** A state directory of its own for each test of the file, and the stores opened on it, which are closed afterwards. */
export class StateFolder {
  path = ''
  readonly #open: LowdbStore[] = []

  constructor() {
    beforeEach(async () => {
      this.path = await mkdtemp(join(tmpdir(), 'hwa-store-'))
    })
    afterEach(async () => {
      await Promise.all(this.#open.splice(0).map((store) => store.close()))
      await rm(this.path, { recursive: true, force: true })
    })
  }

  async open(options: LowdbStoreOptions = {}): Promise<LowdbStore> {
    const store = new LowdbStore(this.path, options)
    this.#open.push(store)
    await store.open()
    return store
  }

  async clear(): Promise<void> {
    await rm(this.path, { recursive: true })
  }

  file(...parts: string[]): string {
    return join(this.path, ...parts)
  }

  /** All files below it, relative, sorted. */
  async files(folder = ''): Promise<string[]> {
    const found: string[] = []
    for (const name of await readdir(this.file(folder))) {
      const path = join(folder, name)
      if ((await stat(this.file(path))).isDirectory()) found.push(...(await this.files(path)))
      else found.push(path)
    }
    return found.toSorted()
  }

  /** What is in each of them, heartbeats aside. */
  async contents(): Promise<Record<string, string>> {
    const found: Record<string, string> = {}
    for (const name of await this.files()) found[name] = await readFile(this.file(name), 'latin1')
    return found
  }
}

/** The real file system without waiting for the disk: for tests of anything but power cuts. */
export const withoutSync: FileSystem = {
  ...nodeFileSystem,
  open: async (...args) =>
    new Proxy(await nodeFileSystem.open(...args), {
      get: (target, call) => {
        if (call === 'sync' || call === 'datasync') return async () => {}
        const real = Reflect.get(target, call) as unknown
        return typeof real === 'function' ? (real.bind(target) as unknown) : real
      },
    }),
}
