import type { Clock, Logger } from 'hwautomation'
import type { Budget } from './budget.ts'
import { backoffMs } from './failures.ts'
import { deliveryOf, type Intended, type KeptPosts } from './kept.ts'
import type { Delivery, Post, Priority, Upload } from './outbox.ts'
import { moreUrgent } from './priorities.ts'
import { IDLE, type Schedule, type Work } from './schedule.ts'
import type { Waiting } from './waiting.ts'

/** A post or file on its way, from being asked for to its end. */
export interface Item extends Waiting {
  readonly key: string
  readonly channel: string
  readonly isFile: boolean
  readonly lane: Lane
  kept: Intended
  /** `keeping`: not written down yet. `look`: it may be there already. `send`: it is not. */
  step: 'keeping' | 'look' | 'send'
  /** Calls in a row without an answer. */
  tries: number
  /** Looks in a row that found nothing. */
  looks: number
  readonly delivery: Promise<Delivery>
  readonly end: (delivery: Delivery) => void
}

/** What one call made of an item. */
export type Attempt = { readonly ended: Delivery } | { readonly step: Item['step']; readonly pauseMs: number }

/** Posts of one thread, or one message of its own: the first is sent, the others wait. */
export interface Lane extends Work {
  readonly id: string
  readonly items: Item[]
  pausedUntil: number
}

export interface Posts {
  put(wanted: { readonly post: Post } | { readonly file: Upload }): Promise<Delivery>
  /** Takes up what an earlier process has left. */
  resume(): Promise<void>
  waiting(): readonly Waiting[]
  /** Resolves when what is being written down is. */
  kept(): Promise<void>
  end(delivery: Delivery): void
}

/** What a server may still be doing after the client has gone, or has given up on its answer. */
export const SETTLE_MS = 3_000

/** Files go after what is urgent; in their thread they keep their place. */
const FILE_PRIORITY: Priority = 'step'

/** Every post is written down before it is sent, and is sent in the order of its thread. */
export function createPosts(parts: {
  clock: Clock
  logger: Logger
  schedule: Schedule
  kept: KeptPosts
  budgetsFor: (item: Item) => readonly Budget[]
  attempt: (item: Item) => Promise<Attempt>
  /** Aborts when the outbox stops. */
  stopping: AbortSignal
}): Posts {
  const { clock, logger, schedule, kept, budgetsFor, attempt, stopping } = parts
  const items = new Map<string, Item>()
  const lanes = new Map<string, Lane>()
  const keeping = new Set<Promise<void>>()
  let nth = 0

  const enter = (intended: Intended, step: Item['step']): Item => {
    const wanted = (intended.post ?? intended.file)!
    const lane = laneOf(wanted.thread === undefined ? `root/${wanted.key}` : `${wanted.channel}/${wanted.thread}`)
    let end: Item['end'] = () => {}
    const delivery = new Promise<Delivery>((resolve) => (end = resolve))
    const item: Item = {
      key: wanted.key,
      channel: wanted.channel,
      isFile: intended.file !== undefined,
      priority: intended.post?.priority ?? FILE_PRIORITY,
      since: clock.now(),
      lane,
      kept: intended,
      step,
      tries: 0,
      looks: 0,
      delivery,
      end,
    }
    items.set(item.key, item)
    lane.items.push(item)
    if (step === 'look') settle(lane)
    refresh(lane)
    return item
  }

  const laneOf = (id: string): Lane => {
    const known = lanes.get(id)
    if (known !== undefined) return known
    const lane: Lane = {
      id,
      items: [],
      pausedUntil: 0,
      priority: 'sub-task',
      isClicked: false,
      since: 0,
      notBefore: IDLE,
      budgets: [],
      send: () => sendFirst(lane),
    }
    lanes.set(id, lane)
    schedule.add(lane)
    return lane
  }

  /** The process before may have ended a moment ago: Slack may still be doing what it sent. Only the first of a lane can be in doubt. */
  const settle = (lane: Lane): void => {
    lane.pausedUntil = clock.now() + SETTLE_MS
  }

  /** A post is as urgent as the most urgent one behind it. */
  const refresh = (lane: Lane): void => {
    const [first] = lane.items
    lane.notBefore = first === undefined || first.step === 'keeping' ? IDLE : lane.pausedUntil
    if (first === undefined) return
    lane.priority = lane.items.map(({ priority }) => priority).reduce(moreUrgent)
    lane.since = first.since
    lane.budgets = budgetsFor(first)
    schedule.wake()
  }

  const sendFirst = async (lane: Lane): Promise<void> => {
    const [item] = lane.items
    if (item === undefined) return
    const made = await attempt(item)
    if ('ended' in made) return leave(item, made.ended)
    item.step = made.step
    lane.pausedUntil = clock.now() + made.pauseMs
    refresh(lane)
  }

  const leave = (item: Item, delivery: Delivery): void => {
    const { lane } = item
    items.delete(item.key)
    if (lane.items[0] === item) lane.pausedUntil = 0
    lane.items.splice(lane.items.indexOf(item), 1)
    if (lane.items.length > 0) refresh(lane)
    else {
      lanes.delete(lane.id)
      schedule.remove(lane)
    }
    item.end(delivery)
  }

  /** Until it is written down, it is not sent: a store that is full is waited for. */
  const keep = async (item: Item): Promise<void> => {
    for (let tries = 1; ; tries += 1) {
      try {
        const before = await kept.get(item.key)
        if (before !== undefined && before.state !== 'intended') return leave(item, deliveryOf(before))
        if (before === undefined) await kept.put(item.key, item.kept)
        else item.kept = before
        break
      } catch (error) {
        logger.warn({ err: error, key: item.key }, 'Could not write down what is to be posted; trying again')
        await clock.sleep(backoffMs(tries), stopping)
      }
    }
    item.step = item.kept.doubt === undefined ? 'send' : 'look'
    if (item.step === 'look') settle(item.lane)
    refresh(item.lane)
  }

  return {
    put(wanted) {
      const known = items.get('post' in wanted ? wanted.post.key : wanted.file.key)
      if (known !== undefined) return known.delivery
      const item = enter({ state: 'intended', ...wanted, at: clock.now(), nth: (nth += 1) }, 'keeping')
      // Rejects only when the outbox stops, which ends the item.
      const writing = keep(item)
        .catch(() => {})
        .finally(() => keeping.delete(writing))
      keeping.add(writing)
      return item.delivery
    },
    async resume() {
      for (const { post, file } of await kept.intended()) {
        const { key } = (post ?? file)!
        // Somebody may have asked for it meanwhile, and it may have been sent.
        const left = await kept.get(key)
        if (left?.state === 'intended' && !items.has(key)) enter(left, left.doubt === undefined ? 'send' : 'look')
      }
    },
    waiting: () => [...items.values()],
    async kept() {
      await Promise.all(keeping)
    },
    end(delivery) {
      for (const item of items.values()) item.end(delivery)
    },
  }
}
