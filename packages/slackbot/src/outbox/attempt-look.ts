import type { Desk } from './desk.ts'
import { backoffMs, refusedDelivery } from './failures.ts'
import { findPost } from './find-post.ts'
import type { Attempt, Item } from './posts.ts'

/** What was given up on may take effect late: so long after the first look comes another, before it counts as not there. */
const POST_LOOKS_MS = [12_000]
/** A file shows up in its thread some time after it was shared. */
const FILE_LOOKS_MS = [7_000, 20_000]

/** It may have been posted, by this process or the one before: looks, before anything is sent again. */
export async function attemptLook(desk: Desk, item: Item): Promise<Attempt> {
  if (desk.duplicateCheck === 'off') return attemptBlindly(desk, item)
  const finding = await findPost({ wire: desk.wire, budget: desk.budgets.lookups, clock: desk.clock }, item.kept)
  switch (finding.is) {
    case 'found':
      return desk.sent(item, item.isFile ? { ...finding.message, ts: item.kept.file!.thread } : finding.message)
    case 'absent': {
      item.tries = 0
      const again = (item.isFile ? FILE_LOOKS_MS : POST_LOOKS_MS)[item.looks]
      item.looks = again === undefined ? 0 : item.looks + 1
      return again === undefined ? { step: 'send', pauseMs: 0 } : { step: 'look', pauseMs: again }
    }
    case 'unseen':
      return desk.lost(item, `No answer came, and Slack does not let us look for it (${finding.detail})`)
    case 'refused':
      return desk.failed(item, refusedDelivery(finding))
    case 'later':
      return { step: 'look', pauseMs: item.isFile ? FILE_LOOKS_MS[0]! : backoffMs((item.tries += 1)) }
  }
}

/** Decided when Slack answers again: in an outage the repeat would be lost as well, and with it what waits behind it. */
async function attemptBlindly(desk: Desk, item: Item): Promise<Attempt> {
  const { is } = await desk.wire.call('auth.test', {})
  if (is !== 'ok') return { step: 'look', pauseMs: is === 'revoked' ? 0 : backoffMs((item.tries += 1)) }
  item.tries = 0
  return mayRepeatBlindly(item)
    ? { step: 'send', pauseMs: 0 }
    : desk.lost(item, 'No answer came, and looking for it is switched off')
}

/** A run without its message is worse off than one with two; but a thread post or a final is told once or not at all. */
function mayRepeatBlindly({ kept: { post, doubt } }: Item): boolean {
  return post !== undefined && post.thread === undefined && post.priority !== 'final' && (doubt?.times ?? 0) < 2
}
