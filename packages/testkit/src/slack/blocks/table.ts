import { isObject } from '../json.ts'
import type { SlackJson } from '../workspace.ts'
import { richText } from './rich-text.ts'
import { anyNumber, byType, fault, inside, list, shape, text, type Rule } from './rules.ts'

const CELLS = {
  raw_text: shape({ text: text(10_000, 1) }),
  raw_number: shape({ value: anyNumber, text: text(10_000, 1) }),
}
const COLUMNS = 20

/** docs.slack.dev/reference/block-kit/blocks/table-block and data-table-block. A `data_table` has a header row of plain cells, and rows of one length. */
export function tableRows(kind: 'table' | 'data_table'): Rule {
  const cell = byType({ ...CELLS, rich_text: richText })
  const rows = kind === 'table' ? list(list(cell, COLUMNS), 100) : list(list(cell, COLUMNS), 201, 2)
  return (value, place) => {
    rows(value, place)
    if (kind === 'table' || !Array.isArray(value)) return
    const [header] = value
    if (Array.isArray(header) && header.some((each) => isObject(each) && each['type'] === 'rich_text'))
      fault(inside(place, 0), 'rich_text cannot be used for header cells')
    if (value.some((row) => Array.isArray(row) && Array.isArray(header) && row.length !== header.length))
      fault(place, 'all rows must have the same number of cells')
  }
}

/** "A single table's character count across all cells cannot exceed", which holds for all tables of a message together. */
export const MOST_CELL_CHARACTERS: Readonly<Record<string, number>> = { table: 10_000, data_table: 20_000 }

/** Characters in all texts of these rows. */
export function cellCharacters(value: SlackJson | undefined): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + cellCharacters(each), 0)
  if (!isObject(value)) return 0
  const own = typeof value['text'] === 'string' ? value['text'].length : 0
  return own + cellCharacters(value['elements'])
}
