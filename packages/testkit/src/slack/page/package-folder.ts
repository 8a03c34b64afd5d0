import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of this package, whether the code runs from `src/` or from a file in `dist/`. */
export function packageFolder(): string {
  for (let folder = path.dirname(fileURLToPath(import.meta.url)); ; folder = path.dirname(folder)) {
    if (isOurs(path.join(folder, 'package.json'))) return folder
    if (path.dirname(folder) === folder) {
      throw new Error(
        'The page of the simulated Slack workspace needs the files of @hwautomation/testkit; do not bundle it',
      )
    }
  }
}

function isOurs(manifest: string): boolean {
  if (!existsSync(manifest)) return false
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { readonly name?: string }).name === '@hwautomation/testkit'
}
