/**
 * Makes a string from a device harmless for a terminal, a log line and a chat: control characters, line breaks,
 * direction overrides, zero-width characters and lone surrogates become visible escapes. Long values are cut at `limit` characters.
 */
export function printable(value: unknown, limit = 200): string {
  const text = String(value)
  const cut = Array.from(text.slice(0, limit * 2 + 2))
  const shown = cut.length > limit || text.length > limit * 2 + 2 ? [...cut.slice(0, limit), '…'] : cut
  return shown.map((character) => (HOSTILE.test(character) ? escape(character) : character)).join('')
}

/** Cc (controls), Cf (format: direction, zero width), Cs (lone surrogates), Co, Cn, line and paragraph separators. */
const HOSTILE = /^[\p{C}\p{Zl}\p{Zp}]$/u

function escape(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}
