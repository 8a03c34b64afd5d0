import type { KnownBlock, RichTextBlock, RichTextElement } from '@slack/types'
import {
  shortId,
  type BatchRecord,
  type ErrorRecord,
  type HwError,
  type ManagerState,
  type WorkflowRecord,
} from 'hwautomation'
import { ACTIONS } from './action-ids.ts'
import { batchCounts } from './batch-rows.ts'
import { headline as batchHeadline } from './batch-message.ts'
import { actions, type ButtonSpec } from './blocks.ts'
import type { MessageContent } from './content.ts'
import { since } from './durations.ts'
import { errorElements } from './error-blocks.ts'
import { mrkdwn, plain } from './escape.ts'
import { fit } from './fit.ts'
import { switchWords } from './fleet-board.ts'
import { bullets, channelOf, lines, moment, raw, richText, said, section, words } from './rich-text.ts'
import { runActions } from './run-actions.ts'
import { remarks } from './run-remarks.ts'
import { currentStep, hasEnded, headline, markOf, whereWords } from './run-words.ts'

/**
 * All commands: the lines of the grammar's help, in which `code` and a whole line between asterisks mean what they do in Slack.
 * `problems`, what was wrong with a command and what was probably meant, is said first.
 */
export function help(grammar: readonly string[], problems: readonly string[] = []): MessageContent {
  const heading = /^\*(.+)\*$/
  const parts: RichTextBlock['elements'] = []
  let items: RichTextElement[][] = []
  const close = () => {
    if (items.length > 0) parts.push(bullets(items))
    items = []
  }
  for (const line of grammar) {
    const head = heading.exec(line)?.[1]
    if (head === undefined) items.push(said(line, 400))
    else {
      close()
      parts.push(section(words(head, 100, { bold: true })))
    }
  }
  close()
  return notice(problems[0] ?? 'What one can say', [
    ...problems.map((problem) => section(...said(problem, 600))),
    ...parts,
  ])
}

/** A command that is not understood or not possible, in sentences with `code` in them. */
export function wrong(problems: readonly string[]): MessageContent {
  const told = problems.length === 0 ? ['That was not understood.'] : problems.slice(0, MOST_LISTED)
  const parts =
    told.length === 1 ? [section(...said(told[0]!, 900))] : [bullets(told.map((problem) => said(problem, 600)))]
  return notice(told.join(' '), [...parts, section(...said('`help` says what there is.', 100))])
}

/** One run in words, for `status <server|id>`. */
export function statusText(record: WorkflowRecord, now: number): MessageContent {
  const step = currentStep(record)
  const where = hasEnded(record) ? '' : whereWords(record, 300)
  const number = step === undefined ? '' : `step ${record.steps.indexOf(step) + 1} of ${record.steps.length}`
  return notice(
    headline(record),
    [
      lines(
        [words(`${markOf(record)} ${headline(record)}`, 300, { bold: true })],
        where === '' ? [] : [words([number, where].filter(Boolean).join(': '), 360), ...lasting(step?.startedAt, now)],
        ...remarks(record).slice(0, 8),
        [
          words(shortId(record.id), 60, { code: true }),
          raw(', asked for by '),
          words(record.requestedBy, 60),
          raw(', '),
          moment(record.createdAt),
        ],
      ),
    ],
    runActions(record),
  )
}

/** What runs and waits, for `list` and `status`: the newest first, with the switches and the batches on top. */
export function listText(
  records: readonly WorkflowRecord[],
  {
    now,
    batches = [],
    state = {},
  }: { readonly now: number; readonly batches?: readonly BatchRecord[]; readonly state?: ManagerState },
): MessageContent {
  const switches = switchWords(state)
  const quiet = records.length === 0 && batches.length === 0
  const left = records.length - MOST_LISTED
  return notice(quiet ? 'Nothing is running, nothing waits.' : `${records.length} runs`, [
    ...(switches.length === 0 ? [] : [lines(...switches)]),
    ...(batches.length === 0
      ? []
      : [
          section(raw('Batches', { bold: true })),
          bullets(batches.slice(0, MOST_LISTED).map((batch) => [words(batchHeadline(batch, batchCounts(batch)), 200)])),
        ]),
    ...(records.length === 0 ? [] : [bullets(records.slice(0, MOST_LISTED).map((record) => runLine(record, now)))]),
    ...(left > 0 ? [section(raw(`… and ${left} more`))] : []),
    ...(quiet ? [section(raw('Nothing is running, nothing waits.'))] : []),
  ])
}

