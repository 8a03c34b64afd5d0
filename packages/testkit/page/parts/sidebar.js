// @ts-check
import { html, useContext, useEffect, useState } from '../html.js'
import { DIRECT } from '../store.js'
import { Avatar } from './avatar.js'
import { Session } from './session.js'

/** Channels, the app, and who one is. */
export function Sidebar() {
  const { sight, place, go } = useContext(Session)
  const unread = useUnread()
  const entry = (/** @type {string} */ id, /** @type {any} */ label, /** @type {boolean} */ current) =>
    html`<li>
      <button
        type="button"
        class=${unread.has(id) && !current ? 'unread' : ''}
        aria-current=${current ? 'page' : undefined}
        onClick=${() => go({ in: id })}
      >
        ${label}${unread.has(id) && !current && html`<span class="dot" role="status" aria-label="new messages"></span>`}
      </button>
    </li>`
  return html`<nav class="sidebar" aria-label="Workspace">
    <h1>${sight.team.name}</h1>
    <h2>Channels</h2>
    <ul>
      ${sight.channels.map(({ id, name, private: closed }) => entry(id, html`<span class="sign" aria-hidden="true">${closed ? '🔒' : '#'}</span>${name}`, place.in === id))}
    </ul>
    <h2>Apps</h2>
    <ul>
      ${entry(DIRECT, html`<${Avatar} id=${sight.app.id} name=${sight.app.name} app=${true} /><span class="name">${sight.app.name}</span>`, place.in === DIRECT || place.in === 'home')}
    </ul>
    <${Switcher} />
  </nav>`
}

/** Lets the reader be somebody else: a second person approves, or is refused. */
function Switcher() {
  const { sight, place, go } = useContext(Session)
  return html`<div class="switcher" role="radiogroup" aria-label="You are">
    <h2>You are</h2>
    ${sight.people.map(
      ({ id, name }) =>
        html`<button
          type="button"
          role="radio"
          aria-label=${name}
          aria-checked=${name === place.as ? 'true' : 'false'}
          onClick=${() => go({ as: name })}
        >
          <${Avatar} id=${id} name=${name} app=${false} /><span class="name">${name}</span>
        </button>`,
    )}
  </div>`
}

/** Conversations with something new since they were last open. */
function useUnread() {
  const { sight, place } = useContext(Session)
  const [read, setRead] = useState(() => newestIn(sight))
  const newest = newestIn(sight)
  const here = newest.get(place.in)
  useEffect(() => {
    if (here !== undefined) setRead(new Map(read).set(place.in, here))
  }, [place.in, here])
  return new Set(
    [...newest]
      .filter(([conversation, ts]) => ts > (read.get(conversation) ?? 0))
      .map(([conversation]) => conversation),
  )
}

/** @param {import('../store.js').Sight} sight */
function newestIn(sight) {
  /** @type {Map<string, number>} */
  const newest = new Map()
  for (const { conversation, ts, threadTs } of sight.messages.values()) {
    if (threadTs === undefined) newest.set(conversation, Math.max(newest.get(conversation) ?? 0, Number(ts)))
  }
  return newest
}
