import { z } from 'zod'

/** What Slack delivers, as far as the bot looks at it; everything else passes through unread. docs.slack.dev/reference/interaction-payloads */
const user = z.looseObject({
  id: z.string(),
  team_id: z.string().optional(),
  name: z.string().optional(),
  username: z.string().optional(),
})
const team = z.looseObject({ id: z.string() }).nullish()

/** A slash command. */
export const commandBody = z.looseObject({
  user_id: z.string(),
  user_name: z.string().default(''),
  team_id: z.string(),
  channel_id: z.string(),
  text: z.string().default(''),
  trigger_id: z.string(),
  response_url: z.string().optional(),
})

const view = z.looseObject({
  id: z.string(),
  type: z.string().default('modal'),
  hash: z.string().default(''),
  callback_id: z.string().default(''),
  private_metadata: z.string().default(''),
  state: z
    .looseObject({ values: z.record(z.string(), z.record(z.string(), z.looseObject({}))).default({}) })
    .default({ values: {} }),
})
export type ViewBody = z.output<typeof view>

const action = z.looseObject({
  type: z.string().default(''),
  action_id: z.string().default(''),
  value: z.string().optional(),
  url: z.string().optional(),
  selected_option: z.looseObject({ value: z.string().default('') }).nullish(),
})

const message = z.looseObject({
  ts: z.string(),
  thread_ts: z.string().optional(),
  blocks: z.array(z.unknown()).default([]),
})

/** A click, or another change of an element. */
export const actionBody = z.looseObject({
  user,
  team,
  trigger_id: z.string(),
  response_url: z.string().optional(),
  channel: z.looseObject({ id: z.string() }).optional(),
  container: z.looseObject({ thread_ts: z.string().optional() }).optional(),
  view: view.optional(),
  actions: z.array(action).min(1),
})

/** A modal that was submitted or closed. */
export const viewBody = z.looseObject({ user, team, trigger_id: z.string().optional(), view })

/** A global or a message shortcut. */
export const shortcutBody = z.looseObject({
  user,
  team,
  trigger_id: z.string(),
  callback_id: z.string(),
  response_url: z.string().optional(),
  channel: z.looseObject({ id: z.string() }).optional(),
  message: message.optional(),
})
export type ShortcutBody = z.output<typeof shortcutBody>

/** What somebody has typed so far in a select. */
export const suggestionBody = z.looseObject({ user, team, action_id: z.string(), value: z.string().default('') })

/** An event of the Events API. */
export const eventBody = z.looseObject({
  event_id: z.string(),
  team_id: z.string().optional(),
  event: z.looseObject({
    type: z.string(),
    user: z.string().optional(),
    user_team: z.string().optional(),
    team: z.string().optional(),
    channel: z.string().optional(),
    tab: z.string().optional(),
    text: z.string().optional(),
    ts: z.string().optional(),
    thread_ts: z.string().optional(),
  }),
})

/** The id of the run or batch that a message's buttons carry, if any. */
export function idInButtons(blocks: readonly unknown[]): string | undefined {
  const found = blocks.flatMap((block) => {
    const elements = isObject(block) && block['type'] === 'actions' ? block['elements'] : undefined
    return Array.isArray(elements)
      ? elements.map((element: unknown) => (isObject(element) ? element['value'] : undefined))
      : []
  })
  return found.find(
    (value): value is string => typeof value === 'string' && /^(run|batch)_[0-9a-zA-Z-]{4,80}$/.test(value),
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
