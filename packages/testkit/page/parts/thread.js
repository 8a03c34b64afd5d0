// @ts-check
import { html, useContext, useMemo, useState } from '../html.js'
import { repliesTo } from '../store.js'
import { Composer } from './composer.js'
import { MessageList } from './message-list.js'
import { Session, titleOf } from './session.js'

/** A message and its replies, at the side. @param {{ conversation: string, ts: string }} props */
export function Thread({ conversation, ts }) {
  const { sight, go, place } = useContext(Session)
  const messages = useMemo(() => {
    const root = [...sight.messages.values()].find((one) => one.conversation === conversation && one.ts === ts)
    return [...(root ? [root] : []), ...repliesTo(sight, conversation, ts)]
  }, [sight.messages, conversation, ts])
  const [sent, setSent] = useState(0)
  const replies = messages.filter((one) => one.threadTs === ts && !one.ephemeral).length
  return html`<aside class="thread" aria-label="Thread">
    <header class="top">
      <h2>Thread</h2>
      <small>${titleOf(sight, conversation)}</small>
      <button type="button" class="close" aria-label="Close thread" onClick=${() => go({ in: place.in })}>✕</button>
    </header>
    <${MessageList}
      messages=${messages}
      label="Thread"
      sent=${sent}
      inThread=${true}
      between=${html`<div class="day left" key="count" role="separator"><span>${replies} ${replies === 1 ? 'reply' : 'replies'}</span></div>`}
    />
    <${Composer} conversation=${conversation} threadTs=${ts} label="Reply" onSend=${() => setSent(sent + 1)} />
  </aside>`
}
