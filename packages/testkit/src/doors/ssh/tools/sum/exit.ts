/** Descriptions of the exit codes that the lab comes to (ironlib's list of them; 80, 149 and 153 as captured). */
const DESCRIPTIONS = {
  1: 'GetOpt unexpected option code',
  2: 'GetOpt unknown option',
  3: 'GetOpt missing argument',
  4: 'No host IP/user/password',
  5: 'Missing option',
  6: 'Unknown command',
  7: 'Option conflict',
  8: 'Can not open file',
  9: 'File already exists',
  11: 'Invalid command line data',
  12: 'Function access denied',
  36: 'Required device does not exist',
  38: 'Function is not supported',
  60: 'Invalid BIOS configuration file',
  61: 'Utility internal error',
  80: 'Node product key is not activated.',
  82: 'Board mismatch',
  100: 'Can not open driver',
  106: 'Driver is busy',
  107: 'ROM chip is occupied',
  108: 'Kernel module verification error',
  145: 'IPMI connection failed',
  146: 'IPMI login failed',
  149: 'IPMI execution failed',
} as const

export type SumCode = keyof typeof DESCRIPTIONS

/** An end with an exit code that is not 0, and what is said about it. */
export class SumError extends Error {
  override readonly name = 'SumError'
  readonly code: number
  readonly lines: readonly string[]
  readonly instructions: readonly string[]
  constructor(code: SumCode, lines: readonly string[], instructions: readonly string[] = []) {
    super(lines.join(' '))
    this.code = code
    this.lines = lines
    this.instructions = instructions
  }
}

/** Captured with the code: 80 (go-hal#3), 149 (Dasharo#327). All others are assumed. */
const PROGRAM_ERROR_CODES: Readonly<Record<number, string>> = { 80: '260.14', 149: '406.6' }

const RULER = 80

/**
 * What is printed before the tool ends (captured with codes 80 and 149): rulers of 80 stars, keys padded to 24 columns, long lines
 * broken with four blanks before the rest.
 */
export function errorBlock({ code, lines, instructions }: Pick<SumError, 'code' | 'lines' | 'instructions'>): string {
  const description = Object.entries(DESCRIPTIONS).find(([known]) => Number(known) === code)?.[1] ?? 'Undefined error'
  const title = '<<<<<ERROR>>>>>'
  const left = Math.floor((RULER - title.length) / 2)
  const rows = [
    '',
    `${'*'.repeat(left)}${title}${'*'.repeat(RULER - left - title.length)}`,
    '',
    row('ExitCode', String(code)),
    row('Description', description),
    row('Program Error Code', PROGRAM_ERROR_CODES[code] ?? `${200 + code}.1`),
    'Error message:',
    ...lines.flatMap(wrapped),
    ...(instructions.length === 0 ? [] : ['Instruction:', ...instructions.flatMap(wrapped)]),
    '',
    '*'.repeat(RULER),
  ]
  return `${rows.join('\n')}\n`
}

function row(key: string, value: string): string {
  return `${key.padEnd(24)}= ${value}`
}

function wrapped(line: string): string[] {
  const [rows, last] = line
    .split(' ')
    .reduce<[string[], string]>(
      ([done, now], word) =>
        `${now} ${word}`.length > RULER - 2 && now.trim() !== ''
          ? [[...done, now], `    ${word}`]
          : [done, `${now}${/\S/.test(now) ? ' ' : ''}${word}`],
      [[], '        '],
    )
  return [...rows, last]
}
