import { build } from 'esbuild'
import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const FOLDER = new URL('../../', import.meta.url)

/** One file for the processes that are killed, so that hundreds of them start quickly; gone when it is disposed. */
export async function bundleChild(): Promise<AsyncDisposable & { readonly path: string }> {
  const outfile = fileURLToPath(new URL(`node_modules/.cache/crash/child-${process.pid}.mjs`, FOLDER))
  await build({
    entryPoints: [fileURLToPath(new URL('child.ts', import.meta.url))],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['source'],
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
  return { path: outfile, [Symbol.asyncDispose]: () => rm(outfile, { force: true }) }
}
