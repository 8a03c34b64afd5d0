// @ts-check
import { html, useState } from '../html.js'
import { safeUrl } from '../text/tokens.js'
import { Plain } from '../text/views.js'
import { Confirm } from './confirm.js'
import { Failed, useSending, wordsOf } from './surface.js'

/** A button: busy until the app has acknowledged the click, and asking first where it says so. @param {{ element: any }} props */
export function Button({ element }) {
  const { send, busy, failed } = useSending()
  const [asking, setAsking] = useState(false)
  const danger = element.style === 'danger'
  const url = safeUrl(element.url)
  const go = () => {
    setAsking(false)
    if (url !== undefined) window.open(url, '_blank', 'noopener,noreferrer')
    void send(element.action_id, element.value)
  }
  return html`<span class="with-failure">
    <button
      type="button"
      class=${`button ${element.style === 'primary' ? 'primary' : danger ? 'danger' : ''}`}
      aria-label=${element.accessibility_label}
      aria-busy=${busy ? 'true' : undefined}
      aria-haspopup=${element.confirm ? 'dialog' : undefined}
      disabled=${busy}
      data-action-id=${element.action_id}
      onClick=${element.confirm ? () => setAsking(true) : go}
    >
      ${busy && html`<span class="spinner" aria-hidden="true"></span>`}<${Plain}
        text=${wordsOf(element.text)}
        emoji=${element.text?.emoji !== false}
      />${url !== undefined && html`<span aria-hidden="true"> ↗</span>`}
    </button>
    <${Failed} failed=${failed} />
    ${asking && html`<${Confirm} confirm=${element.confirm} danger=${danger} onYes=${go} onNo=${() => setAsking(false)} />`}
  </span>`
}

/** The “…” menu. @param {{ element: any }} props */
export function Overflow({ element }) {
  const { send, busy, failed } = useSending()
  const [asking, setAsking] = useState(/** @type {string | undefined} */ (undefined))
  const choose = (/** @type {any} */ option, /** @type {Event} */ event) => {
    ;/** @type {HTMLElement} */ (event.target).closest('details')?.removeAttribute('open')
    if (element.confirm) setAsking(option.value)
    else void send(element.action_id, option.value)
  }
  return html`<details class="overflow">
    <summary class="button" role="button" aria-label="More actions" aria-busy=${busy ? 'true' : undefined}>⋯</summary>
    <div class="menu" role="menu">
      ${(element.options ?? []).map((/** @type {any} */ option) => html`<button type="button" role="menuitem" onClick=${(/** @type {Event} */ event) => choose(option, event)}>${wordsOf(option.text)}</button>`)}
    </div>
    <${Failed} failed=${failed} />
    ${
      asking !== undefined &&
      html`<${Confirm}
        confirm=${element.confirm}
        danger=${false}
        onYes=${() => {
          setAsking(undefined)
          void send(element.action_id, asking)
        }}
        onNo=${() => setAsking(undefined)}
      />`
    }
  </details>`
}

/** Thumbs up and down of a `context_actions` block. @param {{ element: any }} props */
export function FeedbackButtons({ element }) {
  return html`<span class="feedback"
    >${[element.positive_button, element.negative_button].map((one) => html`<${Button} element=${{ ...one, action_id: element.action_id }} />`)}</span
  >`
}
