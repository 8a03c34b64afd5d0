import type { KnownBlock, RichTextElement } from '@slack/types'
import type { WishRecord } from 'hwautomation'
import type { Link, Order } from '../state/documents.ts'
import type { MessageContent } from '../views/content.ts'
import { dateToken, mrkdwn, plain } from '../views/escape.ts'

const LONGEST_REQUEST = 300
const LONGEST_REASON = 500
/** Slack takes no more in one message. */
const MOST_BLOCKS = 50

/** Why a living message is in the direct messages. */
export function movedNote({ channel }: Link, because: keyof typeof MOVED): MessageContent {
  const [before, after, advice = ''] = MOVED[because]
  return note(`${before}the channel${after}; this goes on here.${advice}`, [
    text(before),
    { type: 'channel', channel_id: channel },
    text(`${after}; this goes on here.${advice}`),
  ])
}

const MOVED = {
  'channel-gone': ['It was to be shown in ', ', which was archived or deleted'],
  'not-in-channel': [
    'It was to be shown in ',
    ', where I am not any more',
    ' Invite me there if the next ones are to be shown in it.',
  ],
  refused: ['Slack does not take my message in ', '', ' Perhaps only some may post there: an admin of Slack can tell.'],
  unknown: ['Slack did not say whether my message came to be in ', ''],
} as const

/** Something was asked for, but the bot was down for so long that it was not begun. */
export function missedOrderNote({ request, at }: Order): MessageContent {
  const wish = plain(JSON.stringify(request), LONGEST_REQUEST)
  const seconds = Math.floor(Date.parse(at) / 1000)
  const said =
    ' was not begun: I was restarted and came back too late. Nothing was done; ask again if it is still wanted.'
  return note(`${mrkdwn(wish, LONGEST_REQUEST)}${said}`, [
    text('What you asked for at '),
    { type: 'date', timestamp: seconds, format: '{date_short_pretty} {time}', fallback: at },
    text(`${said} `),
    { type: 'text', text: wish, style: { code: true } },
  ])
}

/** Nobody can look whether the first call had posted it. */
export function perhapsTwiceNote(): MessageContent {
  const words =
    'Slack did not say whether my message had come to be, so I posted it again. If there are two, this one is kept up to date; the other one stands still, whatever it says.'
  return note(words, [text(words)])
}

/** A message that is not kept up to date for a while, and says so: what it shows may be otherwise by now. */
export function standingStill({ text: words, blocks, plain: plainer }: MessageContent, now: number): MessageContent {
  const said = `I was stopped ${dateToken(new Date(now).toISOString())}: this message stands still until I am back.`
  const block: KnownBlock = { type: 'context', elements: [{ type: 'mrkdwn', text: said }] }
  const within = (all: readonly KnownBlock[]) => [...all.slice(0, MOST_BLOCKS - 1), block]
  return { text: words, blocks: within(blocks), ...(plainer === undefined ? {} : { plain: within(plainer) }) }
}

/** A batch stands still until somebody decides. */
export function pausedNote({ reason }: WishRecord, mention: string | undefined): MessageContent {
  const why = plain(reason, LONGEST_REASON)
  const call: RichTextElement[] = mention === undefined ? [] : [{ type: 'user', user_id: mention }, text(' ')]
  return note(`The batch is paused: ${mrkdwn(reason, LONGEST_REASON)}`, [
    ...call,
    text(`The batch is paused: ${why} Runs under way go on; look at the failures, then let it proceed or cancel it.`),
  ])
}

function text(words: string): RichTextElement {
  return { type: 'text', text: words }
}

function note(words: string, elements: RichTextElement[]): MessageContent {
  return { text: words, blocks: [{ type: 'rich_text', elements: [{ type: 'rich_text_section', elements }] }] }
}
