import type { View } from '@slack/types'
import type { Clock, Logger, Redactor } from 'hwautomation'
import type { Budget } from './budget.ts'
import { backoffMs } from './failures.ts'
import { IDLE, type Schedule, type Work } from './schedule.ts'
import type { Wire } from './wire.ts'

/** One user's App Home; `notBefore` is IDLE while it shows what it should. */
interface Home extends Work {
  readonly user: string
  view: View | undefined
  sentAt: number
  tries: number
  isSending: boolean
}

export interface Homes {
  publish(user: string, view: View): void
}

/** A home that can't be published so often is left for the next occasion. */
const TRIES = 5
/** Homes nobody looks at any more are forgotten when there are more than this. */
const HOMES = 256

/** The newest view of each user, at most every `homeEveryMs`. Nothing of it outlives the process: a home is published when it is opened. */
export function createHomes(parts: {
  clock: Clock
  logger: Logger
  schedule: Schedule
  budget: Budget
  wire: Wire
  redactor: Pick<Redactor, 'value'>
  homeEveryMs: number
}): Homes {
  const { clock, logger, schedule, budget, wire, redactor, homeEveryMs } = parts
  const homes = new Map<string, Home>()

  const homeOf = (user: string): Home => {
    const known = homes.get(user)
    if (known !== undefined) return known
    if (homes.size >= HOMES) forgetQuiet()
    const home: Home = {
      user,
      view: undefined,
      sentAt: Number.NEGATIVE_INFINITY,
      tries: 0,
      isSending: false,
      priority: 'step',
      isClicked: false,
      since: 0,
      notBefore: IDLE,
      budgets: [budget],
      send: () => send(home),
    }
    homes.set(user, home)
    schedule.add(home)
    return home
  }

  const forgetQuiet = (): void => {
    for (const [user, home] of homes) {
      if (home.isSending || home.view !== undefined || home.sentAt > clock.now() - homeEveryMs) continue
      homes.delete(user)
      schedule.remove(home)
    }
  }

  const send = async (home: Home): Promise<void> => {
    const { view } = home
    if (view === undefined) return
    home.view = undefined
    home.notBefore = IDLE
    home.sentAt = clock.now()
    home.isSending = true
    const outcome = await wire.call('views.publish', { user_id: home.user, view: redactor.value(view) })
    home.isSending = false
    if (outcome.is === 'ok') wire.counts.sent += 1
    if (outcome.is === 'limited') budget.limited(clock.now(), outcome.retryAfterMs)
    if (outcome.is === 'refused') logger.warn({ user: home.user, detail: outcome.detail }, 'Slack refused an App Home')
    const isOver = outcome.is === 'ok' || outcome.is === 'refused'
    home.tries = isOver ? 0 : home.tries + 1
    if (!isOver && home.tries < TRIES) home.view ??= view
    if (home.view !== undefined) home.notBefore = home.sentAt + Math.max(homeEveryMs, backoffMs(home.tries + 1))
  }

  return {
    publish(user, view) {
      const home = homeOf(user)
      if (home.view === undefined) home.since = clock.now()
      else wire.counts.coalesced += 1
      home.view = view
      home.notBefore = home.sentAt + homeEveryMs
      schedule.wake()
    },
  }
}
