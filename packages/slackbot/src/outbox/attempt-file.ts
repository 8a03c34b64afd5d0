import type { CallOutcome } from './call-outcome.ts'
import { fitFile } from './content-limits.ts'
import type { Desk } from './desk.ts'
import { backoffMs, refusedDelivery } from './failures.ts'
import type { Upload } from './outbox.ts'
import { type Attempt, type Item, SETTLE_MS } from './posts.ts'

/**
 * The three calls of an upload (docs.slack.dev/messaging/working-with-files): a place for it, the bytes, and the sharing. The first two
 * show nothing to anybody and are repeated at will; the last is what must not happen twice.
 */
export async function attemptFile(desk: Desk, item: Item, file: Upload): Promise<Attempt> {
  const { wire, redactor, clock, budgets } = desk
  // Slack takes no empty file.
  const bytes = Buffer.from(fitFile(file.content, redactor) || '\n')
  const place = await wire.call('files.getUploadURLExternal', {
    filename: redactor.text(file.filename),
    length: bytes.length,
  })
  if (place.is !== 'ok') return notShared(desk, item, place)
  const { upload_url: url, file_id: id } = place.answer
  if (typeof url !== 'string' || typeof id !== 'string' || !(await desk.putBytes(url, bytes)))
    return desk.notDone(item, backoffMs((item.tries += 1)))

  if (!(await desk.keepDoubt(item, id))) return { step: 'send', pauseMs: backoffMs((item.tries += 1)) }
  budgets.files.take(clock.now())
  const shared = await wire.call('files.completeUploadExternal', {
    files: [{ id, title: redactor.text(file.title) }],
    channel_id: file.channel,
    thread_ts: file.thread,
  })
  if (shared.is === 'ok') return desk.sent(item, { channel: file.channel, ts: file.thread })
  return shared.is === 'unknown' ? { step: 'look', pauseMs: SETTLE_MS } : notShared(desk, item, shared)
}

/** Nothing was shared by this call. */
function notShared(desk: Desk, item: Item, outcome: CallOutcome): Promise<Attempt> {
  if (outcome.is === 'limited') desk.budgets.files.limited(desk.clock.now(), outcome.retryAfterMs)
  if (outcome.is === 'refused') return desk.failed(item, refusedDelivery(outcome))
  const hasNoAnswer = outcome.is === 'not-sent' || outcome.is === 'unknown'
  return desk.notDone(item, hasNoAnswer ? backoffMs((item.tries += 1)) : 0)
}
