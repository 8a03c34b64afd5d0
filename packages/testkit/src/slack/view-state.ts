import { isObject, objectsOf, wordOf } from './json.ts'
import { everyBlock, interactiveElements } from './blocks/complete.ts'
import type { StoredView, Team, Values } from './model.ts'
import type { SlackJson, SlackObject } from './workspace.ts'

/** What an untouched element holds, by its type; elements that hold nothing (buttons, overflows) are missing. docs.slack.dev/reference/interaction-payloads/view-interactions-payload. */
export function initialValue(element: SlackObject): SlackObject | undefined {
  const type = wordOf(element['type'])
  const holder = HOLDS[type]
  if (holder === undefined) return undefined
  const [field, initial, empty] = holder
  return { type, [field]: element[initial] ?? empty }
}

/** The field that holds an element's value, the one that sets it at first, and what an empty one holds. */
export const HOLDS: Readonly<Record<string, readonly [field: string, initial: string, empty: SlackJson]>> = {
  plain_text_input: ['value', 'initial_value', null],
  email_text_input: ['value', 'initial_value', null],
  url_text_input: ['value', 'initial_value', null],
  number_input: ['value', 'initial_value', null],
  rich_text_input: ['rich_text_value', 'initial_value', null],
  static_select: ['selected_option', 'initial_option', null],
  external_select: ['selected_option', 'initial_option', null],
  users_select: ['selected_user', 'initial_user', null],
  conversations_select: ['selected_conversation', 'initial_conversation', null],
  channels_select: ['selected_channel', 'initial_channel', null],
  multi_static_select: ['selected_options', 'initial_options', []],
  multi_external_select: ['selected_options', 'initial_options', []],
  multi_users_select: ['selected_users', 'initial_users', []],
  multi_conversations_select: ['selected_conversations', 'initial_conversations', []],
  multi_channels_select: ['selected_channels', 'initial_channels', []],
  checkboxes: ['selected_options', 'initial_options', []],
  radio_buttons: ['selected_option', 'initial_option', null],
  datepicker: ['selected_date', 'initial_date', null],
  timepicker: ['selected_time', 'initial_time', null],
  datetimepicker: ['selected_date_time', 'initial_date_time', null],
  file_input: ['files', 'initial_files', []],
}

/** Values of all stateful elements; what somebody entered before stays where block and action id are still there. */
export function valuesOf(blocks: readonly SlackObject[], before?: Values): Values {
  const values: Values = new Map()
  for (const block of everyBlock(blocks))
    for (const element of interactiveElements(block)) {
      const value = initialValue(element)
      if (value === undefined) continue
      const [blockId, actionId] = [wordOf(block['block_id']), wordOf(element['action_id'])]
      const kept = before?.get(blockId)?.get(actionId)
      const inBlock = values.get(blockId) ?? new Map<string, SlackObject>()
      values.set(blockId, inBlock.set(actionId, kept !== undefined && kept['type'] === value['type'] ? kept : value))
    }
  return values
}

/** `state` of payloads. */
export function stateOf(values: Values): SlackObject {
  return { values: Object.fromEntries([...values].map(([id, inBlock]) => [id, Object.fromEntries(inBlock)])) }
}

/** The view object of the Web API and of payloads. */
export function wireView(team: Team, view: StoredView): SlackObject {
  const { payload } = view
  const isModal = payload['type'] === 'modal'
  return {
    id: view.id,
    team_id: team.id,
    type: payload['type'] ?? 'modal',
    blocks: objectsOf(payload['blocks']),
    private_metadata: payload['private_metadata'] ?? '',
    callback_id: payload['callback_id'] ?? '',
    state: stateOf(view.values),
    hash: view.hash,
    title: titleOf(payload['title']) ?? { type: 'plain_text', text: 'View Title', emoji: true },
    clear_on_close: payload['clear_on_close'] ?? false,
    notify_on_close: payload['notify_on_close'] ?? false,
    close: titleOf(payload['close']) ?? null,
    submit: titleOf(payload['submit']) ?? null,
    previous_view_id: isModal ? (view.previousId ?? null) : null,
    root_view_id: view.rootId,
    app_id: team.appId,
    external_id: payload['external_id'] ?? '',
    app_installed_team_id: team.id,
    bot_id: team.botId,
  }
}

function titleOf(text: SlackJson | undefined): SlackObject | undefined {
  return isObject(text) ? { emoji: true, ...text } : undefined
}
