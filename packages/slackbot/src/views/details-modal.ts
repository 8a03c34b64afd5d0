import type { KnownBlock, ModalView, RichTextBlock } from '@slack/types'
import { type StepRecord, type SubTaskRecord, type WorkflowRecord } from 'hwautomation'
import { between, since } from './durations.ts'
import { CALLBACKS } from './action-ids.ts'
import { context } from './blocks.ts'
import { errorElements, shortened } from './error-blocks.ts'
import { dateToken, plain } from './escape.ts'
import { modal } from './modals.ts'
import { biosDiff } from './outcome-facts.ts'
import { bullets, lines, preformatted, raw, richText, said, section, words } from './rich-text.ts'
import { remarks } from './run-remarks.ts'
import { hasEnded, headline, markOf } from './run-words.ts'

/** Everything of a run that a person may want to know: steps with sub-tasks, evidence, warnings, the error, what was left behind. */
export function detailsModal(record: WorkflowRecord, now: number): ModalView {
  const { steps, error, warnings, leftBehind } = record
  const notes = hasEnded(record) ? [] : remarks(record)
  const blocks: KnownBlock[] = [
    richText(
      section(words(`${markOf(record)} ${headline(record)}`, 300, { bold: true })),
      ...(notes.length === 0 ? [] : [lines(...notes)]),
    ),
    smallPrint(record),
    ...(error === undefined ? [] : [richText(...errorElements(error))]),
    ...listed(
      'Left behind',
      leftBehind.map(({ what, remedy }) => `${what}. ${remedy}`),
    ),
    ...listed(
      'Warnings',
      warnings.map(({ message }) => message),
    ),
    { type: 'divider' },
    ...steps.slice(0, MOST_STEPS).map((step) => stepBlock(step, now)),
  ]
  return modal({ callback: CALLBACKS.details, title: 'Run', close: 'Close', blocks })
}

const MOST_STEPS = 80
const MOST_SUB_TASKS = 30
const MOST_EVIDENCE = 10
const MOST_LISTED = 30
const MOST_DIFF = 80

const MARK: Readonly<Record<StepRecord['status'], string>> = {
  pending: '·',
  running: '▸',
  completed: '✔',
  failed: '✘',
  skipped: '–',
  cancelled: '⊘',
}

function smallPrint({ id, requestedBy, via, createdAt, startedAt, endedAt, definition }: WorkflowRecord): KnownBlock {
  return context(
    plain(id, 80),
    `${plain(definition.name, 60)}, version ${definition.version}`,
    `Asked for by ${plain(requestedBy, 60)} (${plain(via, 20)})`,
    { date: `asked ${dateToken(createdAt)}` },
    ...(startedAt === undefined ? [] : [{ date: `began ${dateToken(startedAt)}` }]),
    ...(endedAt === undefined ? [] : [{ date: `ended ${dateToken(endedAt)}` }]),
  )
}

function stepBlock(step: StepRecord, now: number): RichTextBlock {
  const took =
    between(step.startedAt, step.endedAt) || (step.status === 'running' ? sinceWords(step.startedAt, now) : '')
  const notes = [
    step.skippedBecause === undefined ? '' : plain(step.skippedBecause, 200),
    step.attempt > 1 ? `attempt ${step.attempt}` : '',
    step.critical === undefined ? '' : `not to be interrupted: ${plain(step.critical.name, 100)}`,
    step.undo === undefined ? '' : `undo ${step.undo.status}`,
    took,
  ].filter((note) => note !== '')
  const diff = biosDiff({ steps: [step] })
  const elements: RichTextBlock['elements'] = [
    section(
      words(`${MARK[step.status]} ${step.title}`, 120, { bold: true }),
      ...(notes.length === 0 ? [] : [raw(`  ${notes.join(', ')}`)]),
    ),
  ]
  if (step.error !== undefined) elements.push(section(...said(step.error.message, 600)))
  if (step.evidence.length > 0)
    elements.push(
      bullets(
        shortened(
          step.evidence.map(({ claim, source }) => `${claim} (${source})`),
          MOST_EVIDENCE,
        ).map((claim) => said(claim, 300)),
      ),
    )
  if (diff.length > 0) elements.push(preformatted(shortened(diff, MOST_DIFF).join('\n')))
  if (step.subTasks.length > 0)
    elements.push(
      preformatted(
        step.subTasks
          .slice(-MOST_SUB_TASKS)
          .map((task) => subTaskLine(task, now))
          .join('\n'),
      ),
    )
  return richText(...elements)
}

function subTaskLine({ name, status, percent, detail, startedAt, endedAt }: SubTaskRecord, now: number): string {
  const mark = status === 'completed' ? '✔' : status === 'running' ? '▸' : status === 'failed' ? '✘' : '⊘'
  const took = between(startedAt, endedAt) || sinceWords(startedAt, now)
  const facts = [
    `${mark} ${plain(name, 120)}`,
    percent === undefined ? '' : `${Math.round(percent)} %`,
    took,
    plain(detail ?? '', 160),
  ]
  return facts.filter((fact) => fact !== '').join('  ')
}

function sinceWords(startedAt: string | undefined, now: number): string {
  const so = since(startedAt, now)
  return so === '' ? '' : `for ${so} so far`
}

function listed(name: string, items: readonly string[]): RichTextBlock[] {
  if (items.length === 0) return []
  return [
    richText(section(raw(name, { bold: true })), bullets(shortened(items, MOST_LISTED).map((item) => said(item, 600)))),
  ]
}
