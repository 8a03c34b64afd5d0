import type { Clock } from 'hwautomation'
import type { Outbox } from '../outbox/outbox.ts'

/** Names of people as others know them. */
export interface People {
  /** The display name; the handle where Slack does not tell. Never rejects. */
  nameOf(user: string, handle: string): Promise<string>
}

interface UserAnswer {
  readonly user?: { readonly profile?: { readonly display_name?: string; readonly real_name?: string } }
}

const KEEP_MS = 60 * 60_000
const MOST = 5_000
const LONGEST = 80

/** Names from `users.info`, kept for an hour. */
export function slackPeople(slack: Pick<Outbox, 'now'>, clock: Clock): People {
  const known = new Map<string, { readonly name: string; readonly until: number }>()
  return {
    async nameOf(user, handle) {
      const kept = known.get(user)
      if (kept !== undefined && kept.until > clock.now()) return kept.name
      const name = await slack.now<UserAnswer>('users.info', { user }).then(
        ({ user: found }) =>
          [found?.profile?.display_name, found?.profile?.real_name].map(nameLike).find((text) => text !== ''),
        () => undefined,
      )
      if (name === undefined) return nameLike(handle) || user
      if (known.size >= MOST) known.clear()
      known.set(user, { name, until: clock.now() + KEEP_MS })
      return name
    },
  }
}

/** One line of printable characters: it goes into records and audit trail. */
function nameLike(text: string | undefined): string {
  return (text ?? '')
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '')
    .trim()
    .slice(0, LONGEST)
}
