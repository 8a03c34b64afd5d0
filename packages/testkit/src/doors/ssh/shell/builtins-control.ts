import { findCommand } from '../os/exec.ts'
import { OsError } from '../os/errno.ts'
import { parseSignal } from '../os/signals.ts'
import { kill } from './builtin-kill.ts'
import type { Builtin } from './builtins.ts'
import { CommandError, FunctionReturn, LoopJump, ShellExit } from './control.ts'
import type { Shell } from './shell.ts'

export const specialControlBuiltins: Readonly<Record<string, Builtin>> = {
  ':': () => 0,
  '.': async (shell, [, file, ...args]) => {
    if (file === undefined) return 0
    let text: string
    try {
      text = (
        await shell.process.readFile(
          file.includes('/') ? file : findCommand(shell.process, file, shell.get('PATH') ?? ''),
        )
      ).toString('utf8')
    } catch (error) {
      if (error instanceof OsError)
        return shell.fail(`.: ${file.includes('/') ? `cannot open ${file}: No such file` : `${file}: not found`}`)
      throw error
    }
    if (args.length > 0) shell.parameters = args
    try {
      return await shell.source(text)
    } catch (error) {
      if (error instanceof FunctionReturn) return error.status
      throw error
    }
  },
  break: (shell, argv) => jump(shell, 'break', argv),
  continue: (shell, argv) => jump(shell, 'continue', argv),
  eval: (shell, [, ...words]) => shell.source(words.join(' ')),
  exec: async (shell, [, ...argv]) => {
    if (argv.length === 0) return 0
    try {
      throw new ShellExit(await shell.replace(argv, shell.environment()))
    } catch (error) {
      if (error instanceof CommandError) throw new CommandError(`exec: ${error.message}`, error.status)
      // The program has taken the shell's place: its EXIT trap is gone.
      shell.traps.takeExit()
      throw error
    }
  },
  exit: (shell, [, code]) => {
    throw new ShellExit(code === undefined ? shell.status : numberArgument(shell, 'exit', code) & 0xff)
  },
  return: (shell, [, code]) => {
    throw new FunctionReturn(code === undefined ? shell.status : numberArgument(shell, 'return', code))
  },
  set: (shell, [, ...args]) => setOptions(shell, args),
  shift: (shell, [, count]) => {
    const by = count === undefined ? 1 : numberArgument(shell, 'shift', count)
    if (by > shell.parameters.length) return shell.fail("shift: can't shift that many")
    shell.parameters.splice(0, by)
    return 0
  },
  times: async (shell) => {
    await shell.process.out('0m0.000000s 0m0.000000s\n0m0.000000s 0m0.000000s\n')
    return 0
  },
  trap: (shell, [, ...args]) => setTraps(shell, args[0] === '--' ? args.slice(1) : args),
}

export const controlBuiltins: Readonly<Record<string, Builtin>> = {
  command: async (shell, [, ...args]) => {
    const [option, ...names] = args
    if (option === '-v' || option === '-V') {
      let status = 0
      for (const name of names) {
        const text = describe(shell, name, option === '-V')
        if (text === undefined) status = 127
        else await shell.process.out(`${text}\n`)
      }
      return status
    }
    const argv = option === '-p' ? names : args
    const builtin = shell.builtin(argv[0] ?? '')
    if (argv.length === 0) return 0
    if (builtin !== undefined) return builtin.run(shell, argv)
    const functions = new Map(shell.functions)
    shell.functions.clear()
    try {
      return await shell.run({
        kind: 'simple',
        assignments: [],
        words: argv.map((text) => ({ parts: [{ kind: 'quoted' as const, text }] })),
        redirects: [],
        line: shell.line,
      })
    } finally {
      for (const [name, body] of functions) shell.functions.set(name, body)
    }
  },
  type: async (shell, [, ...names]) => {
    let status = 0
    for (const name of names) {
      const text = describe(shell, name, true)
      if (text === undefined) status = 127
      await shell.process.out(`${text ?? `${name}: not found`}\n`)
    }
    return status
  },
  jobs: async (shell) => {
    let number = 0
    for (const job of shell.jobs.values()) {
      number += 1
      if (job.ended === undefined) await shell.process.out(`[${number}] + Running                    \n`)
    }
    return 0
  },
  wait: async (shell, [, ...pids]) => {
    if (pids.length === 0) {
      for (const job of shell.jobs.values()) {
        const status = await shell.waitForJob(job)
        if (shell.jobs.has(job.pid)) return status
      }
      return 0
    }
    let status = 0
    for (const pid of pids) {
      const job = shell.jobs.get(numberArgument(shell, 'wait', pid.replace(/^%/, '')))
      status = job === undefined ? 127 : await shell.waitForJob(job)
    }
    return status
  },
  kill: (shell, [, ...args]) => kill(shell, args),
}

