import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'

const run = promisify(execFile)
const ROUNDS = 7
const PACKAGES = ['hwautomation', 'testkit', 'slackbot'] as const

/** Import time of each built package, next to a bare Node and to all that it depends on, imported without it. */
export async function benchImport(): Promise<string[]> {
  const folders = PACKAGES.map((name) => new URL(`../packages/${name}/`, import.meta.url))
  if (!folders.every((folder) => existsSync(new URL('dist/index.js', folder))))
    return ['import time: build first (npm run build)']
  const lines: string[] = []
  for (const folder of folders) {
    const { name, dependencies } = JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as {
      readonly name: string
      readonly dependencies: Readonly<Record<string, string>>
    }
    const bare = await medianOf(folder, '0')
    const theirs = (await medianOf(folder, importOf(Object.keys(dependencies)))) - bare
    const whole = (await medianOf(folder, importOf([name]))) - bare
    lines.push(
      `import: ${name} ${whole.toFixed(0)} ms beyond a bare Node (${bare.toFixed(0)} ms); its ${Object.keys(dependencies).length} dependencies, all of each, ${theirs.toFixed(0)} ms; ×${(whole / theirs).toFixed(2)}`,
    )
  }
  return lines
}

/** Some have no entry of their own (types alone, or sub-paths). */
function importOf(names: readonly string[]): string {
  return `await Promise.all(${JSON.stringify(names)}.map((name) => import(name).catch(() => {})))`
}

async function medianOf(folder: URL, script: string): Promise<number> {
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now()
    await run(process.execPath, ['--input-type=module', '-e', script], { cwd: folder })
    times.push(performance.now() - start)
  }
  return times.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0
}
