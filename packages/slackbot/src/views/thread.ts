import type { KnownBlock, RichTextBlock, RichTextElement } from '@slack/types'
import { shortId, type StepRecord, type WorkflowRecord } from 'hwautomation'
import { between } from './durations.ts'
import { actions } from './blocks.ts'
import type { MessageContent } from './content.ts'
import { errorElements, shortened } from './error-blocks.ts'
import { mrkdwn, plain } from './escape.ts'
import { fit } from './fit.ts'
import { biosDiff, type Fact, facts } from './outcome-facts.ts'
import { bullets, isUserId, lines, mentionOf, preformatted, raw, richText, said, section, words } from './rich-text.ts'
import { runActions } from './run-actions.ts'
import { wish } from './run-remarks.ts'
import { counted, currentStep, headline } from './run-words.ts'

/** A step has ended: its result and duration, what was read back, what its sub-tasks came to. */
export function stepPost(record: WorkflowRecord, stepId: string): MessageContent {
  const step = record.steps.find(({ id }) => id === stepId)
  if (step === undefined) return fit(mrkdwn(stepId, 100), [richText(section(words(stepId, 100)))])
  const head = `${MARK[step.status]} ${plain(step.title, 100)}: ${endWords(step)}`
  const diff = step.id === 'bios-modify' ? biosDiff({ steps: [step] }) : []
  return fit(mrkdwn(`${plain(record.resourceLabel, 70)}: ${head}`, 300), [
    richText(
      section(words(head, 300, { bold: true })),
      ...evidence(step),
      ...(step.error === undefined ? [] : [section(...said(step.error.message, 500))]),
      ...(diff.length === 0 ? [] : [preformatted(shortened(diff, MOST_DIFF).join('\n'))]),
      ...subTasks(step),
    ),
  ])
}

/**
 * A run failed or was cancelled: the error with the device's answer and the hint, what was left behind, what can be done. `mention`, a
 * Slack user id, is called.
 */
export function failurePost(record: WorkflowRecord, mention?: string): MessageContent {
  const { error, cancel, status, settled, leftBehind, warnings } = record
  const step = currentStep(record)
  const called = mention !== undefined && isUserId(mention)
  const head = `${headline(record)}${step === undefined ? '' : `, in ${plain(step.title, 80)}`}`
  const parts: RichTextBlock['elements'] = [
    section(...(mention === undefined ? [] : [mentionOf(mention), raw(' ')]), words(head, 300, { bold: true })),
    ...(cancel !== undefined && status === 'CANCELLED' ? [section(raw('Cancelled by '), ...wish(cancel))] : []),
    ...(error === undefined ? [] : errorElements(error)),
    ...listed(
      'Left behind',
      leftBehind.map(({ what, remedy }) => `${what}. ${remedy}`),
    ),
    ...listed(
      'Warnings',
      warnings.map(({ message }) => message),
    ),
    ...(settled === undefined
      ? []
      : [
          section(
            raw(settled.status === 'completed' ? 'The machine was taken to a known state: ' : 'The machine was left: '),
            words(settled.endState, 200),
          ),
        ]),
    ...next(record),
  ]
  return fit(`${called ? `<@${mention}> ` : ''}${mrkdwn(head, 400)}`, [
    richText(...parts),
    ...actions(runActions(record)),
  ])
}

/** How a run ended well: BIOS diff, addresses before and after, firmware, duration of each step, evidence. */
export function finalPost(record: WorkflowRecord): MessageContent {
  const diff = biosDiff(record)
  const proved = record.steps.reduce((sum, step) => sum + step.evidence.length, 0)
  const changed = facts(record)
  const durations = record.steps.map((step) =>
    `${MARK[step.status]} ${plain(step.title, 60)}  ${step.status === 'skipped' ? 'left out' : between(step.startedAt, step.endedAt)}`.trimEnd(),
  )
  const blocks: KnownBlock[] = [
    richText(
      section(words(headline(record), 300, { bold: true })),
      ...(changed.length === 0 ? [] : [bullets(changed.map(factLine))]),
      ...(diff.length === 0
        ? []
        : [section(raw('BIOS', { bold: true })), preformatted(shortened(diff, MOST_DIFF).join('\n'))]),
      ...(durations.length === 0
        ? []
        : [section(raw('Steps', { bold: true })), preformatted(shortened(durations, MOST_STEPS).join('\n'))]),
      section(
        words(
          `${counted(proved, 'thing was', 'things were') || 'Nothing was'} read back from the device as evidence.`,
          200,
        ),
      ),
      ...listed(
        'Warnings',
        record.warnings.map(({ message }) => message),
      ),
      ...listed(
        'Left behind',
        record.leftBehind.map(({ what, remedy }) => `${what}. ${remedy}`),
      ),
    ),
  ]
  return fit(mrkdwn(headline(record), 400), blocks)
}

