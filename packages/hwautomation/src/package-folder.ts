import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of this package, whether the code runs from `src/` or from a file in `dist/`; undefined where a bundler took it out of it. */
export function packageFolder(): string | undefined {
  for (let folder = path.dirname(fileURLToPath(import.meta.url)); ; folder = path.dirname(folder)) {
    const manifest = path.join(folder, 'package.json')
    if (existsSync(manifest) && manifestOf(manifest).name === 'hwautomation') return folder
    if (path.dirname(folder) === folder) return undefined
  }
}

/** As `package.json` has it. */
export function packageVersion(): string {
  const folder = packageFolder()
  return (folder && manifestOf(path.join(folder, 'package.json')).version) || 'unknown'
}

function manifestOf(file: string): { readonly name?: string; readonly version?: string } {
  return JSON.parse(readFileSync(file, 'utf8')) as { readonly name?: string; readonly version?: string }
}
