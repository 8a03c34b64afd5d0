import type { Source } from './source.ts'
import { type ParameterOperator, ShellSyntaxError, type Word, type WordPart } from './syntax.ts'

const META = new Set([' ', '\t', '\n', ';', '&', '|', '<', '>', '(', ')', ''])

/** Reads the word at the source's position; undefined when a metacharacter stands there. */
export function readWord(source: Source): Word | undefined {
  if (META.has(source.peek())) return undefined
  return { parts: readParts(source, (c) => META.has(c), false) }
}

/** The body of a here-document whose delimiter was not quoted: expansions live, quotes are plain text. */
export function readHereText(source: Source): Word {
  return { parts: [{ kind: 'double', parts: readParts(source, (c) => c === '', true, true) }] }
}

function readParts(source: Source, ends: (c: string) => boolean, inDouble: boolean, here = false): WordPart[] {
  const parts: WordPart[] = []
  let text = ''
  const flush = (): void => {
    if (text !== '') parts.push({ kind: inDouble ? 'quoted' : 'text', text })
    text = ''
  }
  for (;;) {
    const c = source.peek()
    if (ends(c)) break
    if (c === '') throw new ShellSyntaxError('Unterminated quoted string', source.line)
    if (c === '\\') {
      source.skip(1)
      const next = source.take()
      if (next === '\n') continue
      if (inDouble && !['$', '`', '\\', ...(here ? [] : ['"'])].includes(next)) text += `\\${next}`
      else {
        flush()
        parts.push({ kind: 'quoted', text: next === '' ? '\\' : next })
      }
    } else if (c === "'" && !inDouble) {
      flush()
      source.skip(1)
      const end = source.text.indexOf("'", source.at)
      if (end < 0) throw new ShellSyntaxError('Unterminated quoted string', source.line)
      parts.push({ kind: 'quoted', text: source.takeUntil(end) })
      source.skip(1)
    } else if (c === '"' && !here) {
      flush()
      source.skip(1)
      parts.push({ kind: 'double', parts: readParts(source, (d) => d === '"', true) })
      source.skip(1)
    } else if (c === '$') {
      const part = readDollar(source, inDouble)
      if (part === undefined) text += '$'
      else {
        flush()
        parts.push(part)
      }
    } else if (c === '`') {
      flush()
      parts.push(readBackquotes(source, inDouble))
    } else text += source.take()
  }
  flush()
  return parts
}

function readDollar(source: Source, inDouble: boolean): WordPart | undefined {
  source.skip(1)
  const c = source.peek()
  if (c === '(') {
    if (source.text.startsWith('((', source.at)) {
      const arithmetic = readArithmetic(source)
      if (arithmetic !== undefined) return arithmetic
    }
    source.skip(1)
    return { kind: 'command', body: source.parseCommands(')') }
  }
  if (c === '{') return readBraces(source, inDouble)
  const name = /^(?:[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-])/.exec(source.text.slice(source.at, source.at + 256))?.[0]
  if (name === undefined) return undefined
  source.skip(name.length)
  return { kind: 'parameter', name }
}

/** `$((…))`; undefined when the brackets close as `) )`, which is a subshell in a command substitution. */
function readArithmetic(source: Source): WordPart | undefined {
  const start = source.at
  source.skip(2)
  let depth = 0
  const parts = readParts(
    source,
    (c) => {
      if (c === '(') depth += 1
      if (c === ')') depth -= 1
      return c === '' || depth < 0
    },
    true,
    true,
  )
  if (source.text.startsWith('))', source.at)) {
    source.skip(2)
    return { kind: 'arithmetic', parts }
  }
  source.rewind(start)
  return undefined
}

function readBraces(source: Source, inDouble: boolean): WordPart {
  source.skip(1)
  const rest = source.text.slice(source.at, source.at + 300)
  const length = /^#(?=[A-Za-z_0-9@*#?$!-][A-Za-z0-9_]*\})/.test(rest)
  if (length) source.skip(1)
  const name = /^(?:[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-])/.exec(source.text.slice(source.at, source.at + 256))?.[0]
  if (name === undefined) {
    skipToBrace(source)
    return { kind: 'parameter', name: '', operator: 'bad' }
  }
  source.skip(name.length)
  if (source.peek() === '}') {
    source.skip(1)
    return length ? { kind: 'parameter', name, operator: 'length' } : { kind: 'parameter', name }
  }
  const operator = /^(?::[-=?+]|[-=?+]|##|#|%%|%)/.exec(source.text.slice(source.at, source.at + 2))?.[0] as
    | ParameterOperator
    | undefined
  if (operator === undefined) {
    skipToBrace(source)
    return { kind: 'parameter', name, operator: 'bad' }
  }
  source.skip(operator.length)
  // Inside double quotes a pattern is read like an unquoted word, a default value like quoted text (POSIX 2.6.2).
  const quoted = inDouble && !operator.startsWith('#') && !operator.startsWith('%')
  if (source.text.indexOf('}', source.at) < 0) throw new ShellSyntaxError("Missing '}'", source.line)
  const parts = quoted ? readQuotedDefault(source) : readParts(source, (c) => c === '}', false)
  source.skip(1)
  return { kind: 'parameter', name, operator, word: { parts } }
}

function readQuotedDefault(source: Source): WordPart[] {
  return [{ kind: 'double', parts: readParts(source, (c) => c === '}', true) }]
}

function skipToBrace(source: Source): void {
  const end = source.text.indexOf('}', source.at)
  if (end < 0) throw new ShellSyntaxError("Missing '}'", source.line)
  source.skip(end + 1 - source.at)
}

function readBackquotes(source: Source, inDouble: boolean): WordPart {
  source.skip(1)
  let text = ''
  for (;;) {
    const c = source.take()
    if (c === '') throw new ShellSyntaxError('EOF in backquote substitution', source.line)
    if (c === '`') break
    if (c !== '\\') text += c
    else {
      const next = source.take()
      text += next === '`' || next === '$' || next === '\\' || (inDouble && next === '"') ? next : `\\${next}`
    }
  }
  return { kind: 'command', body: source.parseText(text) }
}
