import type { Redactor } from '../redaction.ts'
import type { HttpAnswer } from './exchange.ts'

export interface AnswerWords {
  readonly kind: 'json' | 'text' | 'html' | 'other'
  /** The body's text, redacted: to recognise sentences by, not to show. */
  readonly full: string
  /** One short line to show. */
  readonly short: string
  /** Of a form error: `hostname: Node with this Hostname already exists.` */
  readonly fields: readonly string[]
}

/** Longest that an error quotes. */
const QUOTE = 300

/** What an answer says in words. MAAS sends plain sentences, `{"field": ["message"]}` for form errors, and small HTML pages. */
export function answerWords(answer: HttpAnswer, redactor: Redactor): AnswerWords {
  const kind = contentKind(answer)
  const full = oneLine(redactor.text(kind === 'html' ? withoutMarkup(answer.body) : answer.body))
  const fields = kind === 'json' ? formErrors(answer.body).map((line) => shorten(oneLine(redactor.text(line)))) : []
  return { kind, full, fields, short: shorten(fields.length > 0 ? fields.join('; ') : full) }
}

export function contentKind(answer: HttpAnswer): AnswerWords['kind'] {
  const type = answer.headers['content-type'] ?? ''
  if (/\bjson\b/.test(type)) return 'json'
  if (type.startsWith('text/plain')) return 'text'
  return type.startsWith('text/html') ? 'html' : 'other'
}

function formErrors(body: string): string[] {
  const parsed = parse(body)
  if (Array.isArray(parsed)) return parsed.map(String)
  if (parsed === null || typeof parsed !== 'object') return []
  return Object.entries(parsed).map(
    ([field, messages]) => `${field}: ${Array.isArray(messages) ? messages.join(' ') : String(messages)}`,
  )
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

function withoutMarkup(html: string): string {
  return html.replaceAll(/<(style|script|title)\b[^]*?<\/\1>/gi, ' ').replaceAll(/<[^>]*>/g, ' ')
}

function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim()
}

function shorten(text: string): string {
  return text.length > QUOTE ? `${text.slice(0, QUOTE)}…` : text
}
