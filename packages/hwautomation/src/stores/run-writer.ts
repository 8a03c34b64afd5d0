import type { AuditEntry, JournalEntry, WorkflowEvent } from '../workflow/events.ts'
import type { WorkflowRecord } from '../workflow/record.ts'
import { hasEnded } from '../workflow/status.ts'
import { ACTIVE_FOLDER, type ActiveRuns } from './active-runs.ts'
import type { Artefacts } from './artefacts.ts'
import { cursorOf } from './journal/cursor.ts'
import type { Journal } from './journal/journal.ts'
import type { PastRuns } from './past-runs.ts'
import { documentOf, notesOf, recordOf, type RunDocument, type StoreNotes } from './run-document.ts'
import type { RunIndex } from './run-index.ts'
import { RunTurns } from './run-turns.ts'
import type { OnTrouble } from './troubles.ts'

interface WriterDeps {
  readonly active: ActiveRuns
  readonly past: PastRuns
  readonly index: RunIndex
  readonly journal: Journal
  readonly artefacts: Artefacts
  readonly onTrouble: OnTrouble
}

/**
 * Writes runs: the document first, with the events that go with it inside, then those events to the journal. A crash between leaves
 * them in the document, from where the next open takes them. What one run needs goes in order; different runs share what they can.
 */
export class RunWriter {
  readonly #deps: WriterDeps
  readonly #turns = new RunTurns()

  constructor(deps: WriterDeps) {
    this.#deps = deps
  }

  save(record: WorkflowRecord, events: readonly JournalEntry[]): Promise<readonly WorkflowEvent[]> {
    // as it is now: what the caller changes later belongs to a later save
    const copy = jsonCopy({ record, events })
    return this.#turns.take([record.id], () => this.#save(copy.record, copy.events))
  }

  append<Entry extends JournalEntry | AuditEntry>(
    entries: readonly Entry[],
  ): Promise<readonly (Entry & { readonly cursor: string })[]> {
    const { active, journal } = this.#deps
    const copy = jsonCopy(entries)
    const ids = [...new Set(copy.filter(({ type }) => type !== 'audit').map(({ workflowId }) => workflowId!))]
    if (this.#turns.free(ids) && ids.every((id) => active.get(id) !== undefined)) return journal.append(copy)
    return this.#turns.take(ids, async () => {
      for (const id of ids) await this.#reopenEnd(id, copy)
      return journal.append(copy)
    })
  }

  /**
   * Enters an ended run in the index and moves it to the past ones. Its end is durable already, so what fails here is no failure of the
   * run: the next open finishes it.
   */
  async end(document: RunDocument): Promise<void> {
    const { active, past, index, journal, onTrouble } = this.#deps
    try {
      await index.add(document)
      await past.take(document, active.path(document.id))
      active.forget(document.id)
      journal.unfollow(document.id)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      onTrouble(
        `${ACTIVE_FOLDER}/${document.id}.json`,
        `the run has ended, but could not be moved to the past ones yet; the next open does it: ${message}`,
      )
    }
  }

  /** Resolves when nothing is under way. */
  idle(): Promise<void> {
    return this.#turns.idle()
  }

  async #save(record: WorkflowRecord, events: readonly JournalEntry[]): Promise<readonly WorkflowEvent[]> {
    const { active, past, journal, artefacts } = this.#deps
    const known = active.get(record.id)
    const before = known ?? (hasEnded(record.status) ? await past.read(record.id) : undefined)
    const place = cursorOf(journal.place)
    const written = known === undefined ? Infinity : journal.seqOf(record.id)
    // of an earlier save that got no further than the document
    const repeated = new Set(events.map(({ seq }) => seq))
    const missing =
      before === undefined ? [] : notesOf(before).events.filter(({ seq }) => seq > written && !repeated.has(seq))
    const entries = [...missing, ...events]
    const from = before === undefined ? place : notesOf(before).from
    const document = documentOf(record, { from, at: place, events: entries } satisfies StoreNotes)
    artefacts.naming(record)
    if (before !== undefined && known === undefined) {
      await past.write(document)
      artefacts.named(record)
      return journal.append(events)
    }
    await active.write(document)
    artefacts.named(record)
    journal.follow(record.id)
    const lines = await journal.append(entries)
    if (hasEnded(record.status)) await this.end(document)
    return lines.slice(missing.length)
  }

  /** What is added behind the end of a past run must be found there: its document says where its events end. */
  async #reopenEnd(id: string, entries: readonly (JournalEntry | AuditEntry)[]): Promise<void> {
    const { active, past } = this.#deps
    if (active.get(id) !== undefined) return
    const document = await past.read(id)
    if (document === undefined) return
    const own = entries.filter((entry): entry is JournalEntry => entry.type !== 'audit' && entry.workflowId === id)
    await past.write(
      documentOf(recordOf(document), { ...notesOf(document), events: [...notesOf(document).events, ...own] }),
    )
  }
}

/** As it will be on the disk. */
function jsonCopy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}
