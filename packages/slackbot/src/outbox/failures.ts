import type { CallOutcome } from './call-outcome.ts'
import type { Delivery, Undeliverable } from './outbox.ts'

/** Slack's errors that mean something to whoever keeps the message; all others are `refused` (docs.slack.dev/reference/methods). */
const MEANING: Readonly<Record<string, Undeliverable>> = {
  message_not_found: 'message-gone',
  // no longer ours: the app was removed and installed anew
  cant_update_message: 'message-gone',
  thread_not_found: 'message-gone',
  invalid_thread_ts: 'message-gone',
  cannot_reply_to_message: 'message-gone',
  is_archived: 'channel-gone',
  channel_not_found: 'channel-gone',
  user_not_found: 'channel-gone',
  user_disabled: 'channel-gone',
  messages_tab_disabled: 'channel-gone',
  not_in_channel: 'not-in-channel',
}

/** The delivery of a write that Slack has refused for good. */
export function refusedDelivery(outcome: CallOutcome & { readonly is: 'refused' }): Delivery & { readonly ok: false } {
  return { ok: false, because: MEANING[outcome.error] ?? 'refused', detail: outcome.detail }
}

/** Milliseconds until the nth try after one that had no answer. */
export function backoffMs(tries: number): number {
  return Math.min(60_000, 1_000 * 2 ** Math.min(tries - 1, 6))
}
