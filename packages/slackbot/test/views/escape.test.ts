import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cut, dateToken, mrkdwn, plain, plainLines, title } from '../../src/views/escape.ts'
import { hostileText } from './hostile.ts'
import { expectPrintable } from './judge.ts'

describe('plain', () => {
  it.each([
    ['\u001B[31mred\u001B[0m alert', 'red alert'],
    ['\u001B]8;;http://evil.example\u0007here\u001B]8;;\u0007', 'here'],
    ['\u009B1mC1\u009B0m', 'C1'],
    ['a\u0000b\u0007c', 'a b c'],
    ['srv\u202E100\u202C', 'srv 100'],
    ['zero\u200Bwidth\uFEFF', 'zero width'],
    ['two\nlines\r\nand\ttabs', 'two lines and tabs'],
    ['half \uD83D letter', 'half letter'],
    [`Z${'\u0301'.repeat(500)}algo`, `Z${'\u0301'.repeat(4)}algo`],
    ['\u3164\u2800', ''],
    [':fire: *bold* <!channel>', ':fire: *bold* <!channel>'],
  ])('makes %j printable', (text, expected) => expect(plain(text, 200)).toBe(expected))

  it('cuts between graphemes and says so', () => {
    expect(plain('abcdef', 4)).toBe('abc…')
    expect(plain('ab🇩🇪cd', 5)).toBe('ab…')
    expect(plain('ab🇩🇪cd', 8)).toBe('ab🇩🇪cd')
    expect(plain('👩‍💻x', 1)).toBe('…')
    expect(cut('é'.repeat(10).normalize('NFD'), 4)).toBe('é…'.normalize('NFD'))
  })

  it('is short and printable whatever comes', () => {
    fc.assert(
      fc.property(hostileText(), fc.integer({ min: 1, max: 300 }), (text, max) => {
        for (const shown of [plain(text, max), title(text, max)]) {
          expect(shown.length).toBeLessThanOrEqual(max)
          expectPrintable(shown)
        }
        expect(plainLines(text, max).length).toBeLessThanOrEqual(max)
        expectPrintable(plainLines(text, max))
      }),
      { numRuns: 300 },
    )
  })

  it('takes no longer for a hundred thousand letters than for a few', () => {
    const began = performance.now()
    for (const letter of ['\u001B[', '\u001B]', 'a', '\u0301', '_', ':', '<', '&', '\u001B]\u001B]x\u009D'])
      for (const make of [plain, plainLines, mrkdwn, title]) make(letter.repeat(100_000), 300)
    expect(performance.now() - began).toBeLessThan(3_000)
  })
})

describe('mrkdwn', () => {
  it.each([
    ['<!channel> <@U1> <#C1> <http://x|y>', '&lt;!channel&gt; &lt;＠U1&gt; &lt;＃C1&gt; &lt;http∶//x|y&gt;'],
    ['*bold* ~gone~ `code`', '∗bold∗ ∼gone∼ ˋcodeˋ'],
    ['_so_ boot_mode __x__', 'ˍsoˍ boot_mode ˍˍxˍˍ'],
    ['> quoted', '› quoted'],
    [':fire: 12:00:03 a:b', '∶fire∶ 12∶00∶03 a:b'],
    ['see https://evil.example', 'see https∶//evil.example'],
    ['mailto:a@b.example', 'mailto∶a＠b.example'],
    ['@here #general C#', '＠here ＃general C#'],
    ['AT&T &lt;', 'AT&amp;T &amp;lt;'],
    ['srv001.dc1.example.com', 'srv001.dc1.example.com'],
    ['a1.c5.large', 'a1.c5.large'],
  ])('makes nothing of %j', (text, expected) => expect(mrkdwn(text, 200)).toBe(expected))

  it('never cuts an entity in two', () => {
    for (let max = 1; max < 12; max += 1) expect(mrkdwn('<<<<<<<<<<', max)).toMatch(/^(&lt;)*…?$/)
  })
})

describe('dateToken', () => {
  it('is a moment for each reader, with UTC for clients that show none', () => {
    expect(dateToken('2026-11-23T13:09:36.500Z', '{time}')).toBe('<!date^1795439376^{time}|2026-11-23 13:09 UTC>')
    expect(dateToken('|<!channel>')).toBe('?')
    expect(dateToken('9999999-01-01')).toBe('?')
  })
})
