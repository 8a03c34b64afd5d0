import { OsError } from '../os/errno.ts'
import { absolute } from '../os/file-system.ts'
import type { Builtin } from './builtins.ts'
import { quoted } from './builtins-control.ts'
import type { Shell } from './shell.ts'
import type { Variable } from './state.ts'

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

export const specialVariableBuiltins: Readonly<Record<string, Builtin>> = {
  export: (shell, argv) => declare(shell, argv, 'exported'),
  readonly: (shell, argv) => declare(shell, argv, 'readonly'),
  unset: (shell, [, ...args]) => {
    const functions = args[0] === '-f'
    for (const name of args.filter((arg) => arg !== '-f' && arg !== '-v')) {
      if (functions) shell.functions.delete(name)
      else if (shell.variables.get(name)?.readonly === true) return shell.fail(`unset: ${name}: is read only`)
      else if (!shell.variables.delete(name)) shell.functions.delete(name)
    }
    return 0
  },
}

export const variableBuiltins: Readonly<Record<string, Builtin>> = {
  local: (shell, [, ...args]) => {
    const scope = shell.locals.at(-1)
    if (scope === undefined) return shell.fail('local: not in a function')
    for (const arg of args) {
      const [name = '', ...value] = arg.split('=')
      if (!NAME.test(name)) return shell.fail(`local: ${name}: bad variable name`)
      if (!scope.has(name)) {
        const old = shell.variables.get(name)
        scope.set(name, old === undefined ? undefined : { ...old })
      }
      if (arg.includes('=')) shell.set(name, value.join('='))
    }
    return 0
  },
  read: (shell, argv) => read(shell, argv.slice(1)),
  getopts: (shell, argv) => getopts(shell, argv),
  umask: async (shell, [, mode]) => {
    if (mode === undefined) await shell.process.out(`${shell.process.umask.toString(8).padStart(4, '0')}\n`)
    else if (mode === '-S') {
      const text = [6, 3, 0].map((shift, index) => {
        const bits = ~(shell.process.umask >> shift) & 7
        return `${'ugo'.charAt(index)}=${bits & 4 ? 'r' : ''}${bits & 2 ? 'w' : ''}${bits & 1 ? 'x' : ''}`
      })
      await shell.process.out(`${text.join(',')}\n`)
    } else if (/^[0-7]+$/.test(mode)) shell.process.umask = Number.parseInt(mode, 8) & 0o777
    else return shell.fail(`umask: Illegal mode: ${mode}`)
    return 0
  },
  cd: async (shell, [, ...args]) => {
    const [target] = args.filter((arg) => arg !== '-P' && arg !== '-L' && arg !== '--')
    const previous = target === '-'
    const wanted = previous ? (shell.get('OLDPWD') ?? '.') : (target ?? shell.get('HOME') ?? '/')
    const before = shell.process.cwd
    try {
      shell.process.chdir(wanted)
    } catch (error) {
      if (!(error instanceof OsError)) throw error
      await shell.complain(shell.flavour === 'bash' ? `cd: ${wanted}: ${error.message}` : `cd: can't cd to ${wanted}`)
      return shell.flavour === 'bash' ? 1 : 2
    }
    shell.set('OLDPWD', before)
    shell.set('PWD', absolute(shell.process.cwd, '/'))
    if (previous) await shell.process.out(`${shell.process.cwd}\n`)
    return 0
  },
  pwd: async (shell) => {
    await shell.process.out(`${shell.process.cwd}\n`)
    return 0
  },
  hash: () => 0,
  alias: () => 0,
  unalias: () => 0,
  ulimit: async (shell, [, option]) => {
    await shell.process.out(option === '-n' ? '1024\n' : 'unlimited\n')
    return 0
  },
}

async function declare(
  shell: Shell,
  [command = '', ...args]: readonly string[],
  what: 'exported' | 'readonly',
): Promise<number> {
  const names = args.filter((arg) => arg !== '-p' && arg !== '--')
  if (names.length === 0) {
    for (const [name, variable] of [...shell.variables].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      if (variable[what])
        await shell.process.out(
          `${command} ${name}${variable.value === undefined ? '' : `=${quoted(variable.value)}`}\n`,
        )
    }
    return 0
  }
  for (const arg of names) {
    const at = arg.indexOf('=')
    const name = at < 0 ? arg : arg.slice(0, at)
    if (!NAME.test(name)) return shell.fail(`${command}: ${name}: bad variable name`)
    if (at >= 0) shell.set(name, arg.slice(at + 1))
    const variable: Variable = shell.variables.get(name) ?? { value: undefined, exported: false, readonly: false }
    variable[what] = true
    shell.variables.set(name, variable)
  }
  return 0
}

