import type { Priority } from '../outbox/outbox.ts'
import type { Link } from '../state/documents.ts'
import type { MessageContent } from '../views/content.ts'
import type { ShowMode } from '../views/run-message.ts'
import type { Desk } from './desk.ts'
import { LivingMessage, type Told } from './living-message.ts'
import type { PlannedReply, Subject } from './subject.ts'
import { moreUrgent, type News, priorityOf, showsIn } from './urgency.ts'

/** What a story tells those who keep it. */
export interface StoryKeeper {
  /** It is at work, or not: counts for the mode. */
  busy(id: string, isBusy: boolean): void
  /** Everything was told: it can be forgotten. */
  over(id: string): void
}

/**
 * Tells one run or batch: its message, its thread, its direct messages. News only mark it; what is said is made of the state as it is
 * when it is said, so that news may be missed, repeated and out of order. Nobody waits for it but Slack.
 */
export class Story<State> {
  readonly id: string
  readonly #subject: Subject<State>
  readonly #desk: Desk
  readonly #keeper: StoryKeeper
  readonly #message: LivingMessage
  /** Ended long ago: the message is corrected, nobody is told. */
  readonly #quiet: boolean
  /** Names of replies that are in the thread by now, or were left out. */
  #said = new Set<string>()
  #root: string | undefined
  #state: State | undefined
  #news: News | undefined
  #isWorking = false
  #filling: Promise<Told> | undefined
  #parked = false
  #passesOver = false
  #stopped = false

  constructor(
    link: Link,
    subject: Subject<State>,
    desk: Desk,
    keeper: StoryKeeper,
    options: { readonly isNew: boolean; readonly quiet?: boolean },
  ) {
    this.id = link.id
    this.#subject = subject
    this.#desk = desk
    this.#keeper = keeper
    this.#quiet = options.quiet ?? false
    this.#message = new LivingMessage(desk, link, () => this.#render(), options)
  }

  get link(): Link {
    return this.#message.link
  }

  get isParked(): boolean {
    return this.#parked
  }

  /** The state it told last; undefined before the first news. */
  get state(): State | undefined {
    return this.#state
  }

  keep(change: Partial<Link>): Promise<void> {
    return this.#message.keep(change)
  }

  /** Something happened. Returns at once. */
  news(news: News): void {
    if (this.#stopped) return
    this.#news = moreUrgent(this.#news, news)
    if (this.#isWorking) return
    this.#isWorking = true
    void this.#work()
  }

  /** Steps that have ended by now were not told, since there were too many runs: they stay so. */
  passOver(): void {
    this.#passesOver = true
  }

  /** For a while nobody keeps its message up to date, and that is to be seen where it would claim that something goes on. */
  standStill(): void {
    const isUnderWay = this.#state !== undefined && this.#subject.endedAt(this.#state) === undefined
    if (!isUnderWay || this.#stopped) return
    try {
      this.#message.standStill()
    } catch (error) {
      this.#failed(error, 'saying that its message stands still')
    }
  }

  /** Says nothing more; what is under way ends by itself. */
  stop(): void {
    this.#stopped = true
  }

  async #work(): Promise<void> {
    while (this.#news !== undefined && !this.#stopped) {
      const news = this.#news
      this.#news = undefined
      try {
        await this.#tell(news)
      } catch (error) {
        this.#failed(error, 'telling of it')
      }
    }
    this.#isWorking = false
  }

  async #tell(news: News): Promise<void> {
    const state = await this.#subject.read()
    if (this.#stopped) return
    if (state === undefined) return this.#close({ lost: 'no longer in the store' })
    this.#state = state
    this.#parked = false
    this.#keeper.busy(this.id, this.#subject.isBusy(state))
    const mode = this.#desk.mode()
    if (this.#subject.endedAt(state) !== undefined) return this.#tellEnd(state)
    const followed = this.link.followers.length > 0
    if (!this.#message.isPosted) this.#note(await this.#message.show(priorityOf(news, followed)))
    else if (showsIn(mode, news, followed)) void this.#show(priorityOf(news, followed))
    this.#fillThread(mode).catch((error: unknown) => this.#failed(error, 'filling its thread'))
  }

  async #show(priority: Priority): Promise<void> {
    try {
      this.#note(await this.#message.show(priority))
    } catch (error) {
      this.#failed(error, 'changing its message')
    }
  }

  /** The store cannot be read, or a view has a fault: it is tried again, with the next news or a while later. */
  #failed(error: unknown, doing: string): void {
    this.#parked = true
    this.#desk.complain(error, doing, this.id)
  }

  #note(told: Told): void {
    if (told === 'parked') this.#parked = true
  }

  /** The message as its state is now, not as it was when the writing began. */
  #render(): MessageContent {
    return this.#subject.message(this.#state!, this.link, this.#desk.mode())
  }

