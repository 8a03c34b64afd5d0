import type { BatchRecord, Clock, Logger, WorkflowEvent, WorkflowManager, WorkflowStore } from 'hwautomation'
import type { Outbox } from '../outbox/outbox.ts'
import type { BotState, Link, Order } from '../state/documents.ts'
import { adopted, adoptedBatch, newLink, NEWS_FOR_MS } from './adoption.ts'
import type { Desk } from './desk.ts'
import { HomeViewers } from './home-viewers.ts'
import { JournalReader } from './journal-reader.ts'
import { catchUpOrders } from './missed-orders.ts'
import { Newsroom } from './newsroom.ts'
import type { Progress } from './progress.ts'
import { hasEnded, readRun } from './run-subject.ts'
import { tidy } from './tidying.ts'
import { keepMode, keptMode } from './kept-mode.ts'
import { newsOf } from './urgency.ts'

export interface ProgressOptions {
  readonly hw: { readonly manager: WorkflowManager; readonly store: WorkflowStore }
  readonly outbox: Outbox
  readonly state: BotState
  /** Wall time. */
  readonly clock: Clock
  readonly logger: Logger
  /** Channel id: runs and batches that were started elsewhere (command line, REST, code) are shown there. */
  readonly announceChannel?: string
  /**
   * Begins an order that an earlier process took and wrote down, with the same idempotency key: run or batch. Authorises nothing anew;
   * writes `became` or `refused` into the order, and tells who gave it where it is refused.
   */
  readonly begin: (order: Order) => Promise<void>
  /** Milliseconds between two looks at what is told together: boards, batches, App Homes. Default 5 s. */
  readonly beatMs?: number
}

/** Every how many beats the place in the journal is kept, and what could not be told is tried again. */
const KEEP_EVERY = 3
const RETRY_EVERY = 6
const TIDY_EVERY_MS = 24 * 3_600_000

