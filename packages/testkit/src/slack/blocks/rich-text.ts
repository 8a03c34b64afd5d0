import { anyNumber, anything, byType, flag, list, oneOf, optional, shape, text, whole, type Rule } from './rules.ts'

const MOST = 10_000
const id = text(255, 1)
const style = optional(
  shape({
    bold: optional(flag),
    italic: optional(flag),
    strike: optional(flag),
    code: optional(flag),
    underline: optional(flag),
    highlight: optional(flag),
    client_highlight: optional(flag),
    unlink: optional(flag),
  }),
)

/** docs.slack.dev/reference/block-kit/blocks/rich-text-block: an empty text element is refused ("must be more than 0 characters"). */
const inline: Rule = byType({
  text: shape({ text: text(MOST, 1), style }),
  link: shape({ url: text(3_000, 1), text: optional(text(MOST)), unsafe: optional(flag), style }),
  emoji: shape({
    name: text(255, 1),
    unicode: optional(text(255)),
    url: optional(text(3_000)),
    skin_tone: optional(anything),
    style,
  }),
  user: shape({ user_id: id, style }),
  usergroup: shape({ usergroup_id: id, style }),
  channel: shape({ channel_id: id, style }),
  team: shape({ team_id: id, style }),
  broadcast: shape({ range: oneOf('here', 'channel', 'everyone'), style }),
  color: shape({ value: text(255, 1), style }),
  date: shape({
    timestamp: anyNumber,
    format: text(255, 1),
    url: optional(text(3_000)),
    fallback: optional(text(MOST)),
    style,
  }),
})

const border = optional(whole(0, 1))
const section: Rule = shape({ elements: list(inline, MOST, 0) })

/** A whole rich text block. */
export const richText: Rule = shape({
  block_id: optional(text(255)),
  elements: list(
    byType({
      rich_text_section: section,
      rich_text_list: shape({
        elements: list(byType({ rich_text_section: section }), MOST, 0),
        style: oneOf('bullet', 'ordered'),
        indent: optional(whole(0, 8)),
        offset: optional(whole(0, MOST)),
        border,
      }),
      rich_text_quote: shape({ elements: list(inline, MOST, 0), border }),
      rich_text_preformatted: shape({ elements: list(inline, MOST, 0), border, language: optional(text(255)) }),
    }),
    MOST,
  ),
})
