import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { page, quoted, rows, type Row } from './support/markdown.ts'
import { codesOfSources, type SourceCode } from './support/source-codes.ts'

const library = codesOfSources(fileURLToPath(new URL('../packages/hwautomation/src', import.meta.url)))
const bot = codesOfSources(fileURLToPath(new URL('../packages/slackbot/src', import.meta.url)))
/** The bot's other dotted words are methods of Slack, and ids of buttons. */
const codesOfBot = [...bot.errors].filter(([code]) => code.startsWith('slack.'))
const made = { errors: new Map([...library.errors, ...codesOfBot]), warnings: library.warnings }
const table = rows(page('errors.md')).filter(({ cells }) => 'code' in cells)
const errors = documented((row) => row.heading !== 'Warnings')
const warnings = documented((row) => row.heading === 'Warnings')

describe('docs/errors.md', () => {
  it('has a row for every error code of the sources', () => {
    expect(missing(made.errors, errors, (code) => code.split('.')[0] ?? '')).toEqual([])
  })

  it('has a row for every warning of the sources', () => {
    expect(missing(made.warnings, warnings, () => 'Warnings')).toEqual([])
  })

  it('has no row for a code that the sources do not make', () => {
    const gone = [...errors.keys()].filter((code) => !made.errors.has(code))
    const silent = [...warnings.keys()].filter((code) => !made.warnings.has(code))
    expect([...gone, ...silent].map((code) => `remove the row of ${code}: no source makes it`)).toEqual([])
  })

  it('names every kind that the sources give a code', () => {
    const faults = [...made.errors].flatMap(([code, { kinds, place }]) => {
      const named = quoted(errors.get(code)?.cells['kind'])
      return [...kinds]
        .filter((kind) => errors.has(code) && !named.includes(kind))
        .map((kind) => `add the kind ${kind} to the row of ${code} (${place})`)
    })
    expect(faults).toEqual([])
  })

  it('keeps each code once, under its prefix, with all cells filled in', () => {
    const faults = table.flatMap(({ heading, cells }) => {
      const code = codeOf(cells)
      const again = table.filter((other) => codeOf(other.cells) === code).length > 1
      const misplaced = heading !== 'Warnings' && heading !== code.split('.')[0]
      const empty = Object.keys(cells).filter((name) => cells[name] === '')
      return [
        ...(again ? [`${code} stands twice`] : []),
        ...(misplaced ? [`${code} stands under "${heading}"`] : []),
        ...empty.map((name) => `${code} has nothing under "${name}"`),
      ]
    })
    expect(faults).toEqual([])
  })
})

function documented(which: (row: Row) => boolean): ReadonlyMap<string, Row> {
  return new Map(table.filter(which).map((row) => [codeOf(row.cells), row]))
}

function codeOf(cells: Row['cells']): string {
  return quoted(cells['code'])[0] ?? ''
}

function missing(
  sources: ReadonlyMap<string, SourceCode>,
  written: ReadonlyMap<string, unknown>,
  sectionOf: (code: string) => string,
): string[] {
  return [...sources]
    .filter(([code]) => !written.has(code))
    .map(([code, { kinds, place }]) => {
      const section = sectionOf(code)
      const cells = section === 'Warnings' ? [] : [[...kinds].map((kind) => `\`${kind}\``).join(', ') || '`KIND`']
      const row = ['', `\`${code}\``, ...cells, 'WHEN', 'WHAT TO DO', ''].join(' | ').trim()
      return `add to docs/errors.md, under "## ${section}": ${row} (made in ${place})`
    })
}
