import { asAccessory, buttonElement, imageElement, inActions, inContextActions, inInput } from './elements.ts'
import { anyText, IMAGE, mrkdwn, oneSource, plain } from './objects.ts'
import { richText } from './rich-text.ts'
import {
  anyNumber,
  anything,
  byType,
  fault,
  flag,
  list,
  oneOf,
  optional,
  shape,
  text,
  whole,
  type Place,
  type Rule,
} from './rules.ts'
import { tableRows } from './table.ts'
import type { SlackObject } from '../workspace.ts'

export type Surface = 'message' | 'modal' | 'home'

const ALL: readonly Surface[] = ['message', 'modal', 'home']
const MESSAGES: readonly Surface[] = ['message']
const own = { block_id: optional(text(255)) }

/** docs.slack.dev/reference/block-kit/blocks/task-card-block. Length of title and id is assumed. */
const taskCard: Rule = shape({
  ...own,
  task_id: text(255, 1),
  title: text(255, 1),
  status: oneOf('pending', 'in_progress', 'complete', 'error'),
  details: optional(byType({ rich_text: richText })),
  output: optional(byType({ rich_text: richText })),
  sources: optional(
    list(byType({ url: shape({ url: text(3_000, 1), text: text(255, 1), icon_url: optional(text(3_000)) }) }), 100, 0),
  ),
})

const card: Rule = shape(
  {
    ...own,
    hero_image: optional(imageElement),
    icon: optional(imageElement),
    title: optional(mrkdwn(150)),
    subtitle: optional(mrkdwn(150)),
    body: optional(mrkdwn(200)),
    subtext: optional(mrkdwn(200)),
    actions: optional(list(buttonElement, 3)),
  },
  (value, place) => {
    if (['hero_image', 'title', 'actions', 'body'].every((name) => value[name] === undefined))
      fault(place, 'must define at least one of `hero_image`, `title`, `actions` or `body`')
  },
)

/** Each block: where it may stand, as docs.slack.dev/blocks.json says, and what is in it. */
const BLOCKS: Readonly<Record<string, { readonly on: readonly Surface[]; readonly rule: Rule }>> = {
  actions: { on: ALL, rule: shape({ ...own, elements: list(inActions, 25) }) },
  alert: {
    on: ['modal'],
    rule: shape({
      ...own,
      text: anyText(200),
      level: optional(oneOf('default', 'info', 'warning', 'error', 'success')),
    }),
  },
  card: { on: ALL, rule: card },
  carousel: { on: ['message', 'home'], rule: shape({ ...own, elements: list(byType({ card }), 10) }) },
  container: { on: MESSAGES, rule: container },
  context: {
    on: ALL,
    rule: shape({ ...own, elements: list(byType({ image: imageElement, plain_text: plain(), mrkdwn: mrkdwn() }), 10) }),
  },
  context_actions: { on: MESSAGES, rule: shape({ ...own, elements: list(inContextActions, 5) }) },
  data_table: {
    on: MESSAGES,
    rule: shape({
      ...own,
      rows: tableRows('data_table'),
      caption: text(3_000, 1),
      page_size: optional(whole(1, 100)),
      row_header_column_index: optional(whole(0, 19)),
    }),
  },
  // In the docs, not yet in @slack/types 3.2.0: what is in it is not looked at.
  data_visualization: { on: MESSAGES, rule: anything },
  divider: { on: ALL, rule: shape(own) },
  file: { on: MESSAGES, rule: shape({ ...own, external_id: text(255, 1), source: oneOf('remote') }) },
  header: { on: ALL, rule: shape({ ...own, text: plain(150), level: optional(whole(1, 6)) }) },
  image: {
    on: ALL,
    rule: shape({ ...own, ...IMAGE, alt_text: text(2_000, 1), title: optional(plain(2_000)) }, oneSource),
  },
  input: {
    on: ALL,
    rule: shape({
      ...own,
      label: plain(2_000),
      element: inInput,
      hint: optional(plain(2_000)),
      optional: optional(flag),
      dispatch_action: optional(flag),
    }),
  },
  markdown: { on: MESSAGES, rule: shape({ ...own, text: text(12_000, 1) }) },
  // paradigmxyz/centaur#469: about 50 cards are shown; that more are refused is assumed.
  plan: {
    on: MESSAGES,
    rule: shape({ ...own, title: text(255, 1), tasks: optional(list(byType({ task_card: taskCard }), 50, 0)) }),
  },
  rich_text: { on: ALL, rule: richText },
  section: {
    on: ALL,
    rule: shape(
      {
        ...own,
        text: optional(anyText()),
        fields: optional(list(anyText(2_000), 10)),
        accessory: optional(asAccessory),
        expand: optional(flag),
      },
      (value, place) => {
        if (value['text'] === undefined && value['fields'] === undefined)
          fault(place, 'must define either `text` or `fields`')
      },
    ),
  },
  table: {
    on: MESSAGES,
    rule: shape({
      ...own,
      rows: tableRows('table'),
      column_settings: optional(list(columnSetting, 20, 0)),
    }),
  },
  task_card: { on: MESSAGES, rule: taskCard },
  video: {
    on: ALL,
    rule: shape({
      ...own,
      video_url: text(3_000, 1),
      thumbnail_url: text(3_000, 1),
      alt_text: text(2_000, 1),
      title: plain(199),
      title_url: optional(text(3_000)),
      author_name: optional(text(49)),
      provider_name: optional(text(255)),
      provider_icon_url: optional(text(3_000)),
      description: optional(plain()),
      thumbnail_width: optional(anyNumber),
    }),
  },
}

/** One block on this surface. */
export function block(surface: Surface, only?: readonly string[]): Rule {
  const allowed = Object.entries(BLOCKS).filter(
    ([name, { on }]) => on.includes(surface) && (only?.includes(name) ?? true),
  )
  return byType(Object.fromEntries(allowed.map(([name, { rule }]) => [name, rule])))
}

/** docs.slack.dev/reference/block-kit/blocks/container-block. */
const IN_CONTAINER = [
  'actions',
  'context',
  'divider',
  'file',
  'header',
  'image',
  'input',
  'rich_text',
  'section',
  'table',
  'video',
]

function container(value: SlackObject[string], place: Place): void {
  shape(
    {
      ...own,
      title: optional(plain(150)),
      rich_text_title: optional(byType({ rich_text: richText })),
      subtitle: optional(anyText(150)),
      child_blocks: list(block('message', IN_CONTAINER), 10),
      width: optional(oneOf('narrow', 'standard', 'wide', 'full')),
      icon: optional(imageElement),
      is_collapsible: optional(flag),
      default_collapsed: optional(flag),
      has_header_divider: optional(flag),
    },
    (given, at) => {
      if (given['title'] === undefined && given['rich_text_title'] === undefined)
        fault(at, 'must define either `title` or `rich_text_title`')
      if (given['default_collapsed'] === true && given['is_collapsible'] !== true)
        fault(at, '`default_collapsed` requires `is_collapsible`')
    },
  )(value, place)
}

/** docs.slack.dev/reference/block-kit/blocks/table-block: null skips a column. */
function columnSetting(value: SlackObject[string], place: Place): void {
  if (value === null) return
  shape({ align: optional(oneOf('left', 'center', 'right')), is_wrapped: optional(flag) })(value, place)
}
