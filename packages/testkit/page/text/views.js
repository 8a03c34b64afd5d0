// @ts-check
import { createContext, html, useContext } from '../html.js'
import { formatDate } from './dates.js'
import { emoji } from './emoji.js'
import { parseMarkdown } from './markdown.js'
import { parseInline, parseMrkdwn } from './mrkdwn.js'

/** How ids are called, for mentions; and who and what can be chosen in menus of users and channels. */
export const Names = createContext({
  me: '',
  user: (/** @type {string} */ id) => id,
  channel: (/** @type {string} */ id) => id,
  group: (/** @type {string} */ id) => id,
  hue: (/** @type {string} */ id) => id.length % 6,
  users: /** @type {{ text: string, value: string }[]} */ ([]),
  channels: /** @type {{ text: string, value: string }[]} */ ([]),
})

/** Text in Slack's mrkdwn. @param {{ text: string, verbatim?: boolean }} props */
export function Mrkdwn({ text, verbatim = false }) {
  return html`<div class="mrkdwn">
    ${parseMrkdwn(text, { verbatim }).map(({ type, children }) =>
      type === 'pre'
        ? html`<pre><${Inline} nodes=${children} /></pre>`
        : type === 'quote'
          ? html`<blockquote><${Inline} nodes=${children} /></blockquote>`
          : html`<p><${Inline} nodes=${children} /></p>`,
    )}
  </div>`
}

/** Text in Markdown, of a `markdown` block. @param {{ text: string }} props */
export function Markdown({ text }) {
  return html`<div class="mrkdwn markdown">${parseMarkdown(text).map(markdownBlock)}</div>`
}

/** A text object of Block Kit: plain text (emoji only) or mrkdwn. @param {{ object: any }} props */
export function TextObject({ object }) {
  if (object === undefined || object === null) return null
  if (typeof object === 'string') return html`<${Plain} text=${object} />`
  if (object.type === 'mrkdwn')
    return html`<${Mrkdwn} text=${String(object.text)} verbatim=${object.verbatim === true} />`
  return html`<${Plain} text=${String(object.text)} emoji=${object.emoji !== false} />`
}

/** Text without markup; short names of emoji are the only thing Slack reads in it. @param {{ text: string, emoji?: boolean }} props */
export function Plain({ text, emoji: reads = true }) {
  if (!reads) return html`<span class="plain">${text}</span>`
  return html`<span class="plain"
    >${text.split(/(:[a-z0-9_+-]+:)/).map((part) => (emoji(part.slice(1, -1)) && part.startsWith(':') ? html`<${Emoji} name=${part.slice(1, -1)} />` : part))}</span
  >`
}

/** One line of mrkdwn, for places where a block has no room. @param {{ text: string }} props */
export function Line({ text }) {
  return html`<${Inline} nodes=${parseInline(text)} />`
}

/** @param {{ nodes: import('./tokens.js').InlineNode[] }} props */
export function Inline({ nodes }) {
  return nodes.map((node) => styled(inlineNode(node), node.style))
}

/** @param {import('./tokens.js').InlineNode} node */
function inlineNode(node) {
  switch (node.type) {
    case 'text':
      return node.text
    case 'link':
      return html`<${Link} url=${node.url}><${Inline} nodes=${node.children} /><//>`
    case 'mention':
      return html`<${Mention} kind=${node.kind} id=${node.id} label=${node.label} />`
    case 'emoji':
      return html`<${Emoji} name=${node.name} />`
    case 'date':
      return html`<${DateText} ...${node} />`
  }
}

/** Leads out of the workspace, so the browser is told to keep our address to itself. @param {{ url: string, children?: any }} props */
export function Link({ url, children }) {
  return html`<a href=${url} target="_blank" rel="noopener noreferrer">${children ?? url}</a>`
}

/** @param {{ kind: string, id: string, label?: string | undefined }} props */
export function Mention({ kind, id, label }) {
  const names = useContext(Names)
  if (kind === 'broadcast') return html`<span class="mention loud">@${id}</span>`
  if (kind === 'channel') return html`<span class="mention">#${label ?? names.channel(id)}</span>`
  if (kind === 'group') return html`<span class="mention loud">${label ?? `@${names.group(id)}`}</span>`
  return html`<span class=${`mention ${id === names.me ? 'loud' : ''}`}>@${names.user(id)}</span>`
}

/** @param {{ name: string }} props */
export function Emoji({ name }) {
  const character = emoji(name)
  return character === undefined
    ? `:${name}:`
    : html`<span class="emoji" role="img" aria-label=${name.replaceAll('_', ' ')} title=${`:${name}:`}
        >${character}</span
      >`
}

/** @param {{ seconds: number, format: string, url?: string, fallback: string }} props */
export function DateText({ seconds, format, url, fallback }) {
  const words = formatDate(seconds, format) ?? fallback
  const time = html`<time title=${new Date(seconds * 1000).toLocaleString()}>${words}</time>`
  return url === undefined ? time : html`<${Link} url=${url}>${time}<//>`
}

/** @param {any} content @param {import('./tokens.js').Style | undefined} style */
export function styled(content, style = {}) {
  let wrapped = content
  if (style.code) wrapped = html`<code>${wrapped}</code>`
  if (style.bold) wrapped = html`<b>${wrapped}</b>`
  if (style.italic) wrapped = html`<i>${wrapped}</i>`
  if (style.strike) wrapped = html`<s>${wrapped}</s>`
  return wrapped
}

/** @param {import('./markdown.js').MarkdownBlock} block @returns {import('../vendor/preact.js').Rendered} */
function markdownBlock(block) {
  switch (block.type) {
    case 'heading':
      return html`<${`h${Math.min(block.level + 2, 6)}`} class=${`level${block.level}`}
        ><${Inline} nodes=${block.children}
      /><//>`
    case 'paragraph':
      return html`<p><${Inline} nodes=${block.children} /></p>`
    case 'pre':
      return html`<pre><${Inline} nodes=${block.children} /></pre>`
    case 'quote':
      return html`<blockquote>${block.blocks.map(markdownBlock)}</blockquote>`
    case 'rule':
      return html`<hr />`
    case 'table':
      return html`<div class="table">
        <table>
          <tbody>
            ${block.rows.map(
              (row, at) =>
                html`<tr>
                  ${row.map((cell) => html`<${at === 0 ? 'th' : 'td'}><${Inline} nodes=${cell} /><//>`)}
                </tr>`,
            )}
          </tbody>
        </table>
      </div>`
    case 'list': {
      const items = block.items.map(
        (item) =>
          html`<li>
            ${item.map((one) => (one.type === 'paragraph' ? html`<${Inline} nodes=${one.children} />` : markdownBlock(one)))}
          </li>`,
      )
      return block.ordered
        ? html`<ol start=${block.start}>
            ${items}
          </ol>`
        : html`<ul>
            ${items}
          </ul>`
    }
  }
}
