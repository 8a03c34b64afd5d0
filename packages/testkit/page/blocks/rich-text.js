// @ts-check
import { html } from '../html.js'
import { safeUrl } from '../text/tokens.js'
import { DateText, Emoji, Link, Mention, styled } from '../text/views.js'

/** A `rich_text` block: nothing in it is parsed, its elements say what they are. @param {{ block: any }} props */
export function RichText({ block }) {
  return html`<div class="rich-text">${(block?.elements ?? []).map(part)}</div>`
}

/** @param {any} element */
function part(element) {
  const children = () => (element.elements ?? []).map(leaf)
  switch (element.type) {
    case 'rich_text_list':
      return list(element)
    case 'rich_text_quote':
      return html`<blockquote>${children()}</blockquote>`
    case 'rich_text_preformatted':
      return html`<pre>${children()}</pre>`
    default:
      return html`<div class="section">${children()}</div>`
  }
}

/** @param {any} element */
function list(element) {
  const items = (element.elements ?? []).map(
    (/** @type {any} */ item) =>
      html`<li>${item.type === 'rich_text_section' ? (item.elements ?? []).map(leaf) : part(item)}</li>`,
  )
  const name = `indent${Math.min(Number(element.indent ?? 0), 8)}`
  return element.style === 'ordered'
    ? html`<ol class=${name} start=${Number(element.offset ?? 0) + 1}>
        ${items}
      </ol>`
    : html`<ul class=${name}>
        ${items}
      </ul>`
}

/** @param {any} element */
function leaf(element) {
  return styled(content(element), element.style)
}

/** @param {any} element */
function content(element) {
  switch (element.type) {
    case 'text':
      return String(element.text)
    case 'link': {
      const url = safeUrl(element.url)
      const words = String(element.text ?? element.url)
      return url === undefined ? words : html`<${Link} url=${url}>${words}<//>`
    }
    case 'emoji':
      return html`<${Emoji} name=${String(element.name)} />`
    case 'user':
      return html`<${Mention} kind="user" id=${element.user_id} />`
    case 'channel':
      return html`<${Mention} kind="channel" id=${element.channel_id} />`
    case 'usergroup':
      return html`<${Mention} kind="group" id=${element.usergroup_id} />`
    case 'broadcast':
      return html`<${Mention} kind="broadcast" id=${element.range} />`
    case 'date':
      return html`<${DateText}
        seconds=${Number(element.timestamp)}
        format=${String(element.format)}
        url=${safeUrl(element.url)}
        fallback=${String(element.fallback ?? '')}
      />`
    case 'color':
      return html`<code>${String(element.value)}</code>`
    case 'team':
      return html`<span class="mention">${String(element.team_id)}</span>`
    default:
      return ''
  }
}
