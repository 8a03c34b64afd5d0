import type { Node } from './syntax.ts'

/** Script text with a position, and the way back into the command parser for substitutions. */
export interface Source {
  readonly text: string
  readonly at: number
  readonly line: number
  peek(): string
  take(): string
  skip(n: number): void
  rewind(to: number): void
  takeUntil(end: number): string
  /** Parses commands from here up to and over the closing character. */
  parseCommands(close: ')'): Node
  /** Parses another text, such as the inside of backquotes. */
  parseText(text: string): Node
}
