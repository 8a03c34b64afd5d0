import { describe, expect, it } from 'vitest'
import { didYouMean } from '../../src/bios/did-you-mean.ts'
import { hpeMappings } from '../../src/bios/hpe/mapping.ts'
import type { NativeForm } from '../../src/bios/hpe/mapping.ts'
import { hpeBoardFamily } from '../../src/bios/hpe/board.ts'
import { biosSettings, biosSettingsSchema, isSettingName, settingNames } from '../../src/bios/settings.ts'
import { biosTemplateSchema } from '../../src/bios/template.ts'

describe('the canonical vocabulary', () => {
  it('has kebab names, a description each, and a value for every word in every HPE form', () => {
    for (const name of settingNames) {
      const definition = biosSettings[name]
      expect(name).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
      expect(definition.description).toMatch(/\.$/)
      if (name === 'pxe' || definition.kind === 'number') continue
      const forms: readonly NativeForm[] = hpeMappings[name].forms
      for (const form of forms)
        expect(Object.keys(form.values ?? {}).toSorted()).toEqual([...definition.values].toSorted())
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
    [{ native: { 'A B': 'x' } }],
    [{ native: { ['__proto__x\n']: 'x' } }],
    [{ native: { Sriov: true } }],
    [{ preserve: [''] }],
    [{ preserve: [' x'] }],
    [{ preserve: ['!'] }],
    [{ allow: ['everything'] }],
    [{ bootNic: 'Slot 1' }],
    [{ unknown: 1 }],
  ])('refuses %j', (value) => {
    expect(biosTemplateSchema.safeParse(value).success).toBe(false)
  })

  it('fills in what is not said', () => {
    expect(biosTemplateSchema.parse({})).toEqual({ settings: {}, native: {}, preserve: [], allow: [] })
  })
})

describe('did you mean', () => {
  it.each([
    ['a1.c5.larg', ['a1.c5.large', 'a1.c5.xlarge']],
    ['A1.C5.LARGE', ['a1.c5.large', 'a1.c5.xlarge']],
    ['zzz', []],
    ['x'.repeat(100_000), []],
  ])('finds near names of %s', (word, near) => {
    expect(didYouMean(word.slice(0, 200_000), ['a1.c5.large', 'a1.c5.xlarge', 's1.c1.small'])).toEqual(near)
  })
})