function jump(shell: Shell, kind: 'break' | 'continue', [, count]: readonly string[]): number {
  const levels = count === undefined ? 1 : numberArgument(shell, kind, count)
  if (shell.loopDepth === 0) return 0
  throw new LoopJump(kind, levels)
}

function numberArgument(shell: Shell, name: string, text: string): number {
  if (!/^[0-9]+$/.test(text)) return shell.fail(`${name}: Illegal number: ${text}`)
  return Number(text)
}

const LONG_OPTIONS: Readonly<Record<string, string>> = {
  errexit: 'e',
  nounset: 'u',
  noglob: 'f',
  xtrace: 'x',
  allexport: 'a',
  monitor: 'm',
  noexec: 'n',
  verbose: 'v',
  noclobber: 'C',
  pipefail: 'pipefail',
}

async function setOptions(shell: Shell, args: readonly string[]): Promise<number> {
  if (args.length === 0) {
    for (const [name, { value }] of [...shell.variables].toSorted(([a], [b]) => (a < b ? -1 : 1)))
      await shell.process.out(`${name}=${quoted(value ?? '')}\n`)
    return 0
  }
  for (let i = 0; i < args.length; i += 1) {
    const arg = args[i] ?? ''
    if (arg === '--' || arg === '-') {
      shell.parameters = args.slice(i + 1)
      return 0
    }
    if (!/^[-+]./.test(arg)) {
      shell.parameters = args.slice(i)
      return 0
    }
    const change = (letter: string): unknown =>
      arg.startsWith('-') ? shell.options.add(letter) : shell.options.delete(letter)
    for (const letter of arg.slice(1)) {
      if (letter === 'o') {
        i += 1
        const option = LONG_OPTIONS[args[i] ?? '']
        // dash before 0.5.13 has no pipefail.
        if (option === undefined || (option === 'pipefail' && shell.flavour === 'dash'))
          return shell.fail(`set: Illegal option ${arg} ${args[i] ?? ''}`)
        change(option)
      } else if ('aCefhmnuvxb'.includes(letter)) change(letter)
      else return shell.fail(`set: Illegal option -${letter}`)
    }
  }
  return 0
}

async function setTraps(shell: Shell, args: readonly string[]): Promise<number> {
  if (args.length === 0) {
    for (const [signal, action] of shell.traps.actions) await shell.process.out(`trap -- ${quoted(action)} ${signal}\n`)
    return 0
  }
  const [first = '', ...rest] = args
  const single = rest.length === 0 || /^[0-9]+$/.test(first)
  const action = single || first === '-' ? undefined : first
  for (const name of single ? args : rest) {
    const signal = parseSignal(name)
    if (signal === undefined) {
      await shell.complain(`trap: ${name}: bad trap`)
      return 1
    }
    shell.traps.set(signal === 0 ? 'EXIT' : signal, action)
  }
  return 0
}

function describe(shell: Shell, name: string, verbose: boolean): string | undefined {
  if (shell.functions.has(name)) return verbose ? `${name} is a shell function` : name
  const builtin = shell.builtin(name)
  if (builtin !== undefined) return verbose ? `${name} is a ${builtin.isSpecial ? 'special ' : ''}shell builtin` : name
  try {
    const path = findCommand(shell.process, name, shell.get('PATH') ?? '')
    return verbose ? `${name} is ${path}` : path
  } catch (error) {
    if (error instanceof OsError) return undefined
    throw error
  }
}

/** dash's single_quote: for output that may be read back. */
export function quoted(text: string): string {
  return text === ''
    ? "''"
    : text
        .split("'")
        .map((part) => (part === '' ? '' : `'${part}'`))
        .join(`"'"`)
}
