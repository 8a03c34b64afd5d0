import type { Clock, HwAutomation, Logger } from 'hwautomation'

type Servers = Awaited<ReturnType<HwAutomation['servers']>>

const FRESH_MS = 30_000
/** Slack takes suggestions that come within three seconds. */
const PATIENCE_MS = 2_000

/** The servers MAAS knows, from memory: Slack does not wait for MAAS. */
export class ServerList {
  readonly #hw: Pick<HwAutomation, 'servers'>
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #over = new AbortController()
  #known: Servers = []
  #until = -Infinity
  #asking: Promise<void> | undefined

  constructor(
    hw: Pick<HwAutomation, 'servers'>,
    { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
  ) {
    this.#hw = hw
    this.#clock = clock
    this.#logger = logger
  }

  /** As of the last half minute; where MAAS takes long or is away, as it was before. Never rejects. */
  async now(): Promise<Servers> {
    if (this.#until > this.#clock.now()) return this.#known
    this.#asking ??= this.#ask().finally(() => (this.#asking = undefined))
    const patience = AbortSignal.any([this.#over.signal, AbortSignal.timeout(PATIENCE_MS)])
    await Promise.race([this.#asking, aborted(patience)])
    return this.#known
  }

  stop(): void {
    this.#over.abort()
  }

  async #ask(): Promise<void> {
    try {
      this.#known = await this.#hw.servers(this.#over.signal)
    } catch (error) {
      this.#logger.warn(
        { error: error instanceof Error ? error.message : String(error) },
        'MAAS did not tell its servers',
      )
    }
    this.#until = this.#clock.now() + FRESH_MS
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
