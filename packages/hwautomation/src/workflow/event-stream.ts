import { untilAborted } from './cancellation.ts'
import type { WorkflowEvent } from './events.ts'
import type { WorkflowStore } from './ports.ts'

/** A reader that is further behind than this reads on from the journal. */
const LONGEST_BUFFER = 1_000

export interface FollowOptions {
  /** Only events with a greater `seq`. Default 0: from the beginning. */
  readonly after?: number
  /** Ends the reading; the iterator returns, it does not throw. */
  readonly signal?: AbortSignal
}

/** Where new events of a run come from while it runs in this process. */
export interface LiveEvents {
  on(listener: (event: WorkflowEvent) => void): () => void
  readonly finished: Promise<void>
}

/**
 * The events of a run, each once and in order: those of the journal, then live ones, until the run is over in this process.
 * A slow reader delays nobody and costs no memory beyond a bounded buffer: it reads on from the journal.
 */
export async function* followEvents(
  store: WorkflowStore,
  workflowId: string,
  live: LiveEvents | undefined,
  options: FollowOptions = {},
): AsyncGenerator<WorkflowEvent, void, undefined> {
  const signal = options.signal ?? new AbortController().signal
  const tail = live === undefined ? undefined : new Tail(live)
  let last = options.after ?? 0
  try {
    do {
      for await (const event of store.events(workflowId, last)) {
        if (signal.aborted) return
        last = event.seq
        yield event
      }
      for await (const event of tail?.read(signal) ?? []) {
        if (signal.aborted) return
        if (event.seq <= last) continue
        last = event.seq
        yield event
      }
    } while (tail?.resume() === true && !signal.aborted)
  } finally {
    tail?.close()
  }
}

/** Buffers live events from its making on; stops where too many wait, so that the journal is read again. */
class Tail {
  readonly #off: () => void
  #buffer: WorkflowEvent[] = []
  #overflown = false
  #finished = false
  #wake: () => void = () => {}

  constructor(live: LiveEvents) {
    this.#off = live.on((event) => {
      if (this.#buffer.length < LONGEST_BUFFER && !this.#overflown) this.#buffer.push(event)
      else this.#overflown = true
      this.#wake()
    })
    void live.finished.then(() => {
      this.#finished = true
      this.#wake()
    })
  }

  /** Ends at the end of the run, or where events were dropped because nobody read them. */
  async *read(signal: AbortSignal): AsyncGenerator<WorkflowEvent, void, undefined> {
    for (;;) {
      const events = this.#buffer
      this.#buffer = []
      yield* events
      if (this.#buffer.length > 0) continue
      if (this.#overflown || this.#finished || signal.aborted) return
      await untilAborted<void>(signal, (resolve) => {
        this.#wake = resolve
        return () => {}
      }).catch(() => {})
      this.#wake = () => {}
    }
  }

  /** True if events were dropped: read the journal from the last one seen, then this again. */
  resume(): boolean {
    const missed = this.#overflown
    this.#overflown = false
    return missed
  }

  close(): void {
    this.#off()
    this.#buffer = []
  }
}
