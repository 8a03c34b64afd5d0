import { createHash } from 'node:crypto'
import type { Clock, Documents, Json, Logger } from 'hwautomation'
import type { Delivery, MessageRef, Post, Upload } from './outbox.ts'

/** What is to be posted or uploaded, until it is. */
export interface Intended {
  readonly state: 'intended'
  /** Exactly one of them. */
  readonly post?: Post
  readonly file?: Upload
  /** Milliseconds since the epoch, and which one of that process: the order in which a later process sends. */
  readonly at: number
  readonly nth: number
  /** A call was begun whose end is not written down: it may be there already. */
  readonly doubt?: Doubt
}

export interface Doubt {
  /** When the first such call was begun. */
  readonly since: number
  readonly times: number
  /** Of a file: what Slack calls it. */
  readonly fileId?: string
}

/** What became of it, remembered so that it is not posted again. */
export type Ended = MessageRef & { readonly state: 'sent'; readonly at: number; readonly again?: true }
/** Nobody can tell whether it was posted. */
export interface Lost {
  readonly state: 'unknown'
  readonly at: number
  readonly detail: string
}

export type Kept = Intended | Ended | Lost

export interface KeptPosts {
  get(key: string): Promise<Kept | undefined>
  put(key: string, kept: Kept): Promise<void>
  delete(key: string): Promise<void>
  /** What an earlier process has left, in its order. */
  intended(): Promise<readonly Intended[]>
  /** Forgets what was sent long ago. */
  sweep(olderThanMs: number): Promise<void>
}

const PREFIX = 'post/'
/** Longer ids than 200 characters are not taken. */
const LONGEST = 200

/** One document a key in `slack-outbox`. */
export function createKeptPosts(documents: Documents, clock: Clock, logger: Logger): KeptPosts {
  const all = async function* (): AsyncIterable<readonly [id: string, kept: Kept]> {
    for await (const [id, value] of documents.entries()) if (id.startsWith(PREFIX)) yield [id, value as unknown as Kept]
  }
  return {
    get: async (key) => (await documents.get(idOf(key))) as unknown as Kept | undefined,
    put: (key, kept) => documents.put(idOf(key), kept as unknown as Json),
    delete: (key) => documents.delete(idOf(key)),
    async intended() {
      const found: Intended[] = []
      for await (const [, kept] of all()) if (kept.state === 'intended') found.push(kept)
      return found.toSorted((one, other) => one.at - other.at || one.nth - other.nth)
    },
    async sweep(olderThanMs) {
      const before = clock.now() - olderThanMs
      let swept = 0
      for await (const [id, kept] of all())
        if (kept.state !== 'intended' && kept.at < before) {
          await documents.delete(id)
          swept += 1
        }
      if (swept > 0) logger.debug({ swept }, 'Forgot posts of long ago')
    },
  }
}

/** What a kept ending means to somebody who asks for the same post again. */
export function deliveryOf(kept: Ended | Lost): Delivery {
  return kept.state === 'sent'
    ? { ok: true, channel: kept.channel, ts: kept.ts, ...(kept.again === true ? { again: true } : {}) }
    : { ok: false, because: 'unknown', detail: kept.detail }
}

function idOf(key: string): string {
  const id = `${PREFIX}${key}`
  return id.length <= LONGEST ? id : `${PREFIX}sha256/${createHash('sha256').update(key).digest('hex')}`
}
