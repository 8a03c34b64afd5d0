/** Plays one share of the matrix in a process of its own and prints what came of it: `child.ts SHARD OF`. */
import pTimeout from 'p-timeout'
import { allCells } from './cells.ts'
import { keyOf } from './grid.ts'
import { play, type Verdict } from './play.ts'

export interface Share {
  readonly verdicts: readonly Verdict[]
  /** Promises that were broken, by cell. */
  readonly broken: readonly string[]
}

/** Runs at a time: most of a run is waiting for a device that has gone silent. */
const AT_ONCE = 6

/** Wall time of one run; the longest take half a minute. */
const LONGEST_MS = 120_000

async function playShare(shard: number, of: number): Promise<Share> {
  const waiting = (await allCells()).filter((_, index) => index % of === shard)
  const verdicts: Verdict[] = []
  const broken: string[] = []
  const worker = async () => {
    for (let cell = waiting.shift(); cell !== undefined; cell = waiting.shift()) {
      try {
        verdicts.push(await pTimeout(play(cell), { milliseconds: LONGEST_MS, message: 'the run does not end' }))
      } catch (error) {
        broken.push(`${keyOf(cell)}: ${error instanceof Error ? error.message : String(error)}`)
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return { verdicts, broken }
}

// Thousands of errors are made and none of their stacks is read.
Error.stackTraceLimit = 0

const [shard = '0', of = '1'] = process.argv.slice(2)
process.stdout.write(`${JSON.stringify(await playShare(Number(shard), Number(of)))}\n`, () => process.exit())
