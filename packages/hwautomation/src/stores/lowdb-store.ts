import { type Logger, silentLogger } from '../logger.ts'
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
import { ActiveRuns } from './active-runs.ts'
import { Artefacts } from './artefacts.ts'
import { candidates } from './candidates.ts'
import { Disk } from './disk.ts'
import { DocumentCollections } from './document-collections.ts'
import { DocumentReader } from './document-reader.ts'
import { type FileSystem, nodeFileSystem } from './file-system.ts'
import { Journal } from './journal/journal.ts'
import { LAYOUT, readLayout, writeLayout } from './layout.ts'
import { Lease } from './lease/lease.ts'
import { pageOf } from './page.ts'
import { PastRuns } from './past-runs.ts'
import { prepareFolders } from './prepare-folders.ts'
import { placeIn, recover } from './recovery.ts'
import { remembering } from './remembering.ts'
import { retain, type RetentionDeps, type Retained, type RetainOptions } from './retention.ts'
import { lastSeqOf, recordOf } from './run-document.ts'
import { RunIndex } from './run-index.ts'
import { RunLookup } from './run-lookup.ts'
import { RunWriter } from './run-writer.ts'
import { StateFile } from './state-file.ts'
import { notOpen, onFiles } from './store-errors.ts'
import { type StoreTrouble, Troubles } from './troubles.ts'

export interface LowdbStoreOptions {
  readonly logger?: Logger
  /** For looking, also beside the process that owns the directory: takes no lease, mends nothing, writes nothing. Default false. */
  readonly readOnly?: boolean
  /** After how long without a sign of life another process may take the directory, in milliseconds. Default 15,000. */
  readonly leaseTtlMs?: number
  readonly fileSystem?: FileSystem
}

const LEASE_TTL_MS = 15_000
const MOST_RESOURCES = 10_000

/**
 * Runs in a state directory that one process owns:
 *
 * - `workflows/<id>.json`: runs that have not ended, one lowdb document each
 * - `past/<day>/<part>/<id>.<status>.json`: those that have
 * - `journal/<yyyymmdd>.jsonl`: events and audit; `artefacts/<sha256>`; `index/`: past runs by machine and by idempotency key
 * - `documents/<collection>/<id>.json`: what belongs to no single run; never removed by retention
 * - `state.json`: what holds for the whole manager; `owner/`: who owns the directory; `layout.json`: how it is laid out
 *
 * Files are 0600, folders 0700. A write costs the size of one run or document. Opening, a page, and a look-up cost what is unfinished and what they
 * return, not the history. What is damaged is set aside and named in `troubles`; everything else is served.
 */
export class LowdbStore implements WorkflowStore {
  readonly durable = true
  readonly #options: LowdbStoreOptions
  #closed = false
  readonly #disk: Disk
  readonly #troubles: Troubles
  readonly #active: ActiveRuns
  readonly #past: PastRuns
  readonly #lookup: RunLookup
  readonly #index: RunIndex
  readonly #journal: Journal
  readonly #artefacts: Artefacts
  readonly #state: StateFile
  readonly #documents: DocumentCollections
  readonly #parts: RetentionDeps
  readonly #writer: RunWriter
  readonly #onLost = new Set<(error: Error) => void>()
  #lease: Lease | undefined

