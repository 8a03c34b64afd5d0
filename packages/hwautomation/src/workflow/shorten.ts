import type { Redactor } from '../redaction.ts'
import type { Json } from './record.ts'

const LONGEST_TEXT = 2_000
const LONGEST_LINE = 500
const LONGEST_OBSERVATION = 8_000
const CUT = ' … '

/** Masks secrets, then keeps the head and the tail of what is too long. In this order: half a secret is not recognised. */
export function shortText(redactor: Redactor, text: string, longest = LONGEST_TEXT): string {
  return cut(redactor.text(text), longest)
}

/** One line for people: masked, without control characters, at most 500 characters. */
export function shortLine(redactor: Redactor, text: string): string {
  return cut(
    redactor
      .text(text)
      // eslint-disable-next-line no-control-regex -- tool output carries colours and cursor movements
      .replace(/\u001B\[[0-9;?]*[A-Za-z]|[\u0000-\u001F\u007F]+/g, ' ')
      .trim(),
    LONGEST_LINE,
  )
}

/** What a device said, as a record carries it: JSON, masked, at most some 8,000 characters. */
export function shortJson(redactor: Redactor, value: unknown): Json {
  const masked = shortenStrings(redactor.value(toJson(value)))
  const text = JSON.stringify(masked)
  return text.length <= LONGEST_OBSERVATION ? masked : cut(text, LONGEST_OBSERVATION)
}

/** The value as JSON holds it; what JSON cannot hold (cycles, bigint, functions) becomes text. */
export function toJson(value: unknown): Json {
  if (value === undefined) return null
  try {
    const text = JSON.stringify(value) as string | undefined
    return text === undefined ? inWords(value) : (JSON.parse(text) as Json)
  } catch {
    return inWords(value)
  }
}

function inWords(value: unknown): string {
  return typeof value === 'bigint' || typeof value === 'symbol' ? value.toString() : `[${typeof value}]`
}

function shortenStrings(value: Json): Json {
  if (typeof value === 'string') return cut(value, LONGEST_TEXT)
  if (Array.isArray(value)) return value.map(shortenStrings)
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shortenStrings(item)]))
  return value
}

function cut(text: string, longest: number): string {
  if (text.length <= longest) return text
  const tail = Math.floor((longest - CUT.length) / 3)
  return text.slice(0, longest - CUT.length - tail) + CUT + text.slice(text.length - tail)
}
