import type { Logger } from 'hwautomation'
import type { Outbox } from '../outbox/outbox.ts'
import type { MessageContent } from '../views/content.ts'
import { noticeModal } from '../views/modals.ts'
import type { Answer } from './delivered.ts'

/** Ways to reach whoever did something, as far as Slack sent them along. */
export interface Ways {
  readonly user: string
  /** Slack's own, see `isSlackUrl`. Takes five answers within half an hour. */
  readonly responseUrl?: string
  readonly channel?: string
  readonly thread?: string
  /** The modal they have before them. */
  readonly view?: string
  readonly trigger?: string
}

/** Slack answers within seconds, or something is wrong on the way. */
const TIMEOUT_MS = 5_000

/**
 * Answers in the modal they have before them, else where only they see it: by the response URL; where that is spent, expired or out of
 * reach by `chat.postEphemeral`; where there is no channel, in a new modal, and at last in a direct message.
 */
export function answerBy(slack: Pick<Outbox, 'now'>, logger: Logger, ways: Ways): Answer {
  const { user, responseUrl, channel, thread, view, trigger } = ways

  const attempts = [
    way('views.update', view, (id, said) => slack.now('views.update', { view_id: id, view: noticeModal(said) })),
    way('response_url', responseUrl, respond),
    way('chat.postEphemeral', channel, (id, said) =>
      slack.now('chat.postEphemeral', {
        channel: id,
        user,
        ...(thread === undefined ? {} : { thread_ts: thread }),
        ...said,
      }),
    ),
    way('views.open', channel === undefined ? trigger : undefined, (id, said) =>
      slack.now('views.open', { trigger_id: id, view: noticeModal(said) }),
    ),
    way('chat.postMessage', user, (id, said) => slack.now('chat.postMessage', { channel: id, ...said })),
  ].flat()

  return {
    async say({ text, blocks, plain }) {
      const said = { text, blocks: plain ?? blocks }
      for (const each of attempts) {
        try {
          await each.attempt(said)
          return
        } catch (error) {
          logger.warn(
            { way: each.name, error: error instanceof Error ? error.message : String(error) },
            'an answer did not arrive',
          )
        }
      }
      logger.error({ user }, 'somebody could not be answered')
    },
  }
}

interface Attempt {
  readonly name: string
  attempt(said: MessageContent): Promise<unknown>
}

function way(
  name: string,
  to: string | undefined,
  attempt: (to: string, said: MessageContent) => Promise<unknown>,
): Attempt[] {
  return to === undefined ? [] : [{ name, attempt: (said) => attempt(to, said) }]
}

/** Bolt's `respond` has no time-out and throws where the URL is spent; so does this, within five seconds. */
async function respond(url: string, { text, blocks }: MessageContent): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ response_type: 'ephemeral', replace_original: false, text, blocks }),
    // a hook of Slack answers itself: what leads elsewhere is none
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  const body = await response.text()
  // an expired URL answers 404, a spent one 200 with an error
  if (!response.ok || /"ok"\s*:\s*false/.test(body))
    throw new Error(`the response URL answered ${response.status} ${body.slice(0, 100)}`)
}
