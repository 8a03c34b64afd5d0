import type { FetchFunction } from '@slack/web-api'
import type { Clock } from 'hwautomation'
import { createRateLimits, type RateLimits } from '../packages/testkit/src/slack/api/rate-limits.ts'
import { METHODS } from '../packages/testkit/src/slack/api/methods.ts'
import { TooManyCalls } from '../packages/testkit/src/slack/failure.ts'

/** The simulated workspace's limits without a wire: what counts here is when a call may be made. */
export interface BenchWorkspace {
  readonly limits: RateLimits
  /** Calls that were served. */
  readonly calls: number
  readonly fetch: FetchFunction
  /** Counts a call; milliseconds to wait where it is refused. */
  call(method: string, channel: string): number | undefined
}

/** From the call to its answer. */
const ANSWERS_AFTER_MS = 100

export function createBenchWorkspace(clock: Clock): BenchWorkspace {
  const limits = createRateLimits(clock, 'published')
  let calls = 0
  let stamp = 0

  const call = (method: string, channel: string): number | undefined => {
    try {
      limits.count(method, METHODS[method]!.tier, channel)
      calls += 1
      return undefined
    } catch (error) {
      if (error instanceof TooManyCalls) return error.retryAfterSeconds * 1_000
      throw error
    }
  }

  return {
    limits,
    get calls() {
      return calls
    },
    call,
    async fetch(url, init) {
      const method = String(url).split('/').at(-1)!
      const channel = new URLSearchParams(typeof init?.body === 'string' ? init.body : '').get('channel') ?? ''
      const wait = call(method, channel)
      await clock.sleep(ANSWERS_AFTER_MS)
      if (wait !== undefined)
        return answer(429, { ok: false, error: 'ratelimited' }, { 'retry-after': String(wait / 1_000) })
      stamp += 1
      return answer(200, { ok: true, channel, ts: `${stamp}.000000` })
    },
  }
}

function answer(status: number, body: object, headers: Readonly<Record<string, string>> = {}) {
  return {
    ok: status === 200,
    status,
    statusText: '',
    url: '',
    headers: {
      get: (name: string) => headers[name] ?? null,
      entries: () => Object.entries(headers)[Symbol.iterator](),
    },
    arrayBuffer: async () => new ArrayBuffer(0),
    json: async () => body,
    text: async () => JSON.stringify(body),
  }
}
