import type { KnownBlock } from '@slack/types'
import { expect, it } from 'vitest'
import { actions, cell, context } from '../../src/views/blocks.ts'
import { fit, HEAVIEST, HEAVIEST_PLAN, weightOf } from '../../src/views/fit.ts'
import { bullets, lines, raw, richText, section } from '../../src/views/rich-text.ts'

const button = actions([{ action: 'run.cancel', text: 'Cancel the run now', value: 'run_1' }])
const filler = 'word '.repeat(2_000)

function plan(cards: number, details: string, output: string): KnownBlock {
  return {
    type: 'plan',
    title: 'srv001.maas',
    tasks: Array.from({ length: cards }, (_, index) => ({
      type: 'task_card' as const,
      task_id: `step-${index}`,
      title: `Step ${index}`,
      status: 'in_progress' as const,
      details: richText(section(raw(details))),
      output: richText(section(raw(output))),
    })),
  }
}

it('what fits is left as it is', () => {
  const blocks = [plan(7, 'Reading the settings back…', 'ok'), ...button]
  expect(fit('text', blocks)).toMatchObject({ text: 'text', blocks })
})

it('details give way before results', () => {
  const { blocks } = fit('text', [plan(7, filler, 'the result, which is of some length'), ...button])
  expect(weightOf(blocks)).toBeLessThanOrEqual(HEAVIEST_PLAN)
  const seen = JSON.stringify(blocks)
  expect(seen.split('the result, which is of some length')).toHaveLength(8)
  expect(seen).toContain('…')
  expect(seen).toContain('Cancel the run now')
})

it.each<[string, KnownBlock[]]>([
  ['cards', [plan(60, filler, filler)]],
  [
    'rows',
    [{ type: 'table', rows: Array.from({ length: 100 }, () => Array.from({ length: 20 }, () => cell(filler))) }],
  ],
  ['lines', [richText(bullets(Array.from({ length: 900 }, () => [raw(filler)])))]],
  ['pieces', [richText(lines(...Array.from({ length: 900 }, () => [raw(filler, { bold: true })])))]],
  ['parts', [richText(...Array.from({ length: 400 }, () => section(raw(filler))))]],
  ['blocks', Array.from({ length: 400 }, () => richText(section(raw(filler))))],
  ['small print', Array.from({ length: 30 }, () => context(filler, filler, filler))],
])('far too many %s become a message that Slack takes', (_, blocks) => {
  const content = fit(filler, [...blocks.slice(0, 48), ...button])
  for (const form of [content.blocks, content.plain ?? []]) {
    expect(form.length).toBeLessThanOrEqual(50)
    expect(JSON.stringify(form).length).toBeLessThanOrEqual(HEAVIEST)
  }
  expect(content.text.length).toBeLessThanOrEqual(3_000)
  expect(JSON.stringify(content.blocks)).toContain('Cancel the run now')
})
