import { isObject, wordOf } from '../json.ts'
import { interactiveElements } from '../blocks/complete.ts'
import type { TeamUser, Values } from '../model.ts'
import type { Site } from '../site.ts'
import { HOLDS } from '../view-state.ts'
import type { SlackJson, SlackObject } from '../workspace.ts'

/** What the client itself complains of before it sends a submission (docs.slack.dev/reference/block-kit/blocks/input-block); its words are assumed. */
export function inputErrors(blocks: readonly SlackObject[], values: Values): Record<string, string> {
  const errors = blocks
    .filter(({ type }) => type === 'input')
    .map((block): [string, string | undefined] => {
      const [element] = interactiveElements(block)
      return [
        wordOf(block['block_id']),
        element === undefined ? undefined : complaint(block, element, valueIn(values, block, element)),
      ]
    })
  return Object.fromEntries(errors.flatMap(([id, error]) => (error === undefined ? [] : [[id, error]])))
}

function complaint(block: SlackObject, element: SlackObject, value: SlackJson): string | undefined {
  const isEmpty = value === null || value === '' || (Array.isArray(value) && value.length === 0)
  if (isEmpty) return block['optional'] === true ? undefined : 'Please complete this required field.'
  if (typeof value !== 'string') return undefined
  const [least, most] = [element['min_length'], element['max_length']]
  switch (element['type']) {
    case 'plain_text_input':
      if (typeof least === 'number' && value.length < least) return `Please enter at least ${least} characters.`
      return value.length > (typeof most === 'number' ? most : 3_000) ? 'This is too long.' : undefined
    case 'number_input':
      return numberComplaint(element, value)
    case 'email_text_input':
      return /^[^\s@]+@[^\s@]+$/.test(value) ? undefined : 'Please enter a valid email.'
    case 'url_text_input':
      return /^https?:\/\/\S+$/.test(value) ? undefined : 'Please enter a valid URL.'
    default:
      return undefined
  }
}

function numberComplaint(element: SlackObject, value: string): string | undefined {
  const number = Number(value)
  if (value.trim() === '' || !Number.isFinite(number)) return 'Please enter a number.'
  if (element['is_decimal_allowed'] !== true && !Number.isInteger(number)) return 'Please enter a whole number.'
  if (element['min_value'] !== undefined && number < Number(element['min_value'])) return 'This number is too small.'
  if (element['max_value'] !== undefined && number > Number(element['max_value'])) return 'This number is too large.'
  return undefined
}

function valueIn(values: Values, block: SlackObject, element: SlackObject): SlackJson {
  const held = values.get(wordOf(block['block_id']))?.get(wordOf(element['action_id']))
  return held?.[HOLDS[wordOf(element['type'])]?.[0] ?? ''] ?? null
}

/** `response_urls` of a submission: one for each select with `response_url_enabled` that names a conversation. */
export function responseUrls(
  site: Site,
  user: TeamUser,
  blocks: readonly SlackObject[],
  values: Values,
): SlackObject[] {
  return blocks.flatMap((block) =>
    interactiveElements(block).flatMap((element) => {
      const channel = valueIn(values, block, element)
      if (element['response_url_enabled'] !== true || typeof channel !== 'string' || isObject(channel)) return []
      return [
        {
          response_url: site.responseUrls.create({ user: user.id, channel }),
          channel_id: channel,
          action_id: element['action_id'] ?? '',
          block_id: block['block_id'] ?? '',
        },
      ]
    }),
  )
}
