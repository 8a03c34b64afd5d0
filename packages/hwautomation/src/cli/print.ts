import { jsonLine } from '../report/json-line.ts'

/** Columns where nobody looks: nothing is cut for a program. */
const ENDLESS = 10_000

/** What takes live views off the terminal; they are drawn again, below what was said. */
const liveViews = new Set<() => void>()

/** A live view is drawn from now on, until the returned function is called. */
export function drawing(clear: () => void): () => void {
  liveViews.add(clear)
  return () => void liveViews.delete(clear)
}

/** Colours only where a person looks. */
export function wantsColour(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && !process.env['NO_COLOR']
}

/** One object a line, the stable output of `--json`: its type first, unless it has one of its own. */
export function printJson(value: object, type?: string): void {
  process.stdout.write(`${jsonLine(type === undefined ? value : { type, ...value })}\n`)
}

export function printLines(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
}

/** For people, beside the output of the command. A live view makes room for it. */
export function remark(...lines: readonly string[]): void {
  for (const clear of liveViews) clear()
  process.stderr.write(`${lines.join('\n')}\n`)
}

/** Whether a person looks, in how many columns and colours, and what time it is. */
export function screen(): {
  readonly colour: boolean
  readonly width: number
  readonly isTerminal: boolean
} {
  const { isTTY, columns } = process.stdout
  return { colour: wantsColour(process.stdout), width: isTTY ? Math.max(columns, 40) : ENDLESS, isTerminal: isTTY }
}
