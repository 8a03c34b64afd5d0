import { HwError } from '../../errors.ts'

/** More names than anybody means: a typing mistake would otherwise fill the memory. */
export const MOST_NAMES = 1000
/** Longer texts are no ranges that somebody typed. */
const LONGEST_TEXT = 20_000
/** Larger numbers stand in no name. */
const MOST_DIGITS = 9
/** Of a name in the DNS (RFC 1035, 3.1). */
const LONGEST_NAME = 253

/** True for what stands for several names: it has brackets or commas. */
export function isRange(text: string): boolean {
  return /[[\],]/.test(text)
}

/**
 * The names that a range stands for, in its order: `srv[001-040]`, `srv[001-003,007]`, `rack[1-2]-srv[01-20]`, several of them with
 * commas, `192.168.1.[101-140]`. Leading zeros are kept. A text without brackets is itself.
 *
 * @param field how messages name what the text is of
 * @throws HwError `range.invalid` with everything that is wrong and what to write instead; nothing is expanded then
 */
export function expandRange(text: string, field = 'servers'): string[] {
  const { names, problems } = readRange(text, field)
  if (problems.length === 0) return names
  throw new HwError({
    code: 'range.invalid',
    kind: 'invalid',
    message: problems.join('; '),
    hint: 'Write ranges as srv[001-040] or srv[001-003,007], several of them with commas.',
    context: { problems },
  })
}

/** The same without throwing. */
export function readRange(text: string, field: string): { readonly names: string[]; readonly problems: string[] } {
  const fault = (problem: string) => ({ names: [], problems: [`${field}: ${problem}`] })
  if (text.trim() === '') return fault('expected a name or a range such as srv[001-040], got nothing')
  if (text.length > LONGEST_TEXT) return fault(`the text is longer than ${LONGEST_TEXT} characters`)
  const problems: string[] = []
  const patterns = split(text).map((part) => {
    const pattern = patternOf(part)
    if (typeof pattern !== 'string') return pattern
    problems.push(`${field}: ${pattern}`)
    return []
  })
  if (problems.length > 0) return { names: [], problems }
  const total = patterns.reduce((sum, pattern) => sum + sizeOf(pattern), 0)
  if (total > MOST_NAMES) return fault(`${quoted(text)} stands for ${total} names; at most ${MOST_NAMES} at once`)
  const long = patterns.find((pattern) => longestOf(pattern) > LONGEST_NAME)
  if (long !== undefined) return fault(`${quoted(expanded(long)[0]!)} is longer than ${LONGEST_NAME} characters`)
  const names = patterns.flatMap(expanded)
  const twice = [...new Set(names.filter((name, index) => names.indexOf(name) < index))]
  return twice.length === 0
    ? { names, problems }
    : fault(
        `${twice.slice(0, 5).join(', ')}${twice.length > 5 ? ', …' : ''} ${twice.length === 1 ? 'is' : 'are'} named twice`,
      )
}

/** A name in pieces: texts that stand as they are, and choices. */
type Pattern = readonly (string | readonly Span[])[]

interface Span {
  readonly from: number
  readonly to: number
  /** Digits to fill up to with zeros. */
  readonly width: number
}

/** At commas that are not inside brackets. */
function split(text: string): string[] {
  const parts: string[] = []
  let depth = 0
  let part = ''
  for (const character of text) {
    if (character === '[') depth += 1
    if (character === ']') depth -= 1
    if (character === ',' && depth <= 0) {
      parts.push(part)
      part = ''
    } else part += character
  }
  return [...parts, part].map((one) => one.trim())
}

/** The pattern, or what is wrong with the text. */
function patternOf(text: string): Pattern | string {
  if (text === '') return 'there is nothing between two commas; leave one out'
  if (/\s/.test(text)) return `${quoted(text)} has a blank in it; put commas between names`
  const foreign = /[{}()*?]/.exec(text)?.[0]
  if (foreign !== undefined)
    return `${quoted(text)} has ${quoted(foreign)} in it; ranges are written with [ ], e.g. ${asBrackets(text)}`
  const pieces = text.split(/(\[[^[\]]*\])/).filter((piece) => piece !== '')
  const pattern: (string | readonly Span[])[] = []
  for (const piece of pieces) {
    if (!/[[\]]/.test(piece)) pattern.push(piece)
    else if (!piece.startsWith('[') || !piece.endsWith(']'))
      return `${quoted(text)} has a ${piece.includes('[') ? '"[" that is not closed; write' : '"]" without "["; write'} e.g. srv[001-040]`
    else {
      const spans = piece
        .slice(1, -1)
        .split(',')
        .map((span) => spanOf(span.trim(), text))
      const fault = spans.find((span) => typeof span === 'string')
      if (fault !== undefined) return fault
      pattern.push(spans.filter((span) => typeof span !== 'string'))
    }
  }
  return pattern
}

function spanOf(text: string, whole: string): Span | string {
  const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? []
  if (from === undefined || to === undefined)
    return `${quoted(whole)} has ${quoted(text)} in its brackets; ${meant(text)}`
  if (Math.max(from.length, to.length) > MOST_DIGITS)
    return `${quoted(whole)} has a number of more than ${MOST_DIGITS} digits`
  if (Number(from) > Number(to)) return `${quoted(whole)} runs backwards; write [${to}-${from}]`
  const isPadded = /^0\d/.test(from) || /^0\d/.test(to)
  if (isPadded && from.length !== to.length) {
    const width = Math.max(from.length, to.length)
    const remedy = `[${from.padStart(width, '0')}-${to.padStart(width, '0')}]`
    return `${quoted(whole)} has ${from} and ${to}, which are not equally long; write ${remedy}`
  }
  return { from: Number(from), to: Number(to), width: isPadded ? from.length : 0 }
}

/** Two numbers with something else between them are a range in another spelling. */
function meant(text: string): string {
  const [, from, to] = /^(\d+)\s*(?:\.\.+|:|–|—|--|to|\/)\s*(\d+)$/i.exec(text) ?? []
  if (from !== undefined && to !== undefined) return `did you mean [${from}-${to}]?`
  return 'expected numbers such as 001-040 or 7'
}

function asBrackets(text: string): string {
  const [, head = 'srv', from = '001', to = '040'] = /^([\w.-]*)[{(](\d+)\D+(\d+)[})]/.exec(text) ?? []
  return `${head}[${from}-${to}]`
}

function sizeOf(pattern: Pattern): number {
  return pattern.reduce(
    (product, piece) =>
      typeof piece === 'string' ? product : product * piece.reduce((sum, { from, to }) => sum + to - from + 1, 0),
    1,
  )
}

/** Characters of the longest of its names, without making them. */
function longestOf(pattern: Pattern): number {
  const digits = ({ to, width }: Span) => Math.max(String(to).length, width)
  return pattern.reduce(
    (sum, piece) => sum + (typeof piece === 'string' ? piece.length : Math.max(...piece.map(digits))),
    0,
  )
}

function expanded(pattern: Pattern): string[] {
  return pattern.reduce<string[]>(
    (names, piece) => {
      const choices = typeof piece === 'string' ? [piece] : piece.flatMap(numbers)
      return names.flatMap((name) => choices.map((choice) => name + choice))
    },
    [''],
  )
}

function numbers({ from, to, width }: Span): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => String(from + index).padStart(width, '0'))
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
}
