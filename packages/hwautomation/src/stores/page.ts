import type { RecordPage, RecordQuery } from '../workflow/ports.ts'
import type { WorkflowRecord } from '../workflow/record.ts'
import { serverNames } from './server-names.ts'

const DEFAULT_LIMIT = 50

/** A page of records, read one by one in the order of `ids` (newest first) until it is full. `next` is the last id of the page. */
export async function pageOf(
  ids: Iterable<string> | AsyncIterable<string>,
  query: RecordQuery,
  load: (id: string) => Promise<WorkflowRecord | undefined>,
): Promise<RecordPage> {
  const { after, limit = DEFAULT_LIMIT } = query
  if (!Number.isInteger(limit) || limit < 1)
    throw new TypeError(`A page of ${limit} runs: \`limit\` is a whole number from 1.`)
  const records: WorkflowRecord[] = []
  for await (const id of ids) {
    if (after !== undefined && id >= after) continue
    const record = await load(id)
    if (record === undefined || !matches(record, query)) continue
    if (records.length === limit) return { records, next: records.at(-1)!.id }
    records.push(record)
  }
  return { records }
}

/** Whether a record is one that the query asks for. */
export function matches(record: WorkflowRecord, { status, resource, server }: RecordQuery): boolean {
  return (
    (status === undefined || status.includes(record.status)) &&
    (resource === undefined || record.resource === resource) &&
    (server === undefined || serverNames(record).includes(server.toLowerCase()))
  )
}
