import { COMPARISONS } from '../condition.ts'
import type { Comparison } from '../condition.ts'

/** What a condition says, before it is known which settings are meant. */
export type WorkIf =
  | { readonly kind: 'all' | 'any'; readonly of: readonly WorkIf[] }
  /** `code` on the right: `Onboard LAN1 Option ROM <= 1`. */
  | { readonly kind: 'compare'; readonly setting: SettingRef; readonly compare: Comparison; readonly code: number }
  | { readonly kind: 'in'; readonly setting: SettingRef; readonly codes: readonly number[]; readonly negated: boolean }
  /** `1 != 0` is in real files. */
  | { readonly kind: 'constant'; readonly holds: boolean }

/** A setting by its bare name, numbered where the name occurs more than once: `Console Redirection$2`. */
export interface SettingRef {
  readonly name: string
  readonly order?: string
}

/**
 * Parses a `WorkIf`, or what follows `Option ValidIf:`. Undefined where it cannot be understood. Two dialects are seen:
 * `( 2 == Power Technology )  and  ( 0 != Power Performance Tuning )` (SUM 2.5) and
 * `( Boot mode select is not in [ 0, 1 ] )` with the code behind the operator (SUM 2.14); connectives are `and`, `or`,
 * `&&` and `||`. That `and` binds stronger is assumed: real files put everything in parentheses.
 *
 * @param names those of the file's settings: they hold blanks, parentheses, `and`, and only who knows them can tell where one ends
 */
export function parseWorkIf(text: string, names: KnownNames): WorkIf | undefined {
  if (text.length > LONGEST || /\s{32}/.test(text)) return undefined
  const reader = new Reader(text, names)
  const condition = either(reader, 0)
  return condition !== undefined && reader.atEnd() ? condition : undefined
}

/** Bare names, so kept that finding the one a text goes on with does not cost more for more names. */
export interface KnownNames {
  readonly all: ReadonlySet<string>
  /** Each once, longest first: `Onboard LAN1 Option ROM` is found before `Onboard LAN1`. */
  readonly lengths: readonly number[]
}

/** Of bare names without outer blanks. */
export function knownNames(names: Iterable<string>): KnownNames {
  const all = new Set(names)
  all.delete('')
  return { all, lengths: [...new Set([...all].map(({ length }) => length))].toSorted((a, b) => b - a) }
}

/** Nested deeper, longer and with more blanks in a row than in any file: the text is from a device, and costs more than its length. */
const DEEPEST = 32
const LONGEST = 4096

function either(reader: Reader, depth: number): WorkIf | undefined {
  return joined(reader, /(?:\|\||or(?=[\s(]))/y, 'any', () => both(reader, depth))
}

function both(reader: Reader, depth: number): WorkIf | undefined {
  return joined(reader, /(?:&&|and(?=[\s(]))/y, 'all', () => one(reader, depth))
}

function joined(
  reader: Reader,
  connective: RegExp,
  kind: 'all' | 'any',
  next: () => WorkIf | undefined,
): WorkIf | undefined {
  const of: WorkIf[] = []
  do {
    const part = next()
    if (part === undefined) return undefined
    of.push(part)
  } while (reader.take(connective) !== undefined)
  const [first] = of
  return of.length === 1 ? first : { kind, of }
}

function one(reader: Reader, depth: number): WorkIf | undefined {
  const start = reader.operand()
  if (start !== undefined) return comparison(reader, start)
  if (depth > DEEPEST || reader.take(/\(/y) === undefined) return undefined
  const inner = either(reader, depth + 1)
  return reader.take(/\)/y) === undefined ? undefined : inner
}

function comparison(reader: Reader, left: Operand): WorkIf | undefined {
  const list = reader.take(/is (?:not )?in\s*(?:\[[\d,\s]*\]|\d+(?:\s+\d+)*)/y)
  if (list !== undefined)
    return typeof left === 'number'
      ? undefined
      : { kind: 'in', setting: left, codes: list.match(/\d+/g)?.map(Number) ?? [], negated: list.startsWith('is not') }
  const compare = reader.comparison()
  const right = compare === undefined ? undefined : reader.operand()
  if (compare === undefined || right === undefined) return undefined
  if (typeof left === 'number')
    return typeof right === 'number'
      ? { kind: 'constant', holds: COMPARISONS[compare](left, right) }
      : { kind: 'compare', setting: right, compare: MIRRORED[compare], code: left }
  return typeof right === 'number' ? { kind: 'compare', setting: left, compare, code: right } : undefined
}

type Operand = number | SettingRef

/** `0 < X` is `X > 0`. */
const MIRRORED = { '==': '==', '!=': '!=', '<=': '>=', '>=': '<=', '<': '>', '>': '<' } as const

/** Goes through the text; skips blanks before everything it takes. */
class Reader {
  readonly #text: string
  readonly #names: KnownNames
  #at = 0

  constructor(text: string, names: KnownNames) {
    this.#text = text
    this.#names = names
  }

  atEnd(): boolean {
    return this.#text.slice(this.#at).trim() === ''
  }

  take(pattern: RegExp): string | undefined {
    this.#skipBlanks()
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    if (found !== undefined) this.#at += found.length
    return found
  }

  comparison(): Comparison | undefined {
    const found = this.take(/[=!<>]=|[<>]/y)
    return found !== undefined && isComparison(found) ? found : undefined
  }

  operand(): Operand | undefined {
    const name = this.#knownName()
    if (name !== undefined) {
      const order = this.take(/\$\d+/y)?.slice(1)
      return { name, ...(order === undefined ? {} : { order }) }
    }
    const number = this.take(/\d+(?=[\s)]|$)/y)
    if (number !== undefined) return Number(number)
    // A name that no setting has: up to the operator, or to the closing parenthesis, which has a blank before it.
    const unknown = this.take(/[^\s()=!<>|&][^=!<>|&]*?(?=\s+(?:[=!<>]=|[<>]|is (?:not )?in)\s|\s+\)|\s*$)/y)
    return unknown === undefined ? undefined : { name: unknown }
  }

  #knownName(): string | undefined {
    this.#skipBlanks()
    const rest = this.#text.slice(this.#at)
    const length = this.#names.lengths.find(
      (one) =>
        one <= rest.length && this.#names.all.has(rest.slice(0, one)) && /^(?:\$\d+)?(?=[\s)]|$)/.test(rest.slice(one)),
    )
    if (length === undefined) return undefined
    this.#at += length
    return rest.slice(0, length)
  }

  #skipBlanks(): void {
    while (this.#at < this.#text.length && /\s/.test(this.#text.charAt(this.#at))) this.#at++
  }
}

function isComparison(text: string): text is Comparison {
  return Object.hasOwn(COMPARISONS, text)
}
