import type { Clock, Logger, Redactor } from 'hwautomation'
import type { Budgets } from './budgets.ts'
import type { Delivery, MessageRef } from './outbox.ts'
import type { Doubt, KeptPosts } from './kept.ts'
import type { Plainness } from './plainness.ts'
import type { Attempt, Item } from './posts.ts'
import type { Wire } from './wire.ts'

export interface DeskParts {
  readonly clock: Clock
  /** The time that is written down and compared with Slack's. */
  readonly wall: Clock
  readonly logger: Logger
  readonly redactor: Pick<Redactor, 'text' | 'value'>
  readonly wire: Wire
  readonly budgets: Budgets
  readonly plainness: Plainness
  readonly kept: KeptPosts
  readonly duplicateCheck: 'history' | 'off'
  /** Sends the bytes of a file to the place Slack gave for it. */
  readonly putBytes: (url: string, bytes: Buffer) => Promise<boolean>
}

/** What the attempts work with: the wire, and the book in which every turn of an item is written down. */
export interface Desk extends DeskParts {
  /** Before a call that could post it. False when that can't be written down: the call must not be made then. */
  keepDoubt(item: Item, fileId?: string): Promise<boolean>
  /** The call has certainly done nothing; it is to be made again after `pauseMs`. */
  notDone(item: Item, pauseMs: number): Promise<Attempt>
  sent(item: Item, message: MessageRef): Promise<Attempt>
  /** Refused for good. It is forgotten, so that somebody may ask for it anew. */
  failed(item: Item, delivery: Delivery & { readonly ok: false }): Promise<Attempt>
  /** Nobody can tell. That is remembered: it is never sent again. */
  lost(item: Item, detail: string): Promise<Attempt>
}

export function createDesk(parts: DeskParts): Desk {
  const { wall, logger, kept, wire } = parts

  /** What has become of it is true even where it can't be written down; the next process will look for itself. */
  const bestEffort = async (item: Item, writing: Promise<void>): Promise<boolean> => {
    try {
      await writing
      return true
    } catch (error) {
      logger.error({ err: error, key: item.key }, 'Could not write down what became of a post')
      return false
    }
  }

  return {
    ...parts,
    async keepDoubt(item, fileId) {
      const before = item.kept.doubt
      const doubt: Doubt = {
        since: before?.since ?? wall.now(),
        times: (before?.times ?? 0) + 1,
        ...(fileId === undefined ? {} : { fileId }),
      }
      const doubted = { ...item.kept, doubt }
      const isKept = await bestEffort(item, kept.put(item.key, doubted))
      if (isKept) item.kept = doubted
      return isKept
    },
    async notDone(item, pauseMs) {
      const { doubt, ...certain } = item.kept
      item.kept = certain
      if (doubt !== undefined) await bestEffort(item, kept.put(item.key, certain))
      return { step: 'send', pauseMs }
    },
    async sent(item, { channel, ts }) {
      wire.counts.sent += 1
      const isAgain = parts.duplicateCheck === 'off' && (item.kept.doubt?.times ?? 0) > 1
      const message = { channel, ts, ...(isAgain ? { again: true as const } : {}) }
      await bestEffort(item, kept.put(item.key, { state: 'sent', ...message, at: wall.now() }))
      return { ended: { ok: true, ...message } }
    },
    async failed(item, delivery) {
      logger.warn(
        { key: item.key, because: delivery.because, detail: delivery.detail },
        'Slack refused a message for good',
      )
      await bestEffort(item, kept.delete(item.key))
      return { ended: delivery }
    },
    async lost(item, detail) {
      logger.warn({ key: item.key, detail }, 'A message may or may not have been posted')
      await bestEffort(item, kept.put(item.key, { state: 'unknown', detail, at: wall.now() }))
      return { ended: { ok: false, because: 'unknown', detail } }
    },
  }
}
