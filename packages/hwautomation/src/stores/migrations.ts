import type { JournalLine } from '../workflow/events.ts'
import type { WorkflowRecord } from '../workflow/record.ts'

/** The schema of records that this release writes. */
export const RECORD_SCHEMA = 2

type Document = Readonly<Record<string, unknown>>

/** From each schema to the next. Fields that a step does not know pass through it. */
const STEPS: Readonly<Record<number, (document: Document) => Document>> = {
  // 1 knew one way to ask for a cancel, and did not name it
  1: (document) => ({
    ...document,
    schema: 2,
    ...(isObject(document['cancel']) ? { cancel: { via: 'api', ...document['cancel'] } } : {}),
  }),
}

/** A record of any earlier schema as one of this release. Undefined where no way leads there. */
export function migrateRecord(document: Document): WorkflowRecord | undefined {
  let migrated = document
  while (migrated['schema'] !== RECORD_SCHEMA) {
    const step = STEPS[Number(migrated['schema'])]
    if (step === undefined) return undefined
    migrated = step(migrated)
  }
  return migrated as WorkflowRecord
}

/**
 * A line of the journal as this release writes it: events of schema 1 did not name their resource, and a cancel not its door.
 *
 * @param resource of the run it belongs to
 */
export function migrateLine(line: JournalLine, resource: string): JournalLine {
  if (line.type === 'audit') return line
  const named = line.resource === undefined ? { ...line, resource } : line
  return named.type === 'workflow.cancel-requested' && named.via === undefined ? { ...named, via: 'api' } : named
}

function isObject(value: unknown): value is object {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
