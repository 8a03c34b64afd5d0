import { Low } from 'lowdb'
import { createHash } from 'node:crypto'
import { chmod, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Logger, silentLogger } from '../logger.ts'
import type { JournalEntry, WorkflowEvent } from '../workflow/events.ts'
import { isRunId } from '../workflow/ids.ts'
import type { RecordPage, RecordQuery, WorkflowStore } from '../workflow/ports.ts'
import type { WorkflowRecord } from '../workflow/record.ts'
import { hasEnded } from '../workflow/status.ts'
import { DurableFile, syncFolder, UNFINISHED_WRITE, writeDurably } from './durable-file.ts'
import { dayOf, Journal } from './journal.ts'
import { pageOf } from './page.ts'
import { inspectRecord } from './record-file.ts'

const FOLDER_MODE = 0o700
const SHA256 = /^[0-9a-f]{64}$/

/** Something in the state directory that is damaged or not ours. Everything else is served. */
export interface StoreTrouble {
  /** Relative to the state directory. */
  readonly file: string
  readonly message: string
}

/**
 * Runs in a state directory: `workflows/<id>.json`, one lowdb document a run; `journal/<yyyymmdd>.jsonl`, the events;
 * `artefacts/<sha256>`. Files are 0600, folders 0700. A write costs the size of one run.
 *
 * `list` with a filter and the first `findByIdempotencyKey` read the documents one by one, newest first: their cost is that of the
 * history, their memory that of one document and one line per idempotency key. `events` reads the journal since the day the run was
 * created. One process owns the directory.
 */
export class LowdbStore implements WorkflowStore {
  readonly durable = true
  /** What was found damaged since `open`. */
  readonly troubles: StoreTrouble[] = []
  readonly #folder: string
  readonly #logger: Logger
  readonly #journal: Journal
  /** Documents of runs that have not ended; the others are read when asked for. One `Low` a file: two would lose data. */
  readonly #documents = new Map<string, Low<WorkflowRecord | null>>()
  /** Idempotency key → run id, read from the documents at the first question. */
  #keys: Promise<Map<string, string>> | undefined

  constructor(folder: string, options: { readonly logger?: Logger } = {}) {
    this.#folder = folder
    this.#logger = options.logger ?? silentLogger
    this.#journal = new Journal(join(folder, 'journal'), (file, message) => this.#trouble(`journal/${file}`, message))
  }

