import { ShellSyntaxError, type Redirect } from './syntax.ts'
import type { Source } from './source.ts'

const OPERATORS = [
  '&&',
  '||',
  ';;',
  '<<-',
  '<<',
  '>>',
  '<&',
  '>&',
  '<>',
  '>|',
  ';',
  '&',
  '|',
  '<',
  '>',
  '(',
  ')',
  '\n',
] as const

export type Operator = (typeof OPERATORS)[number]

const RESERVED = new Set([
  'if',
  'then',
  'else',
  'elif',
  'fi',
  'while',
  'until',
  'do',
  'done',
  'for',
  'in',
  'case',
  'esac',
  '{',
  '}',
  '!',
])

/** A here-document whose body follows the present line. */
export interface PendingHere {
  readonly redirect: Redirect
  readonly delimiter: string
  readonly quoted: boolean
  readonly stripTabs: boolean
}

/** A position in script text, and the tokens that stand there: blanks and comments skipped, operators, reserved words. */
export abstract class Scanner implements Pick<
  Source,
  'text' | 'at' | 'line' | 'peek' | 'take' | 'skip' | 'rewind' | 'takeUntil'
> {
  readonly text: string
  at = 0
  line: number

  constructor(text: string, line = 1) {
    this.text = text
    this.line = line
  }

  /** The line is over: bodies of here-documents come next. */
  protected abstract lineEnded(): void

  peek(): string {
    return this.text.charAt(this.at)
  }

  take(): string {
    const c = this.text.charAt(this.at)
    if (c === '\n') this.line += 1
    if (c !== '') this.at += 1
    return c
  }

  skip(n: number): void {
    for (let i = 0; i < n; i += 1) this.take()
  }

  rewind(to: number): void {
    this.line -= this.text.slice(to, this.at).split('\n').length - 1
    this.at = to
  }

  takeUntil(end: number): string {
    const taken = this.text.slice(this.at, end)
    this.skip(taken.length)
    return taken
  }

  protected skipBlanks(): void {
    for (;;) {
      const c = this.peek()
      if (c === ' ' || c === '\t') this.take()
      else if (c === '\\' && this.text.charAt(this.at + 1) === '\n') this.skip(2)
      else if (c === '#') while (this.peek() !== '' && this.peek() !== '\n') this.take()
      else return
    }
  }

  protected skipNewlines(): void {
    while (this.operator() === '\n') this.takeOperator('\n')
  }

  /** The operator at the position, without taking it. */
  protected operator(): Operator | undefined {
    this.skipBlanks()
    const c = this.peek()
    if (!';&|<>()\n'.includes(c) || c === '') return undefined
    return OPERATORS.find((operator) => this.text.startsWith(operator, this.at))
  }

  protected takeOperator(operator: string): void {
    this.skip(operator.length)
    if (operator === '\n') this.lineEnded()
  }

  protected expectOperator(operator: string): void {
    if (this.operator() !== operator) this.unexpected(`"${operator}"`)
    this.takeOperator(operator)
  }

  /** The unquoted word at the position, without taking it. */
  protected peekWord(): string | undefined {
    this.skipBlanks()
    const word = /^[^\s;&|<>()'"\\$`]+/.exec(this.text.slice(this.at, this.at + 64))?.[0]
    if (word === undefined) return undefined
    return /[\s;&|<>()]|^$/.test(this.text.charAt(this.at + word.length)) ? word : undefined
  }

  protected plainWord(): string | undefined {
    const word = this.peekWord()
    if (word !== undefined) this.skip(word.length)
    return word
  }

  protected reserved(): string | undefined {
    const word = this.peekWord()
    return word !== undefined && RESERVED.has(word) ? word : undefined
  }

  protected takeReserved(word: string): void {
    this.skip(word.length)
  }

  protected expect(word: string): void {
    if (this.reserved() !== word) this.unexpected(`"${word}"`)
    this.takeReserved(word)
  }

  protected unexpected(expected?: string): never {
    const operator = this.operator()
    const word = this.reserved()
    const found =
      operator === '\n'
        ? 'newline'
        : operator !== undefined
          ? `"${operator}"`
          : this.peek() === ''
            ? 'end of file'
            : word !== undefined
              ? `"${word}"`
              : 'word'
    throw new ShellSyntaxError(
      `${found} unexpected${expected === undefined ? '' : ` (expecting ${expected})`}`,
      this.line,
    )
  }
}
