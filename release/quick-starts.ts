/** Writes the TypeScript of each package's README into a folder as `readme-<package>.mts`, to be compiled and run there as a reader would. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { blocks } from '../docs/support/markdown.ts'

const [folder] = process.argv.slice(2)
if (folder === undefined) throw new Error('usage: quick-starts.ts FOLDER')
for (const name of ['hwautomation', 'testkit', 'slackbot']) {
  const readme = readFileSync(new URL(`../packages/${name}/README.md`, import.meta.url), 'utf8')
  const [program, ...others] = blocks(readme, 'ts')
  if (program === undefined || others.length > 0)
    throw new Error(`packages/${name}/README.md must hold one program in TypeScript, its quick start.`)
  writeFileSync(path.join(folder, `readme-${name}.mts`), `${program.text}\n`)
}
