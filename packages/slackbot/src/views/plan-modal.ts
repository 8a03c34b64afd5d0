import type { KnownBlock, ModalView, RichTextBlock } from '@slack/types'
import { forPeople, type WorkflowPlan } from 'hwautomation'
import { CALLBACKS } from './action-ids.ts'
import { shortened } from './error-blocks.ts'
import { plain } from './escape.ts'
import { modal, paragraphs } from './modals.ts'
import { bullets, preformatted, raw, richText, said, section, words } from './rich-text.ts'

/** What `hw.checkBatch` answers, as far as it is shown. */
export interface CheckedBatch {
  readonly label: string
  readonly items: readonly CheckedItem[]
  readonly problems: readonly string[]
}

interface CheckedItem {
  readonly serverId: string
  readonly hostname?: string
  readonly deviceType: string
  readonly ipmi?: string
  readonly group?: string
  readonly problems: readonly string[]
  readonly notes: readonly string[]
}

/**
 * What will be done, before it is: each step, the BIOS diff, what speaks against it. Submitting it starts, where nothing does. `order`
 * is an opaque id and all that the modal carries: its user can read and change what is in it.
 */
export function planModal(plan: WorkflowPlan | CheckedBatch, order: string): ModalView {
  const isRun = 'steps' in plan
  const blocks = isRun ? runBlocks(plan) : batchBlocks(plan)
  const problems = isRun ? plan.problems.length : problemCount(plan)
  const startable = problems === 0 && (isRun || plan.items.length > 0)
  return modal({
    callback: CALLBACKS.plan,
    title: startable ? 'Start it?' : 'It would fail',
    ...(startable ? { submit: 'Start' } : {}),
    close: startable ? 'Not now' : 'Close',
    privateMetadata: order,
    blocks,
  })
}

const MOST_STEPS = 60
const MOST_LINES = 20
const MOST_PROBLEMS = 20
const MOST_ITEMS = 400

function runBlocks({ label, steps, reboots, expectedMs, problems }: WorkflowPlan): KnownBlock[] {
  const cycles = reboots === 0 ? 'no reboot' : reboots === 1 ? '1 power cycle' : `${reboots} power cycles`
  const verdict =
    problems.length === 0
      ? 'Nothing known speaks against it. Nothing was changed so far.'
      : `It would fail: ${problems.length} problem${problems.length === 1 ? '' : 's'}. Nothing was changed.`
  return [
    richText(section(words(label, 100, { bold: true }), raw(`: ${cycles}, about ${forPeople(expectedMs)}`))),
    ...paragraphs([verdict]),
    { type: 'divider' },
    ...steps.slice(0, MOST_STEPS).map(stepBlock),
    ...(steps.length > MOST_STEPS ? paragraphs([`… and ${steps.length - MOST_STEPS} more steps`]) : []),
  ]
}

function stepBlock({ title, plan }: WorkflowPlan['steps'][number]): RichTextBlock {
  const { todo, skip, diff = [], unknown = [], problems = [] } = plan
  const mark = problems.length > 0 ? '✘' : skip === undefined ? '▸' : '–'
  const elements: RichTextBlock['elements'] = [
    section(
      raw(`${mark} `),
      words(title, 100, { bold: true }),
      ...(skip === undefined ? [] : [raw(' '), ...said(`(${skip})`, 300)]),
    ),
  ]
  if (todo.length > 0) elements.push(bullets(shortened(todo, MOST_LINES).map((sentence) => said(sentence, 300))))
  if (diff.length > 0)
    elements.push(
      preformatted(
        shortened(
          diff.map((line) => plain(line, 200)),
          MOST_LINES * 2,
        ).join('\n'),
      ),
    )
  if (unknown.length > 0)
    elements.push(bullets(shortened(unknown, MOST_LINES).map((what) => [raw('not known: '), ...said(what, 300)])))
  if (problems.length > 0)
    elements.push(
      bullets(
        shortened(problems, MOST_PROBLEMS).map((problem) => [raw('problem: ', { bold: true }), ...said(problem, 500)]),
      ),
    )
  return richText(...elements)
}

function problemCount({ items, problems }: CheckedBatch): number {
  return items.reduce((sum, item) => sum + item.problems.length, problems.length)
}

function batchBlocks(check: CheckedBatch): KnownBlock[] {
  const { label, items, problems } = check
  const wrong = items.filter((item) => item.problems.length > 0)
  const count = problemCount(check)
  return [
    richText(
      section(words(label, 200, { bold: true }), raw(`: ${items.length} server${items.length === 1 ? '' : 's'}`)),
    ),
    ...paragraphs([
      count === 0
        ? 'All of it was checked as a whole: nothing known speaks against it. Nothing was changed so far.'
        : `It would fail: ${count} problem${count === 1 ? '' : 's'}, ${wrong.length} of ${items.length} servers. Nothing is begun until all of them are solved.`,
    ]),
    ...(problems.length === 0
      ? []
      : [richText(bullets(shortened(problems, MOST_PROBLEMS).map((problem) => said(problem, 400))))]),
    { type: 'divider' },
    ...paragraphs(
      shortened([...wrong, ...items.filter((item) => item.problems.length === 0)].map(itemLine), MOST_ITEMS),
    ),
  ]
}

function itemLine({ serverId, hostname, deviceType, ipmi, group, problems, notes }: CheckedItem): string {
  const facts = [
    deviceType,
    ...(ipmi === undefined ? [] : [`BMC ${ipmi}`]),
    ...(group === undefined ? [] : [group]),
    ...problems.map((problem) => `problem: ${problem}`),
    ...notes,
  ]
  return plain(`${problems.length > 0 ? '✘' : '▸'} ${hostname ?? serverId}: ${facts.slice(0, 12).join(' · ')}`, 400)
}
