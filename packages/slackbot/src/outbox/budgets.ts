import { type Budget, createBudget } from './budget.ts'
import type { OutboxLimits } from './limits.ts'

/** One budget for each kind of call. */
export interface Budgets {
  readonly edits: Budget
  readonly homes: Budget
  readonly files: Budget
  readonly lookups: Budget
  /** Those of the channel and of the workspace. */
  ofPost(channel: string): readonly Budget[]
  /** 429 for a post. Slack does not say whose limit it was: the channel's, unless another channel has met one lately. */
  postLimited(channel: string, now: number, retryAfterMs: number): void
}

/** Channels nobody has posted to for so long have a full bucket again; beyond this many, all are begun anew when one more comes. */
const CHANNELS = 5_000
/** Two channels limited within this time: it is the workspace. */
const SAME_CAUSE_MS = 30_000

export function createBudgets(limits: OutboxLimits): Budgets {
  const posts = createBudget(limits.posts)
  const channels = new Map<string, readonly [channel: Budget, workspace: Budget]>()
  let lastLimited: { readonly channel: string; readonly at: number } | undefined

  const ofPost = (channel: string): readonly [channel: Budget, workspace: Budget] => {
    const known = channels.get(channel)
    if (known !== undefined) return known
    if (channels.size >= CHANNELS) channels.clear()
    const budgets = [createBudget(limits.channelPosts), posts] as const
    channels.set(channel, budgets)
    return budgets
  }

  return {
    edits: createBudget(limits.edits),
    homes: createBudget(limits.homes),
    files: createBudget(limits.files),
    lookups: createBudget(limits.lookups),
    ofPost,
    postLimited(channel, now, retryAfterMs) {
      const [own, workspace] = ofPost(channel)
      own.limited(now, retryAfterMs)
      const isWider =
        lastLimited !== undefined && lastLimited.channel !== channel && now - lastLimited.at < SAME_CAUSE_MS
      if (isWider) workspace.limited(now, retryAfterMs)
      lastLimited = { channel, at: now }
    },
  }
}
