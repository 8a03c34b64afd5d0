import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { page, quoted, rows } from './support/markdown.ts'
import { logLinesOf } from './support/source-log-lines.ts'

const lines = logLinesOf(fileURLToPath(new URL('../packages/hwautomation/src', import.meta.url)))
const documented = rows(page('logging.md'))
  .filter(({ cells }) => 'message' in cells)
  .map(({ cells }) => ({ level: cells['level'] ?? '', message: quoted(cells['message'])[0] ?? '' }))
const keyOf = ({ level, message }: { readonly level: string; readonly message: string | undefined }) =>
  `${level}: ${message}`

describe('docs/logging.md', () => {
  it('has a row for every line that the library writes, whose message is always the same', () => {
    const known = new Set(documented.map(keyOf))
    expect(lines.filter(({ message }) => message === undefined).map(({ place }) => place)).toEqual([])
    expect(lines.filter((line) => !known.has(keyOf(line))).map((line) => `${line.place} ${keyOf(line)}`)).toEqual([])
  })

  it('has no row for a line that nobody writes, and none twice', () => {
    const written = new Set(lines.map(keyOf))
    expect(documented.filter((row) => !written.has(keyOf(row))).map(keyOf)).toEqual([])
    expect(new Set(documented.map(keyOf)).size).toBe(documented.length)
  })
})
