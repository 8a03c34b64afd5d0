import { isHwError, type JournalStreamOptions, type WorkflowEvent } from 'hwautomation'
import type { Desk } from './desk.ts'

/** How far back the place in the journal is looked for where none is known. */
const LOOK_BACK_MS = 60_000
const PAUSE_MS = 5_000
const CURSOR = 'cursor'

/**
 * Reads the events of all runs from where an earlier process stopped. The place is written down now and then: what is read twice costs a
 * repaint, nothing else. The engine is never waited for by it, nor does it wait: what is not read yet is in the journal.
 */
export class JournalReader {
  readonly #desk: Omit<Desk, 'mode'>
  #cursor: string | undefined
  #saved: string | undefined

  constructor(desk: Omit<Desk, 'mode'>) {
    this.#desk = desk
  }

  /** Finds the place. To be called before the states of runs are read: what happens after that is heard of. */
  async open(): Promise<void> {
    const kept = await this.#documents().get(CURSOR)
    if (typeof kept === 'string' && (await this.#isKnown(kept))) this.#cursor = this.#saved = kept
    else this.#cursor = await this.#newest()
    await this.save()
  }

  /** Until the signal aborts. A store that cannot be read is asked again. */
  async follow(onEvent: (event: WorkflowEvent) => Promise<void> | void, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        const options: JournalStreamOptions = this.#cursor === undefined ? { signal } : { after: this.#cursor, signal }
        for await (const event of this.#desk.manager.events(options)) {
          await onEvent(event)
          this.#cursor = event.cursor
        }
        return // the manager was closed
      } catch (error) {
        this.#desk.complain(error, 'reading the journal')
        if (isUnknownCursor(error)) this.#cursor = await this.#newest().catch(() => undefined)
        await this.#desk.clock.sleep(PAUSE_MS, signal).catch(() => {})
      }
    }
  }

  /** Writes the place down, where it is another. */
  async save(): Promise<void> {
    if (this.#cursor === undefined || this.#cursor === this.#saved) return
    const cursor = this.#cursor
    await this.#documents().put(CURSOR, cursor)
    this.#saved = cursor
  }

  async #isKnown(cursor: string): Promise<boolean> {
    try {
      for await (const _ of this.#desk.manager.audit({ after: cursor })) break
      return true
    } catch (error) {
      if (isUnknownCursor(error)) return false
      throw error
    }
  }

  /** The journal's end, without reading the years before it: an entry of our own is there. */
  async #newest(): Promise<string | undefined> {
    const { manager, clock } = this.#desk
    const from = new Date(clock.now() - LOOK_BACK_MS).toISOString()
    await manager.note({ action: 'bot-start', by: 'slackbot', via: 'slack', outcome: 'accepted' })
    let newest: string | undefined
    for await (const { cursor } of manager.audit({ from })) newest = cursor
    return newest
  }

  #documents() {
    return this.#desk.store.documents('slack-progress')
  }
}

/** What was there is kept no longer. */
function isUnknownCursor(error: unknown): boolean {
  return isHwError(error) && error.code === 'store.no-such-cursor'
}
