// @ts-check
import { failureOf } from '../client.js'
import { html, useContext } from '../html.js'
import { Session } from './session.js'

/** What shows when the pointer (or the focus) is on a message: reply, and the app's shortcuts. @param {{ message: import('../store.js').Message, inThread: boolean }} props */
export function MessageTools({ message, inThread }) {
  const { sight, place, go, perform, notice } = useContext(Session)
  const shortcuts = sight.app.shortcuts.filter(({ onMessage }) => onMessage)
  const run = async (/** @type {import('../store.js').Shortcut} */ shortcut, /** @type {Event} */ event) => {
    ;/** @type {HTMLElement} */ (event.target).closest('details')?.removeAttribute('open')
    const failed = failureOf(
      await perform({
        act: 'messageShortcut',
        callbackId: shortcut.callbackId,
        channel: message.channel,
        ts: message.ts,
      }),
    )
    if (failed) notice(message.conversation, `*${shortcut.name}* failed with the error "${failed}"`)
  }
  if (inThread && shortcuts.length === 0) return null
  return html`<div class="tools" role="toolbar" aria-label="Message actions">
    ${!inThread && html`<button type="button" title="Reply in thread" aria-label="Reply in thread" onClick=${() => go({ in: place.in, thread: message.threadTs ?? message.ts })}>💬</button>`}
    ${
      shortcuts.length > 0 &&
      html`<details class="overflow">
        <summary role="button" aria-label="More message shortcuts" title="More message shortcuts">⋯</summary>
        <div class="menu" role="menu">
          ${shortcuts.map((shortcut) => html`<button type="button" role="menuitem" onClick=${(/** @type {Event} */ event) => run(shortcut, event)}>${shortcut.name}<small>${sight.app.name}</small></button>`)}
        </div>
      </details>`
    }
  </div>`
}
