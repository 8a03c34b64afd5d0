import type { KnownBlock, RichTextBlock, RichTextElement, SectionBlock, TableBlock, TaskCardBlock } from '@slack/types'
import { LIMITS, plainSection } from './blocks.ts'
import { cut } from './escape.ts'

/**
 * The same blocks for a workspace that refuses young ones (`plan`, `table`): sections of plain text, which every workspace knows.
 * Undefined where there is nothing to replace.
 */
export function plainer(blocks: readonly KnownBlock[]): KnownBlock[] | undefined {
  if (!blocks.some(({ type }) => type === 'plan' || type === 'table')) return undefined
  return blocks.flatMap((block): KnownBlock[] => {
    if (block.type === 'plan')
      return [
        { type: 'header', text: { type: 'plain_text', text: cut(block.title, LIMITS.header), emoji: false } },
        ...sections((block.tasks ?? []).map((task) => cardText(task as TaskCardBlock))),
      ]
    if (block.type === 'table') return sections(tableLines(block))
    return [block]
  })
}

const MARK: Readonly<Record<TaskCardBlock['status'], string>> = {
  pending: '·',
  in_progress: '▸',
  complete: '✔',
  error: '✘',
}

function cardText({ status, title, details, output }: TaskCardBlock): string {
  const rest = [details, output].flatMap((part) => (part === undefined ? [] : richLines(part)))
  return [`${MARK[status]} ${title}`, ...rest.map((line) => `    ${line}`)].join('\n')
}

function tableLines({ rows }: TableBlock): string[] {
  return rows.map((row) =>
    row
      .map((cell) => (cell.type === 'rich_text' ? richLines(cell).join(' ') : 'text' in cell ? cell.text : ''))
      .join('  ·  '),
  )
}

function richLines({ elements }: RichTextBlock): string[] {
  return elements.flatMap((element) =>
    element.type === 'rich_text_list'
      ? element.elements.map((item) => `• ${inline(item.elements)}`)
      : inline(element.elements).split('\n'),
  )
}

function inline(elements: readonly RichTextElement[]): string {
  return elements
    .map((element) => {
      if (element.type === 'text') return element.text
      if (element.type === 'date') return element.fallback ?? ''
      return ''
    })
    .join('')
}

/** As few sections as hold the lines. */
function sections(texts: readonly string[]): SectionBlock[] {
  const made: string[][] = []
  let room = 0
  for (const text of texts.map((line) => cut(line, LIMITS.section))) {
    if (made.length === 0 || text.length + 1 > room) {
      made.push([])
      room = LIMITS.section
    }
    made.at(-1)!.push(text)
    room -= text.length + 1
  }
  return made.map(plainSection)
}
