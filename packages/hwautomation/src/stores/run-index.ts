import { join } from 'node:path'
import { keysOf } from '../workflow/idempotency-keys.ts'
import type { WorkflowRecord } from '../workflow/record.ts'
import type { Disk } from './disk.ts'
import { absent, namesIn } from './file-system.ts'
import { appendToBucket, hashOf, type IndexEntry, readBucket, textOf } from './index-bucket.ts'
import { seal, unseal } from './sealed-json.ts'
import { serverNames } from './server-names.ts'
import type { OnTrouble } from './troubles.ts'

const FOLDER = 'index'
const MARK = 'whole.json'

/** What a run can be looked up by. */
type Kind = 'keys' | 'servers'

/** Files of one kind: of servers a fleet has thousands, each its own file; keys are as many as runs. */
const FILES: Readonly<Record<Kind, (hash: string) => string>> = {
  servers: (hash) => hash,
  keys: (hash) => hash.slice(0, 3),
}

/**
 * Finds past runs by machine and by idempotency key: append-only files of run ids, by the hash of the name. Entries are hints: who
 * looks a run up compares what it finds, so that entries of removed runs and repeated ones do no harm. A missing or damaged index is made
 * anew from the runs.
 */
export class RunIndex {
  readonly #disk: Disk
  readonly #onTrouble: OnTrouble
  /** All past runs, for making the index anew. */
  readonly #everyRun: () => AsyncIterable<WorkflowRecord>
  #last: Promise<unknown> = Promise.resolve()

  constructor(disk: Disk, onTrouble: OnTrouble, everyRun: () => AsyncIterable<WorkflowRecord>) {
    this.#disk = disk
    this.#onTrouble = onTrouble
    this.#everyRun = everyRun
  }

  async open(): Promise<void> {
    if (!(await this.#isWhole())) await this.#inTurn(() => this.#makeAnew())
  }

  /** Durable when it resolves. */
  async add(record: WorkflowRecord): Promise<void> {
    await this.#inTurn(() =>
      Promise.all(
        placesOf(record).map(async ({ kind, hash }) => {
          await appendToBucket(this.#disk, this.#path(kind, hash), { id: record.id, hash })
        }),
      ),
    )
  }

  /** Newest first. Undefined where the index cannot be used and must not be mended (reading only): then the runs tell. */
  async byServer(name: string): Promise<string[] | undefined> {
    return this.#find('servers', hashOf(name.toLowerCase()))
  }

  async byKey(key: string): Promise<string[] | undefined> {
    return this.#find('keys', hashOf(key))
  }

  /** Takes the entries of removed runs away. */
  async remove(records: readonly WorkflowRecord[]): Promise<void> {
    const gone = new Set(records.map(({ id }) => id))
    const paths = new Set(records.flatMap(placesOf).map(({ kind, hash }) => this.#path(kind, hash)))
    await this.#inTurn(async () => {
      for (const path of paths) {
        const bucket = await readBucket(this.#disk, path)
        if (bucket.is === 'damaged') continue // made anew when somebody looks
        const kept = bucket.entries.filter(({ id }) => !gone.has(id))
        if (kept.length === 0) await this.#disk.remove(path)
        else await this.#disk.write(path, kept.map(textOf).join(''))
      }
    })
  }

  async #find(kind: Kind, hash: string): Promise<string[] | undefined> {
    const path = this.#path(kind, hash)
    if (!this.#disk.writable && !(await this.#isWhole())) return undefined
    let bucket = await readBucket(this.#disk, path)
    if (bucket.is === 'damaged') {
      const name = path.slice(this.#disk.root.length + 1)
      const how = this.#disk.writable ? 'the index is made anew' : 'the runs are read instead'
      this.#onTrouble(name, `line ${bucket.line} is damaged; ${how}`)
      if (!this.#disk.writable) return undefined
      await this.#inTurn(() => this.#makeAnew())
      bucket = await readBucket(this.#disk, path)
    }
    if (bucket.is === 'damaged') return undefined
    return [...new Set(bucket.entries.filter((entry) => entry.hash === hash).map(({ id }) => id))]
      .toSorted()
      .toReversed()
  }

  async #isWhole(): Promise<boolean> {
    const text = await this.#disk.fs.readFile(this.#disk.path(FOLDER, MARK), 'utf8').catch(absent)
    if (text === undefined) return false
    if (unseal(text).is === 'whole') return true
    this.#onTrouble(`${FOLDER}/${MARK}`, 'it is damaged; the index is made anew')
    return false
  }

  async #makeAnew(): Promise<void> {
    await this.#disk.remove(this.#disk.path(FOLDER, MARK))
    const buckets = new Map<string, IndexEntry[]>()
    for await (const record of this.#everyRun())
      for (const { kind, hash } of placesOf(record)) {
        const path = this.#path(kind, hash)
        const entries = buckets.get(path) ?? []
        entries.push({ id: record.id, hash })
        buckets.set(path, entries)
      }
    for (const kind of ['keys', 'servers'] as const) {
      const folder = this.#disk.path(FOLDER, kind)
      for (const name of await namesIn(this.#disk.fs, folder))
        if (!buckets.has(join(folder, name))) await this.#disk.remove(join(folder, name))
    }
    for (const [path, entries] of buckets) await this.#disk.write(path, entries.map(textOf).join(''))
    await this.#disk.write(this.#disk.path(FOLDER, MARK), seal({ format: 1 }))
  }

  #path(kind: Kind, hash: string): string {
    return this.#disk.path(FOLDER, kind, FILES[kind](hash))
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work)
    this.#last = mine.catch(() => {})
    return mine
  }
}

/** Folders that the index needs, relative to the state directory. */
export const INDEX_FOLDERS = (['keys', 'servers'] as const).map((kind) => join(FOLDER, kind))

function placesOf(record: WorkflowRecord): { readonly kind: Kind; readonly hash: string }[] {
  const servers = serverNames(record).map((name) => ({ kind: 'servers' as const, hash: hashOf(name) }))
  const keys = keysOf(record).map((key) => ({ kind: 'keys' as const, hash: hashOf(key) }))
  return [...servers, ...keys]
}
