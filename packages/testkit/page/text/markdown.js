// @ts-check
import { emoji } from './emoji.js'
import { angleToken, decodeEntities, safeUrl } from './tokens.js'

/**
 * @typedef {import('./tokens.js').InlineNode} InlineNode
 * @typedef {import('./tokens.js').Style} Style
 * @typedef {| { type: 'heading', level: number, children: InlineNode[] }
 *   | { type: 'paragraph' | 'pre', children: InlineNode[] }
 *   | { type: 'quote', blocks: MarkdownBlock[] }
 *   | { type: 'list', ordered: boolean, start: number, items: MarkdownBlock[][] }
 *   | { type: 'table', rows: InlineNode[][][] }
 *   | { type: 'rule' }} MarkdownBlock
 */

/**
 * The Markdown of a `markdown` block (docs.slack.dev/reference/block-kit/blocks/markdown-block): headings, emphasis, lists, task lists,
 * quotes, code, tables, rules and links; images are shown as links. Slack's own tokens (`<!here>`, `<@U…>`) live in it too.
 * @param {string} text
 * @returns {MarkdownBlock[]}
 */
export function parseMarkdown(text) {
  return blocksOf(text.replaceAll('\0', '').replaceAll('\r\n', '\n').split('\n'), 0)
}

/** Quotes, lists and emphasis deeper than this are text. */
const DEEPEST = 16

/** @param {string[]} lines @param {number} depth @returns {MarkdownBlock[]} */
function blocksOf(lines, depth) {
  if (depth > DEEPEST) return [{ type: 'paragraph', children: [{ type: 'text', text: lines.join('\n'), style: {} }] }]
  /** @type {MarkdownBlock[]} */
  const blocks = []
  for (let at = 0; at < lines.length;) {
    const [block, next] = blockAt(lines, at, depth)
    if (block !== undefined) blocks.push(block)
    at = Math.max(next, at + 1)
  }
  return blocks
}

