import type { KnownBlock } from '@slack/types'
import { LIMITS } from './blocks.ts'
import type { MessageContent } from './content.ts'
import { cut } from './escape.ts'
import { plainer } from './plainer.ts'

/**
 * What a message may weigh: characters of its blocks as JSON. Slack documents no such limit and answers `msg_blocks_too_long` at some
 * 13,200 characters (slackapi/bolt-js#2509).
 */
export const HEAVIEST = 12_500
/** With a plan, whose limit is lower and counts details twice as people have measured. */
export const HEAVIEST_PLAN = 10_500
const LONGEST_TEXT = 3_000
/** Shorter than that a text says nothing any more. */
const SHORTEST = 32

/**
 * A message that Slack takes, whatever was in the record: at most 50 blocks, not heavier than may be. Details of cards are shortened
 * first, then the longest texts, then lists lose their ends. Adds the plainer form of the blocks where there is one.
 */
export function fit(text: string, blocks: readonly KnownBlock[]): MessageContent {
  const fitted = lighter(blocks.slice(0, LIMITS.messageBlocks))
  const plain = plainer(fitted)
  return {
    text: cut(text, LONGEST_TEXT) || '?',
    blocks: fitted,
    ...(plain === undefined ? {} : { plain: lighter(plain.slice(0, LIMITS.messageBlocks)) }),
  }
}

/** What Slack would weigh. */
export function weightOf(blocks: readonly KnownBlock[]): number {
  const details = blocks.flatMap((block) => (block.type === 'plan' ? (block.tasks ?? []) : []))
  return details.reduce(
    (sum, task) => sum + ('details' in task ? JSON.stringify(task.details).length : 0),
    JSON.stringify(blocks).length,
  )
}

export function lighter(blocks: readonly KnownBlock[], heaviest = limitOf(blocks)): KnownBlock[] {
  let now = [...blocks]
  for (const onlyDetails of blocks.some(({ type }) => type === 'plan') ? [true, false] : [false])
    for (let longest = 1_200; longest >= SHORTEST && weightOf(now) > heaviest; longest = Math.floor(longest * 0.7))
      now = now.map((block) => shortened(block, longest, onlyDetails))
  while (weightOf(now) > heaviest) {
    const heavy = heaviestOf(now)
    const half = halved(now[heavy]!)
    if (half === undefined) return now
    now = now.with(heavy, half)
  }
  return now
}

function limitOf(blocks: readonly KnownBlock[]): number {
  return blocks.some(({ type }) => type === 'plan') ? HEAVIEST_PLAN : HEAVIEST
}

/** Texts that Slack does not parse may be cut anywhere; mrkdwn is ours alone and short. */
const CUTTABLE: ReadonlySet<unknown> = new Set(['text', 'plain_text', 'raw_text'])

function shortened<Node>(node: Node, longest: number, onlyDetails: boolean, inDetails = false): Node {
  if (Array.isArray(node)) return node.map((item) => shortened(item, longest, onlyDetails, inDetails)) as Node
  if (node === null || typeof node !== 'object') return node
  const { type } = node as { type?: unknown }
  // The words of a button stay whole: they are short, and ours.
  if (type === 'button') return node
  const isCard = type === 'task_card' || type === 'plan'
  const entries = Object.entries(node).map(([key, value]) => {
    const isText = typeof value === 'string' && ((key === 'text' && CUTTABLE.has(type)) || (key === 'title' && isCard))
    if (isText) return [key, onlyDetails && !inDetails ? value : cut(value, longest)]
    return [key, shortened(value as unknown, longest, onlyDetails, inDetails || key === 'details')]
  })
  return Object.fromEntries(entries) as Node
}

function heaviestOf(blocks: readonly KnownBlock[]): number {
  const weights = blocks.map((block) => (halved(block) === undefined ? 0 : JSON.stringify(block).length))
  return weights.indexOf(Math.max(...weights))
}

/** With the last half of its lines gone; undefined where there is nothing to leave out. */
function halved(block: KnownBlock): KnownBlock | undefined {
  if (block.type === 'table' && block.rows.length > 1) return { ...block, rows: firstHalf(block.rows) }
  if (block.type === 'plan' && block.tasks !== undefined && block.tasks.length > 1)
    return { ...block, tasks: firstHalf(block.tasks) }
  if (block.type !== 'rich_text') return undefined
  const longest = block.elements.reduce(
    (most, { elements }, index) => (elements.length > (block.elements[most]?.elements.length ?? 0) ? index : most),
    0,
  )
  const heavy = block.elements[longest]
  if (heavy !== undefined && heavy.elements.length > 1)
    return {
      ...block,
      elements: block.elements.with(longest, { ...heavy, elements: firstHalf<never>(heavy.elements as never[]) }),
    }
  return block.elements.length > 1 ? { ...block, elements: firstHalf(block.elements) } : undefined
}

function firstHalf<Item>(items: readonly Item[]): Item[] {
  return items.slice(0, Math.ceil(items.length / 2))
}
