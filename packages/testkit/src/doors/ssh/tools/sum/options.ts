import { SumError } from './exit.ts'

/** A command line taken apart. */
export interface CommandLine {
  /** As typed; its letter case does not matter. */
  readonly command: string
  readonly flags: ReadonlySet<string>
  readonly values: ReadonlyMap<string, string>
}

/** Of every command. A colon: takes a value. Letter case matters. */
const GLOBAL = [
  '-i:',
  '-u:',
  '-p:',
  '-f:',
  '-l:',
  '-I:',
  '-v',
  '-h',
  '--no_banner',
  '--no_progress',
  '--journal_level:',
  '--journal_path:',
]

/** Finds the command, wherever it stands. Throws 5 without one, 3 for `-c` at the end. */
export function commandOf(args: readonly string[]): string {
  const at = args.findIndex((arg) => arg === '-c' || arg === '-C')
  if (at < 0) throw new SumError(5, ['Option -c is required.'])
  const command = args[at + 1]
  if (command === undefined) throw new SumError(3, ['Option -c requires an argument.'])
  return command
}

/** Checks and sorts what was typed: 1 for a word that belongs to nothing, 2 for an option that is not known, 3 for a missing value. */
export function parse(args: readonly string[], own: readonly string[]): CommandLine {
  const known = [...GLOBAL, '-c:', '-C:', ...own]
  const flags = new Set<string>()
  const values = new Map<string, string>()
  for (let i = 0; i < args.length; i += 1) {
    const [name = '', ...inline] = (args[i] ?? '').startsWith('--') ? (args[i] ?? '').split('=') : [args[i] ?? '']
    if (!name.startsWith('-')) throw new SumError(1, [`Unexpected option: ${name}`])
    if (known.includes(name)) flags.add(name)
    else if (known.includes(`${name}:`)) {
      const value = inline.length > 0 ? inline.join('=') : args[(i += 1)]
      if (value === undefined || (inline.length === 0 && value.startsWith('-')))
        throw new SumError(3, [`Option ${name} requires an argument.`])
      values.set(name, value)
    } else throw new SumError(2, [`Unknown option: ${name}`])
  }
  return { command: values.get('-c') ?? values.get('-C') ?? '', flags, values }
}

/** Passwords stay out of the log. */
export function masked(args: readonly string[]): string {
  return args
    .map((arg, index) =>
      /^(?:-p|--current_password|--key)$/.test(args[index - 1] ?? '')
        ? '***'
        : arg.replace(/^(--(?:current_password|key))=.*/, '$1=***'),
    )
    .join(' ')
    .slice(0, 200)
}
