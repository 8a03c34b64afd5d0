import { type Ended, type Process, statusOf } from '../os/process.ts'
import { signalNumbers, signalTexts } from '../os/signals.ts'
import { ArithmeticError } from './arithmetic.ts'
import { becomeProgram } from './become.ts'
import { type Builtin, builtins, specialBuiltins } from './builtins.ts'
import { redirected, runCase, runFor, runIf, runWhile } from './compound.ts'
import { CommandError, FunctionReturn, LoopJump, ShellError, ShellExit } from './control.ts'
import { Parser } from './parser.ts'
import { RedirectError } from './redirect.ts'
import { runSimple } from './simple-command.ts'
import { type Flavour, ShellState } from './state.ts'
import { background, fork, launch, substitute } from './subshells.ts'
import { type Node, ShellSyntaxError } from './syntax.ts'
import { Traps } from './traps.ts'

/** `tested`: a failure here does not trip `set -e`. `last`: nothing follows in this process, so a program may take its place. */
export interface How {
  readonly tested?: boolean
  readonly last?: boolean
}

type Compound = Exclude<Node, { kind: 'simple' | 'pipeline' | 'and' | 'or' | 'list' | 'function' }>

/** A POSIX shell running as a simulated process, with dash's manners (or bash's words, for a login shell). */
export class Shell extends ShellState {
  readonly traps: Traps

  constructor(process: Process, options: { name: string; flavour: Flavour; mainPid?: number }) {
    super(process, options)
    this.traps = new Traps(process)
  }

  /** Runs a script as a whole process does, EXIT trap included. Resolves with its status. */
  main(script: string | AsyncIterable<string>): Promise<number> {
    return this.#toItsEnd(() => (typeof script === 'string' ? this.source(script, true) : this.#sourceLines(script)))
  }

  /** Runs one node as a whole process: a subshell. */
  runAlone(body: Node): Promise<number> {
    return this.#toItsEnd(() => this.run(body, { last: true }))
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
        this.status = await runSimple(this, node, how)
        await this.#settle(how)
        break
      case 'pipeline': {
        const status = await this.#pipeline(node.commands, node.negated ? { tested: true } : how)
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
        for (const [index, item] of node.items.entries()) {
          if (item.background) background(this, item.node)
          else await this.run(item.node, { ...how, last: how.last === true && index === node.items.length - 1 })
        }
        break
      case 'subshell':
        this.status = await redirected(this, node.redirects, () => this.waitFor(fork(this, node.body)))
        await this.#settle(how)
        break
      case 'function':
        this.functions.set(node.name, node.body)
        this.status = 0
        break
      case 'group':
      case 'if':
      case 'while':
      case 'for':
      case 'case':
        await redirected(this, node.redirects, () => this.#compound(node, how))
    }
    return this.status
  }

  /** `$(…)`. */
  substitute(body: Node): Promise<string> {
    return substitute(this, body)
  }

  builtin(name: string): { readonly run: Builtin; readonly isSpecial: boolean } | undefined {
    const special = specialBuiltins.get(name)
    const run = special ?? builtins.get(name)
    return run === undefined ? undefined : { run, isSpecial: special !== undefined }
  }

  /** Becomes a program. @throws CommandError */
  replace(argv: readonly string[], environment: Map<string, string>): Promise<number> {
    return becomeProgram(this, argv, environment)
  }

  /** The same shell in a child process: traps are reset. */
  cloneFor(process: Process): Shell {
    const shell = new Shell(process, { name: this.name, flavour: this.flavour, mainPid: this.mainPid })
    shell.inherit(this)
    shell.traps.inherit(this.traps)
    return shell
  }

  /** Waits for a foreground child; others that end meanwhile are collected on the way. */
  async waitFor(child: Process): Promise<number> {
    const ended = await this.process.block(child.done)
    this.process.host.collect(child)
    for (const job of this.jobs.values()) if (job.ended !== undefined) this.process.host.collect(job)
    await this.#announce(ended)
    return statusOf(ended)
  }

  /** `wait` for one job: its status, or 128 + n when a trapped signal arrives first. */
  async waitForJob(job: Process): Promise<number> {
    const ended = await this.traps.orSignal(job.done)
    if (typeof ended === 'string') return 128 + signalNumbers[ended]
    this.process.host.collect(job)
    this.jobs.delete(job.pid)
    await this.#announce(ended)
    return statusOf(ended)
  }

  /** dash tells of a job it waited for that was killed, except by SIGINT and SIGPIPE. */
  async #announce(ended: Ended): Promise<void> {
    if (!('signal' in ended)) return
    const text = signalTexts[ended.signal]
    if (text !== undefined) await this.process.err(`${text}\n`)
  }

  #compound(node: Compound, how: How): Promise<number> {
    const inside = node.redirects.length === 0 ? how : { ...how, last: false }
    if (node.kind === 'if') return runIf(this, node, inside)
    if (node.kind === 'while') return runWhile(this, node, inside)
    if (node.kind === 'for') return runFor(this, node, inside)
    return node.kind === 'case' ? runCase(this, node, inside) : this.run(node.body, inside)
  }

  async #pipeline(commands: readonly Node[], how: How): Promise<number> {
    const [only] = commands
    if (commands.length === 1 && only !== undefined) return this.run(only, how)
    let status = 0
    for (const child of launch(this, commands)) status = await this.waitFor(child)
    return status
  }

  async #sourceLines(lines: AsyncIterable<string>): Promise<void> {
    let text = ''
    for await (const line of lines) {
      text += line
      const parser = new Parser(text, this.line)
      const nodes: Node[] = []
      try {
        for (let node = parser.next(); node !== undefined; node = parser.next()) nodes.push(node)
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

  /** After each command: traps that are due, then `set -e`. */
  async #settle(how: How): Promise<void> {
    const { status } = this
    await this.traps.runPending((action) => this.source(action))
    this.status = status
    if (status !== 0 && how.tested !== true && this.options.has('e')) throw new ShellExit(status)
  }

  async #toItsEnd(work: () => Promise<unknown>): Promise<number> {
    try {
      await work()
    } catch (error) {
      this.status = await this.#statusOf(error)
    }
    const action = this.traps.takeExit()
    const { status } = this
    if (action === undefined) return status
    try {
      await this.source(action)
      return status
    } catch (error) {
      return this.#statusOf(error)
    }
  }

  /** What ends a shell early, told on stderr where it is an error. */
  async #statusOf(error: unknown): Promise<number> {
    if (error instanceof ShellExit || error instanceof FunctionReturn) return error.status
    if (error instanceof LoopJump) return this.status
    if (error instanceof ShellSyntaxError) this.line = error.line
    const isKnown = [ShellSyntaxError, ShellError, CommandError, ArithmeticError, RedirectError].some(
      (kind) => error instanceof kind,
    )
    if (!isKnown || !(error instanceof Error)) throw error
    await this.complain(error.message)
    if (error instanceof ShellError || error instanceof CommandError) return error.status
    return error instanceof ShellSyntaxError ? 2 : this.failureStatus
  }
}
