import type { Machine } from '../../../../world/machine.ts'
import type { JobQueue } from '../../../../world/jobs.ts'
import type { Process } from '../../os/process.ts'
import type { ToolIo } from '../run-tool.ts'

/** One call of racadm that has reached the iDRAC of a Dell server. */
export interface Call {
  readonly process: Process
  readonly io: ToolIo
  readonly machine: Machine
  readonly jobs: JobQueue
  /** What follows the verb: operands, and options with their values. */
  readonly operands: readonly string[]
  readonly values: ReadonlyMap<string, string>
  readonly flags: ReadonlySet<string>
}

/** Ends a call with `ERROR: …` on stderr. Codes other than 0 are undocumented: 1 is assumed. */
export class RacadmError extends Error {
  override readonly name = 'RacadmError'
  readonly code: number
  constructor(text: string, code = 1) {
    super(text)
    this.code = code
  }
}

/** The first line of an answer is filled up with blanks to 77 columns (captured with 15G and older servers). */
export function padded(line: string): string {
  return `${line.padEnd(77)}\n`
}

/** `Tue, 25 Mar 2025 17:00:22`. */
export function racTime(at: number): string {
  const [day = '', rest = ''] = new Date(at).toUTCString().split(', ')
  return `${day}, ${rest.replace(' GMT', '')}`
}
