import type { Clock, Logger, Redactor } from 'hwautomation'
import type { MessageContent } from '../views/content.ts'
import type { Budget } from './budget.ts'
import type { CallOutcome } from './call-outcome.ts'
import { fitForSlack } from './content-limits.ts'
import { backoffMs, refusedDelivery } from './failures.ts'
import type { Delivery, MessageRef, Priority } from './outbox.ts'
import { type Plainness, written } from './plainness.ts'
import { isUrgent, moreUrgent } from './priorities.ts'
import { IDLE, type Schedule, type Work } from './schedule.ts'
import type { Waiting } from './waiting.ts'
import type { Wire } from './wire.ts'

type Answer = (delivery: Delivery) => void

/** One message: what it is to show next, and who wants to know. `notBefore` is IDLE while nothing is wanted. */
interface Slot extends Work {
  readonly ref: MessageRef
  content: MessageContent | undefined
  asked: Answer[]
  sentAt: number
  /** Calls in a row that had no answer, and until when the message is left alone for it. */
  tries: number
  pausedUntil: number
  /** Until then a call that had no answer may take effect, after a later one. */
  unsureUntil: number
  isSending: boolean
}

export interface Edits {
  edit(ref: MessageRef, content: MessageContent, priority: Priority): Promise<Delivery>
  waiting(): readonly Waiting[]
  /** Waiting, or on their way: those may have to be made again. */
  unfinished(): readonly Waiting[]
  /** What has not gone out ends so. Call it when nothing is in flight. */
  end(delivery: Delivery): void
}

/** So long after a call was given up on, Slack has done it or never will. */
const LATE_EFFECT_MS = 15_000

/** Quiet messages are forgotten when there are more than this. */
const SLOTS = 256

