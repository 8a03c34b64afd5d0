import ms, { type StringValue } from 'ms'
import { quoted, type Row } from './markdown.ts'
import type { SchemaKey } from './schema-keys.ts'

/** The rows of a page that document a key, by key. */
export function keyRows(tables: readonly Row[], which: (row: Row) => boolean = () => true): ReadonlyMap<string, Row> {
  const found = tables.filter((row) => 'key' in row.cells && which(row))
  return new Map(found.map((row) => [quoted(row.cells['key'])[0] ?? '', row]))
}

/** What is wrong with the documentation of a schema's keys; bold means required. */
export function keyFaults(keys: readonly SchemaKey[], documented: ReadonlyMap<string, Row>): string[] {
  const known = new Set(keys.map(({ name }) => name))
  const gone = [...documented.keys()].filter((name) => !known.has(name))
  return [
    ...gone.map((name) => `remove the row of ${name}: the schema has no such key`),
    ...keys.flatMap((key) => {
      const cells = documented.get(key.name)?.cells
      if (cells === undefined) return [`add a row for ${key.name}`]
      const bold = cells['key']?.startsWith('**') === true
      return [
        ...(key.default === undefined || says(cells['default'], key.default)
          ? []
          : [`the default of ${key.name} is ${key.default}`]),
        ...(bold === key.required ? [] : [`${key.name} is ${key.required ? '' : 'not '}required: bold means required`]),
      ]
    }),
  ]
}

/** The cell holds the default, a duration in its own words. */
function says(cell: string | undefined, value: string | number | boolean): boolean {
  const [word = ''] = quoted(cell)
  return (
    word === String(value) ||
    (typeof value === 'number' && /^\d+[a-z]+$/.test(word) && ms(word as StringValue) === value)
  )
}
