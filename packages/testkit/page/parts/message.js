// @ts-check
import { html, useContext, useEffect, useMemo, useRef } from '../html.js'
import { Blocks } from '../blocks/blocks.js'
import { Surface } from '../blocks/surface.js'
import { SLACKBOT, repliesTo } from '../store.js'
import { timeOf } from '../text/dates.js'
import { Mrkdwn, Names } from '../text/views.js'
import { Avatar } from './avatar.js'
import { FileCard } from './file.js'
import { MessageTools } from './message-tools.js'
import { Session } from './session.js'

/** @typedef {import('../store.js').Message} Message */

/**
 * A message. `follows` one of the same sender closely and needs no name; `inThread` it has no summary of its thread.
 * @param {{ message: Message, follows?: boolean, inThread?: boolean }} props
 */
export function MessageView({ message, follows = false, inThread = false }) {
  const { sight } = useContext(Session)
  const names = useContext(Names)
  const app = message.user === sight.app.id
  const name = message.user === SLACKBOT ? 'Slackbot' : names.user(message.user)
  const article = useGlow(message)
  const compact = follows && !message.ephemeral
  return html`<article
    ref=${article}
    class=${`message ${compact ? 'compact' : ''} ${message.ephemeral ? 'ephemeral' : ''}`}
    aria-label=${`Message from ${name} at ${timeOf(message.ts)}`}
    data-ts=${message.ts}
  >
    ${message.ephemeral && html`<p class="only-you"><span aria-hidden="true">👁</span> Only visible to you</p>`}
    ${message.broadcast && !inThread && html`<p class="only-you">↳ replied to a thread</p>`}
    <div class="gutter">
      ${compact ? html`<${Time} ts=${message.ts} />` : html`<${Avatar} id=${message.user} name=${name} app=${app} />`}
    </div>
    <div class="body">
      ${!compact && html`<p class="head"><b class="name">${name}</b>${(app || message.user === SLACKBOT) && html` <span class="badge">APP</span>`} <${Time} ts=${message.ts} /></p>`}
      <${Content} message=${message} />
      ${message.files.map((file) => html`<${FileCard} key=${file.id} file=${file} />`)}
      ${!inThread && html`<${ThreadSummary} message=${message} />`}
    </div>
    ${!message.ephemeral && html`<${MessageTools} message=${message} inThread=${inThread} />`}
  </article>`
}

/** @param {{ message: Message }} props */
function Content({ message }) {
  const { perform } = useContext(Session)
  const surface = useMemo(
    () => ({
      kind: /** @type {const} */ ('message'),
      send: (/** @type {string} */ actionId, /** @type {string | undefined} */ value) =>
        perform({ act: 'click', channel: message.channel, ts: message.ts, actionId, value }),
      drafts: {},
      draft: () => {},
      errors: {},
    }),
    [message.channel, message.ts],
  )
  if (message.blocks.length === 0) {
    return html`<div class="text">
      <${Mrkdwn} text=${message.text} />${message.edited && html` <small class="edited">(edited)</small>`}
    </div>`
  }
  return html`<${Surface.Provider} value=${surface}><${Blocks} blocks=${message.blocks} /><//>`
}

/** @param {{ message: Message }} props */
function ThreadSummary({ message }) {
  const { sight, go, place } = useContext(Session)
  const names = useContext(Names)
  if (message.threadTs !== undefined) {
    return html`<button
      type="button"
      class="thread-summary"
      onClick=${() => go({ in: place.in, thread: message.threadTs })}
    >
      View thread
    </button>`
  }
  const replies = repliesTo(sight, message.conversation, message.ts).filter(({ ephemeral }) => !ephemeral)
  const last = replies.at(-1)
  if (last === undefined) return null
  const writers = [...new Set(replies.map(({ user }) => user))].slice(0, 4)
  return html`<button type="button" class="thread-summary" onClick=${() => go({ in: place.in, thread: message.ts })}>
    <span class="faces"
      >${writers.map((user) => html`<${Avatar} id=${user} name=${names.user(user)} app=${user === sight.app.id} />`)}</span
    >
    <b>${replies.length} ${replies.length === 1 ? 'reply' : 'replies'}</b>
    <small>Last reply at ${timeOf(last.ts)}</small>
  </button>`
}

/** @param {{ ts: string }} props */
function Time({ ts }) {
  return html`<time datetime=${new Date(Number(ts) * 1000).toISOString()}>${timeOf(ts)}</time>`
}

/** What is shown later than this after it changed (in a thread that is opened, say) is no news. */
const FRESH_MS = 500

/** A soft glow whenever the message changes before somebody's eyes. @param {Message} message */
function useGlow(message) {
  const article = useRef(/** @type {HTMLElement | null} */ (null))
  useEffect(() => {
    if (
      performance.now() - message.changedAt > FRESH_MS ||
      message.changedAt === 0 ||
      matchMedia('(prefers-reduced-motion: reduce)').matches
    )
      return
    article.current?.animate([{ backgroundColor: 'var(--glow)' }, { backgroundColor: 'transparent' }], {
      duration: 1400,
      easing: 'ease-out',
    })
  }, [message.changedAt])
  return article
}
