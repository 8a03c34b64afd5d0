import * as colours from 'yoctocolors'

/** How a report marks what it says. Without colours every function gives its text back. */
export interface Style {
  readonly good: (text: string) => string
  readonly bad: (text: string) => string
  readonly busy: (text: string) => string
  readonly quiet: (text: string) => string
  readonly loud: (text: string) => string
}

const same = (text: string) => text

export function styleOf(colour: boolean): Style {
  if (!colour) return { good: same, bad: same, busy: same, quiet: same, loud: same }
  return { good: colours.green, bad: colours.red, busy: colours.cyan, quiet: colours.dim, loud: colours.bold }
}

/** C0 and C1 controls, formatting without a width or against the direction (bidi), line and paragraph ends, lone surrogates. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu

/** A text from a device or a person as one printable line: no escape sequence of it reaches a terminal, nothing hides in it. */
export function plain(text: string): string {
  return text.replaceAll(UNPRINTABLE, ' ').trim()
}