  /** Goes on putting into the thread what it lacks; one at a time, in order. */
  #fillThread(mode: ShowMode): Promise<Told> {
    if (mode === 'board' || this.#passesOver) this.#leaveOutSteps()
    this.#passesOver = false
    this.#filling ??= this.#fill()
    return this.#filling
  }

  /** They are not caught up with when there is room again: that would be a flood. */
  #leaveOutSteps(): void {
    for (const { name, is } of this.#subject.replies(this.#state!, this.link)) if (is === 'step') this.#said.add(name)
  }

  async #fill(): Promise<Told> {
    await Promise.resolve() // so that it is known to be under way before it is over
    try {
      for (;;) {
        if (this.#stopped) return 'parked'
        const next = this.#lacking()
        if (next === undefined) return 'told'
        const told = await this.#message.reply(await next.make(), next.is === 'end' ? 'final' : 'step')
        this.#note(told)
        if (told === 'parked' || told === 'lost') return told
        if (told === 'refused') this.#desk.logger.warn({ id: this.id, reply: next.name }, 'a reply was not taken')
        if (this.#root === this.link.root) this.#said.add(next.name)
      }
    } finally {
      this.#filling = undefined
    }
  }

  /** The next reply that is not in the thread. */
  #lacking(): PlannedReply | undefined {
    if (this.#root !== this.link.root) this.#said = new Set() // another thread, and empty
    this.#root = this.link.root
    return this.#subject.replies(this.#state!, this.link).find(({ name }) => !this.#said.has(name))
  }

  /** Everything that is to be said at the end; only then is it over. What was said already is not said again. */
  async #tellEnd(state: State): Promise<void> {
    if (this.#quiet && !this.#message.isPosted) return this.#close({})
    const shown = await this.#message.show('final')
    if (this.#quiet) return shown === 'parked' ? this.#note(shown) : this.#close({})
    const filled = await this.#filledToTheEnd(shown)
    const greeted = await Promise.all(this.#audience(shown).map((user) => this.#sayGoodbye(state, user)))
    // the message may have been posted anew for the sake of its thread
    const last = await this.#message.show('final')
    if (this.#stopped) return
    if ([shown, filled, last, ...greeted].includes('parked')) return this.#note('parked')
    await this.#close({ shown: this.#subject.revision(state) })
  }

  async #filledToTheEnd(shown: Told): Promise<Told> {
    // a message that can't be changed any more has a thread all the same
    const hasThread = shown === 'told' || (shown === 'refused' && this.#message.isPosted)
    if (!hasThread) return shown
    // one that is under way may have looked before the end
    await this.#filling?.catch(() => {})
    return this.#fillThread(this.#desk.mode())
  }

  /** Who is told directly: who wished it, who follows, and the requester where the message could not be shown. */
  #audience(shown: Told): string[] {
    const { requester, tellMe, followers } = this.link
    const users = new Set(followers)
    if (requester !== undefined && (tellMe || (shown === 'lost' && this.link.lost !== 'message-gone')))
      users.add(requester)
    return [...users]
  }

  async #sayGoodbye(state: State, user: string): Promise<Told> {
    const content = this.#subject.goodbye(state)
    const key = `${this.link.is}/${this.id}/told/${user}`
    const delivery = await this.#desk.outbox.post({ key, channel: user, content, priority: 'final' })
    if (delivery.ok) return 'told'
    return delivery.because === 'revoked' || delivery.because === 'stopped' ? 'parked' : 'refused'
  }

  async #close(change: Partial<Link>): Promise<void> {
    const closedAt = new Date(this.#desk.clock.now()).toISOString()
    await this.keep({ ...change, done: true, closedAt })
    this.#stopped = true
    this.#keeper.busy(this.id, false)
    this.#keeper.over(this.id)
  }
}
