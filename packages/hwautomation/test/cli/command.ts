import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createLab, type Lab, type LabOptions } from '@hwautomation/testkit'
import { bundled } from '../bundled.ts'

const MAIN = new URL('../../src/cli/main.ts', import.meta.url)

/** How a command ended and what it printed. */
export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface CommandOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** Is given what sends signals, once the process is there. */
  readonly onStart?: (signal: (name: NodeJS.Signals) => void) => void
  /** Hears of every line of stdout as it comes; may send signals. */
  readonly onLine?: (line: string, signal: (name: NodeJS.Signals) => void) => void
  /** The same for stderr. */
  readonly onErrorLine?: (line: string, signal: (name: NodeJS.Signals) => void) => void
}

/** `hwautomation …` as a process of its own, without a terminal and without this process's HWA_ variables. */
export async function hwautomation(args: readonly string[], options: CommandOptions): Promise<Ended> {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, [await bundled(MAIN), ...args], {
    cwd: options.cwd,
    env: { PATH, HOME, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const signal = (name: NodeJS.Signals) => void child.kill(name)
  options.onStart?.(signal)
  const listen = (stream: NodeJS.ReadableStream, hear: CommandOptions['onLine']) => {
    let text = ''
    createInterface({ input: stream }).on('line', (line) => {
      text += `${line}\n`
      hear?.(line, signal)
    })
    return () => text
  }
  const [stdout, stderr] = [listen(child.stdout, options.onLine), listen(child.stderr, options.onErrorLine)]
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout: stdout(), stderr: stderr() }
}

/** A command that goes on while others are given. */
export interface Going {
  readonly ended: Promise<Ended>
  /** The first line of stdout for which it is true; fails when the command ends without one. */
  sees(found: (line: string) => boolean): Promise<string>
  kill(signal: NodeJS.Signals): void
}

/** `hwautomation …` in the background. */
export function going(args: readonly string[], options: CommandOptions): Going {
  const lines: string[] = []
  let wake: () => void = () => {}
  let kill: ((name: NodeJS.Signals) => void) | undefined
  let over = false
  const ended = hwautomation(args, {
    ...options,
    onStart: (signal) => (kill = signal),
    onLine: (line, signal) => {
      lines.push(line)
      options.onLine?.(line, signal)
      wake()
    },
  }).finally(() => {
    over = true
    wake()
  })
  return {
    ended,
    kill: (signal) => kill?.(signal),
    async sees(found) {
      for (let at = 0; ; at += 1) {
        while (at >= lines.length) {
          if (over) throw new Error(`It ended without that line: ${JSON.stringify(await ended)}`)
          await new Promise<void>((resolve) => (wake = resolve))
        }
        if (found(lines[at]!)) return lines[at]!
      }
    },
  }
}

/** The JSON Lines of an output; every line must be one object with a `type`. */
export function jsonLines(output: string): { readonly type: string; readonly [key: string]: any }[] {
  return output
    .trimEnd()
    .split('\n')
    .map((line) => {
      const value = JSON.parse(line) as { readonly type?: unknown }
      if (typeof value.type !== 'string') throw new Error(`A line without a type: ${line}`)
      return { ...value, type: value.type }
    })
}

/** A lab in this process, which a command in another process can reach by a configuration file. */
export interface CommandSite extends AsyncDisposable {
  readonly lab: Lab
  readonly folder: string
  /** Everything that must never be printed. */
  readonly secrets: readonly string[]
}

export async function commandSite(options: LabOptions = {}): Promise<CommandSite> {
  const lab = await createLab({ servers: [{ hostname: 'srv001' }], clock: { speed: 200 }, ...options })
  const folder = await mkdtemp(join(tmpdir(), 'hwa-cli-'))
  const { maas, ssh, dial, tools } = lab.connection()
  await writeFile(join(folder, 'api-key'), maas.apiKey, { mode: 0o600 })
  await writeFile(join(folder, 'key'), ssh.privateKey, { mode: 0o600 })
  const config = {
    maas: { url: maas.url, apiKey: '${file:api-key}' },
    ssh: { username: ssh.username, privateKeyFile: 'key' },
    dial,
    tools,
    stateDir: 'state',
    pollInterval: '1s',
  }
  await writeFile(join(folder, 'hwautomation.yaml'), JSON.stringify(config))
  const { power_pass: password = '' } = lab.server('srv001').powerParameters()
  const secrets = [maas.apiKey, ...maas.apiKey.split(':'), password, ssh.privateKey.split('\n')[2] ?? '']
  return {
    lab,
    folder,
    secrets: secrets.filter((secret) => secret.length > 5),
    async [Symbol.asyncDispose]() {
      await lab.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
