import type { HomeView, KnownBlock, RichTextElement } from '@slack/types'
import type { BatchRecord, ManagerState, WorkflowRecord } from 'hwautomation'
import { ACTIONS } from './action-ids.ts'
import { batchCounts, countWords } from './batch-rows.ts'
import { headline as batchHeadline } from './batch-message.ts'
import { actions, button, context, header, LIMITS, plainText } from './blocks.ts'
import { dateToken, plain } from './escape.ts'
import { lighter } from './fit.ts'
import { switchWords } from './fleet-board.ts'
import { bullets, lines, moment, raw, richText, section, words } from './rich-text.ts'
import { approvalButtons, runActions } from './run-actions.ts'
import { headline, markOf, whereWords } from './run-words.ts'

export interface HomeContent {
  /** RUNNING, of everybody. */
  readonly active: readonly WorkflowRecord[]
  /** Not ended, and asked for by this user. */
  readonly mine: readonly WorkflowRecord[]
  /** Recent FAILED runs, newest first. */
  readonly failures: readonly WorkflowRecord[]
  /** PENDING, of everybody, in their order. */
  readonly queue: readonly WorkflowRecord[]
  /** PENDING until somebody approves. */
  readonly approvals: readonly WorkflowRecord[]
  /** Not ended. */
  readonly batches: readonly BatchRecord[]
  readonly managerState: ManagerState
  /** Milliseconds since the epoch. */
  readonly now: number
  /** Slack user id of who looks at it. */
  readonly user: string
}

/** The App Home: what waits for a decision, what runs, what failed, and where to start. */
export function homeView(content: HomeContent): HomeView {
  const { active, queue, managerState, now } = content
  const switches = switchWords(managerState)
  const blocks: KnownBlock[] = [
    header('Bare-metal provisioning'),
    ...actions([
      { action: ACTIONS.provision, text: 'Provision servers', value: 'home', style: 'primary' },
      { action: ACTIONS.refresh, text: 'Refresh', value: 'home' },
    ]),
    ...(switches.length === 0 ? [] : [richText(lines(...switches))]),
    ...approvals(content.approvals),
    ...batches(content.batches),
    ...mine(content.mine),
    ...listed('Under way', active, MOST_ACTIVE),
    ...listed('In the queue', queue, MOST_QUEUED),
    ...failures(content.failures),
    ...(isQuiet(content) ? lesson() : []),
    context({ date: `as of ${dateToken(new Date(now).toISOString(), '{time_secs}')}` }),
  ]
  return { type: 'home', blocks: lighter(blocks.slice(0, LIMITS.viewBlocks), HEAVIEST_HOME) }
}

/** Far below the 250 kB that a view may have. */
const HEAVIEST_HOME = 60_000
const MOST_APPROVALS = 6
const MOST_BATCHES = 6
const MOST_MINE = 8
const MOST_ACTIVE = 25
const MOST_QUEUED = 15
const MOST_FAILURES = 6

function approvals(records: readonly WorkflowRecord[]): KnownBlock[] {
  if (records.length === 0) return []
  return [
    header('Waits for approval'),
    ...records
      .slice(0, MOST_APPROVALS)
      .flatMap((record): KnownBlock[] => [
        richText(
          lines(
            [words(headline(record), 200, { bold: true })],
            [raw('asked for by '), words(record.requestedBy, 60), raw(', '), moment(record.createdAt)],
            record.waitingFor === undefined ? [] : [words(record.waitingFor.detail, 300)],
          ),
        ),
        ...actions([...approvalButtons(record), { action: ACTIONS.details, text: 'Details', value: record.id }]),
      ]),
    ...more(records.length - MOST_APPROVALS),
  ]
}

function batches(records: readonly BatchRecord[]): KnownBlock[] {
  if (records.length === 0) return []
  return [
    header('Batches'),
    ...records.slice(0, MOST_BATCHES).map((batch): KnownBlock => {
      const counts = batchCounts(batch)
      return row(`${batchHeadline(batch, counts)}\n${countWords(counts)}`, ACTIONS.batchDetails, batch.id)
    }),
    ...more(records.length - MOST_BATCHES),
  ]
}

function mine(records: readonly WorkflowRecord[]): KnownBlock[] {
  if (records.length === 0) return []
  return [
    header('Yours'),
    ...records.slice(0, MOST_MINE).map((record) => row(twoLines(record), ACTIONS.details, record.id)),
    ...more(records.length - MOST_MINE),
  ]
}

function failures(records: readonly WorkflowRecord[]): KnownBlock[] {
  if (records.length === 0) return []
  return [
    header('Failed recently'),
    ...records
      .slice(0, MOST_FAILURES)
      .flatMap((record): KnownBlock[] => [
        richText(
          lines(
            [
              words(headline(record), 200, { bold: true }),
              ...(record.endedAt === undefined ? [] : [raw(', '), moment(record.endedAt)]),
            ],
            [words(whereWords(record, 300), 300)],
            record.error?.hint === undefined ? [] : [raw('What to do: '), words(record.error.hint, 300)],
          ),
        ),
        ...actions(runActions(record)),
      ]),
    ...more(records.length - MOST_FAILURES),
  ]
}

function listed(name: string, records: readonly WorkflowRecord[], most: number): KnownBlock[] {
  if (records.length === 0) return []
  const items = records.slice(0, most).map((record): RichTextElement[] => {
    const where = whereWords(record, 160)
    return [words(headline(record), 200), ...(where === '' ? [] : [raw(' · '), words(where, 160)])]
  })
  return [header(name), richText(bullets(items)), ...more(records.length - most)]
}

function twoLines(record: WorkflowRecord): string {
  const where = whereWords(record, 200)
  return `${markOf(record)} ${headline(record)}${where === '' ? '' : `\n${where}`}`
}

/** A line or two with a Details button beside it. */
function row(text: string, action: string, id: string): KnownBlock {
  const shown = text
    .split('\n')
    .map((line) => plain(line, 400))
    .join('\n')
  return {
    type: 'section',
    text: { type: 'plain_text', text: shown, emoji: false },
    accessory: button({ action, text: 'Details', value: id }),
  }
}

function more(left: number): KnownBlock[] {
  return left > 0 ? [{ type: 'context', elements: [plainText(`… and ${left} more`, 40)] }] : []
}

function isQuiet({ active, mine: own, failures: failed, queue, approvals: asked, batches: all }: HomeContent): boolean {
  return [active, own, failed, queue, asked, all].every(({ length }) => length === 0)
}

/** What there is to do where nothing is going on. */
function lesson(): KnownBlock[] {
  const say = (command: string, what: string): RichTextElement[] => [raw(command, { code: true }), raw(` ${what}`)]
  return [
    richText(
      section(raw('Nothing is going on. In a channel, type', { bold: true })),
      bullets([
        say('/provision srv001 a1.c5.large', 'takes a server to ready, and shows each step in one message'),
        say('/provision srv[001-040] a1.c5.large --canary 2', 'takes a whole rack there, two of it first'),
        say('/provision srv001 a1.c5.large --plan', 'only says what would be done'),
        say('/provision', 'opens a form that knows the servers and the device types'),
        say('/provision help', 'says what else there is'),
      ]),
      section(raw('What runs, waits, failed or needs your approval is shown here.')),
    ),
  ]
}