/** The runs of one server, newest first, for `history <server>`. */
export function historyText(server: string, records: readonly WorkflowRecord[], now: number): MessageContent {
  const name = plain(server, 100)
  if (records.length === 0) return notice(`${name} has had no run.`, [section(words(`${name} has had no run.`, 200))])
  return notice(`${name}: ${records.length} runs`, [
    section(words(name, 100, { bold: true })),
    bullets(records.slice(0, MOST_LISTED).map((record) => runLine(record, now))),
    ...(records.length > MOST_LISTED ? [section(raw(`… and ${records.length - MOST_LISTED} more`))] : []),
  ])
}

/** Something was refused: what, why, what to do next, the code; never a stack. */
export function refused(error: HwError | ErrorRecord): MessageContent {
  const { code, kind, message, hint, retryable, context } = error
  const record: ErrorRecord = {
    code,
    kind,
    message,
    retryable,
    context: context ?? {},
    ...(hint === undefined ? {} : { hint }),
  }
  return notice(`${message} ${hint ?? ''}`, errorElements(record))
}

/** Another run has the machine: who, since when, where it is, with a Follow button. */
export function busy(holder: WorkflowRecord, now: number): MessageContent {
  const { id, resourceLabel, requestedBy, startedAt, createdAt } = holder
  const where = whereWords(holder, 200)
  const text = `${plain(resourceLabel, 100)} is being provisioned by ${plain(requestedBy, 60)}`
  return notice(
    text,
    [
      lines(
        [
          words(text, 200, { bold: true }),
          raw(', since '),
          moment(startedAt ?? createdAt),
          ...lasting(startedAt ?? createdAt, now),
        ],
        where === '' ? [] : [words(where, 200)],
        [raw('Nothing was begun. Follow that run, or ask again when it has ended.')],
      ),
    ],
    [
      { action: ACTIONS.follow, text: 'Follow', value: id, style: 'primary' },
      { action: ACTIONS.details, text: 'Details', value: id },
    ],
  )
}

/** Not allowed: what was not done, and why. `channels`: ids of those where it would have been. */
export function denied(what: string, why: string, channels: readonly string[] = []): MessageContent {
  const places = channels
    .slice(0, MOST_LISTED)
    .flatMap((id, index) => [raw(index === 0 ? 'It does in ' : ', '), channelOf(id)])
  return notice(`${what} ${why}`, [lines([...said(what, 300)], [...said(why, 600)], places)])
}

/** The wish was taken before (a double click, an old button): how things are instead. */
export function alreadyDone(what: string, record?: WorkflowRecord): MessageContent {
  const now = record === undefined ? [] : [words(headline(record), 300)]
  return notice(record === undefined ? what : `${what} ${headline(record)}`, [lines([...said(what, 400)], now)])
}

/** A name that nobody knows, with the nearest ones that are known. */
export function unknown(kind: string, name: string, didYouMean: readonly string[] = []): MessageContent {
  const near = didYouMean.slice(0, 5)
  const offered = near.flatMap((each, index) => [
    raw(index === 0 ? ' Did you mean ' : ' or '),
    words(each, 80, { code: true }),
  ])
  return notice(`There is no ${plain(kind, 40)} ${plain(name, 100)}.`, [
    section(
      raw('There is no '),
      words(kind, 40),
      raw(' '),
      words(name, 100, { code: true }),
      raw('.'),
      ...offered,
      ...(near.length > 0 ? [raw('?')] : []),
    ),
  ])
}

/** A wish was taken: one sentence, with `code` in it. */
export function done(sentence: string): MessageContent {
  return notice(sentence, [section(...said(sentence, 900))])
}

const MOST_LISTED = 20

function notice(text: string, parts: RichTextBlock['elements'], buttons: readonly ButtonSpec[] = []): MessageContent {
  const blocks: KnownBlock[] = [richText(...parts), ...actions(buttons)]
  return fit(mrkdwn(text.replaceAll('`', ''), 600) || '?', blocks)
}

/** ` (for 3 min 20 s)`: an answer is read when it is given. */
function lasting(from: string | undefined, now: number): RichTextElement[] {
  const so = since(from, now)
  return so === '' ? [] : [raw(` (for ${so})`)]
}

function runLine(record: WorkflowRecord, now: number): RichTextElement[] {
  const where = whereWords(record, 160)
  return [
    raw(`${markOf(record)} `),
    words(headline(record), 200, { bold: true }),
    ...(hasEnded(record) ? [] : lasting(record.startedAt, now)),
    ...(where === '' ? [] : [raw(' · '), words(where, 160)]),
    raw(' · '),
    moment(record.createdAt),
    raw(' '),
    words(shortId(record.id), 60, { code: true }),
  ]
}
