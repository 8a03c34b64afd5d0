import { readFileSync } from 'node:fs'

/** A page of this folder, as it is in the file. */
export function page(name: string): string {
  return readFileSync(new URL(`../${name}`, import.meta.url), 'utf8')
}

/** A fenced block. */
export interface Block {
  /** The words after the fence: language, then marks of ours. */
  readonly info: readonly string[]
  readonly text: string
  /** Of its first line in the page, from 1. */
  readonly line: number
  /** The nearest heading above. */
  readonly heading: string
}

/** All fenced blocks of a page whose language is one of these. */
export function blocks(markdown: string, ...languages: string[]): Block[] {
  const found: Block[] = []
  let heading = ''
  let open: { info: string[]; lines: string[]; line: number } | undefined
  for (const [index, line] of markdown.split('\n').entries()) {
    const fence = /^```(.*)$/.exec(line)
    if (fence === null) {
      if (open !== undefined) open.lines.push(line)
      else heading = /^#+ (.+)$/.exec(line)?.[1] ?? heading
    } else if (open === undefined) open = { info: (fence[1] ?? '').trim().split(/\s+/), lines: [], line: index + 2 }
    else {
      if (languages.includes(open.info[0] ?? ''))
        found.push({ info: open.info, text: `${open.lines.join('\n')}\n`, line: open.line, heading })
      open = undefined
    }
  }
  return found
}

/** A row of a table: its cells by the words of the table's head, and the heading above. */
export interface Row {
  readonly heading: string
  readonly cells: Readonly<Record<string, string>>
}

/** The rows of all tables of a page. */
export function rows(markdown: string): Row[] {
  let heading = ''
  let head: string[] | undefined
  let fenced = false
  return markdown.split('\n').flatMap((line): Row[] => {
    if (line.startsWith('```')) fenced = !fenced
    if (fenced) return []
    heading = /^#+ (.+)$/.exec(line)?.[1] ?? heading
    if (!line.startsWith('|')) {
      head = undefined
      return []
    }
    const cells = line
      .replace(/^\|\s*|\s*\|\s*$/g, '')
      .split(/\s*(?<!\\)\|\s*/)
      .map((cell) => cell.replaceAll('\\|', '|'))
    if (head === undefined) {
      head = cells
      return []
    }
    if (cells.every((cell) => /^:?-+:?$/.test(cell))) return []
    const names = head
    return [{ heading, cells: Object.fromEntries(cells.map((cell, index) => [names[index] ?? '', cell])) }]
  })
}

/** What stands between backquotes. */
export function quoted(cell: string | undefined): string[] {
  return [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, word]) => word ?? '')
}
