import { expect } from 'vitest'
import type { WorkflowRecord } from 'hwautomation'
import { runMessage, type RunMessageOptions } from '../../src/views/run-message.ts'
import { faultsOf, golden, seenIn } from './judge.ts'

export const LIVE: RunMessageOptions = { mode: 'live', now: Date.parse('2026-11-23T14:00:00Z'), followers: [] }

/** The cards by title, with the words on them. */
export function cards(record: WorkflowRecord, options: Partial<RunMessageOptions> = {}) {
  const [plan] = runMessage(record, { ...LIVE, ...options }).blocks
  if (plan?.type !== 'plan') throw new Error('there is no plan')
  return (plan.tasks ?? []).map((task) => ({
    title: String(task['title']),
    status: String(task['status']),
    says: seenIn([task['details'], task['output']]),
  }))
}

export function buttons(record: WorkflowRecord): string[] {
  return runMessage(record, LIVE).blocks.flatMap((block) =>
    block.type === 'actions'
      ? block.elements.map((element) => ('text' in element ? (element.text?.text ?? '') : ''))
      : [],
  )
}

/** The message is valid, and looks as it looked when somebody last looked at it. */
export async function expectGolden(
  name: string,
  record: WorkflowRecord,
  options: Partial<RunMessageOptions> = {},
): Promise<void> {
  const content = runMessage(record, {
    ...LIVE,
    now: Date.parse(record.startedAt ?? record.createdAt) + 30_000,
    ...options,
  })
  expect(faultsOf(content)).toEqual([])
  await expect(golden({ text: content.text, blocks: content.blocks })).toMatchFileSnapshot(`golden/${name}.json`)
}
