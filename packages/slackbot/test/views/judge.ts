import type { KnownBlock, View } from '@slack/types'
import { liveIn, validateBlocks, type SlackObject } from '@hwautomation/testkit'
import { expect } from 'vitest'
import type { MessageContent } from '../../src/views/content.ts'
import { HEAVIEST } from '../../src/views/fit.ts'

/** What Slack would refuse of a message, or make of it that was not meant. Empty: all is well. */
export function faultsOf(content: MessageContent, mayMention: readonly string[] = []): string[] {
  return [
    ...faultsOfBlocks(content.text, content.blocks, mayMention),
    ...(content.plain === undefined
      ? []
      : faultsOfBlocks(content.text, content.plain, mayMention).map((fault) => `plain: ${fault}`)),
    ...(content.text === '' ? ['there is no text for notifications'] : []),
    ...(content.text.length > 3_000 ? ['the text is too long'] : []),
    ...parsedFaults(content.text, mayMention),
  ]
}

function faultsOfBlocks(text: string, blocks: readonly KnownBlock[], mayMention: readonly string[]): string[] {
  const weight = JSON.stringify(blocks).length
  return [
    ...validateBlocks('message', { blocks: asJson(blocks) }).map(({ pointer, message }) => `${pointer}: ${message}`),
    ...(blocks.length > 50 ? [`${blocks.length} blocks`] : []),
    ...(weight > HEAVIEST ? [`it weighs ${weight}`] : []),
    ...liveFaults(text, blocks, mayMention),
  ]
}

/** The same for a modal or an App Home. */
export function faultsOfView(view: View): string[] {
  const kind = view.type === 'home' ? 'home' : 'modal'
  return [
    ...validateBlocks(kind, asJson(view) as unknown as SlackObject).map(
      ({ pointer, message }) => `${pointer}: ${message}`,
    ),
    ...(view.blocks.length > 100 ? [`${view.blocks.length} blocks`] : []),
    ...(JSON.stringify(view).length > 240_000 ? ['the view is too large'] : []),
    ...liveFaults('', view.blocks as readonly KnownBlock[], []),
  ]
}

/** Nothing calls anybody or leads anywhere, but for the one who may be called. */
function liveFaults(text: string, blocks: readonly KnownBlock[], mayMention: readonly string[]): string[] {
  const { mentions, links } = liveIn({ text, blocks: asJson(blocks) })
  const called = mentions.filter((mention) => !mayMention.includes(mention.replace(/^@/, '')))
  const parsed = mrkdwnIn(blocks).flatMap((each) => parsedFaults(each, mayMention))
  return [...called.map((mention) => `it calls ${mention}`), ...links.map((link) => `it links ${link}`), ...parsed]
}

/** Everything Slack makes something of in mrkdwn that is not ours: stricter than any client. */
function parsedFaults(text: string, mayMention: readonly string[]): string[] {
  const foreign = text
    .replaceAll(/<!date\^\d+\^(?:\{[a-z_]+\} ?)+\|[\d: -]+UTC>/g, '')
    .replaceAll(/<@([UW][A-Z0-9]+)>/g, (all, user: string) => (mayMention.includes(user) ? '' : all))
  const forbidden: readonly (readonly [RegExp, string])[] = [
    [/[<>]/, 'a bracket'],
    [/[*~`]/, 'formatting'],
    [/(?:^|[^\p{L}\p{N}])_\S/u, 'italics'],
    [/:[a-z0-9_+'-]+:/i, 'an emoji'],
    [/[a-z]:\/\//i, 'a bare link'],
    [/@/, 'an at sign'],
    [/&(?!amp;|lt;|gt;)/, 'a bare ampersand'],
  ]
  return forbidden
    .filter(([pattern]) => pattern.test(foreign))
    .map(([, what]) => `${what} in ${JSON.stringify(foreign.slice(0, 200))}`)
}

function mrkdwnIn(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(mrkdwnIn)
  if (node === null || typeof node !== 'object') return []
  const { type, text } = node as { type?: unknown; text?: unknown }
  const own = (type === 'mrkdwn' || type === 'markdown') && typeof text === 'string' ? [text] : []
  return [...own, ...Object.values(node).flatMap(mrkdwnIn)]
}

/** Every text that somebody sees, as one. */
export function seenIn(node: unknown): string {
  if (typeof node === 'string') return node
  if (Array.isArray(node)) return node.map(seenIn).filter(Boolean).join('\n')
  if (node === null || typeof node !== 'object') return ''
  const { type, elements } = node as { type?: unknown; elements?: unknown }
  if (type === 'rich_text_section' && Array.isArray(elements)) return elements.map(seenIn).join('')
  return Object.entries(node)
    .filter(([key]) =>
      [
        'text',
        'title',
        'fallback',
        'blocks',
        'elements',
        'tasks',
        'details',
        'output',
        'rows',
        'accessory',
        'label',
        'hint',
        'options',
        'element',
        'placeholder',
        'description',
        'confirm',
        'deny',
      ].includes(key),
    )
    .map(([, value]) => seenIn(value))
    .filter(Boolean)
    .join('\n')
}

/** Invisible or misleading characters, terminal sequences, halves of letters. The values of buttons are shown to nobody. */
// eslint-disable-next-line no-control-regex -- that is what it is about
const NEVER = /[\p{Cs}\u0000-\u0009\u000B-\u001F\u007F-\u009F\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/u

export function expectPrintable(content: unknown): void {
  const text = JSON.stringify(content, (key, value: unknown) =>
    key !== 'value' && typeof value === 'string' ? value.replaceAll(NEVER_ALL, '\uE000') : value,
  )
  expect(text).not.toContain('\uE000')
}

const NEVER_ALL = new RegExp(NEVER.source, 'gu')

/** A golden text that is the same each time: ids, times and durations are taken out. */
export function golden(content: unknown): string {
  const steady = (text: string) =>
    text
      .replaceAll(/(run|batch)_[0-9a-f]{8}-[0-9a-f]{4}(-[0-9a-f-]+)?/g, '$1_…')
      .replaceAll(/<!date\^\d+\^/g, '<!date^…^')
      .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, '… UTC')
      .replaceAll(/\b\d+ (?:ms|s|min|h)(?: \d+ (?:s|min))?(?![\w.])/g, '… s')
      .replaceAll(/\b\d+ %/g, '… %')
      .replaceAll(/\b[0-9a-f]{8}-[0-9a-f]{4}\b/g, '…')
      .replaceAll(/boot [0-9a-f]{8}/g, 'boot …')
  return `${JSON.stringify(
    content,
    (key, value: unknown) => (key === 'timestamp' ? 0 : typeof value === 'string' ? steady(value) : value),
    2,
  )}\n`
}

function asJson(blocks: unknown): SlackObject[] {
  return JSON.parse(JSON.stringify(blocks)) as SlackObject[]
}
