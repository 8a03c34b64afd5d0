import { byDoor, CRASH } from '../provisioning/matrix/grid.ts'
import { keysOf, NO_SENSE, readPage, writePage, type Row } from '../provisioning/matrix/page.ts'
import type { CrashVerdict } from './play.ts'
import { SCENARIOS, type Scenario } from './scenario.ts'

const SIGN = { COMPLETED: '✔', CANCELLED: '⊘', nothing: '∅', missed: '?' } as const
/** A run is a run, whichever machine it is about: each call belongs to one. */
const columnOf = (scenario: Scenario): Scenario => (scenario.startsWith('run') ? 'run' : scenario)
const NAMES = [...new Set((Object.keys(SCENARIOS) as Scenario[]).map(columnOf))]
/** The table of durable writes. */
const STORE = 'Store'

/** Puts the verdicts on the page of the fault matrix; its other columns stay. */
export async function writeCrashGrid(verdicts: readonly CrashVerdict[]): Promise<void> {
  const page = readPage()
  const ofCalls = new Map<string, string>()
  const ofWrites = new Map<string, Map<string, string>>()
  for (const [key, texts] of grouped(verdicts)) {
    const [row = '', column = ''] = key.split(' × ')
    if (column === CRASH) ofCalls.set(row, texts)
    else ofWrites.set(row, (ofWrites.get(row) ?? new Map<string, string>()).set(column, texts))
  }
  const before = new Map([...page.tables].filter(([heading]) => heading !== STORE).flatMap(([, rows]) => [...rows]))
  const calls = new Set([...before.keys(), ...ofCalls.keys()])
  const rows = [...calls].flatMap((call): [string, Row][] => {
    const cells = new Map([...(before.get(call) ?? [])].filter(([column]) => column !== CRASH))
    const text = ofCalls.get(call)
    if (text !== undefined) cells.set(CRASH, text)
    // A row that only an earlier run of this test had filled.
    return [...cells.values()].every((cell) => cell === NO_SENSE) ? [] : [[call, cells]]
  })
  const tables = new Map([...byDoor(rows, new Map()), [STORE, ofWrites] as const])
  const killed = verdicts.length
  await writePage({ runs: page.runs - page.killed + killed, killed, tables })
}

/** Cells of these verdicts that the committed page has not. What shares a write may vary; calls, intents and the status of steps do not. */
export function missingOnPage(verdicts: readonly CrashVerdict[]): readonly string[] {
  const known = keysOf(readPage())
  return [...grouped(verdicts).keys()].filter((key) => !known.has(key) && !/^(subtask|workflow|audit|the)\b/.test(key))
}

/** Signs of all scenarios, by row and column. */
function grouped(verdicts: readonly CrashVerdict[]): ReadonlyMap<string, string> {
  const signs = new Map<string, Map<Scenario, Set<string>>>()
  for (const { cell, ended } of verdicts) {
    const { moment, scenario } = cell
    const key = moment.at === 'call' ? `${moment.call} × ${CRASH}` : `${moment.words} × ${moment.when}`
    const cells = signs.get(key) ?? new Map<Scenario, Set<string>>()
    cells.set(columnOf(scenario), (cells.get(columnOf(scenario)) ?? new Set()).add(SIGN[ended]))
    signs.set(key, cells)
  }
  return new Map(
    [...signs].map(([key, cells]) => [
      key,
      NAMES.map((name) => [...(cells.get(name) ?? [NO_SENSE])].join('')).join(' '),
    ]),
  )
}
