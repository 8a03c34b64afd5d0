import { isObject, objectsOf, wordOf } from '../json.ts'
import type { BlockFault, SlackJson, SlackObject } from '../workspace.ts'
import { everyBlock, interactiveElements } from './complete.ts'
import { block, type Surface } from './layout.ts'
import { plain } from './objects.ts'
import { fault, flag, inside, list, oneOf, optional, shape, text, anything, type Place } from './rules.ts'
import { cellCharacters, MOST_CELL_CHARACTERS } from './table.ts'

/** docs.slack.dev/reference/block-kit/blocks: "up to 50 blocks in each message, and 100 blocks in modals or Home tabs". */
const MOST_BLOCKS: Readonly<Record<Surface, number>> = { message: 50, modal: 100, home: 100 }
/** slackapi/bolt-js#2509: about 13,200 characters in one message; that it is the sum of all shown text is assumed. */
const MOST_CHARACTERS = 13_200
/** docs.slack.dev/reference/methods/views.open: "must be less than 250kb". */
const MOST_VIEW_BYTES = 250_000
/** docs.slack.dev/reference/block-kit/blocks/markdown-block: cumulative, in one payload. */
const MOST_MARKDOWN = 12_000

/**
 * Everything that Slack would refuse in the blocks of a message, or in a view.
 *
 * @param payload of a message `{ blocks }`, of a modal or home tab the whole view
 * @returns faults with JSON pointers; `msg_blocks_too_long` and `view_too_large` as messages of their own. Empty: it would be taken.
 * @example
 * expect(validateBlocks('message', { blocks })).toEqual([])
 */
export function validateBlocks(kind: Surface, payload: SlackObject): BlockFault[] {
  const faults: BlockFault[] = []
  const place: Place = { pointer: '', report: (found) => void faults.push(found) }
  if (kind !== 'message') viewRule(kind)(payload, place)
  const blocks = payload['blocks']
  if (blocks === undefined) {
    if (kind === 'message') fault(place, 'missing required field: blocks')
    return faults
  }
  list(block(kind), MOST_BLOCKS[kind], 0)(blocks, inside(place, 'blocks'))
  const known = objectsOf(blocks)
  uniqueIds(known, place)
  if (kind === 'message') inMessages(known, place)
  if (kind === 'modal') inModals(payload, known, place)
  if (kind !== 'message' && Buffer.byteLength(JSON.stringify(payload)) > MOST_VIEW_BYTES) fault(place, 'view_too_large')
  return faults
}

/** docs.slack.dev/reference/views/modal-views and home-tab-views. */
function viewRule(kind: 'modal' | 'home') {
  const common = {
    blocks: anything,
    private_metadata: optional(text(3_000)),
    callback_id: optional(text(255)),
    external_id: optional(text(255)),
  }
  if (kind === 'home') return shape({ ...common, type: oneOf('home') })
  return shape({
    ...common,
    type: oneOf('modal'),
    title: plain(24),
    submit: optional(plain(24)),
    close: optional(plain(24)),
    clear_on_close: optional(flag),
    notify_on_close: optional(flag),
    submit_disabled: optional(flag),
  })
}

/** `block_id` is unique in a payload, `action_id` in its block. */
function uniqueIds(blocks: readonly SlackObject[], place: Place): void {
  const seen = new Set<SlackJson>()
  for (const each of everyBlock(blocks)) {
    const id = each['block_id']
    if (typeof id === 'string' && id !== '' && seen.has(id))
      fault(inside(place, 'blocks'), `block_id "${id}" already exists`)
    if (id !== undefined) seen.add(id)
    const actions = new Set<SlackJson>()
    for (const { action_id: action } of interactiveElements(each)) {
      if (action === undefined) continue
      if (actions.has(action))
        fault(
          inside(place, 'blocks'),
          `action_id "${wordOf(action)}" already exists for block_id "${wordOf(id ?? '')}"`,
        )
      actions.add(action)
    }
  }
}

function inMessages(blocks: readonly SlackObject[], place: Place): void {
  const at = inside(place, 'blocks')
  const ofType = (type: string) => [...everyBlock(blocks)].filter((each) => each['type'] === type)
  // Mutually exclusive (GitLab's merge request 242201); one table per message (docs: `only_one_table_allowed`). One plan is assumed, and the words.
  if (ofType('plan').length > 0 && blocks.some(({ type }) => type === 'task_card'))
    fault(at, 'plan and task_card blocks are mutually exclusive')
  if (ofType('plan').length > 1) fault(at, 'no more than 1 plan block allowed')
  if (ofType('table').length > 1) fault(at, 'only_one_table_allowed')
  for (const [type, most] of Object.entries(MOST_CELL_CHARACTERS))
    if (ofType(type).reduce((sum, each) => sum + cellCharacters(each['rows']), 0) > most)
      fault(at, `table cells must be less than ${most + 1} characters in total`)
  const markdown = ofType('markdown').reduce((sum, each) => sum + wordOf(each['text']).length, 0)
  if (markdown > MOST_MARKDOWN) fault(at, 'msg_blocks_too_long')
  else if (shownCharacters([...blocks]) > MOST_CHARACTERS) fault(at, 'msg_blocks_too_long')
}

/** docs.slack.dev/reference/views/modal-views: `submit` is required where there is an input block. */
function inModals(view: SlackObject, blocks: readonly SlackObject[], place: Place): void {
  if (view['submit'] === undefined && blocks.some(({ type }) => type === 'input'))
    fault(place, 'missing required field: submit (required when an input block is within the blocks array)')
  const focused = [...everyBlock(blocks)]
    .flatMap((each) => interactiveElements(each))
    .filter((element) => element['focus_on_load'] === true)
  if (focused.length > 1) fault(inside(place, 'blocks'), 'only one element can have focus_on_load set to true')
}

/** All text that a reader gets to see. */
function shownCharacters(payload: SlackJson): number {
  let sum = 0
  const nodes = [payload]
  for (let node = nodes.pop(); node !== undefined; node = nodes.pop()) {
    if (Array.isArray(node)) for (const each of node) nodes.push(each)
    else if (isObject(node))
      for (const [name, value] of Object.entries(node)) {
        if (typeof value !== 'string') nodes.push(value)
        else if (SHOWN.has(name)) sum += value.length
      }
  }
  return sum
}

const SHOWN = new Set(['text', 'title', 'alt_text', 'caption', 'fallback'])
