// @ts-check

/**
 * @typedef {{ bold?: boolean, italic?: boolean, strike?: boolean, code?: boolean }} Style
 * @typedef {{ type: 'text', text: string, style: Style }} TextNode
 * @typedef {{ type: 'link', url: string, children: InlineNode[], style: Style }} LinkNode
 * @typedef {{ type: 'mention', kind: 'user' | 'channel' | 'group' | 'broadcast', id: string, label?: string, style: Style }} MentionNode
 * @typedef {{ type: 'emoji', name: string, style: Style }} EmojiNode
 * @typedef {{ type: 'date', seconds: number, format: string, url?: string, fallback: string, style: Style }} DateNode
 * @typedef {TextNode | LinkNode | MentionNode | EmojiNode | DateNode} InlineNode
 */

/**
 * What Slack makes of the words between `<` and `>`: a mention, a date, a link; undefined if nothing.
 * @param {string} inside
 * @param {Style} style
 * @returns {InlineNode | undefined}
 */
export function angleToken(inside, style) {
  const bar = inside.indexOf('|')
  const target = bar < 0 ? inside : inside.slice(0, bar)
  const label = bar < 0 ? undefined : decodeEntities(inside.slice(bar + 1))
  const named = label === undefined || label === '' ? {} : { label }
  if (/^@[UW][A-Z0-9]+$/.test(target)) return { type: 'mention', kind: 'user', id: target.slice(1), ...named, style }
  if (/^#[CGD][A-Z0-9]+$/.test(target))
    return { type: 'mention', kind: 'channel', id: target.slice(1), ...named, style }
  if (/^!subteam\^S[A-Z0-9]+$/.test(target))
    return { type: 'mention', kind: 'group', id: target.slice(9), ...named, style }
  if (/^!(here|channel|everyone)$/.test(target))
    return { type: 'mention', kind: 'broadcast', id: target.slice(1), style }
  if (target.startsWith('!date^')) return dateToken(target, label ?? '', style)
  const url = safeUrl(decodeEntities(target))
  return url === undefined
    ? undefined
    : { type: 'link', url, children: [{ type: 'text', text: label || shown(url), style }], style }
}

/** @param {string} target @param {string} fallback @param {Style} style @returns {DateNode | undefined} */
function dateToken(target, fallback, style) {
  const [, seconds, format, url] = target.split('^')
  if (seconds === undefined || !/^\d+$/.test(seconds) || format === undefined) return undefined
  const link = url === undefined ? undefined : safeUrl(decodeEntities(url))
  return {
    type: 'date',
    seconds: Number(seconds),
    format: decodeEntities(format),
    ...(link && { url: link }),
    fallback,
    style,
  }
}

/**
 * The address if a click on it is harmless, that is if it leads to the web or to a mail program.
 * @param {unknown} text
 * @returns {string | undefined}
 */
export function safeUrl(text) {
  if (typeof text !== 'string' || !/^(https?|mailto):/i.test(text) || !URL.canParse(text)) return undefined
  return text
}

/** Slack decodes these three and no others. @param {string} text */
export function decodeEntities(text) {
  return text.replaceAll(/&(amp|lt|gt);/g, (_, name) => ENTITIES[/** @type {'amp'} */ (name)])
}

const ENTITIES = { amp: '&', lt: '<', gt: '>' }

/** @param {string} url */
function shown(url) {
  return url.replace(/^mailto:/i, '')
}
