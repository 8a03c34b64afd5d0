import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { bundled } from '../bundled.ts'
import { stateFolder } from './clean.ts'
import { planCrashes, type Share } from './plan.ts'
import type { CrashVerdict } from './play.ts'
import { nameOf } from './scenario.ts'

const LANE = fileURLToPath(new URL('lane.ts', import.meta.url))
/** The process that is killed. */
const CHILD = new URL('child.ts', import.meta.url)
const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))

/** Plays every cell, in as many lanes as are asked for. */
export async function playAll(lanes: number): Promise<Share> {
  const plan = await planCrashes(await bundled(CHILD))
  await using folder = await stateFolder()
  const file = join(folder.path, 'plan.json')
  await writeFile(file, JSON.stringify(plan))
  const shares = await Promise.all(
    Array.from({ length: lanes }, async (_, shard) => {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        ['--import', 'tsx', '--conditions=@hwautomation/source', LANE, file, String(shard), String(lanes)],
        { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 },
      )
      return JSON.parse(stdout) as Share
    }),
  )
  const order = plan.cleans.flatMap(({ cells }) => cells.map(nameOf))
  const place = ({ cell }: CrashVerdict) => order.indexOf(nameOf(cell))
  return {
    verdicts: shares.flatMap(({ verdicts }) => verdicts).toSorted((a, b) => place(a) - place(b)),
    twice: shares.flatMap(({ twice }) => twice),
    broken: shares.flatMap(({ broken }) => broken),
  }
}
