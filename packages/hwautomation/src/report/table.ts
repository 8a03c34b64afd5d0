import { filled, fitted, widthOf } from './width.ts'

/** A cell: its text, printable, and how it is marked. */
export interface Cell {
  readonly text: string
  readonly mark?: (text: string) => string
}

/** A column: its head, and how narrow it may become where the table would be too wide. Absent: it keeps its width. */
export interface Column {
  readonly head: string
  readonly least?: number
}

const GAP = 2

/**
 * Rows under their heads, each column as wide as its widest cell. Where that is wider than `width`, the widest of the columns that may
 * become narrower give way, and their cells are cut with `…`.
 */
export function tableLines(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  { width, quiet }: { readonly width: number; readonly quiet: (text: string) => string },
): string[] {
  const widths = columns.map(({ head }, index) =>
    Math.max(widthOf(head), ...rows.map((row) => widthOf(row[index]?.text ?? ''))),
  )
  narrow(widths, columns, width)
  const line = (cells: readonly Cell[]) =>
    cells
      .map(({ text, mark }, index) => {
        const shown = fitted(text, widths[index] ?? 0)
        const last = index === cells.length - 1
        const padding = last ? '' : ' '.repeat(Math.max((widths[index] ?? 0) - widthOf(shown), 0))
        return (mark === undefined ? shown : mark(shown)) + padding
      })
      .join(' '.repeat(GAP))
      .trimEnd()
  return [
    quiet(line(columns.map(({ head }, index) => ({ text: filled(head, widths[index] ?? 0) })))),
    ...rows.map(line),
  ]
}

function narrow(widths: number[], columns: readonly Column[], width: number): void {
  const total = () => widths.reduce((sum, one) => sum + one, 0) + GAP * (widths.length - 1)
  while (total() > width) {
    const room = widths.map((one, index) => one - (columns[index]?.least ?? one))
    const widest = Math.max(...room)
    if (widest <= 0) return
    const index = room.indexOf(widest)
    widths[index] = (widths[index] ?? 0) - 1
  }
}
