import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))
/** Below the library, which looks for its catalogue in the folders above the running file. */
const FOLDER = new URL('../../hwautomation/node_modules/.cache/bundled-slackbot/', import.meta.url)
let made: Promise<string> | undefined

/** The command in one file, so that tests start it in half a second; gone with the process that asked. Resolves to its path. */
export function bundledMain(): Promise<string> {
  made ??= bundle()
  return made
}

async function bundle(): Promise<string> {
  const outfile = fileURLToPath(new URL(`main-${process.pid}.mjs`, FOLDER))
  await build({
    entryPoints: [MAIN],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['source'],
    external: ['*.node', 'cpu-features'],
    // Bolt is CommonJS
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
