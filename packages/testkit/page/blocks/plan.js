// @ts-check
import { html } from '../html.js'
import { safeUrl } from '../text/tokens.js'
import { Link, Plain } from '../text/views.js'
import { RichText } from './rich-text.js'

/** A `plan` block: what is to be done, a card per task. @param {{ block: any }} props */
export function Plan({ block }) {
  const tasks = block.tasks ?? []
  const done = tasks.filter((/** @type {any} */ task) => task.status === 'complete').length
  return html`<section class="plan" aria-label=${String(block.title)}>
    <header>
      <b><${Plain} text=${String(block.title)} /></b>
      ${tasks.length > 0 && html`<span class="count">${done} of ${tasks.length}</span>`}
    </header>
    <ol>
      ${tasks.map((/** @type {any} */ task) => html`<${TaskCard} key=${task.task_id} block=${task} item=${true} />`)}
    </ol>
  </section>`
}

/** A `task_card`, in a plan or by itself. @param {{ block: any, item?: boolean }} props */
export function TaskCard({ block, item = false }) {
  const status = Object.hasOwn(STATUS, block.status) ? block.status : 'pending'
  return html`<${item ? 'li' : 'div'}
    class=${`task ${status}`}
    data-status=${status}
    aria-label=${`${block.title}: ${STATUS[status]}`}
  >
    <span class="mark" role="img" aria-label=${STATUS[status]}></span>
    <div>
      <div class="title"><${Plain} text=${String(block.title)} /></div>
      ${block.details && html`<div class="details"><${RichText} block=${block.details} /></div>`}
      ${block.output && html`<div class="output"><${RichText} block=${block.output} /></div>`}
      ${(block.sources ?? []).length > 0 && html`<div class="sources">${block.sources.map(source)}</div>`}
    </div>
  <//>`
}

/** @type {Readonly<Record<string, string>>} */
const STATUS = { pending: 'waiting', in_progress: 'in progress', complete: 'complete', error: 'failed' }

/** @param {any} element */
function source(element) {
  const url = safeUrl(element.url)
  return url === undefined
    ? html`<span>${String(element.text)}</span>`
    : html`<${Link} url=${url}>${String(element.text)}<//>`
}