  async open(): Promise<void> {
    for (const folder of ['', 'workflows', 'journal', 'artefacts']) {
      const path = join(this.#folder, folder)
      await mkdir(path, { recursive: true, mode: FOLDER_MODE })
      await chmod(path, FOLDER_MODE)
    }
    await this.#sweep('workflows')
    await this.#sweep('artefacts')
    await this.#journal.open()
  }

  async save(record: WorkflowRecord): Promise<void> {
    const low = this.#documents.get(record.id) ?? this.#document(record.id)
    this.#documents.set(record.id, low)
    const before = low.data
    low.data = record
    try {
      await low.write()
    } catch (error) {
      // lowdb changes memory first: what could not be written must not be served
      if (low.data === record) low.data = before
      throw error
    }
    if (record.idempotencyKey !== undefined) (await this.#keys)?.set(record.idempotencyKey, record.id)
    if (hasEnded(record.status) && low.data === record) this.#documents.delete(record.id)
  }

  async load(id: string): Promise<WorkflowRecord | undefined> {
    if (!isRunId(id)) return undefined
    const kept = this.#documents.get(id)?.data
    if (kept) return kept
    const low = this.#document(id)
    try {
      await low.read()
    } catch (error) {
      if (error instanceof SyntaxError) await this.#setAside(id, `it is not JSON (${error.message})`)
      else this.#trouble(this.#name(id), `it cannot be read: ${(error as Error).message}`)
      return undefined
    }
    if (low.data === null) return undefined
    const verdict = inspectRecord(low.data, id)
    if (verdict.is === 'record') return verdict.record
    if (verdict.is === 'foreign') await this.#setAside(id, verdict.why)
    else this.#trouble(this.#name(id), verdict.why)
    return undefined
  }

  async list(query: RecordQuery): Promise<RecordPage> {
    return pageOf(await this.#ids(), query, (id) => this.load(id))
  }

  async findByIdempotencyKey(key: string): Promise<WorkflowRecord | undefined> {
    this.#keys ??= this.#readKeys()
    const id = (await this.#keys).get(key)
    return id === undefined ? undefined : this.load(id)
  }

  append(entries: readonly JournalEntry[]): Promise<readonly WorkflowEvent[]> {
    return this.#journal.append(entries)
  }

  async *events(workflowId: string, afterSeq: number): AsyncIterable<WorkflowEvent> {
    const record = await this.load(workflowId)
    if (record !== undefined) yield* this.#journal.events(workflowId, afterSeq, dayOf(record.createdAt))
  }

  async putArtefact(bytes: Uint8Array): Promise<{ readonly sha256: string; readonly bytes: number }> {
    const sha256 = hashOf(bytes)
    if ((await this.getArtefact(sha256)) === undefined) await writeDurably(this.#artefact(sha256), bytes)
    return { sha256, bytes: bytes.byteLength }
  }

  async getArtefact(sha256: string): Promise<Uint8Array | undefined> {
    if (!SHA256.test(sha256)) return undefined
    const bytes = await readFile(this.#artefact(sha256)).catch(absent)
    if (bytes === undefined || hashOf(bytes) === sha256) return bytes
    this.#trouble(`artefacts/${sha256}`, 'its content does not match its name; it is not served')
    return undefined
  }

  async close(): Promise<void> {
    await this.#journal.close()
    this.#documents.clear()
  }

  /** Newest first: ids sort by time. */
  async #ids(): Promise<string[]> {
    const names = await readdir(join(this.#folder, 'workflows'))
    return names
      .filter((name) => name.endsWith('.json'))
      .map((name) => name.slice(0, -'.json'.length))
      .filter(isRunId)
      .toSorted()
      .toReversed()
  }

  async #readKeys(): Promise<Map<string, string>> {
    const keys = new Map<string, string>()
    for (const id of await this.#ids()) {
      const key = (await this.load(id))?.idempotencyKey
      if (key !== undefined) keys.set(key, id)
    }
    return keys
  }

  /** Takes away what killed writes left, and says what is not ours. */
  async #sweep(folder: string): Promise<void> {
    for (const name of await readdir(join(this.#folder, folder))) {
      if (UNFINISHED_WRITE.test(name)) await rm(join(this.#folder, folder, name), { force: true })
      else if (folder === 'workflows' && !isRunId(name.replace(/\.json(\.unreadable-\d+)?$/, '')))
        this.#trouble(`${folder}/${name}`, 'it is not a run of ours; it is left alone')
    }
  }

  async #setAside(id: string, why: string): Promise<void> {
    const path = join(this.#folder, this.#name(id))
    let number = 1
    while ((await stat(`${path}.unreadable-${number}`).catch(absent)) !== undefined) number += 1
    await rename(path, `${path}.unreadable-${number}`)
    await syncFolder(join(this.#folder, 'workflows'))
    this.#trouble(this.#name(id), `${why}; it was set aside as ${id}.json.unreadable-${number}`)
  }

  #trouble(file: string, message: string): void {
    if (this.troubles.some((known) => known.file === file && known.message === message)) return
    this.troubles.push({ file, message })
    this.#logger.warn({ file: join(this.#folder, file) }, `state directory: ${file}: ${message}`)
  }

  #document(id: string): Low<WorkflowRecord | null> {
    return new Low<WorkflowRecord | null>(new DurableFile(join(this.#folder, this.#name(id))), null)
  }

  #name(id: string): string {
    return `workflows/${id}.json`
  }

  #artefact(sha256: string): string {
    return join(this.#folder, 'artefacts', sha256)
  }
}

function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined
  throw error
}
