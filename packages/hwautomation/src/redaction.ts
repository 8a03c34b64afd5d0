/** What stands in the place of a secret. */
export const REDACTED = '«redacted»'

/** Shorter ones would mask half of every text. */
const SHORTEST = 4

/**
 * Knows the secrets in use and takes them out of whatever leaves the library: records, events, errors, logs.
 * Always redact before truncating: half a secret is no longer recognised.
 */
export class Redactor {
  readonly #forms = new Set<string>()
  /** A form that contains another is masked before it. */
  #longestFirst: readonly string[] = []

  /** From now on this value, and its URL-encoded, base64 and JSON-escaped forms, are masked. */
  add(secret: string): void {
    if (secret.length < SHORTEST) return
    const json = JSON.stringify(secret).slice(1, -1)
    for (const form of [
      secret,
      encodeURIComponent(secret),
      encodeURIComponent(encodeURIComponent(secret)),
      json,
      ...base64Forms(secret),
    ])
      this.#forms.add(form)
    this.#longestFirst = [...this.#forms].toSorted((a, b) => b.length - a.length)
  }

  text(value: string): string {
    let result = value
    for (const form of this.#longestFirst) result = result.replaceAll(form, REDACTED)
    return result
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
}

function base64Forms(secret: string): string[] {
  const text = Buffer.from(secret).toString('base64')
  return [text, text.replace(/=+$/, ''), Buffer.from(secret).toString('base64url')]
}
