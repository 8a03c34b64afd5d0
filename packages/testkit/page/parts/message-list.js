// @ts-check
import { html, useLayoutEffect, useRef } from '../html.js'
import { dayOf } from '../text/dates.js'
import { MessageView } from './message.js'

/** @typedef {import('../store.js').Message} Message */

/**
 * Messages in order, with a line between days. It stays at its end while new ones come, unless the reader has scrolled up; whoever sends
 * something is taken back there, to see what comes of it.
 * @param {{ messages: Message[], label: string, sent: number, inThread?: boolean, before?: any, between?: any }} props `sent` counts what was sent here
 */
export function MessageList({ messages, label, sent, inThread = false, before, between }) {
  const list = useRef(/** @type {HTMLElement | null} */ (null))
  const atEnd = useRef(true)
  const lastSent = useRef(sent)
  useLayoutEffect(() => {
    if (lastSent.current !== sent) atEnd.current = true
    lastSent.current = sent
    if (atEnd.current && list.current !== null) list.current.scrollTop = list.current.scrollHeight
  }, [messages, sent])
  const onScroll = () => {
    const box = list.current
    if (box !== null) atEnd.current = box.scrollHeight - box.scrollTop - box.clientHeight < 40
  }
  return html`<div class="messages" ref=${list} role="log" aria-label=${label} tabindex="0" onScroll=${onScroll}>
    ${before}
    ${messages.map((message, at) => {
      const previous = messages[at - 1]
      const newDay = previous === undefined || dayOf(previous.ts) !== dayOf(message.ts)
      return html`${newDay && !inThread && html`<div class="day" key=${`day ${message.ts}`} role="separator"><span>${dayOf(message.ts)}</span></div>`}
        ${at === 1 && between}
        <${MessageView}
          key=${`${message.channel} ${message.ts}`}
          message=${message}
          inThread=${inThread}
          follows=${!newDay && !(at === 1 && between) && isContinued(previous, message)}
        />`
    })}
  </div>`
}

/** @param {Message | undefined} previous @param {Message} message */
function isContinued(previous, message) {
  if (previous === undefined || previous.user !== message.user || previous.ephemeral !== message.ephemeral) return false
  return message.blocks.length === 0 && Number(message.ts) - Number(previous.ts) < 300
}
