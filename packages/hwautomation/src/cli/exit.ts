import { isHwError } from '../errors.ts'
import { errorLines } from '../report/record-lines.ts'
import { plain, styleOf } from '../report/style.ts'

/** What the command line ends with; documented in its help. */
export const EXIT = { done: 0, failed: 1, usage: 2, cancelled: 130, detached: 143 } as const

/** Reports an error that kept the command from running, and sets the exit code: 2 where the caller can correct it, else 1. */
export function fail(error: unknown): void {
  const style = styleOf(process.stderr.isTTY && !process.env['NO_COLOR'])
  if (isHwError(error)) {
    const { code, kind, message, hint, retryable, context } = error
    const record = { code, kind, message, retryable, context, ...(hint === undefined ? {} : { hint }) }
    if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ type: 'error', error: record })}\n`)
    else process.stderr.write(`${errorLines(record, style).join('\n')}\n`)
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
