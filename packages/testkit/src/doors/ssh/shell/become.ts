import { OsError } from '../os/errno.ts'
import { execute, findCommand } from '../os/exec.ts'
import type { Process } from '../os/process.ts'
import { readImage } from '../tools/image.ts'
import { CommandError } from './control.ts'
import { DEFAULT_PATH, type ShellState } from './state.ts'

/**
 * The shell's process becomes a program: `exec`, and the last command of a subshell. Resolves with the exit code.
 * @throws CommandError 126 or 127, in the words of dash or bash
 */
export async function becomeProgram(
  shell: ShellState,
  argv: readonly string[],
  environment: Map<string, string>,
): Promise<number> {
  const [name = ''] = argv
  const path = find(shell, name, environment.get('PATH'))
  shell.process.env = environment
  try {
    return await execute(shell.process, path, argv)
  } catch (error) {
    if (!(error instanceof OsError)) throw error
    // A text without `#!` is a script of this shell; a binary of another machine is not.
    if (error.code === 'ENOEXEC' && !(await isBinary(shell.process, path)))
      return execute(shell.process, '/bin/sh', ['/bin/sh', path, ...argv.slice(1)])
    const text = shell.flavour === 'bash' ? bashText(name, error) : `${name}: ${dashText(error)}`
    throw new CommandError(text, error.code === 'ENOENT' ? 127 : 126)
  }
}

function find(shell: ShellState, name: string, path: string | undefined): string {
  try {
    return findCommand(shell.process, name, path ?? DEFAULT_PATH)
  } catch (error) {
    if (!(error instanceof OsError)) throw error
    const missing = error.code === 'ENOENT' || error.code === 'ENOTDIR'
    const notFound = shell.flavour === 'dash' ? 'not found' : name.includes('/') ? error.message : 'command not found'
    throw new CommandError(`${name}: ${missing ? notFound : error.message}`, missing ? 127 : 126)
  }
}

async function isBinary(process: Process, path: string): Promise<boolean> {
  return readImage(await process.readFile(path)) !== undefined
}

function dashText(error: OsError): string {
  return error.code === 'ENOENT' ? 'not found' : error.message
}

function bashText(name: string, error: OsError): string {
  return error.code === 'ENOEXEC'
    ? `${name}: cannot execute binary file: Exec format error`
    : `${name}: ${error.message}`
}
