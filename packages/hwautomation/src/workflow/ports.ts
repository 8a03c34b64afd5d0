import type { JournalEntry, WorkflowEvent } from './events.ts'
import type { WorkflowRecord } from './record.ts'
import type { WorkflowStatus } from './status.ts'

export interface RecordQuery {
  readonly status?: readonly WorkflowStatus[]
  readonly resource?: string
  readonly limit?: number
  /** From the last page's `next`. */
  readonly after?: string
}

export interface RecordPage {
  /** Newest first. */
  readonly records: readonly WorkflowRecord[]
  readonly next?: string
}

/**
 * Where runs are kept. `save`, `append` and `putArtefact` resolve only when the data would survive a power cut;
 * a store that cannot promise that (memory) says so by `durable: false`.
 */
export interface WorkflowStore {
  readonly durable: boolean
  open(): Promise<void>
  /** Writes one run's document, whole. */
  save(record: WorkflowRecord): Promise<void>
  load(id: string): Promise<WorkflowRecord | undefined>
  list(query: RecordQuery): Promise<RecordPage>
  /** The run that was started with this key, whatever its status. */
  findByIdempotencyKey(key: string): Promise<WorkflowRecord | undefined>
  /** Adds events to the journal, in order. The store sets each event's `cursor`. */
  append(events: readonly JournalEntry[]): Promise<readonly WorkflowEvent[]>
  /** Events of one run with `seq` greater than `afterSeq`, in order. */
  events(workflowId: string, afterSeq: number): AsyncIterable<WorkflowEvent>
  /** Keeps bytes by their hash; returns it. */
  putArtefact(bytes: Uint8Array): Promise<{ readonly sha256: string; readonly bytes: number }>
  getArtefact(sha256: string): Promise<Uint8Array | undefined>
  close(): Promise<void>
}
