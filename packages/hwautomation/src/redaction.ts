/** What stands in the place of a secret. */
export const REDACTED = '«redacted»'

/** Shorter ones would mask half of every text. */
const SHORTEST = 4
/** Of the lines of a key; a shorter one may stand anywhere. */
const SHORTEST_LINE = 16

/**
 * Knows the secrets in use and takes them out of whatever leaves the library: records, events, errors, logs.
 * Always redact before truncating: half a secret is no longer recognised. A text costs its own length, however many secrets are known:
 * a process that works on a thousand machines knows thousands.
 */
export class Redactor {
  /** By their first characters, longest first. */
  readonly #forms = new Map<string, string[]>()
  /** Not 0 where a form begins with two characters of this hash: most places of a text are passed over by it alone. */
  readonly #beginnings = new Uint8Array(1 << 16)

  /** From now on this value, and its URL-encoded, base64, JSON-escaped and XML-escaped forms, are masked; of a key each line, too. */
  add(secret: string): void {
    if (secret.length < SHORTEST) return
    const lines = secret.split(/\r?\n/).filter((line) => line.length >= SHORTEST_LINE && !line.startsWith('-----'))
    for (const form of [...formsOf(secret), ...lines]) this.#addForm(form)
  }

  text(value: string): string {
    let result = ''
    let from = 0
    // Secrets that overlap are masked as one.
    let masked = { start: 0, end: 0 }
    const last = value.length - SHORTEST
    for (let at = 0; at <= last; at += 1) {
      if (this.#beginnings[beginning(value, at)] === 0) continue
      const form = this.#formAt(value, at)
      if (form === undefined) continue
      if (at >= masked.end) {
        if (masked.end > 0) result += value.slice(from, masked.start) + REDACTED
        from = masked.end
        masked = { start: at, end: at + form.length }
      } else masked.end = Math.max(masked.end, at + form.length)
    }
    return masked.end === 0 ? value : result + value.slice(from, masked.start) + REDACTED + value.slice(masked.end)
  }

  /** The same structure with every string in it masked, keys too. */
  value<T>(value: T): T {
    if (typeof value === 'string') return this.text(value) as T
    if (Array.isArray(value)) return value.map((item: unknown) => this.value(item)) as T
    if (value !== null && typeof value === 'object')
      return Object.fromEntries(
        Object.entries(value).map(([key, item]) => [this.text(key), this.value(item as unknown)]),
      ) as T
    return value
  }

  #addForm(form: string): void {
    const start = form.slice(0, SHORTEST)
    const known = this.#forms.get(start) ?? []
    if (known.includes(form)) return
    this.#forms.set(
      start,
      [...known, form].toSorted((a, b) => b.length - a.length),
    )
    this.#beginnings[beginning(form, 0)] = 1
  }

  #formAt(value: string, at: number): string | undefined {
    return this.#forms.get(value.slice(at, at + SHORTEST))?.find((form) => value.startsWith(form, at))
  }
}

function beginning(text: string, at: number): number {
  return (text.charCodeAt(at) * 257 + text.charCodeAt(at + 1)) & 0xffff
}

function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const base64 = bytes.toString('base64')
  return [
    secret,
    encodeURIComponent(secret),
    encodeURIComponent(encodeURIComponent(secret)),
    new URLSearchParams([['', secret]]).toString().slice(1),
    JSON.stringify(secret).slice(1, -1),
    xmlEscaped(secret),
    base64,
    base64.replace(/=+$/, ''),
    bytes.toString('base64url'),
    // As terminals and binary files show it.
    bytes.toString('latin1'),
  ]
}

/** As in the vendors' BIOS files. */
function xmlEscaped(secret: string): string {
  return secret
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;')
}
