import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { packageFolder } from './package-folder.ts'

export interface StaticFile {
  readonly type: string
  readonly content: Buffer
}

/**
 * Everything the page consists of, by its path below the page's address: the files of `page/`, and preact with htm, which come from their
 * package. Only what is listed here is ever served, so no path leads out of the folder.
 */
export function readStaticFiles(): ReadonlyMap<string, StaticFile> {
  const folder = path.join(packageFolder(), 'page')
  const files = new Map<string, StaticFile>()
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const type = TYPES[path.extname(entry.name)]
    if (!entry.isFile() || type === undefined) continue
    const file = path.join(entry.parentPath, entry.name)
    files.set(path.relative(folder, file).split(path.sep).join('/'), { type, content: readFileSync(file) })
  }
  files.set('', files.get('index.html') ?? { type: 'text/plain', content: Buffer.from('The page is missing') })
  files.set('vendor/preact.js', { type: TYPES['.js'] ?? '', content: readFileSync(preact()) })
  return files
}

/** The module lies beside what `htm` resolves to for `require`; `htm/preact/standalone` resolves to a file that is not there. */
function preact(): string {
  const resolved = createRequire(import.meta.url).resolve('htm')
  return path.join(path.dirname(resolved), '..', 'preact', 'standalone.module.js')
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}
