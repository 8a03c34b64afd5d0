import type { Process } from '../../os/process.ts'
import type { ToolIo } from '../run-tool.ts'
import type { CommandLine } from './options.ts'
import type { Personality } from './personality.ts'

/** One call of `sum` or `saa`, options taken apart. */
export interface Call extends CommandLine {
  readonly process: Process
  readonly io: ToolIo
  readonly personality: Personality
  /** Prints unless `--no_progress`. */
  progress(text: string): void
}

/** What a line is about, in front of it. 2.14 has it bold, three times over (captured); 2.5 plain. */
export function tell(
  { personality, io }: Pick<Call, 'personality' | 'io'>,
  word: 'Note' | 'Status',
  text: string,
): void {
  if (!personality.coloured) io.out(`${word}: ${text}\n`)
  else io.out(`\u001B[1m\u001B[1m\u001B[1m${word}:\u001B[0m\u001B[0m \u001B[0m${text}\n\n\u001B[0m`)
}

/** Yellow. */
export function warn({ personality, io }: Pick<Call, 'personality' | 'io'>, text: string): void {
  if (!personality.coloured) io.out(`WARNING: ${text}\n`)
  else io.out(`\u001B[0m\u001B[0;33m\u001B[0;33m\u001B[0;33mWARNING\u001B[0m\u001B[0m: \u001B[0m${text}\n\n`)
}
