/** Calls of one kind. */
export interface CallLimit {
  /** In any minute, and on average. */
  readonly perMinute: number
  /** At once, after a pause. */
  readonly burst: number
}

/**
 * What the outbox allows itself, below what Slack publishes (docs.slack.dev/apis/web-api/rate-limits), so that 429 is the exception:
 * it learns down from each and recovers.
 */
export interface OutboxLimits {
  /** `chat.update`, Tier 3: 50+ a minute for the whole workspace. `reserve` calls a minute more are kept for results of clicks. */
  readonly edits: CallLimit & { readonly reserve: number }
  /** `chat.postMessage`: one a second and channel, short bursts: four, since calls may draw nearer to each other on their way. */
  readonly channelPosts: CallLimit
  /** `chat.postMessage`: the unstated cap of the workspace. */
  readonly posts: CallLimit
  /** `views.publish`, Tier 4: 100+ a minute. */
  readonly homes: CallLimit
  /** `files.*`, Tier 4. */
  readonly files: CallLimit
  /** `conversations.history` and `.replies`, Tier 3. */
  readonly lookups: CallLimit
  /** Milliseconds between two edits of one message, and two publications of one App Home. */
  readonly editEveryMs: number
  readonly homeEveryMs: number
  /** How long the store remembers that something was posted. */
  readonly keepSentDays: number
}

export const DEFAULT_LIMITS: OutboxLimits = {
  edits: { perMinute: 45, burst: 10, reserve: 5 },
  channelPosts: { perMinute: 60, burst: 4 },
  posts: { perMinute: 240, burst: 20 },
  homes: { perMinute: 80, burst: 10 },
  files: { perMinute: 60, burst: 5 },
  lookups: { perMinute: 40, burst: 5 },
  editEveryMs: 3_000,
  homeEveryMs: 15_000,
  keepSentDays: 30,
}