  constructor(folder: string, options: LowdbStoreOptions = {}) {
    this.#options = options
    this.#disk = new Disk(folder, options.fileSystem ?? nodeFileSystem, options.readOnly)
    this.#troubles = new Troubles(folder, options.logger ?? silentLogger)
    const { report } = this.#troubles
    const reader = new DocumentReader(this.#disk, report)
    this.#active = new ActiveRuns(this.#disk, reader)
    this.#past = new PastRuns(this.#disk, reader)
    this.#lookup = new RunLookup(this.#active, this.#past, options.readOnly === true)
    this.#index = new RunIndex(this.#disk, report, () => this.#past.records())
    // events of the first release do not name their machine
    const resourceOf = remembering(MOST_RESOURCES, async (id) => (await this.#lookup.document(id))?.resource ?? '')
    this.#journal = new Journal(this.#disk, report, resourceOf)
    this.#artefacts = new Artefacts(this.#disk, report)
    this.#state = new StateFile(this.#disk, report)
    this.#documents = new DocumentCollections(this.#disk, report)
    this.#parts = {
      disk: this.#disk,
      active: this.#active,
      past: this.#past,
      index: this.#index,
      journal: this.#journal,
      artefacts: this.#artefacts,
    }
    this.#writer = new RunWriter({ ...this.#parts, onTrouble: report })
  }

  /** What was found damaged since `open`. */
  get troubles(): readonly StoreTrouble[] {
    return this.#troubles.list
  }

  /**
   * @throws HwError `store.in-use` naming the process that has the directory; `store.newer-layout` where a later release wrote it: then
   * it is not touched
   */
  async open(): Promise<void> {
    const { leaseTtlMs = LEASE_TTL_MS, readOnly = false } = this.#options
    const { root, fs } = this.#disk
    if (this.#closed) throw notOpen(root)
    const layout = await onFiles(root, 'open the state directory', () => readLayout(this.#disk, this.#troubles.report))
    if (readOnly) return
    this.#lease = await onFiles(root, 'take the state directory', () =>
      Lease.take(fs, root, leaseTtlMs, this.#troubles.report),
    )
    for (const listener of this.#onLost) this.#lease.onLost(listener)
    this.#disk.own(this.#lease)
    try {
      await this.#disk.guard(root, 'open the state directory', () => this.#mend(layout))
    } catch (error) {
      await this.close()
      throw error
    }
  }

  onLost(listener: (error: Error) => void): () => void {
    this.#onLost.add(listener)
    const off = this.#lease?.onLost(listener)
    return () => {
      this.#onLost.delete(listener)
      off?.()
    }
  }

  /** Tells other processes, by way of `readLease`, where this one can be reached. */
  async publish(more: { readonly control: string }): Promise<void> {
    await this.#disk.guard(this.#disk.root, 'publish the control socket', (lease) => lease.publish(more))
  }

  save(record: WorkflowRecord, events: readonly JournalEntry[]): Promise<readonly WorkflowEvent[]> {
    return this.#writer.save(record, events)
  }

  async load(id: string): Promise<WorkflowRecord | undefined> {
    const known = this.#active.get(id)
    const document = known === undefined ? await this.#lookup.document(id) : structuredClone(known)
    return document === undefined ? undefined : recordOf(document)
  }

  async unfinished(): Promise<readonly WorkflowRecord[]> {
    const documents = await onFiles(this.#disk.root, 'read the runs', () => this.#lookup.activeDocuments())
    return documents
      .filter(({ status }) => !hasEnded(status))
      .map((document) => ({
        ...recordOf(structuredClone(document)),
        seq: Math.max(lastSeqOf(document), this.#journal.seqOf(document.id)),
      }))
  }

  list(query: RecordQuery): Promise<RecordPage> {
    const found = candidates({ active: () => this.#lookup.activeIds(), past: this.#past, index: this.#index }, query)
    return onFiles(this.#disk.root, 'list the runs', () => pageOf(found, query, (id) => this.load(id)))
  }

  findByIdempotencyKey(key: string): Promise<WorkflowRecord | undefined> {
    return onFiles(this.#disk.root, 'look for a run', async () => {
      const active = (await this.#lookup.activeDocuments()).findLast((document) => keysOf(document).includes(key))
      if (active !== undefined) return recordOf(structuredClone(active))
      for await (const id of (await this.#index.byKey(key)) ?? this.#past.ids()) {
        const record = await this.load(id)
        if (record !== undefined && keysOf(record).includes(key)) return record
      }
    })
  }

  append<Entry extends JournalEntry | AuditEntry>(
    entries: readonly Entry[],
  ): Promise<readonly (Entry & { readonly cursor: string })[]> {
    return this.#writer.append(entries)
  }

  async *events(workflowId: string, afterSeq: number): AsyncIterable<WorkflowEvent> {
    const document = await this.#lookup.document(workflowId)
    if (document === undefined) return
    const last = hasEnded(document.status) ? lastSeqOf(document) : undefined
    yield* this.#journal.events(workflowId, afterSeq, placeIn(document, 'from'), last)
  }

  journal(query: JournalQuery): AsyncIterable<JournalLine> {
    return this.#journal.lines(query)
  }

  loadState(): Promise<ManagerState> {
    return this.#state.load()
  }

  saveState(state: ManagerState): Promise<void> {
    return this.#state.save(state)
  }

  documents(collection: string): Documents {
    return this.#documents.of(collection)
  }

  putArtefact(bytes: Uint8Array): Promise<{ readonly sha256: string; readonly bytes: number }> {
    return this.#artefacts.put(bytes)
  }

  getArtefact(sha256: string): Promise<Uint8Array | undefined> {
    return this.#artefacts.get(sha256)
  }

  /**
   * Removes past runs that ended before a time, and the days of the journal and the artefacts that no run left needs. Runs that have not
   * ended are not touched. May be interrupted at any instant; the next time removes what is left.
   */
  retain(options: RetainOptions): Promise<Retained> {
    return this.#disk.guard(this.#disk.root, 'remove old runs', () => retain(this.#parts, options))
  }

  /** Writes what was asked for before, and gives the directory up, for good: a store that is to be used again is a new one. */
  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([this.#writer.idle(), this.#documents.idle()])
    await this.#journal.close()
    this.#disk.own(undefined)
    await this.#lease?.release()
    this.#lease = undefined
  }

  async #mend(layout: number): Promise<void> {
    const { report } = this.#troubles
    await prepareFolders(this.#disk, report)
    await this.#journal.open(this.#lease!.fromSilent)
    await this.#active.open()
    await this.#index.open()
    await recover({ active: this.#active, journal: this.#journal, end: (document) => this.#writer.end(document) })
    if (layout < LAYOUT) await writeLayout(this.#disk)
  }
}
