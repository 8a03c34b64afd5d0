// @ts-check
import { html, useEffect, useRef } from '../html.js'
import { TextObject } from '../text/views.js'
import { wordsOf } from './surface.js'

/**
 * The question before a dangerous click (a `confirm` object).
 * @param {{ confirm: any, danger: boolean, onYes: () => void, onNo: () => void }} props
 */
export function Confirm({ confirm, danger, onYes, onNo }) {
  const dialog = useRef(/** @type {HTMLDialogElement | null} */ (null))
  useEffect(() => dialog.current?.showModal(), [])
  const dangerous = danger || confirm.style === 'danger'
  const title = wordsOf(confirm.title) || 'Are you sure?'
  return html`<dialog
    ref=${dialog}
    class="dialog confirm"
    role="alertdialog"
    aria-label=${title}
    onCancel=${onNo}
    onClose=${onNo}
  >
    <header><h2>${title}</h2></header>
    <div class="dialog-body"><${TextObject} object=${confirm.text} /></div>
    <footer>
      <button type="button" class="button" autofocus=${dangerous} onClick=${onNo}>
        ${wordsOf(confirm.deny) || 'Cancel'}
      </button>
      <button
        type="button"
        class=${`button ${dangerous ? 'danger filled' : 'primary'}`}
        autofocus=${!dangerous}
        onClick=${onYes}
      >
        ${wordsOf(confirm.confirm) || 'Yes'}
      </button>
    </footer>
  </dialog>`
}
