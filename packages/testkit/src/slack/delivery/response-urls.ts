import { randomUUID } from 'node:crypto'
import type { LabClock } from '../../clock.ts'

/** docs.slack.dev/interactivity/handling-user-interaction: "up to 5 times within 30 minutes". */
const USES = 5
const LIFETIME_MS = 30 * 60_000

/** Where an answer given at a response_url goes. */
export interface ResponseTarget {
  readonly user: string
  readonly channel: string
  readonly threadTs?: string
  /** The message in which it was clicked; absent for a command. */
  readonly messageTs?: string
}

export interface ResponseUrls {
  create(target: ResponseTarget): string
  find(id: string): ResponseTarget | undefined
  /** Counts a use. Slack's error once it is spent. */
  use(id: string): 'used_url' | 'expired_url' | undefined
}

/** The response URLs of one workspace; `origin` is its server. */
export function createResponseUrls(clock: Pick<LabClock, 'now'>, origin: () => string): ResponseUrls {
  const known = new Map<string, { readonly target: ResponseTarget; readonly until: number; left: number }>()
  return {
    create(target) {
      const id = randomUUID()
      known.set(id, { target, until: clock.now() + LIFETIME_MS, left: USES })
      return `${origin()}/response/${id}`
    },
    find: (id) => known.get(id)?.target,
    use(id) {
      const url = known.get(id)
      if (url === undefined || clock.now() > url.until) return 'expired_url'
      if (url.left === 0) return 'used_url'
      url.left -= 1
      return undefined
    },
  }
}
