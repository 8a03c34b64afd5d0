import { execFile } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { Share } from './child.ts'
import { keysOfGrid, rowAndColumnOf, writeGrid } from './grid.ts'

const run = promisify(execFile)
const CHILD = fileURLToPath(new URL('child.ts', import.meta.url))
const ROOT = fileURLToPath(new URL('../../../../../', import.meta.url))
const SHARES = Math.max(1, Math.min(4, availableParallelism()))

describe('the fault matrix', () => {
  it(
    'holds every promise for every call of a run, under every fault of its door, for good, once, and with a cancel',
    { timeout: 1_500_000 },
    async () => {
      const shares = await Promise.all(
        Array.from({ length: SHARES }, async (_, shard) => {
          const { stdout } = await run(
            process.execPath,
            ['--import', 'tsx', '--conditions=@hwautomation/source', CHILD, String(shard), String(SHARES)],
            { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 },
          )
          return JSON.parse(stdout) as Share
        }),
      )
      const broken = shares.flatMap((share) => share.broken)
      expect(broken, `${broken.length} broken promises`).toEqual([])
      const verdicts = shares.flatMap((share) => share.verdicts)
      expect(verdicts.length).toBeGreaterThan(900)
      // A new call or fault has a cell at once; the page must have it too.
      if (process.env['CI'])
        expect(verdicts.map(({ cell }) => rowAndColumnOf(cell)).filter((key) => !keysOfGrid().has(key))).toEqual([])
      else await writeGrid(verdicts)
    },
  )
})
