import { confirm, hasOptions, IMAGE, initialAmong, oneSource, option, optionGroup, plain } from './objects.ts'
import { richText } from './rich-text.ts'
import {
  anything,
  byType,
  flag,
  list,
  oneOf,
  optional,
  shape,
  text,
  whole,
  type Fields,
  type Place,
  type Rule,
} from './rules.ts'
import type { SlackObject } from '../workspace.ts'

const actionId = { action_id: optional(text(255)) }
const common = { ...actionId, confirm: optional(confirm), focus_on_load: optional(flag) }
const placed = { ...common, placeholder: optional(plain(150)) }
const typed = {
  ...actionId,
  focus_on_load: optional(flag),
  placeholder: optional(plain(150)),
  dispatch_action_config: optional(
    shape({ trigger_actions_on: optional(list(oneOf('on_enter_pressed', 'on_character_entered'), 2)) }),
  ),
}
const several = { ...placed, max_selected_items: optional(whole(1, 100)) }
const options = { options: optional(list(option(), 100)), option_groups: optional(list(optionGroup, 100)) }
const ids = optional(list(text(255, 1), 100))
const id = optional(text(255))
const url = { response_url_enabled: optional(flag) }
const filter = optional(
  shape({
    include: optional(list(oneOf('im', 'mpim', 'private', 'public'), 4)),
    exclude_external_shared_channels: optional(flag),
    exclude_bot_users: optional(flag),
  }),
)
const date: Rule = text(10, 10)
const time: Rule = text(5, 5)
const conversation = { default_to_current_conversation: optional(flag), filter }

/** docs.slack.dev/reference/block-kit/block-elements, one entry each. */
const ELEMENTS: Readonly<Record<string, Rule>> = {
  button: shape({
    ...actionId,
    confirm: optional(confirm),
    text: plain(75),
    value: optional(text(2_000)),
    url: optional(text(3_000)),
    style: optional(oneOf('primary', 'danger')),
    accessibility_label: optional(text(75)),
  }),
  workflow_button: shape({
    ...actionId,
    confirm: optional(confirm),
    text: plain(75),
    workflow: anything,
    style: optional(oneOf('primary', 'danger')),
    accessibility_label: optional(text(75)),
  }),
  image: shape({ ...IMAGE, alt_text: text(2_000, 1) }, oneSource),
  overflow: shape({ ...actionId, confirm: optional(confirm), options: list(option('overflow'), 5) }),
  checkboxes: shape(
    { ...common, options: list(option('any'), 10), initial_options: optional(list(option('any'), 10)) },
    initialAmong,
  ),
  radio_buttons: shape(
    { ...common, options: list(option('any'), 10), initial_option: optional(option('any')) },
    initialAmong,
  ),
  static_select: shape({ ...placed, ...options, initial_option: optional(option()) }, hasOptions),
  multi_static_select: shape({ ...several, ...options, initial_options: optional(list(option(), 100)) }, hasOptions),
  external_select: shape({
    ...placed,
    initial_option: optional(option()),
    min_query_length: optional(whole(0, 1_000)),
  }),
  multi_external_select: shape({
    ...several,
    initial_options: optional(list(option(), 100)),
    min_query_length: optional(whole(0, 1_000)),
  }),
  users_select: shape({ ...placed, initial_user: id }),
  multi_users_select: shape({ ...several, initial_users: ids }),
  conversations_select: shape({ ...placed, ...url, ...conversation, initial_conversation: id }),
  multi_conversations_select: shape({ ...several, ...conversation, initial_conversations: ids }),
  channels_select: shape({ ...placed, ...url, initial_channel: id }),
  multi_channels_select: shape({ ...several, initial_channels: ids }),
  datepicker: shape({ ...placed, initial_date: optional(date) }),
  timepicker: shape({ ...placed, initial_time: optional(time), timezone: optional(text(255)) }),
  datetimepicker: shape({ ...common, initial_date_time: optional(whole(1_000_000_000, 9_999_999_999)) }),
  plain_text_input: shape(
    {
      ...typed,
      initial_value: optional(text(3_000)),
      multiline: optional(flag),
      min_length: optional(whole(0, 3_000)),
      max_length: optional(whole(1, 3_000)),
    },
    initialLength,
  ),
  email_text_input: shape({ ...typed, initial_value: optional(text(3_000)) }),
  url_text_input: shape({ ...typed, initial_value: optional(text(3_000)) }),
  number_input: shape({
    ...typed,
    is_decimal_allowed: flag,
    initial_value: optional(text(255)),
    min_value: optional(text(255)),
    max_value: optional(text(255)),
  }),
  rich_text_input: shape({
    ...typed,
    initial_value: optional(richText),
    min_lines: optional(whole(1, 100)),
    max_lines: optional(whole(1, 100)),
  }),
  file_input: shape({ ...actionId, filetypes: optional(list(text(255, 1), 100)), max_files: optional(whole(1, 10)) }),
  feedback_buttons: shape({ ...actionId, positive_button: feedback(), negative_button: feedback() }),
  icon_button: shape({
    ...actionId,
    confirm: optional(confirm),
    icon: text(255, 1),
    text: plain(75),
    value: optional(text(2_000)),
    accessibility_label: optional(text(75)),
    visible_to_user_ids: ids,
  }),
}

function feedback(): Rule {
  const fields: Fields = { text: plain(75), value: text(2_000, 1), accessibility_label: optional(text(75)) }
  return shape(fields)
}

function initialLength(value: SlackObject, place: Place): void {
  const [given, most] = [value['initial_value'], value['max_length']]
  if (typeof given === 'string' && typeof most === 'number')
    text(most)(given, { ...place, pointer: `${place.pointer}/initial_value` })
}

const SELECTS = ['static', 'external', 'users', 'conversations', 'channels'].flatMap((kind) => [
  `${kind}_select`,
  `multi_${kind}_select`,
])
const PICKERS = ['datepicker', 'timepicker', 'datetimepicker']
const CHOICES = [...SELECTS, ...PICKERS, 'checkboxes', 'radio_buttons']

function pick(names: readonly string[]): Rule {
  return byType(
    Object.fromEntries(names.flatMap((name) => (ELEMENTS[name] === undefined ? [] : [[name, ELEMENTS[name]]]))),
  )
}

/** What may stand where: docs.slack.dev/reference/block-kit/blocks, "compatible block elements". */
export const inActions = pick([...CHOICES, 'button', 'overflow', 'workflow_button', 'rich_text_input'])
export const asAccessory = pick([...CHOICES, 'button', 'overflow', 'workflow_button', 'image'])
export const inInput = pick([
  ...CHOICES,
  'plain_text_input',
  'email_text_input',
  'url_text_input',
  'number_input',
  'rich_text_input',
  'file_input',
])
export const inContextActions = pick(['feedback_buttons', 'icon_button'])
export const imageElement = pick(['image'])
export const buttonElement = pick(['button'])
