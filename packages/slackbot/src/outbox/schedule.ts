import type { Clock, Logger } from 'hwautomation'
import type { Budget } from './budget.ts'
import type { Priority } from './outbox.ts'
import { rankOf } from './priorities.ts'

/** Something that has calls to make, one at a time. Its owner changes the fields and calls `wake`. */
export interface Work {
  priority: Priority
  /** May use what is kept for the results of clicks. */
  isClicked: boolean
  /** Since when the oldest of what it would send has waited. */
  since: number
  /** Not before this time; `IDLE` while there is nothing to send. */
  notBefore: number
  /** All of them must allow it. */
  budgets: readonly Budget[]
  /** Makes a call. Does not reject. */
  send(): Promise<void>
}

export const IDLE = Number.POSITIVE_INFINITY

export interface Schedule {
  add(work: Work): void
  remove(work: Work): void
  /** Something has changed. */
  wake(): void
  /** Begins nothing more; resolves when what is in flight is over. */
  stop(): Promise<void>
}

/** After a defect of ours the work is left alone for so long. */
const AFTER_DEFECT_MS = 60_000

/** Sends the most urgent work that may be sent, as soon as it may: what has to wait for its channel or message keeps nobody else. */
export function createSchedule(parts: { clock: Clock; logger: Logger; isHeld: () => boolean }): Schedule {
  const { clock, logger, isHeld } = parts
  const works = new Set<Work>()
  const running = new Map<Work, Promise<void>>()
  let woken = false
  let stopped = false
  let alarm: { readonly at: number; readonly cancel: AbortController } | undefined

  const wake = (): void => {
    if (woken || stopped) return
    woken = true
    queueMicrotask(pump)
  }

  const pump = (): void => {
    woken = false
    if (stopped || isHeld()) return
    for (;;) {
      const { best, next } = choose(clock.now())
      if (best === undefined) return setAlarm(next)
      for (const budget of best.budgets) budget.take(clock.now())
      running.set(best, run(best))
    }
  }

  const choose = (now: number): { best: Work | undefined; next: number } => {
    let best: Work | undefined
    let bestRank = 0
    let next = IDLE
    for (const work of works) {
      if (running.has(work)) continue
      let at = work.notBefore
      if (at <= now) for (const budget of work.budgets) at = Math.max(at, budget.readyAt(now, work.isClicked))
      if (at > now) {
        next = Math.min(next, at)
        continue
      }
      const rank = rankOf(work.priority, now - work.since)
      if (best !== undefined && (rank > bestRank || (rank === bestRank && work.since >= best.since))) continue
      best = work
      bestRank = rank
    }
    return { best, next }
  }

  const run = async (work: Work): Promise<void> => {
    try {
      await work.send()
    } catch (error) {
      logger.error({ err: error }, 'The outbox could not make a call')
      work.notBefore = clock.now() + AFTER_DEFECT_MS
    }
    running.delete(work)
    wake()
  }

  const setAlarm = (at: number): void => {
    if (at === IDLE || (alarm !== undefined && alarm.at <= at)) return
    alarm?.cancel.abort()
    const mine = { at, cancel: new AbortController() }
    alarm = mine
    clock.sleep(Math.ceil(at - clock.now()), mine.cancel.signal).then(
      () => {
        if (alarm === mine) alarm = undefined
        wake()
      },
      () => {},
    )
  }

  return {
    add(work) {
      works.add(work)
    },
    remove(work) {
      works.delete(work)
    },
    wake,
    async stop() {
      stopped = true
      alarm?.cancel.abort()
      alarm = undefined
      await Promise.all(running.values())
    },
  }
}
