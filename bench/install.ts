import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../', import.meta.url))
const PACKAGES = ['hwautomation', '@hwautomation/testkit', '@hwautomation/slackbot'] as const

/** Size of each package as packed and as installed in an empty project, beside all that npm installs with it. */
export async function benchInstall(): Promise<string[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-install-'))
  try {
    const tarballs = PACKAGES.map((name) => pack(name, folder))
    return PACKAGES.map((name, index) => {
      const project = path.join(folder, String(index))
      // The library is what the bot needs.
      const wanted = name === '@hwautomation/slackbot' ? [tarballs[0]!, tarballs[index]!] : [tarballs[index]!]
      install(project, wanted)
      const modules = path.join(project, 'node_modules')
      const own = sizeOf(path.join(modules, name))
      const all = sizeOf(modules)
      return `install: ${name} ${kib(statSync(tarballs[index]!).size)} packed, ${kib(own)} installed; with all dependencies ${kib(all)} in ${packagesIn(modules)} packages; ×${(own / all).toFixed(2)} of it is ours`
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function pack(name: string, folder: string): string {
  const from = path.join(ROOT, 'packages', name.split('/').at(-1)!)
  const file = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: from, encoding: 'utf8' })
  return path.join(folder, file.trim().split('\n').at(-1)!)
}

function install(project: string, tarballs: readonly string[]): void {
  execFileSync('mkdir', [project])
  writeFileSync(path.join(project, 'package.json'), '{ "private": true }')
  const quiet = ['--no-audit', '--no-fund', '--silent', '--prefer-offline', '--ignore-scripts']
  execFileSync('npm', ['install', ...quiet, ...tarballs], { cwd: project })
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(path.join(entry.parentPath, entry.name)).size, 0)
}

function packagesIn(modules: string): number {
  return readdirSync(modules, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /(^|node_modules\/)(@[^/]+\/)?[^/@][^/]*\/package\.json$/.test(name),
  ).length
}

function kib(bytes: number): string {
  return bytes < 1 << 20 ? `${(bytes / 1024).toFixed(0)} KiB` : `${(bytes / (1 << 20)).toFixed(1)} MiB`
}
