import { jsonLine } from '../report/json-line.ts'
import { wantsColour } from './open.ts'

/** Columns where nobody looks: nothing is cut for a program. */
const ENDLESS = 10_000

/** One object a line, the stable output of `--json`: its type first, unless it has one of its own. */
export function printJson(value: object, type?: string): void {
  process.stdout.write(`${jsonLine(type === undefined ? value : { type, ...value })}\n`)
}

export function printLines(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
}

/** For people, beside the output of the command. */
export function remark(...lines: readonly string[]): void {
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
