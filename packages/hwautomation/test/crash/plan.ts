import { cleanRun, type CleanRun } from './clean.ts'
import type { CrashVerdict } from './play.ts'
import { SCENARIOS, type Moment, type Scenario } from './scenario.ts'
import { WorkerPool } from './worker.ts'

/** What all lanes play from. */
export interface CrashPlan {
  /** The bundled process that is killed. */
  readonly script: string
  readonly cleans: readonly CleanRun[]
}

/** What one lane brings back. */
export interface Share {
  readonly verdicts: readonly CrashVerdict[]
  /** Cells whose second process was killed as well. */
  readonly twice: readonly CrashVerdict[]
  /** Promises that were broken, by cell. */
  readonly broken: readonly string[]
}

/** Lets every scenario run once with nobody killed: all cells come from that. */
export async function planCrashes(script: string): Promise<CrashPlan> {
  await using pool = new WorkerPool(script, 1)
  const cleans: CleanRun[] = []
  const known = new Set<string>()
  for (const scenario of Object.keys(SCENARIOS) as Scenario[]) {
    const clean = await cleanRun(scenario, pool, known)
    for (const { moment } of clean.cells) if (moment.at === 'call') known.add(moment.call)
    cleans.push(clean)
  }
  return { script, cleans }
}

/** Lab time between the death of one process and the start of the next: none, a moment, or long enough for everything to have ended by itself. */
const OUTAGES_MS = [0, 20_000, 600_000] as const

export function outageOf(index: number): number {
  return OUTAGES_MS[index % OUTAGES_MS.length] ?? 0
}

/** Where a process is killed that has just begun to go on with a run. */
const SECOND_MOMENTS: readonly Moment[] = [
  { at: 'write', words: 'workflow.resumed', nth: 1, when: 'before' },
  { at: 'write', words: 'workflow.resumed', nth: 1, when: 'torn' },
  { at: 'write', words: 'workflow.resumed', nth: 1, when: 'after' },
  { at: 'call', call: 'maas GET machines/{id}', nth: 1, when: 'before-effect' },
  { at: 'call', call: 'maas GET machines/{id}', nth: 2, when: 'after-reply' },
]
const EVERY = 17

/** For a sample of the cells. */
export function secondMomentOf(index: number): Moment | undefined {
  return index % EVERY === 0 ? SECOND_MOMENTS[(index / EVERY) % SECOND_MOMENTS.length] : undefined
}
