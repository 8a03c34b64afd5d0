import type { Process } from '../../os/process.ts'
import type { ToolIo } from '../run-tool.ts'

/** The two generations that differ: 3.x/4.x, and 6.x/7.x. */
export type Personality = '3' | '7'

/** One call of ilorest, options taken apart. */
export interface Call {
  readonly process: Process
  readonly io: ToolIo
  readonly personality: Personality
  readonly verb: string
  readonly operands: readonly string[]
  readonly flags: ReadonlySet<string>
  readonly values: ReadonlyMap<string, string>
}

/** An end with a return code of rdmc_helper.ReturnCodes, and the text that goes with it. */
export class IlorestError extends Error {
  override readonly name = 'IlorestError'
  readonly code: number
  readonly stream: 1 | 2
  constructor(code: number, text: string, stream: 1 | 2 = 2) {
    super(text)
    this.code = code
    this.stream = stream
  }
}

/** A failure that goes through the tool's logger: 3.6 prints it on stderr, 7.2 without a logging configuration prints nothing. */
export function logged(call: Pick<Call, 'personality'>, code: number, text: string): IlorestError {
  return new IlorestError(code, call.personality === '3' ? `ERROR\t: ${text}` : '')
}

/** The server's own answer: on stderr in 3.6, with its status on stdout from 6.x on. */
export function serverText({ personality, io }: Pick<Call, 'personality' | 'io'>, status: number, text: string): void {
  if (personality === '3') io.err(`${text}\n`)
  else io.out(`[${status}] ${text}\n`)
}

/** As the tool prints JSON: two blanks a level, keys sorted. */
export function printJson(io: ToolIo, value: unknown): void {
  io.out(`${JSON.stringify(sorted(value), null, 2)}\n`)
}

export function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (value === null || typeof value !== 'object') return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]))
}
