import type { Process } from '../os/process.ts'
import { ShellError } from './control.ts'
import type { Node } from './syntax.ts'

export interface Variable {
  value: string | undefined
  exported: boolean
  readonly: boolean
}

/** Whose words the shell uses: dash for /bin/sh, bash for the login shell. */
export type Flavour = 'dash' | 'bash'

export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** What a shell remembers between commands: variables, parameters, functions, options, jobs. */
export class ShellState {
  readonly process: Process
  readonly flavour: Flavour
  /** `$$`: the pid of the main shell, also in its subshells. */
  readonly mainPid: number
  name: string
  parameters: string[] = []
  readonly variables = new Map<string, Variable>()
  readonly functions = new Map<string, Node>()
  readonly options = new Set<string>()
  /** Children that were started in the background, and not yet waited for. */
  readonly jobs = new Map<number, Process>()
  /** Saved values of `local` variables, innermost function last. */
  readonly locals: Map<string, Variable | undefined>[] = []
  status = 0
  /** Of the last command substitution in the present command. */
  substitutionStatus: number | undefined
  lastBackground: number | undefined
  line = 1
  loopDepth = 0

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

  /** Puts a variable back to what it was; undefined: there was none. */
  restore(name: string, variable: Variable | undefined): void {
    if (variable === undefined) this.variables.delete(name)
    else this.variables.set(name, variable)
  }

  /** The status of a failed redirection or expansion. */
  get failureStatus(): number {
    return this.flavour === 'bash' ? 1 : 2
  }

  /** Takes over everything that a subshell inherits. */
  inherit(parent: ShellState): void {
    this.variables.clear()
    for (const [name, variable] of parent.variables) this.variables.set(name, { ...variable })
    for (const [name, body] of parent.functions) this.functions.set(name, body)
    for (const option of parent.options) this.options.add(option)
    this.parameters = [...parent.parameters]
    this.status = parent.status
    this.lastBackground = parent.lastBackground
    this.line = parent.line
  }
}
