import type { Process } from '../os/process.ts'
import type { Builtin } from './builtins.ts'
import { CommandError, FunctionReturn, ShellError, ShellExit } from './control.ts'
import { expandFields, expandText } from './expand.ts'
import { applyRedirects, RedirectError, type Resolved, resolveRedirects, tryRedirects } from './redirect.ts'
import type { How, Shell } from './shell.ts'
import type { Node } from './syntax.ts'

/** A simple command, expanded. */
interface Prepared {
  readonly argv: readonly string[]
  readonly assignments: readonly (readonly [string, string])[]
  readonly redirects: readonly Resolved[]
}

/** Expands a simple command and runs what it names: special builtin, function, builtin or program (POSIX 2.9.1). */
export async function runSimple(shell: Shell, node: Extract<Node, { kind: 'simple' }>, how: How): Promise<number> {
  shell.substitutionStatus = undefined
  const command = await prepare(shell, node)
  const { argv } = command
  const [name] = argv
  if (name === undefined) {
    const restore = await tryRedirects(shell, command.redirects)
    restore?.()
    return restore === undefined ? shell.failureStatus : (shell.substitutionStatus ?? 0)
  }
  const builtin = shell.builtin(name)
  const body = shell.functions.get(name)
  if (builtin?.isSpecial === true) return runSpecial(shell, builtin.run, command)
  if (body !== undefined) return withAssignments(shell, command, () => call(shell, body, argv.slice(1), how))
  if (builtin !== undefined) return withAssignments(shell, command, () => runRegular(shell, builtin.run, argv))
  return runProgram(shell, command, how)
}

async function prepare(shell: Shell, node: Extract<Node, { kind: 'simple' }>): Promise<Prepared> {
  const argv: string[] = []
  for (const word of node.words) argv.push(...(await expandFields(shell, word)))
  const redirects = await resolveRedirects(shell, node.redirects)
  const assignments: [string, string][] = []
  for (const { name, value } of node.assignments) {
    const text = await expandText(shell, value)
    assignments.push([name, text])
    if (argv.length === 0) shell.set(name, text)
  }
  if (shell.options.has('x'))
    await shell.process.err(`+ ${[...assignments.map(([name, value]) => `${name}=${value}`), ...argv].join(' ')}\n`)
  return { argv, assignments, redirects }
}

/** Assignments stay, and an error in a redirection ends the shell. */
async function runSpecial(shell: Shell, builtin: Builtin, { argv, assignments, redirects }: Prepared): Promise<number> {
  for (const [name, value] of assignments) shell.set(name, value)
  // The redirections of a bare `exec` stay.
  const isExec = argv[0] === 'exec'
  const restore = applyRedirects(shell, shell.process, redirects, isExec)
  try {
    return await builtin(shell, argv)
  } finally {
    if (!isExec && shell.process.ended === undefined) restore()
  }
}

/** A usage error of a builtin that is not special does not end the shell. */
async function runRegular(shell: Shell, builtin: Builtin, argv: readonly string[]): Promise<number> {
  try {
    return await builtin(shell, argv)
  } catch (error) {
    if (!(error instanceof ShellError)) throw error
    await shell.complain(error.message)
    return error.status
  }
}

async function withAssignments(
  shell: Shell,
  { assignments, redirects }: Prepared,
  work: () => Promise<number>,
): Promise<number> {
  const restore = await tryRedirects(shell, redirects)
  if (restore === undefined) return shell.failureStatus
  const saved = assignments.map(([name]) => [name, shell.variables.get(name)] as const)
  for (const [name, value] of assignments) {
    shell.set(name, value)
    const variable = shell.variables.get(name)
    if (variable !== undefined) variable.exported = true
  }
  try {
    return await work()
  } finally {
    if (shell.process.ended === undefined) restore()
    for (const [name, variable] of saved) shell.restore(name, variable)
  }
}

async function call(shell: Shell, body: Node, args: readonly string[], how: How): Promise<number> {
  const { parameters, loopDepth } = shell
  shell.parameters = [...args]
  shell.loopDepth = 0
  shell.locals.push(new Map())
  try {
    return await shell.run(body, { tested: how.tested === true })
  } catch (error) {
    if (error instanceof FunctionReturn) return error.status
    throw error
  } finally {
    shell.parameters = parameters
    shell.loopDepth = loopDepth
    for (const [name, variable] of shell.locals.pop() ?? []) shell.restore(name, variable)
  }
}

async function runProgram(shell: Shell, { argv, assignments, redirects }: Prepared, how: How): Promise<number> {
  const environment = shell.environment()
  for (const [name, value] of assignments) environment.set(name, value)
  const become = async (process: Process, own: Shell): Promise<number> => {
    try {
      applyRedirects(own, process, redirects, true)
      return await own.replace(argv, environment)
    } catch (error) {
      if (!(error instanceof RedirectError) && !(error instanceof CommandError)) throw error
      await own.complain(error.message)
      return error instanceof CommandError ? error.status : own.failureStatus
    }
  }
  if (how.last === true && shell.traps.actions.size === 0) throw new ShellExit(await become(shell.process, shell))
  return shell.waitFor(shell.process.host.fork(shell.process, (child) => become(child, shell.cloneFor(child))))
}
