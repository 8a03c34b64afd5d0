import type {
  ActionsBlock,
  Button,
  ConfirmationDialog,
  ContextBlock,
  HeaderBlock,
  PlainTextElement,
  RawTextElement,
  SectionBlock,
} from '@slack/types'
import { plain } from './escape.ts'

/** Limits of docs.slack.dev/reference/block-kit, as far as we come near them. */
export const LIMITS = {
  messageBlocks: 50,
  viewBlocks: 100,
  section: 3_000,
  header: 150,
  contextElements: 10,
  buttonText: 75,
  /** Slack takes 2,000; our ids are short, and a message full of long values would be too heavy. */
  buttonValue: 200,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  modalTitle: 24,
  options: 100,
  optionText: 75,
  tableRows: 100,
  privateMetadata: 3_000,
} as const

/** Plain text, which Slack neither parses nor formats; `emoji: false` keeps `:fire:` as it is. */
export function plainText(text: string, max: number): PlainTextElement {
  const shown = plain(text, max)
  return { type: 'plain_text', text: shown === '' ? '?' : shown, emoji: false }
}

/** Several lines of ours, each printable already. */
export function plainSection(lines: readonly string[]): SectionBlock {
  const text = lines.filter((line) => line !== '').join('\n')
  return {
    type: 'section',
    text: { type: 'plain_text', text: text === '' ? '?' : text.slice(0, LIMITS.section), emoji: false },
  }
}

export function header(text: string): HeaderBlock {
  return { type: 'header', text: plainText(text, LIMITS.header) }
}

/** Small print. A `string` is shown as it is; `{ date }` is mrkdwn of ours, for date tokens, in which nothing from outside may stand. */
export function context(...elements: readonly (string | { readonly date: string })[]): ContextBlock {
  return {
    type: 'context',
    elements: elements
      .slice(0, LIMITS.contextElements)
      .map((element) =>
        typeof element === 'string' ? plainText(element, 300) : { type: 'mrkdwn', text: element.date, verbatim: true },
      ),
  }
}

export interface ButtonSpec {
  readonly action: string
  readonly text: string
  /** The id of the run or batch, nothing else. */
  readonly value: string
  readonly style?: 'primary' | 'danger'
  readonly confirm?: { readonly title: string; readonly text: string; readonly yes: string; readonly no: string }
}

export function button({ action, text, value, style, confirm }: ButtonSpec): Button {
  return {
    type: 'button',
    action_id: action,
    text: plainText(text, LIMITS.buttonText),
    value: value.slice(0, LIMITS.buttonValue).replaceAll(/[\p{Cc}\p{Cs}]/gu, '\uFFFD'),
    ...(style === undefined ? {} : { style }),
    ...(confirm === undefined ? {} : { confirm: dialog(confirm, style) }),
  }
}

export function actions(buttons: readonly ButtonSpec[]): ActionsBlock[] {
  return buttons.length === 0 ? [] : [{ type: 'actions', elements: buttons.map(button) }]
}

/** A cell of a table: Slack does not parse it. */
export function cell(text: string, max = 80): RawTextElement {
  const shown = plain(text, max)
  return { type: 'raw_text', text: shown === '' ? '–' : shown }
}

function dialog(
  { title, text, yes, no }: NonNullable<ButtonSpec['confirm']>,
  style: ButtonSpec['style'],
): ConfirmationDialog {
  return {
    title: plainText(title, LIMITS.confirmTitle),
    text: plainText(text, LIMITS.confirmText),
    confirm: plainText(yes, LIMITS.confirmButton),
    deny: plainText(no, LIMITS.confirmButton),
    ...(style === undefined ? {} : { style }),
  }
}
