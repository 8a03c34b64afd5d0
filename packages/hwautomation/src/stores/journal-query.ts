import { HwError } from '../errors.ts'
import type { JournalLine } from '../workflow/events.ts'
import type { JournalQuery } from '../workflow/ports.ts'

/** Whether a line is one that the query asks for, as far as the line itself can tell (`after` is a place, not a property). */
export function asksFor({ from, until, resource, workflowId }: JournalQuery, line: JournalLine): boolean {
  return (
    (from === undefined || line.at >= from) &&
    (until === undefined || line.at < until) &&
    (resource === undefined || line.resource === resource) &&
    (workflowId === undefined || line.workflowId === workflowId)
  )
}

/** HwError `store.no-such-cursor`: text that no event of this store has as its cursor. */
export function noSuchCursor(cursor: string): HwError {
  return new HwError({
    code: 'store.no-such-cursor',
    kind: 'invalid',
    message: `${JSON.stringify(cursor.slice(0, 80))} is not a cursor of this store.`,
    hint: 'Hand back the cursor of an event exactly as it came, or leave it out to read from the beginning.',
    context: { cursor: cursor.slice(0, 80) },
  })
}
