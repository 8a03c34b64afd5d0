import stringWidth from 'string-width'

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Columns that a text takes in a terminal: an ideograph or an emoji takes two, a combining mark none. */
export function widthOf(text: string): number {
  return stringWidth(text)
}

/** The text in at most so many columns, cut between characters as people see them, with `…` where something is missing. */
export function fitted(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text
  let result = ''
  let width = 0
  for (const { segment } of GRAPHEMES.segment(text)) {
    width += widthOf(segment)
    if (width > columns - 1) break
    result += segment
  }
  return columns < 1 ? '' : `${result}…`
}

/** Filled up with blanks on the right, to columns of a terminal. */
export function filled(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(columns - widthOf(text), 0))
}

/** In lines of at most so many columns, broken between words where that is possible. */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (widthOf(longer) <= columns) line = longer
    else {
      if (line !== '') lines.push(line)
      line = word
      while (widthOf(line) > columns) {
        const [head, rest] = brokenAt(line, columns)
        lines.push(head)
        line = rest
      }
    }
  }
  return line === '' && lines.length > 0 ? lines : [...lines, line]
}

function brokenAt(text: string, columns: number): [string, string] {
  let head = ''
  for (const { segment } of GRAPHEMES.segment(text)) {
    if (head !== '' && widthOf(head + segment) > columns) break
    head += segment
  }
  return [head, text.slice(head.length)]
}
