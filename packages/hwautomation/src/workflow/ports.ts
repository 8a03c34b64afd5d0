import type { AuditEntry, JournalEntry, JournalLine, WorkflowEvent } from './events.ts'
import type { Json, WishRecord, WorkflowRecord } from './record.ts'
import type { WorkflowStatus } from './status.ts'

export interface RecordQuery {
  readonly status?: readonly WorkflowStatus[]
  readonly resource?: string
  /** As people name the machine: system_id, FQDN or the first label of it; letter case does not matter. */
  readonly server?: string
  /** A whole number from 1; default 50. */
  readonly limit?: number
  /** From the last page's `next`. */
  readonly after?: string
}

export interface RecordPage {
  /** Newest first. */
  readonly records: readonly WorkflowRecord[]
  readonly next?: string
}

/** Which part of the journal. All limits are optional and go together. */
export interface JournalQuery {
  /** Only lines behind this cursor. */
  readonly after?: string
  /** ISO 8601 times: lines of `from` or later, before `until`. */
  readonly from?: string
  readonly until?: string
  readonly resource?: string
  readonly workflowId?: string
}

/** What holds for the whole manager, through restarts. */
export interface ManagerState {
  /** `paused`: runs wait before their next step. `draining`: runs go on to their end, none is begun. Absent: neither. */
  readonly intake?: WishRecord & { readonly is: 'paused' | 'draining' }
  /** No mutating call is sent to any device. */
  readonly hardwareOff?: WishRecord
}

/**
 * Small JSON documents of one collection, by id: what belongs to no single run, such as batches, or the messages of a chat bot.
 * Ids are 1 to 200 characters of any kind; a collection is a kebab-case word. Everything in and out is a copy.
 */
export interface Documents {
  get(id: string): Promise<Json | undefined>
  /** Resolves when the document would survive a power cut. Writes of one id take effect in the order they were asked for. */
  put(id: string, value: Json): Promise<void>
  /** Harmless where there is none. */
  delete(id: string): Promise<void>
  /** Every document, in no order that means anything; one that cannot be read is set aside and named among the troubles. */
  entries(): AsyncIterable<readonly [id: string, value: Json]>
}

/**
 * Where runs are kept. `save`, `append`, `saveState` and `putArtefact` resolve only when the data would survive a power cut;
 * a store that cannot promise that (memory) says so by `durable: false`.
 *
 * Writes of one run come one after the other, those of different runs at the same time. A `save` or `append` that failed may be made
 * again with the same events (`store.full` is waited for); none of them may then be there twice. `load`, `list`, `events` and `journal`
 * may be asked while the store closes, and afterwards. Ids sort by the time of their making; `list` goes by them.
 *
 * Errors of a store are HwErrors: `store.in-use`, `store.lease-lost`, `store.full`, `store.read-only`, `store.failed`.
 */
export interface WorkflowStore {
  readonly durable: boolean
  /**
   * Takes the store for this process and mends what a crash left. Afterwards each unfinished document's `seq` is not below that of any
   * of its events in the journal, and every event that was saved with a document is in the journal.
   * @throws HwError `store.in-use` naming the process that has it
   */
  open(): Promise<void>
  /** Called once, when another process has taken the store: nothing can be written any more. Returns the function that takes it off. */
  onLost(listener: (error: Error) => void): () => void
  /** Writes one run's document, whole, then its events to the journal, in order. The store sets each event's `cursor`. */
  save(record: WorkflowRecord, events: readonly JournalEntry[]): Promise<readonly WorkflowEvent[]>
  load(id: string): Promise<WorkflowRecord | undefined>
  /** All runs that have not ended, oldest first. */
  unfinished(): Promise<readonly WorkflowRecord[]>
  list(query: RecordQuery): Promise<RecordPage>
  /** The run that was started with this key, whatever its status. */
  findByIdempotencyKey(key: string): Promise<WorkflowRecord | undefined>
  /** Adds progress and audit entries to the journal, in order. */
  append<Entry extends JournalEntry | AuditEntry>(
    entries: readonly Entry[],
  ): Promise<readonly (Entry & { readonly cursor: string })[]>
  /** Events of one run with `seq` greater than `afterSeq`, in order. */
  events(workflowId: string, afterSeq: number): AsyncIterable<WorkflowEvent>
  /**
   * The journal, oldest first, up to what is in it when the reading comes there.
   * @throws HwError `store.no-such-cursor` for an `after` that no line of this store has
   */
  journal(query: JournalQuery): AsyncIterable<JournalLine>
  /** `{}` where none was saved. */
  loadState(): Promise<ManagerState>
  saveState(state: ManagerState): Promise<void>
  /** The documents of a collection; the same each time. Nothing is read or written until one of them is asked for. */
  documents(collection: string): Documents
  /** Keeps bytes by their hash; returns it. */
  putArtefact(bytes: Uint8Array): Promise<{ readonly sha256: string; readonly bytes: number }>
  getArtefact(sha256: string): Promise<Uint8Array | undefined>
  close(): Promise<void>
}
