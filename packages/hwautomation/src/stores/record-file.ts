import type { WorkflowRecord } from '../workflow/record.ts'
import { TRANSITIONS } from '../workflow/status.ts'

/** What a document under a run's name turned out to be. */
export type RecordVerdict =
  | { readonly is: 'record'; readonly record: WorkflowRecord }
  /** Written by a later version: left where it is. */
  | { readonly is: 'newer'; readonly why: string }
  | { readonly is: 'foreign'; readonly why: string }

/** Looks at the few fields everything depends on; unknown ones are kept. */
export function inspectRecord(document: unknown, id: string): RecordVerdict {
  if (document === null || typeof document !== 'object' || Array.isArray(document))
    return { is: 'foreign', why: 'it is not an object' }
  const record = document as Partial<WorkflowRecord>
  const schema: unknown = record.schema
  if (typeof schema === 'number' && schema > 1)
    return { is: 'newer', why: `its schema ${schema} is newer than 1, which this version knows; it is left alone` }
  if (schema !== 1) return { is: 'foreign', why: 'it has no schema' }
  if (record.id !== id) return { is: 'foreign', why: `it is the document of "${String(record.id)}"` }
  if (typeof record.status !== 'string' || !Object.hasOwn(TRANSITIONS, record.status))
    return { is: 'foreign', why: `its status is "${String(record.status)}"` }
  if (!Array.isArray(record.steps) || typeof record.resource !== 'string' || typeof record.createdAt !== 'string')
    return { is: 'foreign', why: 'its steps, resource or creation time are missing' }
  return { is: 'record', record: record as WorkflowRecord }
}
