import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { promisify } from 'node:util'

const run = promisify(execFile)
const ROUNDS = 7

/** Import time of the built package, next to a bare Node and to its heaviest dependencies alone. */
export async function benchImport(): Promise<string[]> {
  if (!existsSync(new URL('../packages/hwautomation/dist/index.js', import.meta.url)))
    return ['import time: build first (npm run build)']
  const bare = await medianOf('0')
  const library = await medianOf("await import('hwautomation')")
  const dependencies = await medianOf(
    "await Promise.all(['undici', 'node-ssh', 'zod', 'yaml', 'lowdb'].map((name) => import(name)))",
  )
  return [
    `import: bare node ${bare.toFixed(0)} ms; its five large dependencies +${(dependencies - bare).toFixed(0)} ms; hwautomation +${(library - bare).toFixed(0)} ms, ×${((library - bare) / (dependencies - bare)).toFixed(2)} of them`,
  ]
}

async function medianOf(script: string): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now()
    await run(process.execPath, ['--input-type=module', '-e', script], {
      cwd: new URL('../packages/hwautomation/', import.meta.url),
    })
    times.push(performance.now() - start)
  }
  return times.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0
}
