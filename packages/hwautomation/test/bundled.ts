import { build } from 'esbuild'
import { rmSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'

const FOLDER = new URL('../node_modules/.cache/bundled/', import.meta.url)
const made = new Map<string, Promise<string>>()

/** One file for a program that tests start many times, so that it starts in a third of a second; gone with the process that asked. Resolves to its path. */
export function bundled(entry: URL): Promise<string> {
  const known = made.get(entry.href)
  if (known !== undefined) return known
  const file = bundle(entry)
  made.set(entry.href, file)
  return file
}

async function bundle(entry: URL): Promise<string> {
  const source = fileURLToPath(entry)
  const outfile = fileURLToPath(new URL(`${basename(source, '.ts')}-${process.pid}.mjs`, FOLDER))
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['@hwautomation/source'],
    external: ['*.node', 'cpu-features'],
    // Some packages are CommonJS.
    banner: {
      js: [
        "import { createRequire } from 'node:module'",
        'const require = createRequire(import.meta.url)',
        'const { dirname: __dirname, filename: __filename } = import.meta',
      ].join('\n'),
    },
    logLevel: 'error',
  })
  process.once('exit', () => rmSync(outfile, { force: true }))
  return outfile
}
