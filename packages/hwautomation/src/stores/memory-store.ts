import { createHash } from 'node:crypto'
import type { AuditEntry, JournalEntry, JournalLine, WorkflowEvent } from '../workflow/events.ts'
import type {
  Documents,
  JournalQuery,
  ManagerState,
  RecordPage,
  RecordQuery,
  WorkflowStore,
} from '../workflow/ports.ts'
import { keysOf } from '../workflow/idempotency-keys.ts'
import type { WorkflowRecord } from '../workflow/record.ts'
import { hasEnded } from '../workflow/status.ts'
import { refuseWrongCollection } from './document-name.ts'
import { asksFor, noSuchCursor } from './journal-query.ts'
import { MemoryDocuments } from './memory-documents.ts'
import { matches, pageOf } from './page.ts'

const CURSOR = /^memory\.(\d+)$/

/** Keeps runs in memory: for tests, and for programs whose runs need not outlive them. Everything in and out is a copy. */
export class MemoryStore implements WorkflowStore {
  readonly durable = false
  readonly #records = new Map<string, string>()
  /** The line with cursor `memory.<n>` is at n - 1. */
  readonly #journal: string[] = []
  /** Places in the journal by run, so that one run's events cost what there are of them. */
  readonly #places = new Map<string, number[]>()
  readonly #keys = new Map<string, string>()
  readonly #artefacts = new Map<string, Uint8Array>()
  readonly #documents = new Map<string, Documents>()
  #state = '{}'

  async open(): Promise<void> {}

  /** Nobody can take memory away. */
  onLost(): () => void {
    return () => {}
  }

  async save(record: WorkflowRecord, events: readonly JournalEntry[]): Promise<readonly WorkflowEvent[]> {
    this.#records.set(record.id, JSON.stringify(record))
    for (const key of keysOf(record)) this.#keys.set(key, record.id)
    return this.#append(events)
  }

  async load(id: string): Promise<WorkflowRecord | undefined> {
    const text = this.#records.get(id)
    return text === undefined ? undefined : (JSON.parse(text) as WorkflowRecord)
  }

  async unfinished(): Promise<readonly WorkflowRecord[]> {
    return this.#all()
      .filter((record) => !hasEnded(record.status))
      .map((record) => ({ ...record, seq: Math.max(record.seq, this.#lastSeq(record.id)) }))
  }

  async list(query: RecordQuery): Promise<RecordPage> {
    const ids = this.#all()
      .filter((record) => matches(record, query))
      .map(({ id }) => id)
    return pageOf(ids.toReversed(), query, (id) => this.load(id))
  }

  async findByIdempotencyKey(key: string): Promise<WorkflowRecord | undefined> {
    const id = this.#keys.get(key)
    return id === undefined ? undefined : this.load(id)
  }

  async append<Entry extends JournalEntry | AuditEntry>(
    entries: readonly Entry[],
  ): Promise<readonly (Entry & { readonly cursor: string })[]> {
    return this.#append(entries)
  }

  async *events(workflowId: string, afterSeq: number): AsyncIterable<WorkflowEvent> {
    const places = this.#places.get(workflowId) ?? []
    for (let at = 0; at < places.length; at += 1) {
      const event = JSON.parse(this.#journal[places[at]!]!) as WorkflowEvent
      if (event.seq > afterSeq) yield event
    }
  }

  async *journal(query: JournalQuery): AsyncIterable<JournalLine> {
    for (let at = placeOf(query.after, this.#journal.length); at < this.#journal.length; at += 1) {
      const line = JSON.parse(this.#journal[at]!) as JournalLine
      if (asksFor(query, line)) yield line
    }
  }

  async loadState(): Promise<ManagerState> {
    return JSON.parse(this.#state) as ManagerState
  }

  async saveState(state: ManagerState): Promise<void> {
    this.#state = JSON.stringify(state)
  }

  documents(collection: string): Documents {
    refuseWrongCollection(collection)
    const documents = this.#documents.get(collection) ?? new MemoryDocuments()
    this.#documents.set(collection, documents)
    return documents
  }

  async putArtefact(bytes: Uint8Array): Promise<{ readonly sha256: string; readonly bytes: number }> {
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    this.#artefacts.set(sha256, Uint8Array.from(bytes))
    return { sha256, bytes: bytes.byteLength }
  }

  async getArtefact(sha256: string): Promise<Uint8Array | undefined> {
    const bytes = this.#artefacts.get(sha256)
    return bytes === undefined ? undefined : Uint8Array.from(bytes)
  }

  async close(): Promise<void> {}

  /** Oldest first. */
  #all(): WorkflowRecord[] {
    return [...this.#records.keys()].toSorted().map((id) => JSON.parse(this.#records.get(id)!) as WorkflowRecord)
  }

  #append<Entry extends JournalEntry | AuditEntry>(entries: readonly Entry[]): (Entry & { readonly cursor: string })[] {
    return entries.map((entry) => {
      const place = this.#journal.length
      const text = JSON.stringify({ ...entry, cursor: `memory.${place + 1}` })
      this.#journal.push(text)
      if (entry.type !== 'audit') {
        const places = this.#places.get(entry.workflowId) ?? []
        places.push(place)
        this.#places.set(entry.workflowId, places)
      }
      return JSON.parse(text) as Entry & { readonly cursor: string }
    })
  }

  #lastSeq(id: string): number {
    const place = this.#places.get(id)?.at(-1)
    return place === undefined ? 0 : (JSON.parse(this.#journal[place]!) as WorkflowEvent).seq
  }
}

function placeOf(cursor: string | undefined, length: number): number {
  if (cursor === undefined) return 0
  const place = Number(CURSOR.exec(cursor)?.[1] ?? Number.NaN)
  if (!(place <= length)) throw noSuchCursor(cursor)
  return place
}