/** Reads one line byte by byte, so that what follows stays for the next command. */
async function read(shell: Shell, args: readonly string[]): Promise<number> {
  const names = [...args]
  let raw = false
  for (let option = names[0]; option?.startsWith('-') === true; option = names[0]) {
    names.shift()
    if (option.includes('r')) raw = true
    if (option === '-p') await shell.process.err(names.shift() ?? '')
    if (option === '--') break
  }
  if (names.length === 0) return shell.fail('read: arg count')
  const bytes: number[] = []
  const escaped = new Set<number>()
  let complete = false
  for (;;) {
    const byte = (await shell.process.read(0, 1))[0]
    if (byte === undefined) break
    if (byte === 10) {
      complete = true
      break
    }
    if (!raw && byte === 92) {
      const next = (await shell.process.read(0, 1))[0]
      if (next === undefined) break
      if (next === 10) continue
      escaped.add(bytes.length)
      bytes.push(next)
    } else bytes.push(byte)
  }
  assign(shell, names, Buffer.from(bytes).toString('utf8'), escaped)
  return complete ? 0 : 1
}

function assign(shell: Shell, names: readonly string[], line: string, escaped: ReadonlySet<number>): void {
  const ifs = shell.get('IFS') ?? ' \t\n'
  const isBlank = (at: number): boolean =>
    !escaped.has(at) && ' \t\n'.includes(line.charAt(at)) && ifs.includes(line.charAt(at)) && at < line.length
  const isDelimiter = (at: number): boolean => at < line.length && !escaped.has(at) && ifs.includes(line.charAt(at))
  let at = 0
  while (isBlank(at)) at += 1
  for (const [index, name] of names.entries()) {
    let end = at
    if (index === names.length - 1) {
      end = line.length
      while (end > at && isBlank(end - 1)) end -= 1
      // A last field that is only ended by a delimiter loses it.
      const inner = line.slice(at, end)
      if (end > at && isDelimiter(end - 1) && !Array.from(inner.slice(0, -1)).some((c) => ifs.includes(c))) end -= 1
    } else while (end < line.length && !isDelimiter(end)) end += 1
    shell.set(name, line.slice(at, end))
    at = end
    while (isBlank(at)) at += 1
    if (isDelimiter(at) && !isBlank(at) && index < names.length - 1) at += 1
    while (isBlank(at)) at += 1
  }
}

async function getopts(shell: Shell, [, spec = '', name = 'opt', ...explicit]: readonly string[]): Promise<number> {
  const args = explicit.length > 0 ? explicit : shell.parameters
  const [index = 1, offset = 1] = (shell.variables.get('OPTIND')?.value ?? '1').split('.').map(Number)
  const at = Number(shell.get(' optoffset') ?? offset)
  const arg = args[index - 1]
  const setIndex = (next: number, inner = 1): void => {
    shell.set('OPTIND', String(next))
    shell.variables.set(' optoffset', { value: String(inner), exported: false, readonly: false })
  }
  if (arg === undefined || !/^-./.test(arg) || arg === '--') {
    if (arg === '--') setIndex(index + 1)
    shell.set(name, '?')
    return 1
  }
  const letter = arg.charAt(at)
  const known = spec.replace(/^:/, '').indexOf(letter)
  const takesValue = known >= 0 && spec.replace(/^:/, '').charAt(known + 1) === ':'
  const more = at + 1 < arg.length
  if (known < 0 || letter === ':') {
    if (spec.startsWith(':')) shell.set('OPTARG', letter)
    else {
      shell.variables.delete('OPTARG')
      await shell.process.err(`Illegal option -${letter}\n`)
    }
    shell.set(name, '?')
    if (more) setIndex(index, at + 1)
    else setIndex(index + 1)
    return 0
  }
  if (!takesValue) {
    shell.set(name, letter)
    shell.variables.delete('OPTARG')
    if (more) setIndex(index, at + 1)
    else setIndex(index + 1)
    return 0
  }
  const value = more ? arg.slice(at + 1) : args[index]
  setIndex(index + (more ? 1 : 2))
  if (value === undefined) {
    shell.set(name, spec.startsWith(':') ? ':' : '?')
    if (spec.startsWith(':')) shell.set('OPTARG', letter)
    else await shell.process.err(`No arg for -${letter} option\n`)
    return 0
  }
  shell.set(name, letter)
  shell.set('OPTARG', value)
  return 0
}
