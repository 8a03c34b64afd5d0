import { CsvError, parse } from 'csv-parse/sync'
import { didYouMean } from '../../bios/did-you-mean.ts'
import { MOST_NAMES } from './range.ts'

/** One server of a rack sheet, as it is written there; what is empty there is left out. */
export interface SheetLine {
  /** Of the file, from 1. */
  readonly line: number
  readonly server: string
  readonly deviceType?: string
  readonly bmcAddress?: string
  readonly gateway?: string
  readonly subnetMask?: string
  readonly rack?: string
}

type Column = Exclude<keyof SheetLine, 'line'>

/** How people head the columns; case, blanks, `_` and `-` do not count. */
const HEADINGS: Readonly<Record<Column, readonly string[]>> = {
  server: ['server', 'host', 'hostname', 'name', 'serverid', 'servername', 'systemid'],
  deviceType: ['devicetype', 'type', 'device', 'servertype'],
  bmcAddress: ['bmcaddress', 'bmc', 'bmcip', 'ipmi', 'ipmiip', 'ipmiaddress', 'targetipmiip', 'ilo', 'idrac'],
  gateway: ['gateway', 'bmcgateway', 'gw'],
  subnetMask: ['subnetmask', 'netmask', 'mask', 'subnet'],
  rack: ['rack', 'group', 'racklocation', 'cabinet'],
}

/** Of a text; a thousand full lines are a tenth of it. */
export const LARGEST_SHEET = 256 * 1024
const LONGEST_CELL = 253
/** More than there are headings, in case somebody repeats them. */
const MOST_COLUMNS = 50

/**
 * Reads a rack sheet: CSV with a line of headings (server, device type, BMC address; gateway, subnet mask and rack where they are needed).
 * Commas, semicolons or tabs, quotes, CRLF and a byte order mark are understood, as spreadsheets write them. Empty lines and those that
 * begin with `#` are left out. Every faulty line is named with its number.
 */
export function readRackSheet(text: string): {
  readonly lines: readonly SheetLine[]
  readonly problems: readonly string[]
} {
  const fault = (problem: string) => ({ lines: [], problems: [`sheet: ${problem}`] })
  if (Buffer.byteLength(text) > LARGEST_SHEET) return fault(`it is larger than ${LARGEST_SHEET / 1024} KiB`)
  if (text.includes('\u0000')) return fault('it is no text; save it as CSV (UTF-8)')
  let rows: readonly Row[]
  try {
    rows = rowsOf(text)
  } catch (error) {
    if (error instanceof CsvError) return fault(`${error.message.replace(/^.*?: /, '')}; check its quotes`)
    throw error
  }
  const [head, ...body] = rows
  if (head === undefined || head.cells.every((cell) => cell === '')) return fault('there is nothing in it')
  if (head.cells.length > MOST_COLUMNS)
    return fault(`it has ${head.cells.length} columns; there are ${Object.values(WORDS).join(', ')}`)
  const { columns, problems } = columnsOf(head)
  if (problems.length > 0) return { lines: [], problems }
  if (body.length === 0) return fault('there are no servers below the headings')
  if (body.length > MOST_NAMES) return fault(`it has ${body.length} servers; at most ${MOST_NAMES} at once`)
  const read = body.map((row) => lineOf(row, columns))
  return {
    lines: read.filter((line) => typeof line !== 'string'),
    problems: read.filter((line) => typeof line === 'string'),
  }
}

interface Row {
  readonly line: number
  readonly cells: readonly string[]
}

function rowsOf(text: string): Row[] {
  const parsed = parse(text.replace(/^\uFEFF?sep=.\r?\n/i, ''), {
    bom: true,
    comment: '#',
    comment_no_infix: true,
    delimiter: delimiterOf(text),
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
  }) as unknown as readonly { readonly record: readonly string[]; readonly info: { readonly lines: number } }[]
  const skipped = /^\uFEFF?sep=/i.test(text) ? 1 : 0
  return parsed
    .map(({ record, info }) => ({ line: info.lines + skipped, cells: withoutEmptyEnd(record) }))
    .filter(({ cells }) => cells.some((cell) => cell !== '') && cells[0]?.startsWith('#') !== true)
}

/** Spreadsheets write as many cells in each line as the widest one has. */
function withoutEmptyEnd(cells: readonly string[]): readonly string[] {
  return cells.slice(0, cells.findLastIndex((cell) => cell !== '') + 1)
}

/** The one that the headings are separated with. */
function delimiterOf(text: string): string {
  const head = text.split(/\r?\n/).find((line) => line.trim() !== '' && !/^\uFEFF?(sep=|#)/i.test(line)) ?? ''
  const unquoted = head.replaceAll(/"[^"]*"/g, '')
  const counted = [',', ';', '\t'].map((delimiter) => ({ delimiter, count: unquoted.split(delimiter).length }))
  return counted.toSorted((a, b) => b.count - a.count)[0]!.delimiter
}

function columnsOf({ line, cells }: Row): { readonly columns: readonly Column[]; readonly problems: string[] } {
  const problems: string[] = []
  const columns = cells.map((cell) => {
    const heading = cell.toLowerCase().replaceAll(/[\s_-]+/g, '')
    const column = (Object.keys(HEADINGS) as Column[]).find((name) => HEADINGS[name].includes(heading))
    if (column === undefined) problems.push(`sheet: line ${line}: ${unknownColumn(cell, heading)}`)
    return column
  })
  for (const name of new Set(columns))
    if (name !== undefined && columns.indexOf(name) !== columns.lastIndexOf(name))
      problems.push(`sheet: line ${line}: there are two columns for ${words(name)}`)
  if (!columns.includes('server') && problems.length < cells.length)
    problems.push(`sheet: line ${line}: there is no column "server"`)
  if (problems.length >= cells.length && columns.every((name) => name === undefined))
    return {
      columns: [],
      problems: [`sheet: line ${line}: the first line names the columns: server, device type, BMC address`],
    }
  return { columns: columns.filter((name) => name !== undefined), problems }
}

function unknownColumn(cell: string, heading: string): string {
  const [near] = didYouMean(heading, Object.values(HEADINGS).flat(), 1)
  const meant = (Object.keys(HEADINGS) as Column[]).find((name) => near !== undefined && HEADINGS[name].includes(near))
  if (meant !== undefined) return `there is no column ${quoted(cell)}; did you mean "${words(meant)}"?`
  return `there is no column ${quoted(cell)}; there are ${(Object.keys(HEADINGS) as Column[]).map(words).join(', ')}`
}

/** The line, or what is wrong with it. */
function lineOf({ line, cells }: Row, columns: readonly Column[]): SheetLine | string {
  const at = `sheet: line ${line}:`
  const extra = cells.slice(columns.length).filter((cell) => cell !== '')
  if (extra.length > 0) return `${at} it has ${cells.length} cells, and there are ${columns.length} columns`
  const long = cells.find((cell) => cell.length > LONGEST_CELL)
  if (long !== undefined) return `${at} ${quoted(long)} is longer than ${LONGEST_CELL} characters`
  const values = Object.fromEntries(
    columns.map((name, index) => [name, cells[index] ?? '']).filter(([, value]) => value),
  )
  const { server = '', ...rest } = values as Partial<Record<Column, string>>
  return server === '' ? `${at} the server is missing` : { line, server, ...rest }
}

const WORDS: Readonly<Record<Column, string>> = {
  server: 'server',
  deviceType: 'device type',
  bmcAddress: 'BMC address',
  gateway: 'gateway',
  subnetMask: 'subnet mask',
  rack: 'rack',
}

function words(name: Column): string {
  return WORDS[name]
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
}
