import { execFileSync } from 'node:child_process'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { quote, quoteAll } from '../../src/ssh/quote.ts'

const printed = (argv: readonly string[]) => {
  const bytes = execFileSync('/bin/sh', ['-c', `printf '%s\\0' ${quoteAll(argv)}`], { maxBuffer: 1e8 })
  return bytes.toString().split('\0').slice(0, -1)
}

describe('quoting for a POSIX shell', () => {
  it('leaves hostile texts as they are', () => {
    const hostile = [
      "it's",
      '"',
      '$HOME',
      '`id`',
      '$(id)',
      '\\',
      "\\'",
      "'\\''",
      '\n',
      'a\nb\n',
      '\r',
      '\t',
      '',
      ' ',
      '*',
      '~',
      '!',
      '#x',
      ';id',
      '&',
      '|',
      '>x',
      '-n',
      '--',
      '%s',
      '\\0',
      '\u{1f9f0}',
      'ü\u0301',
      '\u007f\u0001',
    ]
    expect(printed(hostile)).toEqual(hostile)
  })

  it('gives a real shell back exactly what was put in', () => {
    const nasty = fc.string({
      unit: fc.constantFrom(
        "'",
        '"',
        '\\',
        '$',
        '`',
        '\n',
        ' ',
        '!',
        '*',
        '(',
        ')',
        'a',
        'é',
        '😀',
        '-',
        '\t',
        '&',
        ';',
      ),
    })
    const anything = fc
      .string({ unit: 'binary' })
      .filter((text) => !text.includes('\0') && Buffer.from(text).toString() === text)
    fc.assert(
      fc.property(fc.array(fc.oneof(nasty, anything), { minLength: 1, maxLength: 20 }), (argv) => {
        expect(printed(argv)).toEqual(argv)
      }),
      { numRuns: 60 },
    )
  })

  it('refuses a NUL byte, which no program can be given', () => {
    expect(() => quote('a\0b')).toThrow(expect.objectContaining({ code: 'ssh.bad-argument', kind: 'invalid' }))
  })
})
