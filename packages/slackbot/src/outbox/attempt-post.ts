import { backoffMs, refusedDelivery } from './failures.ts'
import { fitForSlack } from './content-limits.ts'
import { EVENT_TYPE } from './find-post.ts'
import type { Desk } from './desk.ts'
import type { Post } from './outbox.ts'
import { written } from './plainness.ts'
import { type Attempt, type Item, SETTLE_MS } from './posts.ts'
import type { CallOutcome } from './call-outcome.ts'

/**
 * Posts a message. That it is being posted is written down before, that it was after: between the two nobody can tell but Slack.
 * Slack is known to have done what it answered with a 500 or a cut connection, and keeps no idempotency keys.
 */
export async function attemptPost(desk: Desk, item: Item, post: Post): Promise<Attempt> {
  const { wire, clock, plainness, redactor, budgets } = desk
  const fit = fitForSlack(post.content, redactor)
  if (!(await desk.keepDoubt(item))) return { step: 'send', pauseMs: backoffMs((item.tries += 1)) }
  for (let look = plainness.lookFor(fit); ;) {
    const outcome = await wire.call('chat.postMessage', { ...envelope(post), ...written(fit, look) })
    const ts = outcome.is === 'ok' ? stampOf(outcome) : undefined
    if (outcome.is === 'ok' && ts !== undefined) return desk.sent(item, ts)
    switch (outcome.is) {
      case 'limited':
        budgets.postLimited(item.channel, clock.now(), outcome.retryAfterMs)
        return desk.notDone(item, 0)
      case 'revoked':
        return desk.notDone(item, 0)
      case 'not-sent':
        return desk.notDone(item, backoffMs((item.tries += 1)))
      case 'refused': {
        const plainer = plainness.plainerAfter(fit, look, outcome)
        if (plainer === undefined) return desk.failed(item, refusedDelivery(outcome))
        look = plainer
        for (const budget of budgets.ofPost(item.channel)) budget.take(clock.now())
        break
      }
      default:
        return { step: 'look', pauseMs: SETTLE_MS }
    }
  }
}

function envelope(post: Post): Record<string, unknown> {
  return {
    channel: post.channel,
    ...(post.thread === undefined ? {} : { thread_ts: post.thread }),
    ...(post.thread !== undefined && post.broadcast === true ? { reply_broadcast: true } : {}),
    unfurl_links: false,
    unfurl_media: false,
    metadata: { event_type: EVENT_TYPE, event_payload: { key: post.key } },
  }
}

/** An answer without the message's name is none. */
function stampOf({ answer }: CallOutcome & { readonly is: 'ok' }): { channel: string; ts: string } | undefined {
  const { channel, ts } = answer
  return typeof channel === 'string' && typeof ts === 'string' ? { channel, ts } : undefined
}
