import { randomUUID } from 'node:crypto'
import { HwError, isHwError, systemClock, type Logger, type Redactor } from 'hwautomation'
import type { RateLimit } from '../access/rate.ts'
import { done, refused, wrong } from '../views/notices.ts'
import type { Delivered } from './delivered.ts'
import type { SeenBefore } from './seen.ts'

export interface ReceptionParts {
  readonly seen: SeenBefore
  readonly rate: RateLimit
  readonly logger: Logger
  readonly redactor: Redactor
}

/** Slack waits three seconds for its acknowledgement; a store that is slower than this is not waited for. */
const STORE_PATIENCE_MS = 1_000

/**
 * Takes what is delivered: written down, acknowledged, then done; once each, not too often, and never without an answer. What goes wrong is told to
 * the person in the library's words, or, where it is a defect of ours, with a reference to the log.
 */
export class Reception {
  readonly #parts: ReceptionParts
  readonly #underWay = new Set<Promise<void>>()
  #closed = false

  constructor(parts: ReceptionParts) {
    this.#parts = parts
  }

  /** Things being done. */
  get underWay(): number {
    return this.#underWay.size
  }

  /** `acknowledge` tells Slack that it was taken. Resolves when it was done, or refused and said. Never rejects. */
  attend(
    delivered: Delivered,
    work: () => Promise<void>,
    acknowledge: () => Promise<void> = async () => {},
  ): Promise<void> {
    const attended = this.#attend(delivered, work, acknowledge).finally(() => this.#underWay.delete(attended))
    this.#underWay.add(attended)
    return attended
  }

  /** From now on nothing is begun; who asks is told so. */
  close(): void {
    this.#closed = true
  }

  /** Resolves when everything that was begun is over. */
  async over(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
  }

  async #attend(delivered: Delivered, work: () => Promise<void>, acknowledge: () => Promise<void>): Promise<void> {
    const { rate, logger } = this.#parts
    const { key, what, asker, answer } = delivered
    if (this.#closed) {
      await acknowledge()
      return answer.say(done('The bot is being restarted: nothing was done. Ask again in a moment.'))
    }
    const taking = this.#take(delivered)
    await inTime(taking)
    await acknowledge()
    if (!(await taking)) {
      logger.info({ key, what }, 'delivered before: not done again')
      return
    }
    try {
      const wait = rate.take(asker.user)
      if (wait !== undefined)
        return await answer.say(wrong([`That was a lot within a minute. Try again in ${wait} s; nothing was done.`]))
      await work()
    } catch (error) {
      const told = this.#forPeople(error, delivered)
      // what fails while everything is being closed fails because of that
      await answer.say(
        this.#closed
          ? done('The bot is being restarted. Look with `status` how things are, then ask again.')
          : refused(told),
      )
    } finally {
      await this.#remember(delivered)
    }
  }

  /** False where it was delivered before. Never rejects. */
  async #take(delivered: Delivered): Promise<boolean> {
    const { seen, logger, redactor } = this.#parts
    const { key, what, asker, said = '', view } = delivered
    if (await seen.has(delivered)) return false
    try {
      await seen.begin(key, {
        user: asker.user,
        what,
        said: redactor.text(said).slice(0, 300),
        ...(view === undefined ? {} : { view }),
      })
    } catch (error) {
      logger.warn({ what, error: redactor.text(String(error)) }, 'it could not be written down that this is being done')
    }
    return true
  }

  /** It was done, whether or not that could be written down. */
  async #remember({ key, what }: Delivered): Promise<void> {
    const { seen, logger, redactor } = this.#parts
    try {
      await seen.done(key)
    } catch (error) {
      logger.warn({ what, error: redactor.text(String(error)) }, 'it could not be written down that this was done')
    }
  }

  #forPeople(error: unknown, { what, asker }: Delivered): HwError {
    const { logger, redactor } = this.#parts
    if (isHwError(error) && error.kind !== 'internal') {
      const { code, kind, message, hint, context } = error
      logger.info({ what, user: asker.user, code, error: redactor.text(message) }, 'refused')
      return new HwError({
        code,
        kind,
        message: redactor.text(message),
        context: redactor.value(context),
        ...(hint === undefined ? {} : { hint: redactor.text(hint) }),
      })
    }
    const reference = randomUUID().slice(0, 8)
    const trace = error instanceof Error ? (error.stack ?? error.message) : String(error)
    logger.error(
      { what, user: asker.user, reference, error: redactor.text(trace) },
      'a defect: somebody was told the reference',
    )
    return new HwError({
      code: 'slack.defect',
      kind: 'internal',
      message: `Something went wrong in the bot (reference ${reference}).`,
      hint: `See how things are with \`status\`, then ask again; the log of the bot has ${reference}.`,
    })
  }
}

/** Wall time. */
async function inTime(work: Promise<unknown>): Promise<void> {
  const over = new AbortController()
  await Promise.race([work, systemClock.sleep(STORE_PATIENCE_MS, over.signal).catch(() => {})])
  over.abort()
}
