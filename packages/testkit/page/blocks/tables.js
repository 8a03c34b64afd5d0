// @ts-check
import { html, useState } from '../html.js'
import { Element } from './element.js'
import { RichText } from './rich-text.js'

/** A `table` block: the first row is its head. @param {{ block: any }} props */
export function Table({ block }) {
  const [head = [], ...rows] = block.rows ?? []
  const settings = (/** @type {number} */ at) => block.column_settings?.[at] ?? {}
  const look = (/** @type {number} */ at) =>
    `${settings(at).align ?? 'left'} ${settings(at).is_wrapped ? 'wrapped' : ''}`
  return html`<div class="table" tabindex="0" role="region" aria-label="Table">
    <table>
      <thead>
        <tr>
          ${head.map((/** @type {any} */ cell, /** @type {number} */ at) => html`<th scope="col" class=${look(at)}><${Cell} cell=${cell} /></th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (/** @type {any[]} */ row) =>
            html`<tr>
              ${row.map((cell, at) => html`<td class=${look(at)}><${Cell} cell=${cell} /></td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`
}

/** A `data_table` block: pages, sorting and a filter are the reader's own. @param {{ block: any }} props */
export function DataTable({ block }) {
  const [head = [], ...rows] = block.rows ?? []
  const [sort, setSort] = useState(/** @type {{ column: number, down: boolean } | undefined} */ (undefined))
  const [filter, setFilter] = useState('')
  const [wanted, setPage] = useState(0)
  const size = block.page_size ?? 5
  const found = sorted(
    rows.filter((/** @type {any[]} */ row) =>
      row.some((cell) => wordsIn(cell).toLowerCase().includes(filter.toLowerCase())),
    ),
    sort,
  )
  const pages = Math.max(1, Math.ceil(found.length / size))
  const page = Math.min(wanted, pages - 1)
  const turn = (/** @type {number} */ column) =>
    setSort(sort?.column === column ? (sort.down ? undefined : { column, down: true }) : { column, down: false })
  const order = (/** @type {number} */ column) =>
    sort?.column !== column ? 'none' : sort.down ? 'descending' : 'ascending'
  return html`<div class="data-table">
    ${
      rows.length > size &&
      html`<input
        class="text-input"
        type="search"
        aria-label=${`Filter ${block.caption ?? 'table'}`}
        placeholder="Filter…"
        value=${filter}
        onInput=${(/** @type {InputEvent} */ event) => {
          setFilter(/** @type {HTMLInputElement} */ (event.target).value)
          setPage(0)
        }}
      />`
    }
    <div class="table" tabindex="0" role="region" aria-label=${String(block.caption ?? 'Table')}>
      <table>
        <caption>
          ${String(block.caption ?? '')}
        </caption>
        <thead>
          <tr>
            ${head.map(
              (/** @type {any} */ cell, /** @type {number} */ at) =>
                html`<th
                  scope="col"
                  class=${rows[0]?.[at]?.type === 'raw_number' ? 'right' : ''}
                  aria-sort=${order(at)}
                >
                  <button type="button" onClick=${() => turn(at)}>
                    <${Cell} cell=${cell} /><span aria-hidden="true">${MARKS[order(at)]}</span>
                  </button>
                </th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${found.slice(page * size, (page + 1) * size).map(
            (/** @type {any[]} */ row) =>
              html`<tr>
                ${row.map((cell, at) => html`<${at === block.row_header_column_index ? 'th' : 'td'} class=${cell?.type === 'raw_number' ? 'right' : ''}><${Cell} cell=${cell} /><//>`)}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${
      pages > 1 &&
      html`<nav class="pages" aria-label="Pages">
        <button
          type="button"
          class="button small"
          aria-label="Previous page"
          disabled=${page === 0}
          onClick=${() => setPage(page - 1)}
        >
          ‹
        </button>
        <span>${page * size + 1}–${Math.min(found.length, (page + 1) * size)} of ${found.length}</span>
        <button
          type="button"
          class="button small"
          aria-label="Next page"
          disabled=${page === pages - 1}
          onClick=${() => setPage(page + 1)}
        >
          ›
        </button>
      </nav>`
    }
  </div>`
}

/** @type {Readonly<Record<string, string>>} */
const MARKS = { none: '', ascending: ' ↑', descending: ' ↓' }

/** @param {{ cell: any }} props */
function Cell({ cell }) {
  if (cell?.type === 'rich_text') return html`<${RichText} block=${cell} />`
  if (cell?.type === 'raw_text' || cell?.type === 'raw_number')
    return html`<span class="plain">${String(cell.text ?? cell.value)}</span>`
  return html`<${Element} element=${cell} blockId="" />`
}

/** @param {any[][]} rows @param {{ column: number, down: boolean } | undefined} sort */
function sorted(rows, sort) {
  if (sort === undefined) return rows
  const { column, down } = sort
  const compare = (/** @type {any} */ a, /** @type {any} */ b) =>
    a?.type === 'raw_number' && b?.type === 'raw_number'
      ? a.value - b.value
      : wordsIn(a).localeCompare(wordsIn(b), undefined, { numeric: true })
  return rows.toSorted((a, b) => (down ? -1 : 1) * compare(a[column], b[column]))
}

/** All text in a cell. @param {any} cell @returns {string} */
function wordsIn(cell) {
  if (typeof cell !== 'object' || cell === null) return ''
  if (typeof cell.text === 'string') return cell.text
  return [...(cell.elements ?? []), ...(typeof cell.text === 'object' ? [cell.text] : [])].map(wordsIn).join(' ')
}