/** Keeps every message of the bot true; see `Progress`. */
export function createProgress(options: ProgressOptions): Progress {
  const { hw, outbox, state, clock, logger, announceChannel, begin, beatMs = 5_000 } = options
  const { manager, store } = hw
  const end = new AbortController()
  const base = { manager, store, outbox, state, clock, logger, complain }
  const newsroom = new Newsroom(base)
  const desk: Desk = { ...base, mode: () => newsroom.mode }
  const viewers = new HomeViewers(desk, newsroom)
  const journal = new JournalReader(base)
  let offBatches = () => {}
  let offLost = () => {}
  let working: Promise<unknown> = Promise.resolve()

  return {
    async start() {
      await manager.open()
      // another process owns the store, and tells of these runs: what this one knows is out of date
      offLost = store.onLost(() => newsroom.fallSilent())
      await journal.open()
      offBatches = manager.onBatch((batch) => void heardBatch(batch).catch((error) => complain(error, 'a batch')))
      await takeLinks()
      await catchUpOrders(base, { begin, ordered })
      newsroom.begin(await keptMode(store))
      working = Promise.all([journal.follow(heard, end.signal), beat()])
    },
    ordered,
    toggleFollow,
    homeOpened: (user) => void viewers.opened(user).catch((error) => complain(error, 'publishing an App Home')),
    touch: (id) => void touch(id).catch((error) => complain(error, 'looking at it again', id)),
    async stop() {
      offBatches()
      offLost()
      end.abort()
      newsroom.stop()
      await working
      await keep()
    },
  }

  // ── what there is at the start ──

  /** Takes up what is not told to its end. Nothing is shown before all of it is known, so that it is shown in the right mode. */
  async function takeLinks(): Promise<void> {
    for await (const [id, link] of state.links.entries()) {
      if (link.done) continue
      try {
        await takeLink(link)
      } catch (error) {
        complain(error, 'taking up a message of an earlier process', id)
      }
    }
  }

  async function takeLink(link: Link): Promise<void> {
    if (link.is === 'run') {
      const record = await readRun(link.id, desk)
      const ended = record !== undefined && hasEnded(record) ? record.endedAt : undefined
      newsroom.take(link, { isNew: false, quiet: isLongAgo(ended) })
      if (record?.status === 'RUNNING') newsroom.presume(link.id)
      return
    }
    const batch = link.is === 'batch' ? await manager.batch(link.id) : undefined
    newsroom.take(link, { isNew: false, quiet: isLongAgo(batch?.endedAt) })
    if (batch === undefined || batch.status === 'ended') return
    newsroom.presume(link.id)
    newsroom.enrol(batch)
  }

  function isLongAgo(at: string | undefined): boolean {
    return at !== undefined && clock.now() - Date.parse(at) > NEWS_FOR_MS
  }

  // ── what happens ──

  async function heard(event: WorkflowEvent): Promise<void> {
    const news = newsOf(event)
    if (event.type === 'workflow.created' && event.retryOf !== undefined) await retried(event.retryOf, event.workflowId)
    if (news === 'step') viewers.changed()
    if (newsroom.heard(event.workflowId, news) || event.type !== 'workflow.created') return
    const link = await adopted(event, desk, announceChannel)
    if (link !== undefined) await show(link)
  }

  /** The message of the run before it offers no retry any more: a second one would do it twice. */
  async function retried(of: string, retriedAs: string): Promise<void> {
    const known = newsroom.story(of)
    const link = known?.link ?? (await state.links.get(of))
    if (link?.is !== 'run' || link.retriedAs === retriedAs) return
    const story = known ?? newsroom.take(link, { isNew: false, quiet: true })
    await story.keep({ retriedAs })
    if (link.ts !== undefined) story.news('click')
  }

  async function heardBatch(batch: BatchRecord): Promise<void> {
    viewers.changed()
    if (newsroom.heardBatch(batch)) return
    const link = await adoptedBatch(batch, desk, announceChannel)
    if (link !== undefined) await show(link)
  }

  async function beat(): Promise<void> {
    let tidied = Number.NEGATIVE_INFINITY
    for (let count = 1; !end.signal.aborted; count += 1) {
      newsroom.beat()
      if (count % RETRY_EVERY === 0) newsroom.retryParked()
      await viewers.beat().catch((error) => complain(error, 'publishing App Homes'))
      if (count % KEEP_EVERY === 0) await keep()
      if (clock.now() - tidied > TIDY_EVERY_MS) {
        tidied = clock.now()
        await tidy(state, tidied).catch((error) => complain(error, 'tidying'))
      }
      await clock.sleep(beatMs, end.signal).catch(() => {})
    }
  }

  async function keep(): Promise<void> {
    try {
      await journal.save()
      await keepMode(store, newsroom.mode)
    } catch (error) {
      complain(error, 'keeping its place in the journal')
    }
  }

  // ── what is asked for ──

  async function ordered(order: Order & { readonly became: string }): Promise<void> {
    const { became: id, is, channel, user: requester, tellMe, at } = order
    const link = newsroom.story(id)?.link ?? (await state.links.get(id))
    if (link === undefined) return show(newLink({ id, is, channel, requester, tellMe, at }))
    // somebody else asked for the same, and it was under way: they are told how it ends
    const isOurs = link.adopted === true || link.requester === undefined || link.requester === requester
    const change: Partial<Link> = isOurs
      ? { requester, tellMe: tellMe || link.tellMe, adopted: false }
      : follow(link, requester)
    if (!link.done && !isSame(link, change)) await newsroom.story(id)?.keep(change)
    newsroom.story(id)?.news('click')
  }

  /** From now on there is a message for it. Resolves when that is written down. */
  async function show(link: Link): Promise<void> {
    if (newsroom.story(link.id) !== undefined) return
    const story = newsroom.take(link, { isNew: true })
    await story.keep({})
    if (link.is === 'batch') {
      const batch = await manager.batch(link.id)
      if (batch !== undefined) newsroom.heardBatch(batch)
    } else story.news('step')
  }

  async function toggleFollow(id: string, user: string): Promise<boolean> {
    const story = newsroom.story(id)
    if (story !== undefined) {
      const { followers } = story.link
      const follows = !followers.includes(user)
      await story.keep(follows ? follow(story.link, user) : { followers: followers.filter((other) => other !== user) })
      story.news('click')
      return follows
    }
    const record = await readRun(id, desk)
    if (record === undefined || hasEnded(record) || (await state.links.get(id)) !== undefined) return false
    // it has no message of its own: they get one for themselves
    const at = new Date(clock.now()).toISOString()
    await show(newLink({ id, is: 'run', channel: user, followers: [user], at }))
    return true
  }

  async function touch(id: string): Promise<void> {
    const story = newsroom.story(id)
    if (story !== undefined) return story.news('click')
    const link = await state.links.get(id)
    // told to its end: only its message is looked at once more
    if (link?.ts !== undefined && link.is !== 'board') newsroom.take(link, { isNew: false, quiet: true }).news('click')
  }

  /** Nothing of it is ever said in Slack: an error about Slack, told to Slack, would feed itself. */
  function complain(error: unknown, doing: string, about?: string): void {
    const fields = {
      error: error instanceof Error ? error.message : String(error),
      ...(about === undefined ? {} : { about }),
    }
    logger.error(fields, `the bot failed at ${doing}`)
  }
}

function follow(link: Link, user: string): Partial<Link> {
  return link.followers.includes(user) ? {} : { followers: [...link.followers, user] }
}

function isSame(link: Link, change: Partial<Link>): boolean {
  return Object.entries(change).every(([key, value]) => (link[key as keyof Link] ?? false) === value)
}
