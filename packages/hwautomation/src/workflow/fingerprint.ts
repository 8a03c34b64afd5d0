import { createHash } from 'node:crypto'
import type { Json } from './record.ts'
import { toJson } from './shorten.ts'

/** The same for the same workflow and request, whatever the order of keys; tells nothing of what is in it. */
export function fingerprint(workflow: string, request: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify([workflow, sorted(toJson(request))]))
    .digest('hex')
}

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  )
}
