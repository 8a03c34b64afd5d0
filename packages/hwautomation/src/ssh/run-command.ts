import { HwError } from '../errors.ts'
import { quote, quoteAll } from './quote.ts'

/** What to run on a host. */
export interface RemoteCommand {
  readonly argv: readonly string[]
  /** As root: `sudo -n`, or directly where the login user is root. */
  readonly sudo?: boolean | undefined
  /** Never in any process list, but in a 0600 file of the run until it is removed. */
  readonly stdin?: string | Buffer | undefined
  /** As `stdin`; also under sudo. */
  readonly env?: Readonly<Record<string, string>> | undefined
  /** Default: the login user's home. */
  readonly cwd?: string | undefined
}

/**
 * The command as a sh file: folder, environment, then the program in the shell's place.
 * Exit code 125: the folder cannot be entered; 126 and 127 are the shell's own (POSIX.1 XCU 2.8.2).
 */
export function commandFile({ argv, env = {}, cwd }: RemoteCommand): Buffer {
  if (argv.length === 0 || argv[0] === '') throw badCommand('The command is empty.')
  const lines = Object.entries(env).map(([name, value]) => {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw badCommand(`"${name}" is no name of an environment variable.`)
    return `export ${name}=${quote(value)}`
  })
  // A leading dash would be taken for an option, and `cd -` goes somewhere else.
  if (cwd !== undefined) lines.unshift(`cd ${quote(cwd.startsWith('-') ? `./${cwd}` : cwd)} || exit 125`)
  return Buffer.from(`${lines.join('\n')}\nexec ${quoteAll(argv)}\n`)
}

/** A run id names a directory on the host, so it is held to what can be no other path and no option. */
export function checkedRunId(id: string): string {
  if (/^[A-Za-z0-9_][A-Za-z0-9._-]{0,79}$/.test(id)) return id
  throw new HwError({
    code: 'ssh.bad-run-id',
    kind: 'invalid',
    message: `"${id.slice(0, 100)}" is no run id: expected are 1 to 80 letters, digits, dots, dashes or underscores, no dot or dash first.`,
    hint: 'This is a defect of the calling step.',
  })
}

function badCommand(message: string): HwError {
  return new HwError({
    code: 'ssh.bad-argument',
    kind: 'invalid',
    message,
    hint: 'This is a defect of the calling step.',
  })
}
