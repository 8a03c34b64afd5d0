import { byType, fault, flag, inside, list, oneOf, optional, shape, text, type Place, type Rule } from './rules.ts'
import type { SlackObject } from '../workspace.ts'

/** docs.slack.dev/reference/block-kit/composition-objects: text is 1 to 3,000 characters where nothing else is said. */
const LONGEST = 3_000

export function plain(most = LONGEST, least = 1): Rule {
  return byType({ plain_text: shape({ text: text(most, least), emoji: optional(flag) }) })
}

export function mrkdwn(most = LONGEST): Rule {
  return byType({ mrkdwn: shape({ text: text(most, 1), verbatim: optional(flag) }) })
}

export function anyText(most = LONGEST): Rule {
  return byType({
    plain_text: shape({ text: text(most, 1), emoji: optional(flag) }),
    mrkdwn: shape({ text: text(most, 1), verbatim: optional(flag) }),
  })
}

/** docs.slack.dev/reference/block-kit/composition-objects/confirmation-dialog-object; only `text` is required (@slack/types 3.2.0). */
export const confirm: Rule = shape({
  title: optional(plain(100)),
  text: anyText(300),
  confirm: optional(plain(30)),
  deny: optional(plain(30)),
  style: optional(oneOf('primary', 'danger')),
})

/** docs.slack.dev/reference/block-kit/composition-objects/option-object: 75 characters of text, 150 of value (75 in @slack/types 3.2.0); `url` in overflow menus alone. */
export function option(kind: 'plain' | 'any' | 'overflow' = 'plain'): Rule {
  return shape({
    text: kind === 'any' ? anyText(75) : plain(75),
    value: text(150, 1),
    description: optional(kind === 'any' ? anyText(75) : plain(75)),
    ...(kind === 'overflow' ? { url: optional(text(3_000)) } : {}),
  })
}

export const optionGroup: Rule = shape({ label: plain(75), options: list(option(), 100) })

/** docs.slack.dev/reference/block-kit/composition-objects/slack-file-object: one of URL and file. */
export const IMAGE = {
  image_url: optional(text(3_000)),
  slack_file: optional(shape({ id: optional(text(255)), url: optional(text(3_000)) })),
}

export function oneSource(value: SlackObject, place: Place): void {
  if ((value['image_url'] === undefined) === (value['slack_file'] === undefined))
    fault(place, 'must define either `image_url` or `slack_file`')
}

/** Exactly one of two ways to give options, and chosen ones must be among them. */
export function hasOptions(value: SlackObject, place: Place): void {
  if ((value['options'] === undefined) === (value['option_groups'] === undefined))
    fault(place, 'must define either `options` or `option_groups` as an array')
  initialAmong(value, place)
}

/** docs: `initial_option` "exactly matches one of the options". */
export function initialAmong(value: SlackObject, place: Place): void {
  const groups = Array.isArray(value['option_groups']) ? value['option_groups'] : []
  const offered = [
    ...(Array.isArray(value['options']) ? value['options'] : []),
    ...groups.flatMap((group) =>
      group !== null && typeof group === 'object' && !Array.isArray(group) && Array.isArray(group['options'])
        ? group['options']
        : [],
    ),
  ].map((each) => JSON.stringify(each))
  const single = value['initial_option'] === undefined ? [] : [value['initial_option']]
  const several = Array.isArray(value['initial_options']) ? value['initial_options'] : []
  const field = single.length > 0 ? 'initial_option' : 'initial_options'
  for (const chosen of [...single, ...several])
    if (!offered.includes(JSON.stringify(chosen)))
      fault(inside(place, field), 'initial option must be one of the options')
}
