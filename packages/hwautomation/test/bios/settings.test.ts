import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { didYouMean } from '../../src/bios/did-you-mean.ts'
import { hpeMappings } from '../../src/bios/hpe/mapping.ts'
import type { NativeForm } from '../../src/bios/hpe/mapping.ts'
import { hpeBoardFamily } from '../../src/bios/hpe/board.ts'
import { biosSettings, biosSettingsSchema, isSettingName, settingNames } from '../../src/bios/settings.ts'
import { biosTemplateSchema } from '../../src/bios/template.ts'

describe('the canonical vocabulary', () => {
  it('has kebab names, a description each, and in HPE forms only its own words, each with a value of its own', () => {
    for (const name of settingNames) {
      const definition = biosSettings[name]
      expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
      expect(definition.description).toMatch(/\.$/)
      if (name === 'pxe' || definition.kind === 'number') continue
      const forms: readonly NativeForm[] = hpeMappings[name].forms
      for (const { attribute, values = {} } of forms) {
        expect(Object.keys(values).length, `${name} ${attribute}`).toBeGreaterThan(1)
        expect(definition.values).toEqual(expect.arrayContaining(Object.keys(values)))
        expect(new Set(Object.values(values)).size).toBe(Object.keys(values).length)
      }
    }
  })

  it.each([
    [{ smt: 'on' }],
    [{ 'boot-mode': 'UEFI' }],
    [{ nope: 'x' }],
    [{ 'network-boot-retries': 21 }],
    [{ 'network-boot-retries': 1.5 }],
  ])('refuses %j', (settings) => {
    expect(biosSettingsSchema.safeParse(settings).success).toBe(false)
  })

  it('does not take words of JavaScript for settings', () => {
    expect(['constructor', '__proto__', 'toString'].filter(isSettingName)).toEqual([])
    expect(biosSettingsSchema.safeParse(JSON.parse('{"__proto__":{"smt":"enabled"}}')).success).toBe(false)
  })

  it.each([
    ['ProLiant RL300 Gen11', undefined, 'gen11-ampere'],
    ['ProLiant DL360 Gen11', 'U54', 'gen11-intel'],
    ['ProLiant DL385 Gen11', undefined, 'gen11-amd'],
    ['ProLiant DL345 Gen11', undefined, 'gen11-amd'],
    ['ProLiant DL325 Gen10 Plus', undefined, 'gen10-amd'],
    ['ProLiant DL360 Gen10', 'U32', 'gen10-intel'],
    ['ProLiant DL320 Gen12', undefined, 'gen12'],
    [undefined, 'R11', 'gen11-ampere'],
    [undefined, 'A56', 'gen11-amd'],
    [undefined, undefined, 'unknown'],
  ])('knows the board family of %s with ROM %s as %s', (product, romFamily, family) => {
    expect(
      hpeBoardFamily({
        ...(product === undefined ? {} : { product }),
        ...(romFamily === undefined ? {} : { romFamily }),
      }),
    ).toBe(family)
  })
})

describe('a board without a name', () => {
  it('is known by its attribute registry', () => {
    expect(hpeBoardFamily({}, 'BiosAttributeRegistryR11.v1_1_60')).toBe('gen11-ampere')
    expect(hpeBoardFamily({}, 'biosattributeregistryu32.v1_2_90')).toBe('gen10-intel')
    expect(hpeBoardFamily({}, 'something else')).toBe('unknown')
  })
})

describe('a template', () => {
  it.each([
    [{ native: { ' A': 'x' } }],
    [{ native: { 'A ': 'x' } }],
    [{ native: { ['A\n']: 'x' } }],
    [{ native: { ['A\u202eB']: 'x' } }],
    [{ native: { ['A\u2028B']: 'x' } }],
    [{ native: { ['A'.repeat(257)]: 'x' } }],
    [{ native: { constructor: 'x' } }],
    [{ native: { toString: 'x' } }],
    [{ native: { prototype: 'x' } }],
    [{ native: { Sriov: 'a\u0000b' } }],
    [{ native: { Sriov: 2 ** 53 } }],
    [{ native: { Sriov: true } }],
    [{ preserve: [''] }],
    [{ preserve: [' x'] }],
    [{ preserve: ['!'] }],
    [{ allow: ['everything'] }],
    [{ bootNic: ' Slot1' }],
    [{ unknown: 1 }],
  ])('refuses %j', (value) => {
    expect(biosTemplateSchema.safeParse(value).success).toBe(false)
  })

  it('fills in what is not said', () => {
    expect(biosTemplateSchema.parse({})).toEqual({ settings: {}, native: {}, preserve: [], allow: [] })
  })
})

describe('did you mean', () => {
  it('finds the whole menu path of a setting named without its menus', () => {
    const known = ['Advanced > Boot Feature > Quiet Boot', 'Advanced > COM > Console Redirection#2', 'Main > Other']
    expect(didYouMean('Quiet Boot', known)).toEqual(['Advanced > Boot Feature > Quiet Boot'])
    expect(didYouMean('console redirection', known)).toEqual(['Advanced > COM > Console Redirection#2'])
  })

  it('gives the three that Levenshtein counts the fewest edits for, of those that are near at all', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'C', ' ', '>'), maxLength: 12 })
    fc.assert(
      fc.property(text, fc.uniqueArray(text, { maxLength: 8 }), (word, known) => {
        const edits = (name: string) =>
          name.toLowerCase().endsWith(` > ${word.toLowerCase()}`)
            ? 0
            : levenshtein(word.toLowerCase(), name.toLowerCase())
        const near = known
          .filter((name) => edits(name) <= Math.max(2, Math.floor(Math.max(word.length, name.length) / 3)))
          .toSorted((one, other) => edits(one) - edits(other) || (one < other ? -1 : 1))
        expect(didYouMean(word, known)).toEqual(near.slice(0, 3))
      }),
      { numRuns: 1000 },
    )
  })

  it.each([
    ['a1.c5.larg', ['a1.c5.large', 'a1.c5.xlarge']],
    ['A1.C5.LARGE', ['a1.c5.large', 'a1.c5.xlarge']],
    ['zzz', []],
    ['x'.repeat(100_000), []],
  ])('finds near names of %s', (word, near) => {
    expect(didYouMean(word.slice(0, 200_000), ['a1.c5.large', 'a1.c5.xlarge', 's1.c1.small'])).toEqual(near)
  })
})

/** The plain definition: the least number of letters put in, taken out or exchanged. */
function levenshtein(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length
  const rows = [Array.from({ length: b.length + 1 }, (_, index) => index)]
  for (let i = 1; i <= a.length; i++) {
    rows[i] = [i]
    for (let j = 1; j <= b.length; j++)
      rows[i]![j] = Math.min(
        rows[i - 1]![j - 1]! + Number(a[i - 1] !== b[j - 1]),
        rows[i - 1]![j]! + 1,
        rows[i]![j - 1]! + 1,
      )
  }
  return rows[a.length]![b.length]!
}
