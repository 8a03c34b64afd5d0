import { findCommand, execute } from '../os/exec.ts'
import { OsError } from '../os/errno.ts'
import { OpenFile, readEnd, writeEnd, deviceStream } from '../os/open-file.ts'
import { Pipe } from '../os/pipe.ts'
import { type Ended, type Process, statusOf } from '../os/process.ts'
import { type Signal, signalNumbers, signalTexts } from '../os/signals.ts'
import { readImage } from '../tools/image.ts'
import { ArithmeticError } from './arithmetic.ts'
import { type Builtin, builtins, specialBuiltins } from './builtins.ts'
import { FunctionReturn, LoopJump, ShellExit } from './control.ts'
import { expandFields, expandPattern, expandText } from './expand.ts'
import { Parser } from './parser.ts'
import { matches } from './pattern.ts'
import { applyRedirects, RedirectError, resolveRedirects, type Resolved } from './redirect.ts'
import { type Node, type Redirect, ShellSyntaxError } from './syntax.ts'

export interface Variable {
  value: string | undefined
  exported: boolean
  readonly: boolean
}

/** `tested`: a failure here does not trip `set -e`. `last`: nothing follows in this process, so a program may take its place. */
interface How {
  readonly tested?: boolean
  readonly last?: boolean
}

type Flavour = 'dash' | 'bash'

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** A POSIX shell running as a simulated process, with dash's manners (or bash's words, for a login shell). */
export class Shell {
  readonly process: Process
  readonly flavour: Flavour
  /** `$$`: the pid of the main shell, also in its subshells. */
  readonly mainPid: number
  name: string
  parameters: string[] = []
  readonly variables = new Map<string, Variable>()
  readonly functions = new Map<string, Node>()
  readonly options = new Set<string>()
  readonly traps = new Map<Signal | 'EXIT', string>()
  /** Children that were started in the background, and not yet waited for. */
  readonly jobs = new Map<number, Process>()
  /** Saved values of `local` variables, innermost function last. */
  readonly locals: Map<string, Variable | undefined>[] = []
  status = 0
  lastBackground: number | undefined
  line = 1
  loopDepth = 0
  readonly #pendingTraps: Signal[] = []
  #onTrap: (() => void) | undefined
  #substitutionStatus: number | undefined
  #inTrap = false

