import type { LabClock } from '../../clock.ts'
import { SlackFailure } from '../failure.ts'
import type { Identifiers } from '../identifiers.ts'

/** docs.slack.dev/interactivity/handling-user-interaction: a trigger_id expires in 3 seconds and is good for one use. */
const LIFETIME_MS = 3_000

/** What somebody did, for which a modal may be opened. */
export interface Trigger {
  readonly user: string
  /** The modal in which it happened. */
  readonly viewId?: string
}

export interface Triggers {
  create(trigger: Trigger): string
  /** Looks without using it up. @throws SlackFailure `invalid_trigger_id`, `expired_trigger_id`, `exchanged_trigger_id` */
  check(id: string): Trigger
  use(id: string): void
}

/** The trigger ids of one workspace. */
export function createTriggers(clock: Pick<LabClock, 'now'>, ids: Identifiers): Triggers {
  const known = new Map<string, Trigger & { readonly until: number; used: boolean }>()
  return {
    create(trigger) {
      const id = `${Math.floor(clock.now() / 1_000)}.${known.size + 1}.${ids.next('').toLowerCase()}`
      known.set(id, { ...trigger, until: clock.now() + LIFETIME_MS, used: false })
      return id
    },
    check(id) {
      const trigger = known.get(id)
      if (trigger === undefined) throw new SlackFailure('invalid_trigger_id')
      if (trigger.used) throw new SlackFailure('exchanged_trigger_id')
      if (clock.now() > trigger.until) throw new SlackFailure('expired_trigger_id')
      return trigger
    },
    use(id) {
      const trigger = known.get(id)
      if (trigger !== undefined) trigger.used = true
    },
  }
}
