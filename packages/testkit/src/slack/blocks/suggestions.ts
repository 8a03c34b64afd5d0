import type { BlockFault, SlackObject } from '../workspace.ts'
import { option, optionGroup } from './objects.ts'
import { list, optional, shape } from './rules.ts'

/** docs.slack.dev/reference/interaction-payloads/block_suggestion-payload: up to 100 options or option groups. */
const ANSWER = shape({ options: optional(list(option(), 100, 0)), option_groups: optional(list(optionGroup, 100, 0)) })

/** @throws Error saying what is wrong, where Slack would show no options at all */
export function refuseFaultyOptions(answer: SlackObject): void {
  const faults: BlockFault[] = []
  ANSWER(answer, { pointer: '', report: (found) => void faults.push(found) })
  if (faults.length === 0) return
  const words = faults.map(({ pointer, message }) => `${message} [json-pointer:${pointer}]`)
  throw new Error(`Slack would show none of these options: ${words.join(', ')}`)
}
