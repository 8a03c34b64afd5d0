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

/** A text from a device or a person as one printable line: no escape sequence of it reaches a terminal. */
export function plain(text: string): string {
  // eslint-disable-next-line no-control-regex -- removing them is the point
  return text.replaceAll(/[\u0000-\u001F\u007F-\u009F\u200B-\u200F\u2028-\u202E\u2066-\u2069\uFEFF]+/g, ' ').trim()
}
