import type { RecordQuery } from '../workflow/ports.ts'
import { hasEnded } from '../workflow/status.ts'
import type { PastRuns } from './past-runs.ts'
import type { RunIndex } from './run-index.ts'

interface CandidateDeps {
  /** Ids of those that may not have ended, newest first. */
  readonly active: () => Promise<readonly string[]>
  readonly past: PastRuns
  readonly index: RunIndex
}

/**
 * Ids of the runs that a query may ask for, newest first, each once. Opens no document: unfinished runs are few, past ones are told by
 * the index or by their file names, and as far as the reader goes.
 */
export async function* candidates({ active, past, index }: CandidateDeps, query: RecordQuery): AsyncGenerator<string> {
  // first those, then the past ones: a run that ends meanwhile is seen twice rather than not at all
  const unfinished = await active()
  if (query.status?.every((status) => !hasEnded(status)) === true) return yield* unfinished
  yield* merged(unfinished, pastIds(past, index, query))
}

async function* pastIds(past: PastRuns, index: RunIndex, query: RecordQuery): AsyncGenerator<string> {
  const name = query.resource ?? query.server
  const known = name === undefined ? undefined : await index.byServer(name)
  if (known !== undefined) return yield* known
  for await (const { id, status } of past.newestFirst(query.after))
    if (query.status === undefined || query.status.includes(status)) yield id
}

/** Two falling sequences as one. */
async function* merged(left: readonly string[], right: AsyncIterable<string>): AsyncGenerator<string> {
  let at = 0
  for await (const id of right) {
    while (at < left.length && left[at]! > id) yield left[at++]!
    if (left[at] === id) at += 1
    yield id
  }
  yield* left.slice(at)
}
