import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { commandHelp } from '../packages/testkit/src/cli/commands.ts'
import { FAULT_MODES } from '../packages/testkit/src/faults.ts'
import { assumptionsOf } from './support/assumptions.ts'
import { blocks, page, quoted, rows } from './support/markdown.ts'
import { agrees, exchanges, Output, runInShell } from './support/session.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const text = page('simulator.md')
const tables = rows(text)
const sessions = blocks(text, 'console')

describe('docs/simulator.md', () => {
  it('lists every assumption that the sources of the simulator mark, and no other', () => {
    const marked = assumptionsOf(fileURLToPath(new URL('../packages/testkit/src', import.meta.url)))
    const listed = tables
      .filter(({ heading }) => heading === 'What is assumed')
      .map(({ cells }) => quoted(cells['where'])[0] ?? '')
    const faults = [...new Set([...marked.keys(), ...listed])].flatMap((file) => {
      const comments = marked.get(file) ?? []
      const count = listed.filter((name) => name === file).length
      if (count === comments.length) return []
      return [
        `${file} marks ${comments.length} assumptions, docs/simulator.md lists ${count} under "What is assumed": ${comments.join(' ')}`,
      ]
    })
    expect(faults).toEqual([])
  })

  it('names every fault mode and every command of the lab', () => {
    const modes = tables.flatMap(({ cells }) => quoted(cells['mode']))
    expect(modes.toSorted()).toEqual([...FAULT_MODES].toSorted())
    const commands = tables.flatMap(({ cells }) => quoted(cells['command'])).map((usage) => usage.split(' ')[0] ?? '')
    const offered = [...commandHelp.matchAll(/^ {2}(\w+)/gm)].map(([, name]) => name ?? '')
    expect(commands.toSorted()).toEqual(['help', ...offered].toSorted())
  })

  describe('its sessions', () => {
    let lab: ChildProcess
    let output: Output
    let real: (words: string) => string
    let announced: string
    let folder = ROOT
    let alias = ''

    beforeAll(async () => {
      const [start] = exchanges(sessions[0]!, '$ ')
      const options = (start?.command ?? '')
        .replace('npm run lab -- ', '')
        .replaceAll(/--port-\w+ \d+/g, '')
        .trim()
      const program = ['--import', 'tsx', '--conditions=@hwautomation/source', 'packages/testkit/src/cli/main.ts']
      lab = spawn(process.execPath, [...program, ...options.split(/\s+/)], {
        cwd: ROOT,
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      output = new Output(lab)
      announced = await output.until('go wrong.\n')
      const found = (pattern: RegExp) => pattern.exec(announced)?.[1] ?? 'not announced'
      const addresses: readonly (readonly [string, string])[] = [
        ['127.0.0.1:5240', found(/^MAAS +http:\/\/(\S+)\/MAAS/m)],
        ['127.0.0.1:3128', found(/^proxy +http:\/\/(\S+)/m)],
        ['/tmp/hwautomation-lab-Xy12Zt', found(/^files +(\S+)/m)],
      ]
      real = (words) => addresses.reduce((said, [there, here]) => said.replaceAll(there, here), words)
    }, 60_000)

    afterAll(async () => {
      if (lab.exitCode !== null || lab.signalCode !== null) return
      const closed = once(lab, 'close')
      lab.stdin?.end('quit\n')
      await closed
    })

    /** One command for the lab: what it prints ends where the next one, which it does not know, is answered. */
    const ask = async (line: string) => {
      lab.stdin?.write(`${line}\nend-of-answer\n`)
      const answer = await output.until("unknown command 'end-of-answer'")
      await output.until('\n')
      return answer.slice(0, answer.lastIndexOf("unknown command 'end-of-answer'"))
    }

    /** As a person at a shell would have it: `cd` and `alias` last. */
    const type = async (command: string) => {
      if (command.startsWith('cd ')) folder = command.slice(3)
      else if (command.startsWith('alias ')) alias = command
      else return runInShell(alias === '' ? command : `${alias}\n${command}`, folder)
      return ''
    }

    it.each(sessions)('line $line: $heading', { timeout: 90_000 }, async (block) => {
      const marks = new Set(block.info)
      const isLab = marks.has('lab')
      for (const { command, output: said } of exchanges(block, isLab ? 'lab> ' : '$ ')) {
        const expected = real(said)
        const attempt = async () => {
          const printed = marks.has('start') ? announced : await (isLab ? ask : type)(real(command))
          if (!agrees(expected, printed)) expect(printed.trimEnd()).toBe(expected)
        }
        await (marks.has('wait') ? vi.waitFor(attempt, { timeout: 60_000, interval: 250 }) : attempt())
      }
    })
  })
})
