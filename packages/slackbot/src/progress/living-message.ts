import { createHash } from 'node:crypto'
import type { Delivery, MessageRef, Post, Priority, Upload } from '../outbox/outbox.ts'
import type { Link } from '../state/documents.ts'
import type { MessageContent } from '../views/content.ts'
import type { Desk } from './desk.ts'
import { perhapsTwiceNote, standingStill } from './notes.ts'
import { recovery, type Recovery } from './recovery.ts'

/**
 * `told`: Slack has it. `parked`: Slack refuses our token; to be tried again. `refused`: this content cannot be shown. `lost`: there is no
 * place left where it could be shown.
 */
export type Told = 'told' | 'parked' | 'refused' | 'lost'

/** A message of a thread: shown once in each thread of the living message. */
export type Reply =
  | { readonly name: string; readonly is: 'post'; readonly content: MessageContent; readonly broadcast?: boolean }
  | { readonly name: string; readonly is: 'file'; readonly file: Pick<Upload, 'filename' | 'title' | 'content'> }

export interface LivingMessageOptions {
  /** No earlier process can have posted it. */
  readonly isNew: boolean
  /** It is corrected where it is, and nowhere else. */
  readonly quiet?: boolean
}

/**
 * One message in Slack that is changed in place, with its thread. Knows how to go on where it was deleted (posted again, once), where the
 * channel is closed to us (it moves to a direct message), and where its blocks are refused.
 */
export class LivingMessage {
  readonly #desk: Desk
  /** How it is to look at this moment. */
  readonly #render: () => MessageContent
  #link: Link
  /** What was posted may be older than what is to be seen: an earlier process asked for it. */
  #mayBeOld: boolean
  readonly #staysWhereItIs: boolean
  /** What was handed over last, and whether Slack has it. */
  #looks: string | undefined
  #isTold = false
  #posting: Promise<unknown> | undefined

  constructor(desk: Desk, link: Link, render: () => MessageContent, options: LivingMessageOptions) {
    this.#desk = desk
    this.#link = link
    this.#render = render
    this.#mayBeOld = !options.isNew
    this.#staysWhereItIs = options.quiet ?? false
  }

  get link(): Link {
    return this.#link
  }

  get isPosted(): boolean {
    return this.#link.ts !== undefined
  }

  /** Changes what is kept of it. A store that cannot write costs a repaint after the next start, nothing else. */
  async keep(change: Partial<Link>): Promise<void> {
    this.#link = { ...this.#link, ...change }
    await this.#put()
  }

