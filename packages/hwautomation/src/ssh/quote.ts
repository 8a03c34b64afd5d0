import { HwError } from '../errors.ts'

/**
 * One word of a POSIX shell command that stands for exactly this text, whatever is in it.
 * A single-quoted string knows no escapes (POSIX.1 XCU 2.2.2), so only the quote itself needs care.
 *
 * @throws HwError `ssh.bad-argument` for a text with a NUL byte, which no Unix program can be given.
 * @example
 * quote("it's") // 'it'\''s'
 */
export function quote(text: string): string {
  if (text.includes('\0')) {
    throw new HwError({
      code: 'ssh.bad-argument',
      kind: 'invalid',
      message: 'A command argument contains a NUL byte, which no program on the host can receive.',
      hint: 'Pass binary data by stdin or upload it as a file.',
    })
  }
  return `'${text.replaceAll("'", "'\\''")}'`
}

/** A whole command line out of an argument vector. */
export function quoteAll(argv: readonly string[]): string {
  return argv.map(quote).join(' ')
}