const LIST = /^(\s*)(?:([-*+])|(\d{1,9})[.)])\s+(.*)$/
const FENCE = /^\s*(```+|~~~+)/
const RULE = /^\s*([-*_])(\s*\1){2,}\s*$/

/** @param {string[]} lines @param {number} at @param {number} depth @returns {[MarkdownBlock | undefined, number]} */
function blockAt(lines, at, depth) {
  const line = lines[at] ?? ''
  if (line.trim() === '') return [undefined, at + 1]
  const fence = FENCE.exec(line)?.[1]
  if (fence !== undefined) {
    const end = until(lines, at + 1, (one) => one.trim().startsWith(fence))
    return [
      { type: 'pre', children: [{ type: 'text', text: lines.slice(at + 1, end).join('\n'), style: {} }] },
      end + 1,
    ]
  }
  const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line)
  if (heading !== null)
    return [
      { type: 'heading', level: heading[1]?.length ?? 1, children: parseInlineMarkdown(heading[2] ?? '') },
      at + 1,
    ]
  if (RULE.test(line)) return [{ type: 'rule' }, at + 1]
  if (/^\s*>/.test(line)) {
    const end = until(lines, at, (one) => !/^\s*>/.test(one))
    return [
      {
        type: 'quote',
        blocks: blocksOf(
          lines.slice(at, end).map((one) => one.replace(/^\s*> ?/, '')),
          depth + 1,
        ),
      },
      end,
    ]
  }
  if (LIST.test(line)) return listAt(lines, at, depth)
  if (line.includes('|') && /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/.test(lines[at + 1] ?? '')) {
    const end = until(lines, at, (one) => !one.includes('|'))
    const rows = [line, ...lines.slice(at + 2, end)].map((row) => cells(row).map((cell) => parseInlineMarkdown(cell)))
    return [{ type: 'table', rows }, end]
  }
  const end = until(
    lines,
    at + 1,
    (one) => one.trim() === '' || FENCE.test(one) || /^(#{1,6}\s|\s*>)/.test(one) || LIST.test(one) || RULE.test(one),
  )
  return [{ type: 'paragraph', children: parseInlineMarkdown(lines.slice(at, end).join('\n')) }, end]
}

/** @param {string[]} lines @param {number} at @param {number} depth @returns {[MarkdownBlock, number]} */
function listAt(lines, at, depth) {
  const first = LIST.exec(lines[at] ?? '')
  const indent = first?.[1]?.length ?? 0
  const ordered = first?.[3] !== undefined
  /** @type {string[][]} */
  const items = []
  let next = at
  for (; next < lines.length; next++) {
    const line = lines[next] ?? ''
    const match = LIST.exec(line)
    const deeper = line.search(/\S/) > indent
    if (match !== null && (match[1]?.length ?? 0) === indent && (match[3] !== undefined) === ordered)
      items.push([task(match[4] ?? '')])
    else if (line.trim() !== '' && deeper) items.at(-1)?.push(line)
    else break
  }
  return [
    { type: 'list', ordered, start: Number(first?.[3] ?? 1), items: items.map((item) => blocksOf(item, depth + 1)) },
    next,
  ]
}

/** @param {string} item */
function task(item) {
  return item.replace(/^\[([ xX])\]\s/, (_, mark) => (mark === ' ' ? '☐ ' : '☑ '))
}

/** @param {string} row */
function cells(row) {
  return row
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'))
}

/** @param {string[]} lines @param {number} from @param {(line: string) => boolean} stop */
function until(lines, from, stop) {
  for (let at = from; at < lines.length; at++) if (stop(lines[at] ?? '')) return at
  return lines.length
}

const INLINE =
  /\\([\\`*_{}[\]()#+.!~|<>-])|(`+)(.+?)\2(?!`)|!?\[([^\]\n]*)\]\(([^()\s]+)(?:\s+"[^"]*")?\)|<([^<>\n]+)>|\*\*(?!\s)([^\n]+?)(?<!\s)\*\*|(?<![\p{L}\p{N}_])__(?!\s)([^\n]+?)(?<!\s)__(?![\p{L}\p{N}_])|~~(?!\s)([^\n]+?)(?<!\s)~~|\*(?![\s*])([^*\n]+?)(?<!\s)\*|(?<![\p{L}\p{N}_])_(?![\s_])([^_\n]+?)(?<!\s)_(?![\p{L}\p{N}_])|(https?:\/\/[^\s<>"'`|]*[^\s<>"'`|.,;:!?)*_~])|:([a-z0-9_+-]+):/gu

/** @param {string} text @param {Style} [style] @param {number} [depth] @returns {InlineNode[]} */
export function parseInlineMarkdown(text, style = {}, depth = 0) {
  /** @type {InlineNode[]} */
  const nodes = []
  const say = (/** @type {string} */ words) => {
    if (words !== '') nodes.push({ type: 'text', text: decodeEntities(words), style })
  }
  let end = 0
  for (const match of depth > DEEPEST ? [] : text.matchAll(INLINE)) {
    say(text.slice(end, match.index))
    end = match.index + match[0].length
    const node = inlineNodes(match, style, depth + 1)
    if (node === undefined) say(match[0])
    else nodes.push(...node)
  }
  say(text.slice(end))
  return nodes
}

/** @param {RegExpMatchArray} match @param {Style} style @param {number} depth @returns {InlineNode[] | undefined} */
function inlineNodes(match, style, depth) {
  const [, escaped, , code, label, target, angle, bold, bold2, strike, italic, italic2, bare, name] = match
  if (escaped !== undefined) return [{ type: 'text', text: escaped, style }]
  if (code !== undefined) return [{ type: 'text', text: code, style: { ...style, code: true } }]
  if (target !== undefined) return link(target, parseInlineMarkdown(label ?? '', style, depth), style)
  if (angle !== undefined) return one(angleToken(angle, style))
  const strong = bold ?? bold2
  if (strong !== undefined) return parseInlineMarkdown(strong, { ...style, bold: true }, depth)
  if (strike !== undefined) return parseInlineMarkdown(strike, { ...style, strike: true }, depth)
  const emphasised = italic ?? italic2
  if (emphasised !== undefined) return parseInlineMarkdown(emphasised, { ...style, italic: true }, depth)
  if (bare !== undefined) return link(bare, [{ type: 'text', text: bare, style }], style)
  if (name !== undefined) return emoji(name) === undefined ? undefined : [{ type: 'emoji', name, style }]
  return undefined
}

/** @param {string} target @param {InlineNode[]} children @param {Style} style @returns {InlineNode[] | undefined} */
function link(target, children, style) {
  const url = safeUrl(decodeEntities(target))
  return url === undefined ? undefined : [{ type: 'link', url, children, style }]
}

/** @param {InlineNode | undefined} node */
function one(node) {
  return node === undefined ? undefined : [node]
}
