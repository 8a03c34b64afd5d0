/**
 * C1 controls and DEL, which JSON leaves as they are and a terminal may obey; formatting without a width or against the direction;
 * line and paragraph ends, which some readers take for the end of a line.
 */
const OBEYED = /[\u007F-\u009F]|[\p{Cf}\p{Zl}\p{Zp}]/gu

/** An object as one line of JSON that is safe to look at in a terminal: the same value, its invisible characters escaped. */
export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replaceAll(OBEYED, (character) =>
    Array.from({ length: character.length }, (_, index) => character.charCodeAt(index).toString(16).padStart(4, '0'))
      .map((code) => `\\u${code}`)
      .join(''),
  )
}
