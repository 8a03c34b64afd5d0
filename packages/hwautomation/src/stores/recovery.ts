import { hasEnded } from '../workflow/status.ts'
import type { ActiveRuns } from './active-runs.ts'
import { BEGINNING, dayOf, type Place, placeOf } from './journal/cursor.ts'
import type { Journal } from './journal/journal.ts'
import { documentOf, notesOf, recordOf, type RunDocument } from './run-document.ts'

interface RecoveryDeps {
  readonly active: ActiveRuns
  readonly journal: Journal
  /** Enters an ended run in the index and moves it to the past ones. */
  readonly end: (document: RunDocument) => Promise<void>
}

/**
 * Brings documents and journal together after whatever happened: events that were saved with a document and did not get into the
 * journal are appended; runs that had ended but were not yet moved are moved (so are the past ones of the first layout, which kept them
 * beside the others). Doing it again changes nothing, so that a crash in the middle of it is mended by the next.
 */
export async function recover({ active, journal, end }: RecoveryDeps): Promise<void> {
  const documents = active.all()
  const seqs = await journal.lastSeqs(documents.map((document) => ({ id: document.id, behind: placeIn(document) })))
  for (const document of documents) {
    const { id } = document
    const written = seqs.get(id) ?? 0
    const missing = notesOf(document).events.filter(({ seq }) => seq > written)
    await journal.append(missing)
    const last = Math.max(document.seq, written, ...missing.map(({ seq }) => seq))
    journal.follow(id, last)
    if (hasEnded(document.status)) await end(document)
    else if (last > document.seq || notesOf(document).events.length > 0)
      active.replace(documentOf({ ...recordOf(document), seq: last }, { ...notesOf(document), events: [] }))
  }
  if (documents.length > 0) await journal.checkpoint()
}

/** Where to look for a run's events: behind the place noted in its document. */
export function placeIn(document: RunDocument, which: 'from' | 'at' = 'at'): Place {
  try {
    return placeOf(notesOf(document)[which])
  } catch {
    const day = dayOf(document.createdAt)
    return day === undefined ? BEGINNING : { day, offset: 0 }
  }
}
