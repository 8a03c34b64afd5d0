import type { Delivery } from '../outbox/outbox.ts'
import type { Link } from '../state/documents.ts'
import type { MessageContent } from '../views/content.ts'
import { movedNote } from './notes.ts'

type Failed = Extract<Delivery, { ok: false }>

/** What to do about a message that could not be written. */
export type Recovery =
  | { readonly do: 'wait' }
  | { readonly do: 'leave-out' }
  | { readonly do: 'give-up' }
  | {
      readonly do: 'post-again' | 'move'
      readonly root: string
      readonly channel: string
      readonly why?: MessageContent
    }

/**
 * A message that somebody deleted is posted again once: who deletes it twice does not want it. A channel that is closed to us or does not
 * take the message, or where nobody can tell whether it came to be, is left for a direct message with the requester. While our token is refused, everything
 * waits.
 */
export function recovery(link: Link, { because }: Failed): Recovery {
  const first = `${link.is}/${link.id}`
  const direct = `${first}/direct`
  const canMove = link.requester !== undefined && link.root !== direct
  switch (because) {
    case 'revoked':
    case 'stopped':
      return { do: 'wait' }
    case 'refused':
      // in a channel where not everybody may post, nothing of it would be seen
      if (link.ts !== undefined) return { do: 'leave-out' }
      break
    case 'message-gone':
      return link.root === undefined
        ? { do: 'post-again', root: `${first}/again`, channel: link.channel }
        : { do: 'give-up' }
    case 'unknown':
      // a reply that may be there is not sent again
      if (link.ts !== undefined) return { do: 'leave-out' }
      break
    case 'channel-gone':
    case 'not-in-channel':
      break
  }
  return canMove
    ? { do: 'move', root: direct, channel: link.requester, why: movedNote(link, because) }
    : { do: 'give-up' }
}
