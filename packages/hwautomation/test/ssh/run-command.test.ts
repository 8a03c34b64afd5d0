import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { checkedRunId, commandFile } from '../../src/ssh/run-command.ts'

const output = (file: Buffer) => execFileSync('/bin/sh', [], { input: file }).toString()

describe('the command file of a run', () => {
  it('sets folder and environment, then becomes the program', () => {
    const env = { ONE: `it's "$HOME"`, TWO: 'a\nb' }
    const file = commandFile({
      argv: ['/bin/sh', '-c', 'printf "%s|" "$PWD" "$ONE" "$TWO" "$@"', '-', '$x', '*'],
      env,
      cwd: '/',
    })
    expect(output(file)).toBe(`/|it's "$HOME"|a\nb|$x|*|`)
  })

  it('does not run the program elsewhere when the folder is missing', () => {
    expect(() => output(commandFile({ argv: ['echo', 'ran'], cwd: '/absent folder' }))).toThrow(
      expect.objectContaining({ status: 125 }),
    )
  })

  it('refuses names that are code, and an empty command', () => {
    for (const name of ['A=B', 'A;id', '1A', '', 'A B', 'é']) {
      expect(() => commandFile({ argv: ['x'], env: { [name]: 'v' } })).toThrow(
        expect.objectContaining({ code: 'ssh.bad-argument' }),
      )
    }
    expect(() => commandFile({ argv: [] })).toThrow(expect.objectContaining({ code: 'ssh.bad-argument' }))
    expect(() => commandFile({ argv: ['a\0'] })).toThrow(expect.objectContaining({ code: 'ssh.bad-argument' }))
  })
})

describe('a run id', () => {
  it('is held to what names a directory of its own and nothing else', () => {
    for (const id of ['a', 'run_1.step-2', 'x'.repeat(80)]) expect(checkedRunId(id)).toBe(id)
    for (const id of ['', '.', '..', '.hidden', '-rf', 'a/b', '../x', 'a b', 'a\n', 'é', '*', 'x'.repeat(81)]) {
      expect(() => checkedRunId(id)).toThrow(expect.objectContaining({ code: 'ssh.bad-run-id', kind: 'invalid' }))
    }
  })
})
