import type { Clock } from 'hwautomation'
import type { Budget } from './budget.ts'
import type { CallOutcome, SlackAnswer } from './call-outcome.ts'
import type { Intended } from './kept.ts'
import type { MessageRef } from './outbox.ts'
import type { Wire } from './wire.ts'

/** Names the metadata of every message of ours. */
export const EVENT_TYPE = 'hwautomation_post'

/** `absent`: it is certainly not there. `unseen`: nobody can tell. `later`: ask again. */
export type Finding =
  | { readonly is: 'found'; readonly message: MessageRef }
  | { readonly is: 'absent' }
  | { readonly is: 'unseen'; readonly detail: string }
  | { readonly is: 'later' }
  | (CallOutcome & { readonly is: 'refused' })

/** A message's time is Slack's, ours may be off: the newest page is looked through whatever its messages' times say. */
const SKEW_MS = 600_000
const PAGES = 10
const PER_PAGE = 200

/** Errors that say that we may not look, not that there is nothing. */
const MAY_NOT_LOOK: ReadonlySet<string> = new Set([
  'missing_scope',
  'not_in_channel',
  'channel_not_found',
  'no_permission',
  'access_denied',
  'not_allowed_token_type',
  'method_not_supported_for_channel_type',
])

/** Looks in the channel, or the thread, for the message that carries the key (metadata), or the file. */
export async function findPost(
  { wire, budget, clock }: { wire: Wire; budget: Budget; clock: Clock },
  { post, file, doubt, at }: Intended,
): Promise<Finding> {
  const thread = file?.thread ?? post?.thread
  const oldest = ((doubt?.since ?? at) - SKEW_MS) / 1_000
  const isOurs = file === undefined ? carries(post!.key) : hasFile(doubt?.fileId)
  const channel = await channelOf(wire, file?.channel ?? post!.channel)
  if (typeof channel !== 'string') return unlooked(channel)

  let cursor = ''
  for (let page = 0; page < PAGES; page += 1) {
    if (page > 0) budget.take(clock.now())
    const outcome = await wire.call(thread === undefined ? 'conversations.history' : 'conversations.replies', {
      channel,
      ...(thread === undefined ? {} : { ts: thread }),
      limit: PER_PAGE,
      include_all_metadata: true,
      ...(cursor === '' ? {} : { cursor }),
    })
    if (outcome.is === 'limited') budget.limited(clock.now(), outcome.retryAfterMs)
    if (outcome.is !== 'ok') return unlooked(outcome)
    const messages = messagesOf(outcome.answer)
    if (messages === undefined) return { is: 'later' }
    const ours = messages.find(isOurs)
    if (ours !== undefined) return { is: 'found', message: { channel, ts: ours.ts } }
    cursor = outcome.answer.response_metadata?.next_cursor ?? ''
    // threads are told oldest first, channels newest first
    const isBefore = thread === undefined && Number(messages.at(-1)?.ts) < oldest
    if (cursor === '' || isBefore) return { is: 'absent' }
  }
  return { is: 'unseen', detail: `There are more than ${PAGES * PER_PAGE} messages to look through` }
}

/** A direct message is addressed to a person, its history is that of the conversation with them. */
async function channelOf(wire: Wire, channel: string): Promise<string | CallOutcome> {
  if (!/^[UW]/.test(channel)) return channel
  const outcome = await wire.call('conversations.open', { users: channel })
  if (outcome.is !== 'ok') return outcome
  const { channel: opened } = outcome.answer as { channel?: { id?: unknown } }
  return typeof opened?.id === 'string' ? opened.id : { is: 'unknown', detail: 'no conversation was named' }
}

function unlooked(outcome: CallOutcome): Finding {
  if (outcome.is !== 'refused') return { is: 'later' }
  return MAY_NOT_LOOK.has(outcome.error) ? { is: 'unseen', detail: outcome.detail } : outcome
}

interface Message {
  readonly ts: string
  readonly metadata?: { readonly event_type?: unknown; readonly event_payload?: { readonly key?: unknown } }
  readonly files?: readonly { readonly id?: unknown }[]
}

function messagesOf(answer: SlackAnswer): readonly Message[] | undefined {
  const { messages } = answer
  return Array.isArray(messages) ? messages.filter((message) => typeof message?.ts === 'string') : undefined
}

function carries(key: string): (message: Message) => boolean {
  return ({ metadata }) => metadata?.event_type === EVENT_TYPE && metadata.event_payload?.key === key
}

function hasFile(id: string | undefined): (message: Message) => boolean {
  return ({ files }) => id !== undefined && files?.some((file) => file.id === id) === true
}
