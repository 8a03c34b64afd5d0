// @ts-check
import { html, useContext, useState } from '../html.js'
import { Markdown, Plain, TextObject } from '../text/views.js'
import { Element } from './element.js'
import { Picture, PictureBlock } from './picture.js'
import { Plan, TaskCard } from './plan.js'
import { RichText } from './rich-text.js'
import { Surface, wordsOf } from './surface.js'
import { DataTable, Table } from './tables.js'

/**
 * Block Kit, drawn. In a form a block is known by its id, so that what one types stays with it; a message gets new ids with each change,
 * and its blocks are known by their places.
 * @param {{ blocks: readonly any[] }} props
 */
export function Blocks({ blocks }) {
  const { kind } = useContext(Surface)
  const keyOf = (/** @type {any} */ block, /** @type {number} */ at) =>
    kind === 'modal' && block?.block_id !== undefined ? block.block_id : `${block?.type} ${at}`
  return html`<div class="blocks">
    ${blocks.map((block, at) => html`<${Block} key=${keyOf(block, at)} block=${block} />`)}
  </div>`
}

/** @param {{ block: any }} props */
function Block({ block }) {
  const Found = Object.hasOwn(BLOCKS, block?.type) ? BLOCKS[block.type] : Unknown
  return html`<${Found} block=${block} />`
}

/** @type {Readonly<Record<string, any>>} */
const BLOCKS = {
  header: Header,
  section: Section,
  context: Context,
  divider: () => html`<hr class="divider" />`,
  actions: Actions,
  context_actions: Actions,
  input: Input,
  image: PictureBlock,
  rich_text: RichText,
  markdown: (/** @type {{ block: any }} */ { block }) => html`<${Markdown} text=${String(block.text)} />`,
  plan: Plan,
  task_card: TaskCard,
  table: Table,
  data_table: DataTable,
  container: Container,
  alert: Alert,
  card: Card,
  carousel: (/** @type {{ block: any }} */ { block }) =>
    html`<div class="carousel">
      ${(block.elements ?? []).map((/** @type {any} */ card) => html`<${Card} block=${card} />`)}
    </div>`,
}

/** @param {{ block: any }} props */
function Unknown({ block }) {
  return html`<p class="unknown">A block of type “${String(block?.type)}” is not drawn here.</p>`
}

/** @param {{ block: any }} props */
function Header({ block }) {
  return html`<h3 class="header"><${Plain} text=${wordsOf(block.text)} emoji=${block.text?.emoji !== false} /></h3>`
}

/** @param {{ block: any }} props */
function Section({ block }) {
  return html`<div class="section-block">
    <div class="words">
      ${block.text && html`<${TextObject} object=${block.text} />`}
      ${block.fields && html`<div class="fields">${block.fields.map((/** @type {any} */ field) => html`<div><${TextObject} object=${field} /></div>`)}</div>`}
    </div>
    ${block.accessory && html`<div class="accessory"><${Element} element=${block.accessory} blockId=${block.block_id} /></div>`}
  </div>`
}

/** @param {{ block: any }} props */
function Context({ block }) {
  return html`<div class="context">
    ${(block.elements ?? []).map((/** @type {any} */ element) => (element.type === 'image' ? html`<${Picture} element=${element} />` : html`<${TextObject} object=${element} />`))}
  </div>`
}

/** @param {{ block: any }} props */
function Actions({ block }) {
  return html`<div class="actions">
    ${(block.elements ?? []).map((/** @type {any} */ element) => html`<${Element} key=${element.action_id} element=${element} blockId=${block.block_id} />`)}
  </div>`
}

/** A labelled input, with what the app had against the last submission. @param {{ block: any }} props */
function Input({ block }) {
  const { errors } = useContext(Surface)
  const error = errors[block.block_id]
  const label = wordsOf(block.label)
  return html`<div class=${`input ${error ? 'wrong' : ''}`} data-block-id=${block.block_id}>
    <div class="label">${label}${block.optional && html`<small> (optional)</small>`}</div>
    <${Element}
      element=${block.element}
      blockId=${block.block_id}
      label=${label}
      acts=${block.dispatch_action === true}
      form=${true}
    />
    ${error && html`<p class="error" role="alert">${error}</p>`}
    ${block.hint && html`<p class="hint"><${TextObject} object=${block.hint} /></p>`}
  </div>`
}

/** @param {{ block: any }} props */
function Container({ block }) {
  const [open, setOpen] = useState(block.is_collapsible !== true || block.default_collapsed !== true)
  const title = html`${block.icon && html`<${Picture} element=${block.icon} />`}
    <span class="titles">
      <b
        >${block.rich_text_title ? html`<${RichText} block=${block.rich_text_title} />` : html`<${TextObject} object=${block.title} />`}</b
      >
      ${block.subtitle && html`<small><${TextObject} object=${block.subtitle} /></small>`}
    </span>`
  return html`<section class=${`container ${block.width ?? 'standard'} ${block.has_header_divider ? 'ruled' : ''}`}>
    ${
      block.is_collapsible
        ? html`<button
            type="button"
            class="fold"
            aria-expanded=${open ? 'true' : 'false'}
            onClick=${() => setOpen(!open)}
          >
            <span class="arrow" aria-hidden="true">▸</span>${title}
          </button>`
        : (block.title ?? block.rich_text_title) && html`<div class="fold">${title}</div>`
    }
    ${open && html`<${Blocks} blocks=${block.child_blocks ?? []} />`}
  </section>`
}

/** @param {{ block: any }} props */
function Alert({ block }) {
  const level = Object.hasOwn(ALERTS, block.level ?? '') ? block.level : 'default'
  return html`<div class=${`alert ${level}`} role=${level === 'error' || level === 'warning' ? 'alert' : 'status'}>
    <span aria-hidden="true">${ALERTS[level]}</span><${TextObject} object=${block.text} />
  </div>`
}

/** @type {Readonly<Record<string, string>>} */
const ALERTS = { default: '•', info: 'ℹ', warning: '⚠', error: '⛔', success: '✓' }

/** @param {{ block: any }} props */
function Card({ block }) {
  return html`<section class="card">
    ${block.title && html`<b><${TextObject} object=${block.title} /></b>`}
    ${block.subtitle && html`<small><${TextObject} object=${block.subtitle} /></small>`}
    ${block.body && html`<${TextObject} object=${block.body} />`}
    ${block.actions && html`<${Actions} block=${{ elements: block.actions, block_id: block.block_id }} />`}
  </section>`
}
