import { isObject, objectsOf, wordOf } from '../json.ts'
import { everyBlock, interactiveElements } from '../blocks/complete.ts'
import type { Values } from '../model.ts'
import { HOLDS } from '../view-state.ts'
import type { SlackJson, SlackObject } from '../workspace.ts'

/** An element somebody can use, and the block it is in. */
export interface Found {
  readonly element: SlackObject
  readonly blockId: string
}

/** By action id; where several share it, by value. */
export function findElement(blocks: readonly SlackObject[], actionId: string, value?: string): Found | undefined {
  const all = [...everyBlock(blocks)].flatMap((block) =>
    interactiveElements(block).map((element) => ({ element, blockId: wordOf(block['block_id']) })),
  )
  const same = all.filter(({ element }) => element['action_id'] === actionId)
  return same.find(({ element }) => value === undefined || takes(element, value))
}

/** By block id: the input in it. */
export function elementsIn(blocks: readonly SlackObject[], blockId: string): readonly SlackObject[] {
  const block = [...everyBlock(blocks)].find((each) => each['block_id'] === blockId)
  return block === undefined ? [] : interactiveElements(block)
}

/** Buttons have their value, selects their options. */
function takes(element: SlackObject, value: string): boolean {
  if (element['type'] === 'button' || HOLDS[wordOf(element['type'])] === undefined) {
    return optionsOf(element).length > 0 ? optionNamed(element, value) !== undefined : element['value'] === value
  }
  return optionsOf(element).length === 0 || optionNamed(element, value) !== undefined
}

/** The entry of `actions` in a block_actions payload. */
export function actionOf(found: Found, value: string | undefined, actionTs: string): SlackObject {
  const { element, blockId } = found
  const type = wordOf(element['type'])
  const base: SlackObject = { type, action_id: element['action_id'] ?? '', block_id: blockId, action_ts: actionTs }
  const field = type === 'overflow' ? 'selected_option' : HOLDS[type]?.[0]
  if (field === undefined) return { ...base, ...pick(element, ['text', 'value', 'style', 'url', 'confirm']) }
  return { ...base, [field]: holding(element, field, value), ...pick(element, ['placeholder', 'confirm']) }
}

/** What an element holds once somebody has chosen or typed this. */
export function valueFor(element: SlackObject, value: string | readonly string[] | null): SlackObject {
  const type = wordOf(element['type'])
  const [field = 'value', , empty = null] = HOLDS[type] ?? []
  if (value === null) return { type, [field]: empty }
  return {
    type,
    [field]:
      typeof value === 'string' ? holding(element, field, value) : value.map((item) => one(element, field, item)),
  }
}

/** Sets it in the state of a view or message. */
export function hold(values: Values, blockId: string, actionId: string, value: SlackObject): void {
  const inBlock = values.get(blockId) ?? new Map<string, SlackObject>()
  values.set(blockId, inBlock.set(actionId, value))
}

function holding(element: SlackObject, field: string, value: string | undefined): SlackJson {
  if (value === undefined) {
    const [only] = optionsOf(element)
    return field === 'selected_option' ? (only ?? null) : null
  }
  const item = one(element, field, value)
  return field.endsWith('s') && field !== 'selected_options' && !field.startsWith('selected')
    ? [item]
    : field === 'selected_options'
      ? [item]
      : item
}

function one(element: SlackObject, field: string, value: string): SlackJson {
  if (field === 'selected_date_time') return Number(value)
  if (field !== 'selected_option' && field !== 'selected_options') return value
  const option = optionNamed(element, value)
  if (option !== undefined) return option
  if (wordOf(element['type']).includes('external'))
    return { text: { type: 'plain_text', text: value, emoji: true }, value }
  throw new Error(
    `'${wordOf(element['action_id'])}' has no option '${value}'; it has ${optionsOf(element)
      .map((each) => wordOf(each['value']))
      .join(', ')}`,
  )
}

function optionNamed(element: SlackObject, value: string): SlackObject | undefined {
  return optionsOf(element).find((option) => option['value'] === value)
}

function optionsOf(element: SlackObject): readonly SlackObject[] {
  const groups = objectsOf(element['option_groups']).flatMap((group) => objectsOf(group['options']))
  return [...objectsOf(element['options']), ...groups].filter((option) => isObject(option))
}

function pick(element: SlackObject, names: readonly string[]): SlackObject {
  return Object.fromEntries(names.flatMap((name) => (element[name] === undefined ? [] : [[name, element[name]]])))
}
