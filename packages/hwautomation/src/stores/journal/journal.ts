import type { AuditEntry, JournalEntry, JournalLine, WorkflowEvent } from '../../workflow/events.ts'
import type { JournalQuery } from '../../workflow/ports.ts'
import type { Disk } from '../disk.ts'
import type { OnTrouble } from '../troubles.ts'
import { type Checkpoint, CHECKPOINT_BYTES, readCheckpoint, writeCheckpoint } from './checkpoint.ts'
import { earlier, isBefore, type Place } from './cursor.ts'
import { JournalFiles } from './journal-files.ts'
import { JournalReader } from './journal-reader.ts'
import { JournalWriter } from './journal-writer.ts'

/** A run whose events are looked for, and a place that they are behind. */
export interface Sought {
  readonly id: string
  readonly behind: Place
}

/** The journal of a state directory: `journal/<yyyymmdd>.jsonl`. Knows the last `seq` of each run that has not ended. */
export class Journal {
  readonly files: JournalFiles
  readonly #disk: Disk
  readonly #onTrouble: OnTrouble
  readonly #writer: JournalWriter
  readonly #reader: JournalReader
  readonly #seqs = new Map<string, number>()
  #sinceCheckpoint = 0
  #checkpointing: Promise<void> | undefined

  constructor(disk: Disk, onTrouble: OnTrouble, resourceOf: (workflowId: string) => Promise<string>) {
    this.#disk = disk
    this.#onTrouble = onTrouble
    this.files = new JournalFiles(disk.fs, disk.path('journal'))
    this.#writer = new JournalWriter(disk, this.files, onTrouble, (entries, bytes) => this.#written(entries, bytes))
    this.#reader = new JournalReader({
      files: this.files,
      onTrouble,
      written: () => (disk.writable ? this.#writer.place : undefined),
      resourceOf,
    })
  }

  /** Everything before it is durable. */
  get place(): Place {
    return this.#writer.place
  }

  /** @param takeAway see `JournalWriter.open` */
  async open(takeAway: boolean): Promise<void> {
    await this.#writer.open(takeAway)
  }

  async append<Entry extends JournalEntry | AuditEntry>(
    entries: readonly Entry[],
  ): Promise<readonly (Entry & { readonly cursor: string })[]> {
    return (await this.#writer.append(entries)) as unknown as readonly (Entry & { readonly cursor: string })[]
  }

  events(workflowId: string, afterSeq: number, from: Place, lastSeq?: number): AsyncIterable<WorkflowEvent> {
    return this.#reader.events(workflowId, afterSeq, from, lastSeq)
  }

  lines(query: JournalQuery): AsyncIterable<JournalLine> {
    return this.#reader.lines(query)
  }

  /** The highest `seq` of each of these runs in the journal. Reads what is behind the last checkpoint, or behind the earliest of them. */
  async lastSeqs(runs: readonly Sought[]): Promise<ReadonlyMap<string, number>> {
    if (runs.length === 0) return new Map()
    const checkpoint = await this.#readCheckpoint()
    const places = runs.map(({ id, behind }) =>
      checkpoint !== undefined && checkpoint.seqs[id] !== undefined && isBefore(behind, checkpoint.at)
        ? checkpoint.at
        : behind,
    )
    const found = await this.#reader.lastSeqs(places.reduce(earlier))
    return new Map(runs.map(({ id }) => [id, Math.max(found.get(id) ?? 0, checkpoint?.seqs[id] ?? 0)]))
  }

  /** The highest `seq` of a run that is followed. */
  seqOf(id: string): number {
    return this.#seqs.get(id) ?? 0
  }

  follow(id: string, seq = 0): void {
    this.#seqs.set(id, Math.max(seq, this.seqOf(id)))
  }

  unfollow(id: string): void {
    this.#seqs.delete(id)
  }

  /** Spares the next open the reading of what is known now. */
  async checkpoint(): Promise<void> {
    this.#sinceCheckpoint = 0
    // an open without it only reads more
    await writeCheckpoint(this.#disk, this.place, this.#seqs).catch(() => {})
  }

  async close(): Promise<void> {
    await this.#writer.close()
    await this.#checkpointing
    if (this.#sinceCheckpoint > 0) await this.checkpoint()
  }

  #written(entries: readonly (JournalEntry | AuditEntry)[], bytes: number): void {
    for (const entry of entries)
      if (entry.type !== 'audit' && this.#seqs.has(entry.workflowId)) this.follow(entry.workflowId, entry.seq)
    this.#sinceCheckpoint += bytes
    if (this.#sinceCheckpoint < CHECKPOINT_BYTES || this.#checkpointing !== undefined) return
    // the place moves on right after this
    this.#checkpointing = Promise.resolve()
      .then(() => this.checkpoint())
      .finally(() => (this.#checkpointing = undefined))
  }

  async #readCheckpoint(): Promise<Checkpoint | undefined> {
    const checkpoint = await readCheckpoint(this.#disk, this.#onTrouble)
    if (checkpoint === undefined || !isBefore(this.place, checkpoint.at)) return checkpoint
    this.#onTrouble(
      'journal/checkpoint.json',
      'it is ahead of the journal, whose end must have been lost; it is not used',
    )
    return undefined
  }
}
