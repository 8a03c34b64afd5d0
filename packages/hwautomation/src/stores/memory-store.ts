import type { JournalEntry, WorkflowEvent } from '../workflow/events.ts'
import type { RecordPage, RecordQuery, WorkflowStore } from '../workflow/ports.ts'
import type { WorkflowRecord } from '../workflow/record.ts'
import { createHash } from 'node:crypto'
import { pageOf } from './page.ts'

/** Keeps runs in memory: for tests, and for programs whose runs need not outlive them. Everything in and out is a copy. */
export class MemoryStore implements WorkflowStore {
  readonly durable = false
  readonly #records = new Map<string, string>()
  readonly #events = new Map<string, string[]>()
  readonly #artefacts = new Map<string, Uint8Array>()
  #count = 0

  async open(): Promise<void> {}

  async save(record: WorkflowRecord): Promise<void> {
    this.#records.set(record.id, JSON.stringify(record))
  }

  async load(id: string): Promise<WorkflowRecord | undefined> {
    const text = this.#records.get(id)
    return text === undefined ? undefined : (JSON.parse(text) as WorkflowRecord)
  }

  async list(query: RecordQuery): Promise<RecordPage> {
    const ids = [...this.#records.keys()].toSorted().toReversed()
    return pageOf(ids, query, (id) => this.load(id))
  }

  async findByIdempotencyKey(key: string): Promise<WorkflowRecord | undefined> {
    for (const text of this.#records.values()) {
      const record = JSON.parse(text) as WorkflowRecord
      if (record.idempotencyKey === key) return record
    }
    return undefined
  }

  async append(entries: readonly JournalEntry[]): Promise<readonly WorkflowEvent[]> {
    return entries.map((entry) => {
      this.#count += 1
      const text = JSON.stringify({ ...entry, cursor: `memory.${this.#count}` })
      const journal = this.#events.get(entry.workflowId) ?? []
      journal.push(text)
      this.#events.set(entry.workflowId, journal)
      return JSON.parse(text) as WorkflowEvent
    })
  }

  async *events(workflowId: string, afterSeq: number): AsyncIterable<WorkflowEvent> {
    const journal = this.#events.get(workflowId) ?? []
    for (let at = 0; at < journal.length; at += 1) {
      const event = JSON.parse(journal[at]!) as WorkflowEvent
      if (event.seq > afterSeq) yield event
    }
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
}