  constructor(process: Process, options: { name: string; flavour: Flavour; mainPid?: number }) {
    this.process = process
    this.name = options.name
    this.flavour = options.flavour
    this.mainPid = options.mainPid ?? process.pid
    for (const [name, value] of process.env) {
      if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) this.variables.set(name, { value, exported: true, readonly: false })
    }
    if (!this.variables.has('PATH'))
      this.variables.set('PATH', { value: DEFAULT_PATH, exported: false, readonly: false })
    this.variables.set('IFS', { value: ' \t\n', exported: false, readonly: false })
    this.variables.set('OPTIND', { value: '1', exported: false, readonly: false })
    this.variables.set('PPID', { value: String(process.ppid), exported: false, readonly: false })
    const pwd = this.variables.get('PWD')
    this.variables.set('PWD', { value: process.cwd, exported: pwd?.exported ?? false, readonly: false })
  }

  /** Runs a script as a whole process does, EXIT trap included. Resolves with its status. */
  async main(script: string | AsyncIterable<string>): Promise<number> {
    return this.#guarded(() => (typeof script === 'string' ? this.source(script, true) : this.#sourceStream(script)))
  }

  /** Reads and runs commands in the current shell: `.`, `eval`, `-c`. */
  async source(text: string, isMain = false): Promise<number> {
    const parser = new Parser(text)
    this.status = isMain ? 0 : this.status
    let ran = false
    for (let node = parser.next(); node !== undefined; node = parser.next()) {
      ran = true
      // bash replaces itself by the single command of `bash -c`.
      const last = isMain && this.flavour === 'bash' && parser.at >= text.length
      await this.run(node, { last })
    }
    if (!ran) this.status = 0
    return this.status
  }

  /** Runs a node; `status` is its exit status. */
  async run(node: Node, how: How = {}): Promise<number> {
    this.process.check()
    switch (node.kind) {
      case 'simple':
        this.line = node.line
        this.status = await this.#simple(node, how)
        await this.#settle(how)
        break
      case 'pipeline': {
        const status = await this.#pipeline(node.commands, { ...how, tested: how.tested === true || node.negated })
        this.status = node.negated ? (status === 0 ? 1 : 0) : status
        await this.#settle(node.negated ? { tested: true } : how)
        break
      }
      case 'and':
      case 'or': {
        const left = await this.run(node.left, { tested: true })
        if ((left === 0) === (node.kind === 'and')) await this.run(node.right, how)
        break
      }
      case 'list':
        if (node.items.length === 0) this.status = 0
        for (const [index, { node: item, background }] of node.items.entries()) {
          if (background) this.#background(item)
          else await this.run(item, { ...how, last: how.last === true && index === node.items.length - 1 })
        }
        break
      case 'subshell':
        this.status = await this.#redirected(node.redirects, () => this.waitFor(this.#fork(node.body)))
        await this.#settle(how)
        break
      case 'group':
        await this.#redirected(node.redirects, () =>
          this.run(node.body, node.redirects.length === 0 ? how : { ...how, last: false }),
        )
        break
      case 'if':
        await this.#redirected(node.redirects, () => this.#if(node, how))
        break
      case 'while':
        await this.#redirected(node.redirects, () => this.#while(node, how))
        break
      case 'for':
        await this.#redirected(node.redirects, () => this.#for(node, how))
        break
      case 'case':
        await this.#redirected(node.redirects, () => this.#case(node, how))
        break
      case 'function':
        this.functions.set(node.name, node.body)
        this.status = 0
        break
    }
    return this.status
  }

  /** `$(…)`: the output without its trailing newlines. */
  async substitute(body: Node): Promise<string> {
    const pipe = new Pipe()
    const child = this.#fork(body, { 1: new OpenFile(writeEnd(pipe)) })
    const reader = readEnd(pipe)
    const chunks: Buffer[] = []
    for (
      let chunk = await reader.read(65_536, this.process.block);
      chunk.length > 0;
      chunk = await reader.read(65_536, this.process.block)
    )
      chunks.push(chunk)
    this.#substitutionStatus = await this.waitFor(child)
    return Buffer.concat(chunks).toString('utf8').replaceAll('\0', '').replace(/\n+$/, '')
  }

  get(name: string): string | undefined {
    switch (name) {
      case '?':
        return String(this.status)
      case '$':
        return String(this.mainPid)
      case '!':
        return this.lastBackground === undefined ? undefined : String(this.lastBackground)
      case '#':
        return String(this.parameters.length)
      case '-':
        return [...this.options].join('')
      case '0':
        return this.name
    }
    if (/^[1-9]/.test(name)) return this.parameters[Number(name) - 1]
    return this.variables.get(name)?.value
  }

  set(name: string, value: string): void {
    if (!/^[A-Za-z_]/.test(name)) this.fail(`${name}: bad variable name`)
    const old = this.variables.get(name)
    if (old?.readonly === true) this.fail(`${name}: is read only`)
    this.variables.set(name, { value, exported: old?.exported ?? this.options.has('a'), readonly: false })
  }

  /** What children get. */
  environment(): Map<string, string> {
    const environment = new Map<string, string>()
    for (const [name, { value, exported }] of this.variables)
      if (exported && value !== undefined) environment.set(name, value)
    return environment
  }

  /** `sh: 1: text` on stderr. */
  async complain(text: string): Promise<void> {
    await this.process.err(`${this.prefix()}${text}\n`)
  }

  prefix(): string {
    return this.flavour === 'bash' ? `${this.name}: line ${this.line}: ` : `${this.name}: ${this.line}: `
  }

  /** An error that ends the shell with 2 (bash: 1). */
  fail(text: string): never {
    throw new ShellError(text, this.flavour === 'bash' ? 1 : 2)
  }

  /** Waits for a foreground child; others that end meanwhile are collected on the way. */
  async waitFor(child: Process): Promise<number> {
    const ended = await this.process.block(child.done)
    this.#collect(child)
    for (const job of this.jobs.values()) if (job.ended !== undefined) this.process.host.collect(job)
    await this.announce(ended)
    return statusOf(ended)
  }

  /** `wait` for one job: its status, or 128 + n when a trapped signal arrives first. */
  async waitForJob(job: Process): Promise<number> {
    const signal = await this.#orTrap(job.done)
    if (typeof signal === 'string') return 128 + signalNumbers[signal]
    this.#collect(job)
    this.jobs.delete(job.pid)
    await this.announce(signal)
    return statusOf(signal)
  }

  /** dash tells of a job it waited for that was killed, except by SIGINT and SIGPIPE. */
  async announce(ended: Ended): Promise<void> {
    if (!('signal' in ended)) return
    const text = signalTexts[ended.signal]
    if (text !== undefined) await this.process.err(`${text}\n`)
  }

  /** Sets, ignores (`''`) or resets a trap. */
  trap(signal: Signal | 'EXIT', action: string | undefined): void {
    if (action === undefined) this.traps.delete(signal)
    else this.traps.set(signal, action)
    if (signal === 'EXIT') return
    this.process.handlers.delete(signal)
    this.process.ignored.delete(signal)
    if (action === '') this.process.ignored.add(signal)
    else if (action !== undefined) {
      this.process.handlers.set(signal, () => {
        this.#pendingTraps.push(signal)
        this.#onTrap?.()
      })
    }
  }

  /** Becomes the program: `exec`, and the last command of a subshell. */
  async replace(argv: readonly string[], environment: Map<string, string>): Promise<number> {
    const path = this.#find(argv[0] ?? '', environment.get('PATH'))
    this.process.env = environment
    try {
      return await execute(this.process, path, argv)
    } catch (error) {
      if (!(error instanceof OsError)) throw error
      // A text without `#!` is a script of this shell; a binary of another machine is not.
      if (error.code === 'ENOEXEC' && !(await isBinary(this.process, path)))
        return execute(this.process, '/bin/sh', ['/bin/sh', path, ...argv.slice(1)])
      throw new CommandError(
        this.flavour === 'bash' ? bashExecText(argv[0] ?? '', error) : `${argv[0]}: ${dashExecText(error)}`,
        error.code === 'ENOENT' ? 127 : 126,
      )
    }
  }

  async #guarded(work: () => Promise<unknown>): Promise<number> {
    try {
      await work()
    } catch (error) {
      this.status = await this.#statusOfError(error)
    }
    const action = this.traps.get('EXIT')
    if (action === undefined || action === '') return this.status
    this.traps.delete('EXIT')
    const { status } = this
    try {
      await this.source(action)
      return status
    } catch (error) {
      return this.#statusOfError(error)
    }
  }

  async #statusOfError(error: unknown): Promise<number> {
    if (error instanceof ShellExit) return error.status
    if (error instanceof FunctionReturn) return error.status
    if (error instanceof LoopJump) return this.status
    if (error instanceof ShellSyntaxError) {
      this.line = error.line
      await this.complain(error.message)
      return 2
    }
    if (error instanceof ShellError || error instanceof CommandError) {
      await this.complain(error.message)
      return error.status
    }
    if (error instanceof ArithmeticError || error instanceof RedirectError) {
      await this.complain(error.message)
      return this.flavour === 'bash' ? 1 : 2
    }
    throw error
  }

  async #sourceStream(lines: AsyncIterable<string>): Promise<void> {
    let text = ''
    for await (const line of lines) {
      text += line
      const parser = new Parser(text, this.line)
      let node: Node | undefined
      const nodes: Node[] = []
      try {
        for (node = parser.next(); node !== undefined; node = parser.next()) nodes.push(node)
      } catch (error) {
        // Not yet complete: more lines may come.
        if (error instanceof ShellSyntaxError && /end of file|Unterminated|EOF|Missing/.test(error.message)) continue
        throw error
      }
      text = ''
      for (const command of nodes) await this.run(command)
      this.line = parser.line
    }
    if (text.trim() !== '') await this.source(text)
  }

  async #settle(how: How): Promise<void> {
    await this.#runTraps()
    if (this.status !== 0 && how.tested !== true && this.options.has('e')) throw new ShellExit(this.status)
  }

  async #runTraps(): Promise<void> {
    if (this.#inTrap) return
    for (let signal = this.#pendingTraps.shift(); signal !== undefined; signal = this.#pendingTraps.shift()) {
      const action = this.traps.get(signal)
      if (action === undefined || action === '') continue
      const { status } = this
      this.#inTrap = true
      try {
        await this.source(action)
      } finally {
        this.#inTrap = false
      }
      this.status = status
    }
  }

  async #orTrap<T>(work: Promise<T>): Promise<T | Signal> {
    const [pending] = this.#pendingTraps
    if (pending !== undefined) return pending
    const trapped = new Promise<Signal>((resolve) => {
      this.#onTrap = () => {
        const [signal] = this.#pendingTraps
        if (signal !== undefined) resolve(signal)
      }
    })
    try {
      return await this.process.block(Promise.race([work, trapped]))
    } finally {
      this.#onTrap = undefined
    }
  }

  async #simple(node: Extract<Node, { kind: 'simple' }>, how: How): Promise<number> {
    this.#substitutionStatus = undefined
    const argv: string[] = []
    for (const word of node.words) argv.push(...(await expandFields(this, word)))
    const redirects = await resolveRedirects(this, node.redirects)
    const assignments: [string, string][] = []
    for (const { name, value } of node.assignments) {
      const text = await expandText(this, value)
      assignments.push([name, text])
      if (argv.length === 0) this.set(name, text)
    }
    if (this.options.has('x'))
      await this.process.err(`+ ${[...assignments.map(([name, value]) => `${name}=${value}`), ...argv].join(' ')}\n`)

    const [name] = argv
    if (name === undefined) {
      const restored = await this.#apply(redirects, false)
      if (restored === undefined) return this.flavour === 'bash' ? 1 : 2
      restored()
      return this.#substitutionStatus ?? 0
    }
    const special = specialBuiltins.get(name)
    const body = this.functions.get(name)
    const builtin = special ?? builtins.get(name)
    if (special === undefined && body !== undefined)
      return this.#withAssignments(assignments, redirects, () => this.#call(body, argv.slice(1), how))
    if (builtin !== undefined) return this.#builtin(builtin, argv, assignments, redirects, special !== undefined)
    return this.#external(argv, assignments, redirects, how)
  }

  async #builtin(
    builtin: Builtin,
    argv: string[],
    assignments: [string, string][],
    redirects: Resolved[],
    special: boolean,
  ): Promise<number> {
    if (!special) return this.#withAssignments(assignments, redirects, () => this.#regular(builtin, argv))
    for (const [name, value] of assignments) this.set(name, value)
    const restore = await this.#apply(redirects, true, argv[0] === 'exec')
    try {
      // The redirections of a bare `exec` stay.
      return await builtin(this, argv)
    } finally {
      if (argv[0] !== 'exec' && this.process.ended === undefined) restore?.()
    }
  }

  /** A usage error of a builtin that is not special does not end the shell. */
  async #regular(builtin: Builtin, argv: readonly string[]): Promise<number> {
    try {
      return await builtin(this, argv)
    } catch (error) {
      if (!(error instanceof ShellError)) throw error
      await this.complain(error.message)
      return error.status
    }
  }

  async #withAssignments(
    assignments: [string, string][],
    redirects: Resolved[],
    work: () => Promise<number> | number,
  ): Promise<number> {
    const restore = await this.#apply(redirects, false)
    if (restore === undefined) return this.flavour === 'bash' ? 1 : 2
    const saved = assignments.map(([name]) => [name, this.variables.get(name)] as const)
    for (const [name, value] of assignments) {
      this.set(name, value)
      const variable = this.variables.get(name)
      if (variable !== undefined) variable.exported = true
    }
    try {
      return await work()
    } finally {
      if (this.process.ended === undefined) restore()
      for (const [name, variable] of saved) {
        if (variable === undefined) this.variables.delete(name)
        else this.variables.set(name, variable)
      }
    }
  }

  async #apply(redirects: readonly Resolved[], fatal: boolean, forGood = false): Promise<(() => void) | undefined> {
    try {
      return applyRedirects(this, this.process, redirects, forGood)
    } catch (error) {
      if (!(error instanceof RedirectError) || fatal) throw error
      await this.complain(error.message)
      return undefined
    }
  }

  async #call(body: Node, args: readonly string[], how: How): Promise<number> {
    const { parameters, loopDepth } = this
    this.parameters = [...args]
    this.loopDepth = 0
    this.locals.push(new Map())
    try {
      return await this.run(body, { tested: how.tested === true })
    } catch (error) {
      if (error instanceof FunctionReturn) return error.status
      throw error
    } finally {
      this.parameters = parameters
      this.loopDepth = loopDepth
      for (const [name, variable] of this.locals.pop() ?? []) {
        if (variable === undefined) this.variables.delete(name)
        else this.variables.set(name, variable)
      }
    }
  }

  async #external(
    argv: readonly string[],
    assignments: readonly [string, string][],
    redirects: readonly Resolved[],
    how: How,
  ): Promise<number> {
    const environment = this.environment()
    for (const [name, value] of assignments) environment.set(name, value)
    const become = async (process: Process, shell: Shell): Promise<number> => {
      try {
        applyRedirects(shell, process, redirects, true)
        return await shell.replace(argv, environment)
      } catch (error) {
        if (!(error instanceof RedirectError) && !(error instanceof CommandError)) throw error
        await shell.complain(error.message)
        return error instanceof CommandError ? error.status : shell.flavour === 'bash' ? 1 : 2
      }
    }
    if (how.last === true && this.traps.size === 0) throw new ShellExit(await become(this.process, this))
    const child = this.process.host.fork(this.process, (process) => become(process, this.#clone(process)), {
      ignored: this.process.ignored,
    })
    return this.waitFor(child)
  }

  #find(name: string, path: string | undefined): string {
    try {
      return findCommand(this.process, name, path ?? DEFAULT_PATH)
    } catch (error) {
      if (!(error instanceof OsError)) throw error
      const missing = error.code === 'ENOENT' || error.code === 'ENOTDIR'
      if (this.flavour === 'bash') {
        const text = missing ? (name.includes('/') ? error.message : 'command not found') : error.message
        throw new CommandError(`${name}: ${text}`, missing ? 127 : 126)
      }
      throw new CommandError(`${name}: ${missing ? 'not found' : error.message}`, missing ? 127 : 126)
    }
  }

  async #pipeline(commands: readonly Node[], how: How): Promise<number> {
    const [only] = commands
    if (commands.length === 1 && only !== undefined) return this.run(only, how)
    const children = this.#launch(commands)
    let status = 0
    for (const child of children) status = await this.waitFor(child)
    return status
  }

  #launch(commands: readonly Node[], first?: OpenFile): Process[] {
    const children: Process[] = []
    let input: OpenFile | undefined = first
    for (const [index, command] of commands.entries()) {
      const pipe = index === commands.length - 1 ? undefined : new Pipe()
      const replaced: Record<number, OpenFile> = {}
      if (input !== undefined) replaced[0] = input
      if (pipe !== undefined) replaced[1] = new OpenFile(writeEnd(pipe))
      children.push(this.#fork(command, replaced))
      input = pipe === undefined ? undefined : new OpenFile(readEnd(pipe))
    }
    return children
  }

  /** Without job control: stdin is /dev/null, SIGINT and SIGQUIT are ignored, the group stays the shell's. `$!` is the last of a pipeline. */
  #background(node: Node): void {
    const nullDevice = this.process.host.fs.stat('/dev/null', this.process)
    const input = nullDevice.type === 'device' ? new OpenFile(deviceStream(nullDevice)) : undefined
    const commands = node.kind === 'pipeline' && !node.negated ? node.commands : [node]
    for (const child of this.#launch(commands, input)) {
      child.ignored.add('INT')
      child.ignored.add('QUIT')
      this.jobs.set(child.pid, child)
      this.lastBackground = child.pid
    }
    this.status = 0
  }

  /** A subshell: everything is copied, traps are reset, and the last command takes its place. */
  #fork(body: Node, replaced: Readonly<Record<number, OpenFile>> = {}): Process {
    const fds = new Map(
      [...this.process.fds].filter(([fd]) => replaced[fd] === undefined).map(([fd, file]) => [fd, file.retain()]),
    )
    for (const [fd, file] of Object.entries(replaced)) fds.set(Number(fd), file)
    return this.process.host.fork(
      this.process,
      (process) => {
        const shell = this.#clone(process)
        return shell.#guarded(() => shell.run(body, { last: true }))
      },
      { fds },
    )
  }

  #clone(process: Process): Shell {
    const shell = new Shell(process, { name: this.name, flavour: this.flavour, mainPid: this.mainPid })
    shell.variables.clear()
    for (const [name, variable] of this.variables) shell.variables.set(name, { ...variable })
    for (const [name, body] of this.functions) shell.functions.set(name, body)
    for (const option of this.options) shell.options.add(option)
    for (const [signal, action] of this.traps) if (action === '') shell.traps.set(signal, action)
    shell.parameters = [...this.parameters]
    shell.status = this.status
    shell.lastBackground = this.lastBackground
    shell.line = this.line
    return shell
  }

  #collect(child: Process): void {
    this.process.host.collect(child)
  }

  async #redirected(redirects: readonly Redirect[], work: () => Promise<number>): Promise<number> {
    if (redirects.length === 0) return work()
    const restore = await this.#apply(await resolveRedirects(this, redirects), false)
    if (restore === undefined) {
      this.status = this.flavour === 'bash' ? 1 : 2
      return this.status
    }
    try {
      return await work()
    } finally {
      if (this.process.ended === undefined) restore()
    }
  }

  async #if(node: Extract<Node, { kind: 'if' }>, how: How): Promise<number> {
    for (const { condition, body } of node.branches) {
      if ((await this.run(condition, { tested: true })) === 0) return this.run(body, how)
    }
    if (node.otherwise !== undefined) return this.run(node.otherwise, how)
    this.status = 0
    return 0
  }

  async #while(node: Extract<Node, { kind: 'while' }>, how: How): Promise<number> {
    let status = 0
    await this.#loop(async () => {
      const met = (await this.run(node.condition, { tested: true })) === 0
      if (met === node.until) return false
      status = await this.run(node.body, { tested: how.tested === true })
      return true
    })
    this.status = status
    return status
  }

  async #for(node: Extract<Node, { kind: 'for' }>, how: How): Promise<number> {
    let values: string[] = []
    if (node.words === undefined) values = [...this.parameters]
    else for (const word of node.words) values.push(...(await expandFields(this, word)))
    let status = 0
    await this.#loop(async () => {
      const value = values.shift()
      if (value === undefined) return false
      this.set(node.name, value)
      status = await this.run(node.body, { tested: how.tested === true })
      return true
    })
    this.status = status
    return status
  }

  async #loop(turn: () => Promise<boolean>): Promise<void> {
    this.loopDepth += 1
    try {
      for (;;) {
        try {
          if (!(await turn())) return
        } catch (error) {
          if (!(error instanceof LoopJump)) throw error
          this.status = 0
          error.levels -= 1
          if (error.levels > 0 && this.loopDepth > 1) throw error
          if (error.kind === 'break') return
        }
        // A busy loop of builtins must not starve the process that simulates it.
        await this.process.host.breathe()
      }
    } finally {
      this.loopDepth -= 1
    }
  }

  async #case(node: Extract<Node, { kind: 'case' }>, how: How): Promise<number> {
    const text = await expandText(this, node.word)
    for (const { patterns, body } of node.cases) {
      for (const pattern of patterns) {
        if (matches(await expandPattern(this, pattern), text)) return this.run(body, how)
      }
    }
    this.status = 0
    return 0
  }
}

/** An expansion or usage error that ends the shell. */
export class ShellError extends Error {
  readonly status: number
  constructor(text: string, status: number) {
    super(text)
    this.status = status
  }
}

/** A command that cannot be run: 126 or 127. */
export class CommandError extends Error {
  readonly status: number
  constructor(text: string, status: number) {
    super(text)
    this.status = status
  }
}

async function isBinary(process: Process, path: string): Promise<boolean> {
  return readImage(await process.readFile(path)) !== undefined
}

function dashExecText(error: OsError): string {
  return error.code === 'ENOENT' ? 'not found' : error.message
}

function bashExecText(name: string, error: OsError): string {
  return error.code === 'ENOEXEC'
    ? `${name}: cannot execute binary file: Exec format error`
    : `${name}: ${error.message}`
}
