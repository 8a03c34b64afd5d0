import type { Clock, Logger } from 'hwautomation'
import type { Outbox } from '../outbox/outbox.ts'

/** Who belongs to which user group. */
export interface UserGroups {
  /** False also where nobody can tell. */
  has(group: string, user: string): Promise<boolean>
}

/** A membership that was taken away counts no longer after that. */
const KEEP_MS = 5 * 60_000
/** After Slack could not tell: not each click asks again. */
const ASK_AGAIN_MS = 30_000

interface Known {
  readonly users: ReadonlySet<string>
  readonly until: number
}

/**
 * User groups as Slack has them, kept for five minutes. Fails closed: while Slack cannot tell, or does not let the app look
 * (`missing_scope`, `plan_upgrade_required`), nobody belongs to a group; everything else works.
 */
export function slackUserGroups(
  slack: Pick<Outbox, 'now'>,
  { clock, logger }: { clock: Clock; logger: Logger },
): UserGroups {
  const known = new Map<string, Known>()
  const asking = new Map<string, Promise<Known>>()

  const ask = async (group: string): Promise<Known> => {
    try {
      const { users = [] } = await slack.now<{ readonly users?: readonly string[] }>('usergroups.users.list', {
        usergroup: group,
      })
      return { users: new Set(users), until: clock.now() + KEEP_MS }
    } catch (error) {
      logger.warn(
        { group, error: messageOf(error) },
        'Slack does not tell who is in a user group: nobody is taken to be',
      )
      return { users: new Set(), until: clock.now() + ASK_AGAIN_MS }
    }
  }

  return {
    async has(group, user) {
      const kept = known.get(group)
      if (kept !== undefined && kept.until > clock.now()) return kept.users.has(user)
      const answer = asking.get(group) ?? ask(group)
      asking.set(group, answer)
      try {
        const now = await answer
        known.set(group, now)
        return now.users.has(user)
      } finally {
        asking.delete(group)
      }
    },
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
