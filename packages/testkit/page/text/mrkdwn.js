// @ts-check
import { emoji } from './emoji.js'
import { angleToken, decodeEntities, safeUrl } from './tokens.js'

/**
 * @typedef {import('./tokens.js').InlineNode} InlineNode
 * @typedef {import('./tokens.js').Style} Style
 * @typedef {{ type: 'paragraph' | 'quote' | 'pre', children: InlineNode[] }} TextBlock
 */

/**
 * Slack's mrkdwn as a tree (docs.slack.dev/messaging/formatting-message-text). There are no lists in it, `>` quotes a line, formatting
 * needs a word boundary outside and none inside, and of entities only `&amp;` `&lt;` `&gt;` are decoded, after everything else, so that
 * an escaped token stays text.
 * @param {string} text
 * @param {{ verbatim?: boolean }} [options] `verbatim` leaves bare addresses alone
 * @returns {TextBlock[]}
 */
export function parseMrkdwn(text, options = {}) {
  /** @type {TextBlock[]} */
  const blocks = []
  for (const [index, part] of text
    .replaceAll('\0', '')
    .split(/```([\s\S]+?)```/)
    .entries()) {
    if (index % 2 === 1)
      blocks.push({ type: 'pre', children: plainWithTokens(part.replace(/^\n/, '').replace(/\n$/, '')) })
    else blocks.push(...linesOf(part, index > 0, options))
  }
  return blocks
}

/**
 * One line's worth of mrkdwn: no quotes and no blocks of code.
 * @param {string} text
 * @param {{ verbatim?: boolean }} [options]
 */
export function parseInline(text, options = {}) {
  const { marked, tokens } = takeTokens(text.replaceAll('\0', ''))
  return spans(marked, {}, { tokens, links: options.verbatim !== true })
}

/** @param {string} part @param {boolean} afterCode @param {{ verbatim?: boolean }} options @returns {TextBlock[]} */
function linesOf(part, afterCode, options) {
  /** @type {{ type: 'paragraph' | 'quote', lines: string[] }[]} */
  const groups = []
  let restQuoted = false
  for (const line of (afterCode ? part.replace(/^\n/, '') : part).split('\n')) {
    const all = /^(?:>|&gt;){3} ?/.exec(line)
    const one = /^(?:>|&gt;) ?/.exec(line)
    if (all !== null) restQuoted = true
    const type = restQuoted || one !== null ? 'quote' : 'paragraph'
    const content = line.slice((all ?? (restQuoted ? null : one))?.[0].length ?? 0)
    const last = groups.at(-1)
    if (last?.type === type) last.lines.push(content)
    else groups.push({ type, lines: [content] })
  }
  return groups
    .map(({ type, lines }) => ({ type, children: parseInline(lines.join('\n'), options) }))
    .filter(
      ({ type, children }) =>
        type === 'quote' || children.some((node) => node.type !== 'text' || node.text.trim() !== ''),
    )
}

/** @param {string} text */
function plainWithTokens(text) {
  const { marked, tokens } = takeTokens(text)
  return leaves(marked, {}, { tokens, links: false, plain: true })
}

/**
 * Takes `<…>` out and leaves marks (NUL, index, NUL) in their place, so that formatting can span them.
 * @param {string} text
 */
function takeTokens(text) {
  /** @type {string[]} */
  const tokens = []
  const marked = text.replaceAll(/<([^<>\n]+)>/g, (whole, inside) =>
    angleToken(inside, {}) === undefined ? whole : `\0${tokens.push(inside) - 1}\0`,
  )
  return { marked, tokens }
}

/** Outside of each delimiter stands no letter or digit, inside no blank. */
const SPAN =
  /(?<![\p{L}\p{N}`])`([^`\n]+)`(?![\p{L}\p{N}`])|(?<![\p{L}\p{N}*])\*(?![\s*])([^*\n]*?[^\s*])\*(?![\p{L}\p{N}*])|(?<![\p{L}\p{N}_])_(?![\s_])([^_\n]*?[^\s_])_(?![\p{L}\p{N}_])|(?<![\p{L}\p{N}~])~(?![\s~])([^~\n]*?[^\s~])~(?![\p{L}\p{N}~])/gu

/**
 * @typedef {{ tokens: string[], links: boolean, plain?: boolean }} Reading
 * @param {string} text
 * @param {Style} style
 * @param {Reading} reading
 * @returns {InlineNode[]}
 */
function spans(text, style, reading) {
  /** @type {InlineNode[]} */
  const nodes = []
  let end = 0
  for (const match of text.matchAll(SPAN)) {
    nodes.push(...leaves(text.slice(end, match.index), style, reading))
    const [whole, code, bold, italic, strike] = match
    if (code !== undefined)
      nodes.push(...leaves(code, { ...style, code: true }, { ...reading, links: false, plain: true }))
    else if (bold !== undefined) nodes.push(...spans(bold, { ...style, bold: true }, reading))
    else if (italic !== undefined) nodes.push(...spans(italic, { ...style, italic: true }, reading))
    else if (strike !== undefined) nodes.push(...spans(strike, { ...style, strike: true }, reading))
    end = match.index + whole.length
  }
  nodes.push(...leaves(text.slice(end), style, reading))
  return nodes
}

const LEAF = /\0(\d+)\0|:([a-z0-9_+-]+):|(https?:\/\/[^\s<>\0"'`|]*[^\s<>\0"'`|.,;:!?)*_~])/gu

/** @param {string} text @param {Style} style @param {Reading} reading @returns {InlineNode[]} */
function leaves(text, style, reading) {
  /** @type {InlineNode[]} */
  const nodes = []
  const say = (/** @type {string} */ words) => {
    const last = nodes.at(-1)
    if (words === '') return
    if (last?.type === 'text') last.text += decodeEntities(words)
    else nodes.push({ type: 'text', text: decodeEntities(words), style })
  }
  let end = 0
  for (const match of text.matchAll(LEAF)) {
    say(text.slice(end, match.index))
    const [whole, token, name, bare] = match
    const node =
      token !== undefined
        ? angleToken(reading.tokens[Number(token)] ?? '', style)
        : name !== undefined
          ? emojiNode(name, style, reading)
          : bareLink(bare, style, reading)
    if (node === undefined) say(whole)
    else nodes.push(node)
    end = match.index + whole.length
  }
  say(text.slice(end))
  return nodes
}

/** @param {string} name @param {Style} style @param {Reading} reading @returns {InlineNode | undefined} */
function emojiNode(name, style, reading) {
  return reading.plain === true || emoji(name) === undefined ? undefined : { type: 'emoji', name, style }
}

/** @param {string | undefined} bare @param {Style} style @param {Reading} reading @returns {InlineNode | undefined} */
function bareLink(bare, style, reading) {
  const url = reading.links && bare !== undefined ? safeUrl(decodeEntities(bare)) : undefined
  return url === undefined ? undefined : { type: 'link', url, children: [{ type: 'text', text: url, style }], style }
}
