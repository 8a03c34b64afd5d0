import { MANNERS, type Cell } from './cells.ts'
import { keysOf, NO_SENSE, readPage, writePage, type Row, type Table } from './page.ts'
import type { Verdict } from './play.ts'

const SIGN = { COMPLETED: '✔', FAILED: '✘', CANCELLED: '⊘', PENDING: '?', RUNNING: '?' } as const
/** The column that another test fills. */
export const CRASH = 'crash'

/** Puts the verdicts on the page; what other tests have put there stays. */
export async function writeGrid(verdicts: readonly Verdict[]): Promise<void> {
  const page = readPage()
  const signs = new Map(verdicts.map(({ cell, status, named }) => [keyOf(cell), `${SIGN[status]}${named ? '!' : ''}`]))
  const modes = [...new Set(verdicts.map(({ cell }) => cell.mode))]
  const textOf = (call: string, mode: Cell['mode']) => {
    const three = MANNERS.map((manner) => signs.get(keyOf({ call, mode, manner })))
    return three.every((sign) => sign === undefined) ? NO_SENSE : three.map((sign) => sign ?? ' ').join(' ')
  }
  const kept = (call: string): [string, string][] => {
    const text = page.tables.get(doorOf(call))?.get(call)?.get(CRASH)
    return text === undefined ? [] : [[CRASH, text]]
  }
  const others = [...page.tables.values()].flatMap((rows) => [...rows.keys()].filter((call) => kept(call).length > 0))
  const calls = [...new Set([...verdicts.map(({ cell }) => cell.call), ...others])]
  const rows = calls.map((call): [string, Row] => [
    call,
    new Map([...modes.map((mode): [string, string] => [mode, textOf(call, mode)]), ...kept(call)]),
  ])
  const { killed } = page
  await writePage({ runs: verdicts.length + killed, killed, tables: byDoor(rows, page.tables) })
}

/** Rows of calls in one table for each door; tables that are not about calls stay. */
export function byDoor(rows: Iterable<[string, Row]>, before: ReadonlyMap<string, Table>): ReadonlyMap<string, Table> {
  const tables = new Map<string, Map<string, Row>>()
  for (const [call, cells] of [...rows].toSorted(([a], [b]) => (a < b ? -1 : 1)))
    tables.set(doorOf(call), (tables.get(doorOf(call)) ?? new Map()).set(call, cells))
  const store = before.get('Store')
  return new Map([
    ...[...tables].toSorted(([a], [b]) => (a < b ? -1 : 1)),
    ...(store ? [['Store', store] as const] : []),
  ])
}

/** The cells of the committed page that are filled. */
export function keysOfGrid(): ReadonlySet<string> {
  return keysOf(readPage())
}

export function rowAndColumnOf({ call, mode }: Pick<Cell, 'call' | 'mode'>): string {
  return `${call} × ${mode}`
}

export function keyOf({ call, mode, manner }: Pick<Cell, 'call' | 'mode' | 'manner'>): string {
  return `${call} × ${mode} × ${manner}`
}

/** The heading under which a call stands. */
export function doorOf(call: string): string {
  const [first = ''] = call.split(' ')
  return { maas: 'MAAS', redfish: 'Redfish', dial: 'Network', ssh: 'SSH', sftp: 'SSH' }[first] ?? 'Tools on the host'
}
