import { untilAborted } from './cancellation.ts'
import type { WorkflowEvent } from './events.ts'
import type { WorkflowStore } from './ports.ts'

export interface JournalStreamOptions {
  /** `cursor` of the last event that was seen. Default: from the beginning. */
  readonly after?: string
  /** Ends the reading; the iterator returns, it does not throw. */
  readonly signal?: AbortSignal
}

/**
 * Every event of every run, once and in the order of the journal: what came behind the cursor, then what comes. The journal itself is
 * read on whenever something was added, so that a slow reader costs no memory and misses nothing.
 */
export async function* streamJournal(
  store: WorkflowStore,
  live: { on(listener: (event: WorkflowEvent) => void): () => void; readonly over: AbortSignal },
  { after, signal = new AbortController().signal }: JournalStreamOptions = {},
): AsyncGenerator<WorkflowEvent, void, undefined> {
  const end = AbortSignal.any([signal, live.over])
  let news = true
  let wake = () => {}
  const off = live.on(() => {
    news = true
    wake()
  })
  try {
    for (let cursor = after; ;) {
      news = false
      for await (const line of store.journal(cursor === undefined ? {} : { after: cursor })) {
        if (signal.aborted) return
        cursor = line.cursor
        if (line.type !== 'audit') yield line
      }
      if (end.aborted) return
      if (!news)
        await untilAborted<void>(end, (resolve) => {
          wake = resolve
          return () => {}
        }).catch(() => {})
    }
  } finally {
    off()
  }
}