/** Messages are changed one call at a time each, so that an old state never overwrites a newer one; only the newest content waits. */
export function createEdits(parts: {
  clock: Clock
  schedule: Schedule
  budget: Budget
  wire: Wire
  redactor: Pick<Redactor, 'text' | 'value'>
  plainness: Plainness
  logger: Logger
  editEveryMs: number
}): Edits {
  const { clock, schedule, budget, wire, redactor, plainness, logger, editEveryMs } = parts
  const slots = new Map<string, Slot>()

  const slotOf = (ref: MessageRef): Slot => {
    const id = `${ref.channel}/${ref.ts}`
    const known = slots.get(id)
    if (known !== undefined) return known
    if (slots.size >= SLOTS) forgetQuiet()
    const slot: Slot = {
      ref: { channel: ref.channel, ts: ref.ts },
      content: undefined,
      asked: [],
      sentAt: Number.NEGATIVE_INFINITY,
      tries: 0,
      pausedUntil: 0,
      unsureUntil: 0,
      isSending: false,
      priority: 'sub-task',
      isClicked: false,
      since: 0,
      notBefore: IDLE,
      budgets: [budget],
      send: () => send(slot),
    }
    slots.set(id, slot)
    schedule.add(slot)
    return slot
  }

  const forgetQuiet = (): void => {
    const before = clock.now() - editEveryMs
    for (const [id, slot] of slots) {
      if (slot.isSending || slot.content !== undefined || slot.asked.length > 0 || slot.sentAt > before) continue
      slots.delete(id)
      schedule.remove(slot)
    }
  }

  const readyFrom = (slot: Slot): number =>
    Math.max(slot.pausedUntil, isUrgent(slot.priority) ? 0 : slot.sentAt + editEveryMs)

  const send = async (slot: Slot): Promise<void> => {
    const { content, priority, since, isClicked } = slot
    if (content === undefined) return
    // Whoever asks from now on is answered by a later call.
    const asked = slot.asked.splice(0)
    slot.content = undefined
    slot.isClicked = false
    slot.notBefore = IDLE
    slot.sentAt = clock.now()
    slot.isSending = true
    const result = await update(slot, content).catch((error: unknown) => {
      logger.error({ err: error, ...slot.ref }, 'The outbox could not make an edit')
      return 'not-sent' as const
    })
    slot.isSending = false
    if (result === 'no-answer' || result === 'not-sent') slot.pausedUntil = clock.now() + backoffMs((slot.tries += 1))
    else {
      slot.pausedUntil = 0
      slot.tries = 0
    }
    if (typeof result === 'object') for (const answer of asked) answer(result)
    else putBack(slot, { content, asked, priority, since, isClicked })
    if (result === 'no-answer') slot.unsureUntil = clock.now() + LATE_EFFECT_MS
    if (slot.content !== undefined) slot.notBefore = readyFrom(slot)
    else if (typeof result === 'object' && result.ok && slot.unsureUntil > clock.now()) paintOver(slot, content)
  }

  /** Shows the same once more, a little later: what was given up on may have overwritten it meanwhile. Nobody waits for it. */
  const paintOver = (slot: Slot, content: MessageContent): void => {
    slot.content = content
    slot.priority = 'sub-task'
    slot.since = clock.now()
    slot.notBefore = slot.unsureUntil
  }

  /** It goes out again, unless it was overtaken meanwhile. */
  const putBack = (slot: Slot, was: Pick<Slot, 'asked' | 'content' | 'priority' | 'since' | 'isClicked'>): void => {
    const isOvertaken = slot.content !== undefined
    if (isOvertaken) wire.counts.coalesced += 1
    else slot.content = was.content
    slot.priority = isOvertaken ? moreUrgent(was.priority, slot.priority) : was.priority
    slot.since = was.since
    slot.isClicked ||= was.isClicked
    slot.asked.unshift(...was.asked)
  }

  /** An edit that may have been made is made again: it comes to the same. */
  const update = async (
    slot: Slot,
    content: MessageContent,
  ): Promise<Delivery | 'no-answer' | 'not-sent' | 'not-now'> => {
    const fit = fitForSlack(content, redactor)
    for (let look = plainness.lookFor(fit); ;) {
      const outcome = await wire.call('chat.update', { ...slot.ref, ...written(fit, look) })
      switch (outcome.is) {
        case 'ok':
          wire.counts.sent += 1
          return { ok: true, ...slot.ref }
        case 'limited':
          budget.limited(clock.now(), outcome.retryAfterMs)
          return 'not-now'
        case 'revoked':
          return 'not-now'
        case 'refused': {
          const plainer = plainness.plainerAfter(fit, look, outcome)
          if (plainer === undefined) return refusal(slot.ref, outcome)
          look = plainer
          budget.take(clock.now())
          break
        }
        case 'not-sent':
          return 'not-sent'
        default:
          return 'no-answer'
      }
    }
  }

  /** Logged and told to the caller, never to Slack: a refusal that is reported where it was refused makes the next one. */
  const refusal = (ref: MessageRef, outcome: CallOutcome & { readonly is: 'refused' }): Delivery => {
    const delivery = refusedDelivery(outcome)
    logger.warn({ ...ref, because: delivery.because, detail: delivery.detail }, 'Slack refused an edit')
    return delivery
  }

  return {
    edit: (ref, content, priority) =>
      new Promise((resolve) => {
        const slot = slotOf(ref)
        if (slot.asked.length > 0 && slot.content !== undefined) {
          wire.counts.coalesced += 1
          slot.priority = moreUrgent(slot.priority, priority)
        } else {
          slot.since = clock.now()
          slot.priority = priority
        }
        slot.content = content
        slot.isClicked ||= priority === 'click'
        slot.asked.push(resolve)
        slot.notBefore = readyFrom(slot)
        schedule.wake()
      }),
    waiting: () => [...slots.values()].filter(({ asked }) => asked.length > 0),
    unfinished: () => [...slots.values()].filter(({ asked, isSending }) => isSending || asked.length > 0),
    end(delivery) {
      for (const slot of slots.values()) for (const answer of slot.asked.splice(0)) answer(delivery)
    },
  }
}
