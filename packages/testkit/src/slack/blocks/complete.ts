import { isObject, wordOf } from '../json.ts'
import type { SlackJson, SlackObject } from '../workspace.ts'

/** Gives every block and interactive element the id that Slack gives it when the app has not: five characters. */
export function completeBlocks(blocks: readonly SlackObject[], nextId: () => string): SlackObject[] {
  return blocks.map((block) => {
    const copy = structuredClone(block)
    if (typeof copy['block_id'] !== 'string' || copy['block_id'] === '') copy['block_id'] = nextId()
    for (const element of interactiveElements(copy))
      if (typeof element['action_id'] !== 'string' || element['action_id'] === '') element['action_id'] = nextId()
    if (Array.isArray(copy['child_blocks']))
      copy['child_blocks'] = completeBlocks(copy['child_blocks'].filter(isObject), nextId)
    return copy
  })
}

/** Elements of one block that a person can use, not those of blocks inside it. */
export function interactiveElements(block: SlackObject): readonly SlackObject[] {
  const candidates: (SlackJson | undefined)[] = [
    block['accessory'],
    block['element'],
    ...(Array.isArray(block['elements']) && block['type'] !== 'rich_text' ? block['elements'] : []),
    ...(Array.isArray(block['actions']) ? block['actions'] : []),
  ]
  const here = candidates.filter(isObject).filter((element) => !PASSIVE.has(wordOf(element['type'])))
  const cards = Array.isArray(block['elements'])
    ? block['elements'].filter(isObject).filter(({ type }) => type === 'card')
    : []
  return [...here, ...cards.flatMap((card) => interactiveElements(card))]
}

const PASSIVE = new Set(['image', 'mrkdwn', 'plain_text', 'card', 'rich_text_section'])

/** All blocks, those inside containers too. */
export function* everyBlock(blocks: readonly SlackObject[]): Generator<SlackObject> {
  for (const block of blocks) {
    yield block
    if (Array.isArray(block['child_blocks'])) yield* everyBlock(block['child_blocks'].filter(isObject))
  }
}
