import { printable } from '../printable.ts'

/** The error that the tool prints between two rulers of stars. */
export interface SumErrorBlock {
  readonly exitCode: number
  /** e.g. `IPMI execution failed`. */
  readonly description?: string
  /** e.g. `406.6`. */
  readonly programErrorCode?: string
  /** Its lines as one, e.g. `Failed to send http GET. HTTP code: 403 (Forbidden) …`. */
  readonly message?: string
  readonly instruction?: string
}

/**
 * The output of both streams as plain lines: which one the tool uses is on no record, and from 2.14 on it colours words
 * (`ESC[1m`) even in a pipe.
 */
export function plainOutput({ stdout, stderr }: { readonly stdout: string; readonly stderr: string }): string {
  // oxlint-disable-next-line no-control-regex -- ECMA-48 control sequences begin with ESC
  return `${stdout}\n${stderr}`.replaceAll(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, '').replaceAll('\r\n', '\n')
}

/** The error block in an output of {@link plainOutput}, if there is one. */
export function errorBlockOf(output: string): SumErrorBlock | undefined {
  const from = output.lastIndexOf('<<<<<ERROR>>>>>')
  const block = from === -1 ? output : output.slice(from)
  const exitCode = field(block, 'ExitCode')
  if (exitCode === undefined || !/^\d{1,3}$/.test(exitCode)) return undefined
  const optional = {
    description: field(block, 'Description'),
    programErrorCode: field(block, 'Program Error Code'),
    message: paragraph(block, 'Error message:'),
    instruction: paragraph(block, 'Instruction:'),
  }
  const known = Object.entries(optional).filter(([, text]) => text !== undefined)
  return { exitCode: Number(exitCode), ...Object.fromEntries(known) }
}

/** True where the tool says that the file differs in nothing from what is set; it says "is updated" and exits 0 all the same. */
export function saysNothingChanged(output: string): boolean {
  return /No BIOS setting has been changed/i.test(output)
}

/**
 * The product keys that are active, from `QueryProductKey`: `[0] OOB`, or
 * `[1] SFT-DCMS-Single, version: …, creation date: 2020/12/30 12:00:00(Key is good.)`.
 */
export function productKeysOf(output: string): readonly string[] {
  return [...output.matchAll(/^[ \t]*\[\d+\][ \t]*([A-Za-z][\w-]*)(.*)$/gm)]
    .filter(([, , rest]) => !/\(Key is (?!good)/i.test(rest ?? ''))
    .map(([, name]) => name ?? '')
}

/** The last line that says something, without banner and progress, for outputs without an error block. */
export function lastWordsOf(output: string): string | undefined {
  const line = output
    .slice(-4096)
    .split('\n')
    .map((text) => text.trim())
    .findLast((text) => /\p{L}{2}/u.test(text) && !/^Supermicro Update Manager|^Copyright/i.test(text))
  return line === undefined ? undefined : printable(line, 300)
}

function field(block: string, name: string): string | undefined {
  const line = block.split('\n').find((text) => text.trimStart().startsWith(name)) ?? ''
  const equals = line.indexOf('=')
  if (equals === -1 || !/^[\w ]+$/.test(line.slice(0, equals).trim())) return undefined
  const value = line.slice(equals + 1).trim()
  return value === '' ? undefined : printable(value)
}

/** The indented lines below a heading, up to the next heading or ruler. */
function paragraph(block: string, heading: string): string | undefined {
  const lines = block.split('\n')
  const start = lines.findIndex((line) => line.trim() === heading)
  if (start === -1) return undefined
  const rest = lines.slice(start + 1)
  const end = rest.findIndex((line) => /^\s*\*{5,}|^\S.*:$/.test(line))
  const text = (end === -1 ? rest : rest.slice(0, end))
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' ')
  return text === '' ? undefined : printable(text, 500)
}
