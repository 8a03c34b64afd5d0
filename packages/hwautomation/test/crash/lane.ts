/** Plays one share of the cells in a process of its own and prints what came of it: `lane.ts PLAN SHARD OF`. */
import { readFile } from 'node:fs/promises'
import pTimeout from 'p-timeout'
import { outageOf, secondMomentOf, type CrashPlan, type Share } from './plan.ts'
import { play, type CrashVerdict } from './play.ts'
import { nameOf } from './scenario.ts'
import { WorkerPool } from './worker.ts'

/** Wall time of one cell; the longest take a few seconds. */
const LONGEST_MS = 60_000

async function playShare(plan: CrashPlan, shard: number, of: number): Promise<Share> {
  await using pool = new WorkerPool(plan.script, 2)
  const verdicts: CrashVerdict[] = []
  const twice: CrashVerdict[] = []
  const broken: string[] = []
  const cells = plan.cleans.flatMap((clean) => clean.cells.map((cell) => ({ cell, clean })))
  for (const [index, { cell, clean }] of cells.entries()) {
    if (index % of !== shard) continue
    const second = secondMomentOf(index)
    for (const again of second === undefined ? [undefined] : [undefined, second]) {
      const name = again === undefined ? nameOf(cell) : `${nameOf(cell)}, then ${nameOf({ ...cell, moment: again })}`
      try {
        const playing = play({ cell, clean, pool, outageMs: outageOf(index), again })
        const verdict = await pTimeout(playing, { milliseconds: LONGEST_MS, message: 'the run does not end' })
        if (again === undefined) verdicts.push(verdict)
        else if (verdict.ended !== 'missed') twice.push(verdict)
      } catch (error) {
        broken.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
  }
  return { verdicts, twice, broken }
}

// Of the errors that are made here nobody reads a stack.
Error.stackTraceLimit = 0

const [file = '', shard = '0', of = '1'] = process.argv.slice(2)
const plan = JSON.parse(await readFile(file, 'utf8')) as CrashPlan
process.stdout.write(`${JSON.stringify(await playShare(plan, Number(shard), Number(of)))}\n`, () => process.exit())
