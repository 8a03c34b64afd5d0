import type { RawTextElement, TableBlock } from '@slack/types'
import { cell } from './blocks.ts'

/** A server on a board. `rank` puts what needs somebody first. */
export interface BoardRow {
  readonly rank: number
  readonly server: string
  readonly state: string
  readonly where: string
  readonly last: string
}

/** What a row is sorted by: what somebody has to look at, what moves, what waits, what is over. */
export const RANK = { failed: 0, asks: 1, running: 2, waiting: 3, cancelled: 4, done: 5 } as const

/** Slack takes 100 rows; a message that has so many is refused as too long. */
const MOST_ROWS = 50
/** Leaves room for the rest of the message. */
const HEAVIEST_TABLE = 9_500
/** Characters of server and of where it is; the first that fits is taken. */
const WIDTHS = [
  [40, 90],
  [40, 60],
  [40, 36],
  [34, 20],
] as const

/** A table of the most urgent rows, as many as a message holds, and those that are left. */
export function boardTable(
  head: readonly [server: string, state: string, where: string, last: string],
  rows: readonly BoardRow[],
): { readonly table?: TableBlock; readonly left: readonly BoardRow[] } {
  if (rows.length === 0) return { left: [] }
  const sorted = rows.toSorted((one, other) => one.rank - other.rank)
  for (let shown = Math.min(MOST_ROWS, sorted.length); ; shown = Math.floor(shown * 0.8))
    for (const [server, where] of WIDTHS) {
      const table = tableOf(head, sorted.slice(0, shown), server, where)
      if (shown <= 1 || JSON.stringify(table).length <= HEAVIEST_TABLE) return { table, left: sorted.slice(shown) }
    }
}

function tableOf(head: readonly string[], rows: readonly BoardRow[], server: number, where: number): TableBlock {
  const cells = rows.map((row): RawTextElement[] => [
    cell(row.server, server),
    cell(row.state, 30),
    cell(row.where, where),
    cell(row.last, 20),
  ])
  return {
    type: 'table',
    rows: [head.map((name) => cell(name)), ...cells],
    column_settings: [{ is_wrapped: false }, { is_wrapped: false }, { is_wrapped: true }, { is_wrapped: false }],
  }
}

/** `██████░░░░` in so many letters, the parts in the order they are given. */
export function bar(parts: readonly (readonly [share: number, letter: string])[], letters = 24): string {
  const total = parts.reduce((sum, [share]) => sum + share, 0)
  if (total === 0) return '░'.repeat(letters)
  let before = 0
  let drawn = ''
  for (const [share, letter] of parts) {
    before += share
    // What there is at all is seen: at least one letter.
    const end = Math.min(Math.max(Math.round((before / total) * letters), drawn.length + (share > 0 ? 1 : 0)), letters)
    drawn += letter.repeat(Math.max(end - drawn.length, 0))
  }
  return drawn
}
