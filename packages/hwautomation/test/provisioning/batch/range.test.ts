import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expandRange, isRange, MOST_NAMES } from '../../../src/provisioning/batch/range.ts'

const problemOf = (text: string, field?: string) => {
  try {
    return `no problem: ${expandRange(text, field).join(' ')}`
  } catch (error) {
    return (error as Error).message
  }
}

describe('a range', () => {
  it.each([
    ['srv[001-003]', ['srv001', 'srv002', 'srv003']],
    ['srv[1-3]', ['srv1', 'srv2', 'srv3']],
    ['srv[9-11]', ['srv9', 'srv10', 'srv11']],
    ['srv[08-11]', ['srv08', 'srv09', 'srv10', 'srv11']],
    ['srv[001-003,007]', ['srv001', 'srv002', 'srv003', 'srv007']],
    ['srv[1-2], db1 ,web[07,9]', ['srv1', 'srv2', 'db1', 'web07', 'web9']],
    [
      'r[1-2]-s[01-02].dc.example',
      ['r1-s01.dc.example', 'r1-s02.dc.example', 'r2-s01.dc.example', 'r2-s02.dc.example'],
    ],
    ['192.168.1.[101-103]', ['192.168.1.101', '192.168.1.102', '192.168.1.103']],
    ['srv001', ['srv001']],
    ['srv[5]', ['srv5']],
    ['srv[0-1]', ['srv0', 'srv1']],
    ['srv[00-01]', ['srv00', 'srv01']],
  ])('%s stands for its names, in order', (text, names) => {
    expect(expandRange(text)).toEqual(names)
  })

  it.each([
    ['', 'servers: expected a name or a range such as srv[001-040], got nothing'],
    ['srv[040-001]', 'runs backwards; write [001-040]'],
    ['srv[1-040]', 'write [001-040]'],
    ['srv[001-040', 'a "[" that is not closed'],
    ['srv001-040]', 'a "]" without "["'],
    ['srv[]', 'expected numbers such as 001-040 or 7'],
    ['srv[a-c]', 'expected numbers such as 001-040 or 7'],
    ['srv[1..4]', 'did you mean [1-4]?'],
    ['srv[1:4]', 'did you mean [1-4]?'],
    ['srv[1–4]', 'did you mean [1-4]?'],
    ['srv{001..040}', 'e.g. srv[001-040]'],
    ['srv1,,srv2', 'nothing between two commas'],
    ['srv1 srv2', 'put commas between names'],
    ['srv*', 'ranges are written with [ ]'],
    ['srv[[1-2]]', 'not closed'],
    ['srv[1-3],srv2', 'srv2 is named twice'],
    ['srv[0000000001-2]', 'more than 9 digits'],
    ['srv[1-1001]', '1001 names; at most 1000'],
    ['a[1-99999],b[1-99999999]', 'at most 1000'],
    ['r[1-100]-s[1-100]', '10000 names'],
    [`${'x'.repeat(250)}[1-1000]`, 'is longer than 253 characters'],
    ['1'.repeat(19_000), 'is longer than 253 characters'],
    ['x'.repeat(20_001), 'longer than 20000 characters'],
  ])('%s is refused, and told how to write it', (text, words) => {
    expect(problemOf(text)).toContain(words)
  })

  it('names every fault, and the field it was asked for', () => {
    expect(problemOf('a[2-1],b[x]', 'ipmi')).toMatch(/^ipmi: "a\[2-1\]".*; ipmi: "b\[x\]"/)
  })

  it('is told from a name by its brackets and commas', () => {
    expect(['srv001', 'srv001.dc.example', 'srv[001-040]', 'a,b'].map(isRange)).toEqual([false, false, true, true])
  })

  it('has as many names as its bounds say, all of one length where they are padded', () => {
    const bounds = fc.tuple(fc.nat(5000), fc.nat(MOST_NAMES - 1), fc.constantFrom(4, 5, 6))
    fc.assert(
      fc.property(bounds, fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/), ([from, more, width], head) => {
        const [a, b] = [from, from + more].map((number) => String(number).padStart(width, '0')) as [string, string]
        const names = expandRange(`${head}[${a}-${b}]`)
        expect(names).toHaveLength(more + 1)
        expect(new Set(names).size).toBe(more + 1)
        expect([names[0], names.at(-1)]).toEqual([head + a, head + b])
        expect(new Set(names.map((name) => name.length)).size).toBe(1)
        // a list of them is the same
        if (names.length < 50) expect(expandRange(names.join(','))).toEqual(names)
      }),
    )
  })

  it('ends for every text in names without brackets or in one error, quickly', () => {
    const characters = fc.constantFrom('a', 'b', '0', '1', '-', '[', ']', ',', '.', ' ', '{', '*', '–', '\u0000', '😀')
    fc.assert(
      fc.property(fc.string({ unit: characters, maxLength: 60 }), (text) => {
        try {
          const names = expandRange(text)
          expect(names.length).toBeLessThanOrEqual(MOST_NAMES)
          for (const name of names) expect(name).not.toMatch(/[[\],\s]/)
        } catch (error) {
          expect(error).toMatchObject({ code: 'range.invalid', kind: 'invalid' })
        }
      }),
      { numRuns: 2000 },
    )
  })
})
