/** A word before expansion, in the pieces that expand differently. */
export type WordPart =
  /** Unquoted text: globs and tildes are alive in it. */
  | { readonly kind: 'text'; readonly text: string }
  /** Quoted text. */
  | { readonly kind: 'quoted'; readonly text: string }
  | { readonly kind: 'double'; readonly parts: readonly WordPart[] }
  | { readonly kind: 'parameter'; readonly name: string; readonly operator?: ParameterOperator; readonly word?: Word }
  | { readonly kind: 'command'; readonly body: Node }
  | { readonly kind: 'arithmetic'; readonly parts: readonly WordPart[] }

/** `length` is `${#x}`; the colon forms treat an empty value as unset. */
export type ParameterOperator =
  | 'length'
  | '-'
  | ':-'
  | '='
  | ':='
  | '?'
  | ':?'
  | '+'
  | ':+'
  | '#'
  | '##'
  | '%'
  | '%%'
  | 'bad'

export interface Word {
  readonly parts: readonly WordPart[]
}

export interface Redirect {
  readonly fd: number
  readonly operator: '<' | '>' | '>>' | '>|' | '<>' | '<&' | '>&' | '<<'
  /** The here-document's body for `<<`. */
  target: Word
}

export interface Assignment {
  readonly name: string
  readonly value: Word
}

export type Node =
  | {
      readonly kind: 'simple'
      readonly assignments: readonly Assignment[]
      readonly words: readonly Word[]
      readonly redirects: readonly Redirect[]
      readonly line: number
    }
  | { readonly kind: 'pipeline'; readonly commands: readonly Node[]; readonly negated: boolean }
  | { readonly kind: 'and' | 'or'; readonly left: Node; readonly right: Node }
  | { readonly kind: 'list'; readonly items: readonly { readonly node: Node; readonly background: boolean }[] }
  | { readonly kind: 'subshell' | 'group'; readonly body: Node; readonly redirects: readonly Redirect[] }
  | {
      readonly kind: 'if'
      readonly branches: readonly { readonly condition: Node; readonly body: Node }[]
      readonly otherwise: Node | undefined
      readonly redirects: readonly Redirect[]
    }
  | {
      readonly kind: 'while'
      readonly until: boolean
      readonly condition: Node
      readonly body: Node
      readonly redirects: readonly Redirect[]
    }
  | {
      readonly kind: 'for'
      readonly name: string
      readonly words: readonly Word[] | undefined
      readonly body: Node
      readonly redirects: readonly Redirect[]
    }
  | {
      readonly kind: 'case'
      readonly word: Word
      readonly cases: readonly { readonly patterns: readonly Word[]; readonly body: Node }[]
      readonly redirects: readonly Redirect[]
    }
  | { readonly kind: 'function'; readonly name: string; readonly body: Node }

/** `Syntax error: …`, in dash's words. */
export class ShellSyntaxError extends Error {
  override readonly name = 'ShellSyntaxError'
  readonly line: number
  constructor(text: string, line: number) {
    super(`Syntax error: ${text}`)
    this.line = line
  }
}
