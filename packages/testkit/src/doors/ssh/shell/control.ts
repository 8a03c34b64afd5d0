/** `exit`, and errors that end a non-interactive shell. */
export class ShellExit extends Error {
  override readonly name = 'ShellExit'
  readonly status: number
  constructor(status: number) {
    super(`exit ${status}`)
    this.status = status
  }
}

/** `break n` and `continue n`. */
export class LoopJump extends Error {
  override readonly name = 'LoopJump'
  readonly kind: 'break' | 'continue'
  levels: number
  constructor(kind: 'break' | 'continue', levels: number) {
    super(kind)
    this.kind = kind
    this.levels = levels
  }
}

/** `return n`. */
export class FunctionReturn extends Error {
  override readonly name = 'FunctionReturn'
  readonly status: number
  constructor(status: number) {
    super(`return ${status}`)
    this.status = status
  }
}

/** An expansion or usage error: ends the shell, unless a builtin that is not special made it. */
export class ShellError extends Error {
  override readonly name = 'ShellError'
  readonly status: number
  constructor(text: string, status: number) {
    super(text)
    this.status = status
  }
}

/** A command that cannot be run: 126 or 127. */
export class CommandError extends Error {
  override readonly name = 'CommandError'
  readonly status: number
  constructor(text: string, status: number) {
    super(text)
    this.status = status
  }
}
