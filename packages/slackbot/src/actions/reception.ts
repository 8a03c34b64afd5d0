import { randomUUID } from 'node:crypto'
import { HwError, isHwError, type Logger, type Redactor } from 'hwautomation'
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

/**
 * Takes what is delivered, after it was acknowledged: once each, not too often, and never without an answer. What goes wrong is told to
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

  /** Resolves when it was done, or refused and said. Never rejects. */
  attend(delivered: Delivered, work: () => Promise<void>): Promise<void> {
    const attended = this.#attend(delivered, work).finally(() => this.#underWay.delete(attended))
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

  async #attend(delivered: Delivered, work: () => Promise<void>): Promise<void> {
    const { seen, rate, logger } = this.#parts
    const { key, what, asker, answer } = delivered
    try {
      if (this.#closed)
        return await answer.say(done('The bot is being restarted: nothing was done. Ask again in a moment.'))
      if (await seen.has(delivered)) {
        logger.info({ key, what }, 'delivered before: not done again')
        return
      }
      const wait = rate.take(asker.user)
      if (wait !== undefined)
        return await answer.say(wrong([`That was a lot within a minute. Try again in ${wait} s; nothing was done.`]))
      await work()
      await seen.done(key)
    } catch (error) {
      await answer.say(refused(this.#forPeople(error, delivered)))
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
