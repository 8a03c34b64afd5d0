import { absolute } from '../os/file-system.ts'
import { evaluateArithmetic } from './arithmetic.ts'
import { escapePattern, glob, matches } from './pattern.ts'
import type { Shell } from './shell.ts'
import type { Word, WordPart } from './syntax.ts'

/** A run of expanded text. Only unquoted results of expansions are split into fields; only unquoted text globs. */
type Piece = { readonly text: string; readonly quoted: boolean; readonly splits: boolean } | 'new field'

/** Fields of a word (POSIX 2.6): expansion, field splitting, path names, quote removal. */
export async function expandFields(shell: Shell, word: Word): Promise<string[]> {
  const fields = splitFields(await expandParts(shell, word.parts, false, true), shell.get('IFS') ?? ' \t\n')
  return fields.flatMap((pieces) => {
    const text = pieces.map((piece) => piece.text).join('')
    if (shell.options.has('f') || !pieces.some((piece) => !piece.quoted && /[*?[]/.test(piece.text))) return [text]
    const pattern = pieces.map((piece) => (piece.quoted ? escapePattern(piece.text) : piece.text)).join('')
    const found = glob(pattern, shell.process.host.fs, shell.process)
    return found.length === 0 ? [text] : found
  })
}

/** One string: for assignments, redirections, `case` words and here-documents, which are not split. */
export async function expandText(shell: Shell, word: Word): Promise<string> {
  const pieces = await expandParts(shell, word.parts, false, false)
  return pieces.map((piece) => (piece === 'new field' ? ' ' : piece.text)).join('')
}

/** A pattern in which quoted characters stand for themselves. */
export async function expandPattern(shell: Shell, word: Word): Promise<string> {
  const pieces = await expandParts(shell, word.parts, false, false)
  return pieces
    .map((piece) => (piece === 'new field' ? ' ' : piece.quoted ? escapePattern(piece.text) : piece.text))
    .join('')
}

async function expandParts(
  shell: Shell,
  parts: readonly WordPart[],
  quoted: boolean,
  splits: boolean,
): Promise<Piece[]> {
  const pieces: Piece[] = []
  for (const [index, part] of parts.entries()) {
    switch (part.kind) {
      case 'text':
        pieces.push({ text: index === 0 && !quoted ? tilde(shell, part.text) : part.text, quoted, splits: false })
        break
      case 'quoted':
        pieces.push({ text: part.text, quoted: true, splits: false })
        break
      case 'double': {
        const inner = await expandParts(shell, part.parts, true, splits)
        const onlyAt = part.parts.length === 1 && part.parts[0]?.kind === 'parameter' && part.parts[0].name === '@'
        if (inner.length === 0 && !onlyAt) pieces.push({ text: '', quoted: true, splits: false })
        pieces.push(...inner)
        break
      }
      case 'parameter':
        pieces.push(...(await expandParameter(shell, part, quoted, splits)))
        break
      case 'command':
        pieces.push({ text: await shell.substitute(part.body), quoted, splits: !quoted })
        break
      case 'arithmetic': {
        const text = (await expandParts(shell, part.parts, true, false))
          .map((piece) => (piece === 'new field' ? ' ' : piece.text))
          .join('')
        const variables = {
          get: (name: string) => shell.get(name),
          set: (name: string, value: string) => shell.set(name, value),
        }
        pieces.push({ text: String(evaluateArithmetic(text, variables)), quoted, splits: !quoted })
        break
      }
    }
  }
  return pieces
}

async function expandParameter(
  shell: Shell,
  part: Extract<WordPart, { kind: 'parameter' }>,
  quoted: boolean,
  splits: boolean,
): Promise<Piece[]> {
  const { name, operator } = part
  const piece = (text: string): Piece => ({ text, quoted, splits: !quoted })
  if (operator === 'bad') return shell.fail('Bad substitution')
  const isList = name === '@' || name === '*'
  const value = isList
    ? shell.parameters.length === 0
      ? undefined
      : shell.parameters.join(separator(shell))
    : shell.get(name)
  const word = part.word ?? { parts: [] }
  const missing = value === undefined || (operator?.startsWith(':') === true && value === '')
  const substituteWord = (): Promise<Piece[]> => expandParts(shell, word.parts, quoted, splits)

  switch (operator) {
    case '-':
    case ':-':
      if (missing) return substituteWord()
      break
    case '+':
    case ':+':
      return missing ? [] : substituteWord()
    case '=':
    case ':=':
      if (missing) {
        const text = await expandText(shell, word)
        shell.set(name, text)
        return [piece(text)]
      }
      break
    case '?':
    case ':?':
      if (missing) {
        const text = await expandText(shell, word)
        return shell.fail(
          `${name}: ${text === '' ? (operator === ':?' ? 'parameter not set or null' : 'parameter not set') : text}`,
        )
      }
      break
    case 'length':
      if (value === undefined && shell.options.has('u') && !isList) return shell.fail(`${name}: parameter not set`)
      return [piece(String(Array.from(value ?? '').length))]
    case '#':
    case '##':
    case '%':
    case '%%':
      if (value === undefined && shell.options.has('u')) return shell.fail(`${name}: parameter not set`)
      return [piece(trim(value ?? '', await expandPattern(shell, word), operator))]
    case undefined:
      break
  }
  if (value === undefined && shell.options.has('u') && !isList && operator === undefined)
    return shell.fail(`${name}: parameter not set`)
  if (!isList) return value === undefined ? [] : [piece(value)]
  if (name === '*' && quoted) return [piece(value ?? '')]
  if (!splits) return value === undefined ? [] : [piece(name === '@' ? shell.parameters.join(' ') : value)]
  return shell.parameters.flatMap((parameter, index) => {
    const one: Piece = name === '@' && quoted ? { text: parameter, quoted: true, splits: false } : piece(parameter)
    return index === 0 ? [one] : ['new field' as const, one]
  })
}

function separator(shell: Shell): string {
  const ifs = shell.get('IFS')
  return ifs === undefined ? ' ' : ifs.charAt(0)
}

function trim(value: string, pattern: string, operator: '#' | '##' | '%' | '%%'): string {
  const lengths = Array.from({ length: value.length + 1 }, (_, length) => length)
  if (operator === '##' || operator === '%%') lengths.reverse()
  for (const length of lengths) {
    const cut = operator.startsWith('#') ? value.slice(0, length) : value.slice(value.length - length)
    if (matches(pattern, cut))
      return operator.startsWith('#') ? value.slice(length) : value.slice(0, value.length - length)
  }
  return value
}

function tilde(shell: Shell, text: string): string {
  const match = /^~([a-z]*)(?=\/|$)/.exec(text)
  if (match === null) return text
  const home = match[1] === '' ? shell.get('HOME') : { root: '/root', ubuntu: '/home/ubuntu' }[match[1] ?? '']
  return home === undefined ? text : absolute(home, '/') + text.slice(match[0].length)
}

type Run = Exclude<Piece, 'new field'>

/** Field splitting (POSIX 2.6.5): blanks of IFS collapse, its other characters each end a field. */
function splitFields(pieces: readonly Piece[], ifs: string): Run[][] {
  const fields: Run[][] = []
  let field: Run[] | undefined
  const end = (): void => {
    if (field !== undefined) fields.push(field)
    field = undefined
  }
  const blanks = Array.from(ifs).filter((c) => ' \t\n'.includes(c))
  // Blanks around another IFS character belong to one delimiter.
  let endedByBlank = false
  for (const piece of pieces) {
    if (piece === 'new field') {
      end()
      continue
    }
    if (!piece.splits) {
      if (piece.text !== '' || piece.quoted) (field ??= []).push(piece)
      continue
    }
    let text = ''
    const flush = (): void => {
      if (text !== '') (field ??= []).push({ ...piece, text })
      text = ''
    }
    for (const c of piece.text) {
      if (!ifs.includes(c)) {
        text += c
        endedByBlank = false
      } else if (blanks.includes(c)) {
        flush()
        endedByBlank ||= field !== undefined
        end()
      } else {
        flush()
        if (field !== undefined || !endedByBlank) {
          field ??= []
          end()
        }
        endedByBlank = false
      }
    }
    flush()
  }
  end()
  return fields
}
