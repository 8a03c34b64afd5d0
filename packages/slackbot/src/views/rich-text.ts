import type { RichTextBlock, RichTextElement, RichTextSection } from '@slack/types'
import { plain, type DateFormat, unixTime, utc } from './escape.ts'

type Style = { readonly bold?: true; readonly italic?: true; readonly strike?: true; readonly code?: true }

/**
 * A piece of rich text from a string, which Slack does not parse: no mention, link or formatting comes of it. Line ends are kept where
 * the string is ours alone (`said`, `line`).
 */
export function words(text: string, max: number, style?: Style): RichTextElement {
  const shown = plain(text, max)
  return raw(shown === '' ? '?' : shown, style)
}

/** A text of our own, as it is. */
export function raw(text: string, style?: Style): RichTextElement {
  return { type: 'text', text, ...(style === undefined ? {} : { style }) }
}

/** A sentence of ours or of the library in which `code` stands between backticks. */
export function said(sentence: string, max: number): RichTextElement[] {
  const parts = plain(sentence, max).split('`')
  // An odd number of backticks: the last one begins nothing.
  if (parts.length % 2 === 0) return [raw(parts.join('`'))]
  const pieces = parts
    .map((part, index) => (index % 2 === 0 ? raw(part) : raw(part, { code: true })))
    .filter((piece) => piece.type === 'text' && piece.text !== '')
  return pieces.length === 0 ? [raw('?')] : pieces
}

/** A moment that each reader sees in their own zone. */
export function moment(iso: string, format: DateFormat = '{date_short_pretty} {time}'): RichTextElement {
  const at = unixTime(iso)
  return at === undefined ? raw('?') : { type: 'date', timestamp: at, format, fallback: utc(at) }
}

/** A live mention: only of an id that Slack gave us. Anything else is named without being called. */
export function mentionOf(user: string): RichTextElement {
  return isUserId(user) ? { type: 'user', user_id: user } : words(user, 60)
}

/** A channel by the name that the reader knows it by: only of an id that Slack gave us. */
export function channelOf(id: string): RichTextElement {
  return /^[CG][A-Z0-9]{1,20}$/.test(id) ? { type: 'channel', channel_id: id } : words(id, 60)
}

/** Whether it can only be the id of a user. */
export function isUserId(user: string): boolean {
  return /^[UW][A-Z0-9]{1,20}$/.test(user)
}

export function richText(...elements: RichTextBlock['elements']): RichTextBlock {
  return { type: 'rich_text', elements }
}

export function section(...elements: readonly RichTextElement[]): RichTextSection {
  return { type: 'rich_text_section', elements: joined(elements) }
}

/** Neighbours without a style of their own as one: the message gets lighter. */
function joined(elements: readonly RichTextElement[]): RichTextElement[] {
  const made: RichTextElement[] = []
  for (const element of elements) {
    const last = made.at(-1)
    const bothPlain = last?.type === 'text' && element.type === 'text' && !last.style && !element.style
    if (bothPlain) made[made.length - 1] = raw(last.text + element.text)
    else made.push(element)
  }
  return made
}

/** Lines of one section; empty ones are left out. */
export function lines(...each: readonly (readonly RichTextElement[])[]): RichTextSection {
  const full = each.filter((line) => line.length > 0)
  return section(...full.flatMap((line, index) => (index === 0 ? line : [raw('\n'), ...line])))
}

export function bullets(items: readonly (readonly RichTextElement[])[]): RichTextBlock['elements'][number] {
  return { type: 'rich_text_list', style: 'bullet', elements: items.map((item) => section(...item)) }
}

/** What a device said, as it said it. `text` is printable already. */
export function preformatted(text: string): RichTextBlock['elements'][number] {
  return { type: 'rich_text_preformatted', elements: [{ type: 'text', text: text === '' ? '?' : text }] }
}
