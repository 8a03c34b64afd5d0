import { execFile, type ChildProcess } from 'node:child_process'
import type { Block } from './markdown.ts'

/** A command of a console block and what the page says it prints. */
export interface Exchange {
  readonly command: string
  readonly output: string
}

/** The commands of a block after `prompt`, with lines that end in `\` going on below. */
export function exchanges(block: Block, prompt: string): Exchange[] {
  const found: { command: string; output: string[]; open: boolean }[] = []
  for (const line of block.text.trimEnd().split('\n')) {
    const last = found.at(-1)
    if (line.startsWith(prompt))
      found.push({ command: line.slice(prompt.length), output: [], open: line.endsWith('\\') })
    else if (last?.open === true) {
      last.command += `\n${line}`
      last.open = line.endsWith('\\')
    } else if (last === undefined) throw new Error(`line ${block.line}: output before the first "${prompt}"`)
    else last.output.push(line)
  }
  return found.map(({ command, output }) => ({ command, output: output.join('\n') }))
}

/** True if the page's output is what was printed: `…` stands for anything within a line, alone on its line for any lines. */
export function agrees(expected: string, printed: string): boolean {
  const lines = expected.split('\n').map((line) =>
    line.trim() === '…'
      ? '(?:.*\\n)*?'
      : `${line
          .trimEnd()
          .split('…')
          .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
          .join('.*')}[ \\t]*\\n`,
  )
  return new RegExp(`^${lines.join('')}$`).test(`${printed.trimEnd()}\n`)
}

/** Programs that the sessions call: how to find out that they are there, and where Debian has them. */
const PROGRAMS = [
  { name: 'curl', called: /\bcurl\b|\bmaas\b/, probe: 'command -v curl', package: 'curl' },
  { name: 'ssh', called: /\bssh\b/, probe: 'command -v ssh', package: 'openssh-client' },
  // The other netcat has no -X.
  { name: 'nc of OpenBSD', called: /\bnc -X/, probe: 'nc -h 2>&1 | grep -q OpenBSD', package: 'netcat-openbsd' },
] as const

/** Runs a command by `sh -c`; what it prints on stdout. Fails in a sentence where a program is not installed. */
export async function runInShell(command: string, cwd: string): Promise<string> {
  for (const program of PROGRAMS)
    if (program.called.test(command) && !(await succeeds(program.probe)))
      throw new Error(`This session needs ${program.name}: apt-get install ${program.package} (a Debian package).`)
  return new Promise((resolve, reject) => {
    const child = execFile('sh', ['-c', command], { cwd, timeout: 60_000 }, (error, stdout, stderr) =>
      error === null ? resolve(stdout) : reject(new Error(`${command}\nended with ${error.code}: ${stdout}${stderr}`)),
    )
    child.stdin?.end()
  })
}

function succeeds(command: string): Promise<boolean> {
  return new Promise((resolve) => execFile('sh', ['-c', command], (error) => resolve(error === null)))
}

/** What a program prints, to be read piece by piece. */
export class Output {
  #text = ''
  #wake: () => void = () => {}
  #ended = false

  constructor(child: ChildProcess) {
    child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
      this.#text += piece
      this.#wake()
    })
    child.once('close', () => {
      this.#ended = true
      this.#wake()
    })
  }

  /** Takes everything up to and with `end`; fails when the program ends first. */
  async until(end: string): Promise<string> {
    for (;;) {
      const at = this.#text.indexOf(end)
      if (at >= 0) {
        const taken = this.#text.slice(0, at + end.length)
        this.#text = this.#text.slice(at + end.length)
        return taken
      }
      if (this.#ended) throw new Error(`The program ended without printing "${end}"; it printed: ${this.#text}`)
      await new Promise<void>((resolve) => (this.#wake = resolve))
    }
  }
}