const MARK: Readonly<Record<StepRecord['status'], string>> = {
  pending: '·',
  running: '▸',
  completed: '✔',
  failed: '✘',
  skipped: '–',
  cancelled: '⊘',
}
const MOST_DIFF = 40
const MOST_STEPS = 40
const MOST_LISTED = 10
const MOST_EVIDENCE = 6
const MOST_SUB_TASKS = 12

function endWords({ status, skippedBecause, startedAt, endedAt, attempt }: StepRecord): string {
  const took = between(startedAt, endedAt)
  const tries = attempt > 1 ? `, ${attempt} attempts` : ''
  switch (status) {
    case 'completed':
      return `done${took === '' ? '' : ` in ${took}`}${tries}`
    case 'failed':
      return `failed${took === '' ? '' : ` after ${took}`}${tries}`
    case 'skipped':
      return `left out${skippedBecause ? `: ${skippedBecause}` : ''}`
    case 'cancelled':
      return 'stopped'
    case 'pending':
      return 'to come'
    case 'running':
      return 'under way'
  }
}

function evidence(step: StepRecord): RichTextBlock['elements'] {
  const claims = step.evidence.map(({ claim, source }) => `${claim} (${source})`)
  return claims.length === 0 ? [] : [bullets(shortened(claims, MOST_EVIDENCE).map((claim) => said(claim, 300)))]
}

function subTasks(step: StepRecord): RichTextBlock['elements'] {
  if (step.subTasks.length === 0) return []
  const all = step.subTasks.map(({ name, detail, status, startedAt, endedAt }) => {
    const took = between(startedAt, endedAt)
    const mark = status === 'completed' ? '✔' : status === 'running' ? '▸' : '✘'
    return `${mark} ${plain(name, 100)}${took === '' ? '' : `  ${took}`}${detail === undefined || detail === '' ? '' : `  ${plain(detail, 120)}`}`
  })
  const left = all.length - MOST_SUB_TASKS
  const shown = left > 0 ? [`… ${left} before these`, ...all.slice(-MOST_SUB_TASKS)] : all
  return [preformatted(shown.join('\n'))]
}

function factLine({ name, before, now }: Fact): RichTextElement[] {
  return [
    raw(`${name}: `),
    ...(before === undefined ? [] : [words(before, 120), raw(' → ')]),
    words(now, 120, { bold: true }),
  ]
}

function listed(name: string, items: readonly string[]): RichTextBlock['elements'] {
  if (items.length === 0) return []
  return [section(raw(name, { bold: true })), bullets(shortened(items, MOST_LISTED).map((item) => said(item, 600)))]
}

/** What one can do in Slack; the terminal's commands stand beside it. */
function next(record: WorkflowRecord): RichTextBlock['elements'] {
  const id = shortId(plain(record.id, 60))
  const restore = record.steps.some(({ intents, inherited = [] }) =>
    [...intents, ...inherited].some(({ effect, sent }) => effect === 'bios.write' && sent > 0),
  )
  const say = (command: string, what: string) => [words(command, 120, { code: true }), raw(` ${what}`)]
  return [
    lines(
      say(`/provision retry ${id}`, 'goes on where it stopped, when the cause is gone'),
      ...(restore && record.definition.name !== 'bios-restore'
        ? [say(`hwautomation restore-bios ${id}`, 'brings back the BIOS settings it found')]
        : []),
      ...(record.status === 'FAILED' ? [say(`hwautomation export ${id}`, 'the support bundle')] : []),
    ),
  ]
}
