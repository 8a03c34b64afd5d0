import type { Clock, Logger } from 'hwautomation'
import type { BotState, OpenWish } from '../state/documents.ts'

/** Two clicks in a row on one button within this time are one. */
const DOUBLE_MS = 2_000
/** Signed requests can be sent again for five minutes; Slack's own repetitions come within an hour. */
const KEEP_MS = 2 * 60 * 60_000
/** Kept in memory at most; the oldest are in the store. */
const MOST = 5_000

/** Knows what was delivered already, through restarts. */
export class SeenBefore {
  readonly #state: Pick<BotState, 'seen'>
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #at = new Map<string, number>()

  constructor(state: Pick<BotState, 'seen'>, { clock, logger }: { readonly clock: Clock; readonly logger: Logger }) {
    this.#state = state
    this.#clock = clock
    this.#logger = logger
  }

  /** True the second time. What is asked at the same moment is told apart as well: the first to ask has it. */
  async has({ key, double }: { readonly key: string; readonly double?: string }): Promise<boolean> {
    const now = this.#clock.now()
    const isAgain = this.#at.has(key)
    const isDouble = double !== undefined && now - (this.#at.get(double) ?? -Infinity) < DOUBLE_MS
    this.#remember(key, now)
    if (double !== undefined && !isDouble) this.#remember(double, now)
    if (isAgain || isDouble) return true
    try {
      return (await this.#state.seen.get(key)) !== undefined
    } catch (error) {
      // whatever it is, it is done under this key: the store refuses a second one
      this.#logger.warn({ key, error: String(error) }, 'it could not be looked up whether this was delivered before')
      return false
    }
  }

  /**
   * Writes down that it is being done, before Slack hears that it was taken: what a crash interrupts is told by the next process.
   * @throws what the store says
   */
  async begin(key: string, open: OpenWish): Promise<void> {
    await this.#state.seen.put(key, { at: new Date(this.#clock.now()).toISOString(), open })
  }

  /** What earlier processes began and did not end, by its key. To be asked before anything is taken. */
  async interrupted(): Promise<readonly (readonly [key: string, at: string, open: OpenWish])[]> {
    const found: (readonly [string, string, OpenWish])[] = []
    for await (const [key, { at, open }] of this.#state.seen.entries())
      if (open !== undefined) found.push([key, at, open])
    return found
  }

  /** It was done, or refused, and they were told. */
  async done(key: string): Promise<void> {
    await this.#state.seen.put(key, { at: new Date(this.#clock.now()).toISOString() })
  }

  /** Forgets what nobody delivers any more. */
  async sweep(): Promise<void> {
    const oldest = this.#clock.now() - KEEP_MS
    for await (const [key, { at }] of this.#state.seen.entries())
      if (!(Date.parse(at) > oldest)) await this.#state.seen.delete(key)
  }

  #remember(key: string, now: number): void {
    this.#at.delete(key)
    this.#at.set(key, now)
    const [oldest] = this.#at.keys()
    if (this.#at.size > MOST && oldest !== undefined) this.#at.delete(oldest)
  }
}
