import type { JournalEntry } from '../workflow/events.ts'
import type { StepRecord, WorkflowRecord } from '../workflow/record.ts'
import { STEP_TRANSITIONS, TRANSITIONS } from '../workflow/status.ts'
import { migrateRecord, RECORD_SCHEMA } from './migrations.ts'
import type { Unsealed } from './sealed-json.ts'

const NOTES = '@store'

/** What the store writes into a run's document for itself. */
export interface StoreNotes {
  /** Cursor of the journal when the run was created: none of its events is before that. */
  readonly from: string
  /** Cursor of the journal when this document was written: the events saved with it, and all later ones, are behind that. */
  readonly at: string
  /** The events saved with it: should a crash come before they are in the journal, they are taken from here. */
  readonly events: readonly JournalEntry[]
}

/** A run's file: the record, and the store's notes before it. */
export type RunDocument = WorkflowRecord & { readonly [NOTES]: StoreNotes }

/** What a document under a run's name turned out to be. */
export type DocumentVerdict =
  | { readonly is: 'run'; readonly document: RunDocument; readonly migrated: boolean }
  /** Written by a later release: left where it is. */
  | { readonly is: 'newer'; readonly why: string }
  | { readonly is: 'damaged'; readonly why: string }

export function documentOf(record: WorkflowRecord, notes: StoreNotes): RunDocument {
  const { [NOTES]: _, ...bare } = record
  return { [NOTES]: notes, ...(bare as WorkflowRecord) }
}

export function notesOf(document: RunDocument): StoreNotes {
  return document[NOTES]
}

/** The record without what is the store's. */
export function recordOf(document: RunDocument): WorkflowRecord {
  const { [NOTES]: _, ...record } = document
  return record
}

/** `seq` of the last event that was saved with the run; of one that has ended, none is behind it. */
export function lastSeqOf(document: RunDocument): number {
  return Math.max(document.seq, ...document[NOTES].events.map(({ seq }) => seq))
}

/** Looks at the few fields everything depends on; unknown ones are kept. */
export function inspectDocument(read: Unsealed, id: string): DocumentVerdict {
  if (read.is === 'damaged') return read
  const { value } = read
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return damaged('it is not an object')
  const { schema } = value as { readonly schema?: unknown }
  if (typeof schema === 'number' && schema > RECORD_SCHEMA)
    return {
      is: 'newer',
      why: `its schema ${schema} is newer than ${RECORD_SCHEMA}, which this release knows; it is left alone`,
    }
  if (read.is === 'unsealed' && schema !== 1)
    return damaged(schema === RECORD_SCHEMA ? 'its checksum is missing' : 'it has no schema of ours')
  const record = migrateRecord(value as Readonly<Record<string, unknown>>)
  if (record === undefined) return damaged(`no way leads from its schema ${String(schema)} to ${RECORD_SCHEMA}`)
  const fault = faultOf(record, id)
  if (fault !== undefined) return damaged(fault)
  const document = record as RunDocument
  const start = `${record.createdAt.slice(0, 10).replaceAll('-', '')}.0`
  const notes = (document[NOTES] as StoreNotes | undefined) ?? { from: start, at: start, events: [] }
  return { is: 'run', document: documentOf(record, notes), migrated: schema !== RECORD_SCHEMA }
}

function faultOf(record: Partial<WorkflowRecord>, id: string): string | undefined {
  if (record.id !== id) return `it is the document of "${String(record.id)}"`
  if (typeof record.status !== 'string' || !Object.hasOwn(TRANSITIONS, record.status))
    return `its status is "${String(record.status)}"`
  if (!Array.isArray(record.steps) || typeof record.seq !== 'number') return 'its steps or its seq are missing'
  if (typeof record.resource !== 'string' || typeof record.createdAt !== 'string')
    return 'its resource or its creation time are missing'
  if (typeof record.definition?.name !== 'string') return 'it does not say which workflow it is of'
  if (![record.warnings, record.leftBehind, record.artefacts].every((list) => Array.isArray(list)))
    return 'its warnings, its artefacts or what was left behind are missing'
  if (!record.steps.every(isStep)) return 'one of its steps is not whole'
  return undefined
}

function isStep(step: Partial<StepRecord> | null): boolean {
  const { id, status, intents, subTasks, evidence, earlierErrors } = step ?? {}
  const isKnown = typeof id === 'string' && typeof status === 'string' && Object.hasOwn(STEP_TRANSITIONS, status)
  return isKnown && [intents, subTasks, evidence, earlierErrors].every((list) => Array.isArray(list))
}

function damaged(why: string): DocumentVerdict {
  return { is: 'damaged', why }
}
