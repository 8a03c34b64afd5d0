import type { KnownBlock } from '@slack/types'
import type { Redactor } from 'hwautomation'
import type { MessageContent } from '../views/content.ts'

/** Slack cuts text there by itself (docs.slack.dev/changelog/2018-truncating-really-long-messages). */
const TEXT_CHARACTERS = 40_000
const BLOCKS = 50
const FILE_CHARACTERS = 1_000_000
const CUT = '\n… cut, it is too long for Slack'

/** The content without secrets, and within what Slack takes at all: more than 50 blocks are left out for the plain form, or the text. */
export function fitForSlack(content: MessageContent, redactor: Pick<Redactor, 'text' | 'value'>): MessageContent {
  const plain = content.plain === undefined ? undefined : fitting(redactor.value(content.plain))
  const blocks = fitting(redactor.value(content.blocks)) ?? plain ?? []
  const text = shortened(redactor.text(content.text), TEXT_CHARACTERS)
  return { text, blocks, ...(plain === undefined ? {} : { plain }) }
}

/** The end of a log says more than its beginning. */
export function fitFile(text: string, redactor: Pick<Redactor, 'text'>): string {
  const clean = redactor.text(text)
  if (clean.length <= FILE_CHARACTERS) return clean
  return `… the beginning is cut, it is too long for Slack\n${clean.slice(-FILE_CHARACTERS)}`
}

function fitting(blocks: readonly KnownBlock[]): readonly KnownBlock[] | undefined {
  return blocks.length > BLOCKS ? undefined : blocks
}

function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - CUT.length)}${CUT}`
}