  /** Brings the message to what it is to look like now; posts it where it is not there yet. */
  async show(priority: Priority): Promise<Told> {
    for (;;) {
      while (this.#posting !== undefined) await this.#posting
      if (this.#link.lost !== undefined) return 'lost'
      const content = this.#render()
      const looks = createHash('sha1').update(JSON.stringify(content)).digest('base64')
      const key = this.#key
      const { ts, channel } = this.#link
      if (ts !== undefined && this.#looks === looks && this.#isTold) return 'told'
      // from here to the outbox nothing is waited for: what is newer is handed over later
      this.#looks = looks
      this.#isTold = false
      const isRepost = ts === undefined && this.#mayBeOld
      const { outbox } = this.#desk
      const delivery = await (ts === undefined
        ? this.#post(content, priority)
        : outbox.edit({ channel, ts }, content, priority))
      if (delivery.ok) {
        if (isRepost) {
          this.#mayBeOld = false
          continue
        }
        if (this.#looks === looks) this.#isTold = true
        return 'told'
      }
      const answer = await this.#recover(delivery, key)
      if (answer !== 'again') return answer
    }
  }

  /** Nobody keeps it up to date from now on: says so, and waits for nothing. */
  standStill(): void {
    const { ts, channel, lost } = this.#link
    if (ts === undefined || lost !== undefined) return
    const content = standingStill(this.#render(), this.#desk.clock.now())
    void this.#desk.outbox.edit({ channel, ts }, content, 'click')
  }

  /** Puts something into the thread, once: asking again is harmless. */
  async reply(reply: Reply, priority: Priority): Promise<Told> {
    for (;;) {
      if (this.#link.lost !== undefined) return 'lost'
      if (this.#link.ts === undefined) {
        const told = await this.show(priority)
        if (told !== 'told') return told
      }
      const key = this.#key
      const { channel, ts } = this.#link
      if (ts === undefined) continue
      const place = { key: `${key}/${reply.name}`, channel, thread: ts }
      const delivery =
        reply.is === 'file'
          ? await this.#desk.outbox.upload({ ...place, ...reply.file })
          : await this.#desk.outbox.post({ ...place, ...broadcast(reply, channel), content: reply.content, priority })
      if (delivery.ok) return 'told'
      const answer = await this.#recover(delivery, key)
      if (answer !== 'again') return answer
    }
  }

  /** Names the root post, and by it everything in its thread. */
  get #key(): string {
    return this.#link.root ?? `${this.#link.is}/${this.#link.id}`
  }

  #post(content: MessageContent, priority: Priority): Promise<Delivery> {
    const post: Post = { key: this.#key, channel: this.#link.channel, content, priority }
    const posting = (async () => {
      const delivery = await this.#desk.outbox.post(post)
      // a post to a user comes to lie in the direct messages with them
      if (delivery.ok) await this.keep({ channel: delivery.channel, ts: delivery.ts })
      if (delivery.ok && delivery.again === true) this.#warnOfAnother(post.key, delivery)
      return delivery
    })()
    this.#posting = posting.finally(() => (this.#posting = undefined)).catch(() => {})
    return posting
  }

  /** First in its thread. Not waited for: the outbox keeps it. */
  #warnOfAnother(key: string, { channel, ts }: MessageRef): void {
    const priority = 'click'
    void this.#desk.outbox.post({ key: `${key}/another`, channel, thread: ts, content: perhapsTwiceNote(), priority })
  }

  async #recover(failed: Extract<Delivery, { ok: false }>, key: string): Promise<Told | 'again'> {
    // another call came first
    if (key !== this.#key) return 'again'
    const next: Recovery = recovery(this.#link, failed)
    if (next.do === 'wait') return 'parked'
    if (next.do === 'leave-out') return 'refused'
    const { id } = this.#link
    this.#desk.logger.warn({ id, because: failed.because, detail: failed.detail, answer: next.do }, 'a message is gone')
    this.#looks = undefined
    this.#mayBeOld = true
    if (next.do === 'give-up' || this.#staysWhereItIs) {
      await this.keep({ lost: failed.because })
      return 'lost'
    }
    const { ts: _, ...link } = this.#link
    this.#link = { ...link, root: next.root, channel: next.channel }
    await this.#put()
    if (next.why !== undefined) await this.#explain(next.channel, next.root, next.why)
    return 'again'
  }

  /** Says in the direct message why it is there. */
  async #explain(channel: string, root: string, why: MessageContent): Promise<void> {
    await this.#desk.outbox.post({ key: `${root}/why`, channel, content: why, priority: 'click' })
  }

  async #put(): Promise<void> {
    try {
      await this.#desk.state.links.put(this.#link.id, this.#link)
    } catch (error) {
      this.#desk.complain(error, 'keeping a link', this.#link.id)
    }
  }
}

/** A channel of several people: ids of channels begin with C, of older private ones with G; D and U are direct messages. */
export function isShared(channel: string): boolean {
  return /^[CG]/u.test(channel)
}

/** Direct messages have nobody to show it to beside the one who reads the thread. */
function broadcast({ broadcast: wanted }: Extract<Reply, { is: 'post' }>, channel: string): { broadcast?: true } {
  return wanted === true && isShared(channel) ? { broadcast: true } : {}
}
