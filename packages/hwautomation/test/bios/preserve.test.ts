import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { protectingGlob } from '../../src/bios/preserve.ts'
import { biosTemplateSchema } from '../../src/bios/template.ts'

/** What names of Supermicro hold, and what regular expressions give a meaning to. */
const ODD = Array.from('aZ ®[](){}|^$.+?\\/-"#1')

const names = fc
  .array(fc.string({ unit: fc.constantFrom(...ODD), minLength: 1, maxLength: 12 }), {
    minLength: 2,
    maxLength: 4,
  })
  .map((menus) => menus.map((menu) => menu.trim() || 'x').join(' > '))

describe('what is never changed', () => {
  it.each([
    ['Advanced > CPU Configuration > Hyper-Threading [ALL]', '*hyper-threading [all]'],
    ['Advanced > X > Intel® VT for Directed I/O (VT-d)#1', '* > intel® vt for directed i/o (vt-d)#*'],
    ['Boot > Boot Option #1#4', 'Boot > *Boot Option #*'],
    ['Advanced > Boot Feature > Wait For "F1" If Error', '*"F1"*'],
    ['Security > Administrator Password', '*password*'],
  ])('%s is protected by %s', (name, glob) => {
    expect(protectingGlob([name], [glob])).toBe(glob)
    expect(biosTemplateSchema.parse({ preserve: [glob] }).preserve).toEqual([glob])
  })

  it.each([
    ['Advanced > CPU Configuration > Hyper-Threading A', '*Hyper-Threading [ALL]'],
    ['Advanced > Quiet Boot', 'Quiet Boot'],
    ['Advanced > QuietXBoot', '*Quiet.Boot'],
    ['aba', 'aba*ba'],
    ['ab', 'a*b*b'],
  ])('%s is not protected by %s', (name, glob) => {
    expect(protectingGlob([name], [glob])).toBeUndefined()
  })

  it('a name without a star protects itself in any letter case, and an exclusion takes it out again', () => {
    fc.assert(
      fc.property(names, (name) => {
        expect(protectingGlob([name.toUpperCase()], [name.toLowerCase()])).toBe(name.toLowerCase())
        expect(protectingGlob([name], ['*', `!${name}`])).toBeUndefined()
        expect(protectingGlob([`${name}x`], [name])).toBeUndefined()
      }),
      { numRuns: 300 },
    )
  })

  it('finds what a regular expression finds, in no more time for many stars', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 })
    fc.assert(
      fc.property(text, text, (name, glob) => {
        const plain = name.replaceAll('*', '')
        const pattern = new RegExp(`^${glob.replaceAll('*', '.*')}$`)
        expect(protectingGlob([plain], [glob]) === glob).toBe(pattern.test(plain))
      }),
      { numRuns: 1000 },
    )
    expect(protectingGlob(['a'.repeat(256)], [`${'*a'.repeat(120)}*b`])).toBeUndefined()
  })

  it('the whole path, its menus and its last part with stars find it', () => {
    fc.assert(
      fc.property(names, (name) => {
        const menus = name.split(' > ')
        for (const glob of [`${menus[0]} > *`, `* > ${menus.at(-1)}`, `*${name.slice(1)}`])
          expect(protectingGlob([name], [glob])).toBe(glob)
      }),
      { numRuns: 300 },
    )
  })
})
