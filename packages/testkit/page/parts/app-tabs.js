// @ts-check
import { html, useContext } from '../html.js'
import { DIRECT } from '../store.js'
import { Session } from './session.js'

/** Home and Messages of the app. */
export function AppTabs() {
  const { place, go } = useContext(Session)
  const tab = (/** @type {string} */ id, /** @type {string} */ label) =>
    html`<button
      type="button"
      role="tab"
      aria-selected=${place.in === id ? 'true' : 'false'}
      onClick=${() => go({ in: id })}
    >
      ${label}
    </button>`
  return html`<div class="tabs" role="tablist" aria-label="App">${tab('home', 'Home')}${tab(DIRECT, 'Messages')}</div>`
}
