import { isHwError } from '../errors.ts'
import { jsonLine } from '../report/json-line.ts'
import { nextAfterRefusal } from '../report/next-commands.ts'
import { errorLines } from '../report/record-lines.ts'
import { plain, styleOf } from '../report/style.ts'
import type { WorkflowStatus } from '../workflow/status.ts'

/**
 * What the command line ends with; documented in its help and docs/cli.md. `unfinished`: the run that was followed has not ended,
 * but nobody works on it any more.
 */
export const EXIT = { done: 0, failed: 1, usage: 2, unfinished: 3, cancelled: 130, detached: 143 } as const

/** What a command ends with that has brought a run to its end, or seen it there. */
export const EXIT_OF_RUN: Readonly<Record<WorkflowStatus, number>> = {
  COMPLETED: EXIT.done,
  FAILED: EXIT.failed,
  CANCELLED: EXIT.cancelled,
  PENDING: EXIT.unfinished,
  RUNNING: EXIT.unfinished,
}

/** Reports an error that kept the command from running, and sets the exit code: 2 where the caller can correct it, else 1. */
export function fail(error: unknown): void {
  const style = styleOf(process.stderr.isTTY && !process.env['NO_COLOR'])
  if (isHwError(error)) {
    const { code, kind, message, hint, retryable, context } = error
    const record = { code, kind, message, retryable, context, ...(hint === undefined ? {} : { hint }) }
    if (process.argv.includes('--json')) process.stdout.write(`${jsonLine({ type: 'error', error: record })}\n`)
    else process.stderr.write(`${[...errorLines(record, style), ...nextAfterRefusal(record)].join('\n')}\n`)
    process.exitCode = kind === 'invalid' ? EXIT.usage : EXIT.failed
    return
  }
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error)
  process.stderr.write(`${trace.split('\n').map(unadorned).join('\n')}\n`)
  process.exitCode = EXIT.failed
}

/** One line of a stack trace, printable, its indentation kept. */
function unadorned(line: string): string {
  return `${/^ */.exec(line)?.[0] ?? ''}${plain(line)}`
}
