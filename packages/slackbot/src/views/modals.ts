import type { KnownBlock, ModalView } from '@slack/types'
import { CALLBACKS } from './action-ids.ts'
import { LIMITS, plainSection, plainText } from './blocks.ts'
import type { MessageContent } from './content.ts'
import { cut, plain } from './escape.ts'
import { lighter } from './fit.ts'

/** Opened at once, before anything is known: a trigger id lives 3 s. Changed into another with `views.update`. */
export function loadingModal(words = 'One moment: asking MAAS and the devices…'): ModalView {
  return noticeModal(words)
}

/**
 * A modal that only says something, one paragraph each: strings as they are, messages with their blocks. The `text` of a message, which
 * is escaped for mrkdwn, reads well here too.
 */
export function noticeModal(...said: readonly (string | MessageContent)[]): ModalView {
  const blocks = said.flatMap((each) => {
    if (typeof each === 'string') return paragraphs([unescaped(each)])
    return each.blocks.some(({ type }) => !IN_MODALS.has(type)) ? (each.plain ?? []) : each.blocks
  })
  return modal({ callback: CALLBACKS.notice, title: 'Provision', close: 'Close', blocks })
}

/** What messages and modals both take (docs.slack.dev/reference/block-kit/blocks). */
const IN_MODALS: ReadonlySet<string> = new Set(['section', 'rich_text', 'context', 'actions', 'header', 'divider'])

function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

export interface ModalSpec {
  readonly callback: string
  /** At most 24 characters. */
  readonly title: string
  readonly submit?: string
  readonly close: string
  /** An opaque id: the user can read it. */
  readonly privateMetadata?: string
  readonly blocks: readonly KnownBlock[]
}

/** Far below the 250 kB that a view may have. */
const HEAVIEST_VIEW = 100_000

/** A modal within Slack's limits. */
export function modal({ callback, title, submit, close, privateMetadata, blocks }: ModalSpec): ModalView {
  const shown = lighter(blocks.slice(0, LIMITS.viewBlocks), HEAVIEST_VIEW)
  return {
    type: 'modal',
    callback_id: callback,
    title: plainText(title, LIMITS.modalTitle),
    close: plainText(close, LIMITS.modalTitle),
    ...(submit === undefined ? {} : { submit: plainText(submit, LIMITS.modalTitle) }),
    ...(privateMetadata === undefined ? {} : { private_metadata: privateMetadata.slice(0, LIMITS.privateMetadata) }),
    blocks: shown,
  }
}

/** Lines of plain text as few sections; empty ones are left out. */
export function paragraphs(lines: readonly string[]): KnownBlock[] {
  const sections: string[][] = []
  let room = 0
  for (const line of lines.map((each) => cut(plain(each, 2_900), 2_900)).filter((each) => each !== '')) {
    if (sections.length === 0 || line.length + 1 > room) {
      sections.push([])
      room = LIMITS.section
    }
    sections.at(-1)!.push(line)
    room -= line.length + 1
  }
  return sections.map(plainSection)
}
