import { describe, expect, it } from 'vitest'
import { DeviceCatalogue, mismatchError } from '../../src/devices/catalogue.ts'
import type { MachineIdentity } from '../../src/devices/catalogue.ts'
import { tagOf } from '../../src/devices/device-type.ts'
import { parseCatalogue } from '../../src/devices/parse-catalogue.ts'

const type = (name: string, vendor = 'HPE') => `
  ${name}:
    description: a test
    vendor: hpe
    match: { manufacturer: ${vendor}, products: [ProLiant RL300 Gen11, Other], boards: [Board A], architecture: aarch64 }`
const catalogue = parseCatalogue([
  { file: 'a.yaml', text: `deviceTypes:${type('a1.c5.large')}${type('a1.c5.xlarge', 'Acme & Söhne')}` },
])
const large = catalogue.get('a1.c5.large')
const right: MachineIdentity = {
  manufacturer: 'HPE',
  product: 'ProLiant RL300 Gen11',
  board: 'Board A',
  architecture: 'aarch64',
}

describe('the device catalogue', () => {
  it('knows its types by name', () => {
    expect(catalogue.names()).toEqual(['a1.c5.large', 'a1.c5.xlarge'])
    expect(catalogue.has('a1.c5.large')).toBe(true)
    expect(large).toMatchObject({ name: 'a1.c5.large', source: 'a.yaml', tag: 'hw-type-a1-c5-large' })
  })

  it.each([
    ['a1.c5.lrage', 'Did you mean a1.c5.large or a1.c5.xlarge?'],
    ['something-else-entirely', 'Known: a1.c5.large, a1.c5.xlarge.'],
    ['constructor', 'Known: a1.c5.large, a1.c5.xlarge.'],
    ['a\u001b[2J', 'Known: a1.c5.large, a1.c5.xlarge.'],
  ])('refuses the unknown type %j and helps', (name, hint) => {
    expect(() => catalogue.get(name)).toThrow(
      expect.objectContaining({ code: 'devices.unknown-type', kind: 'invalid', hint }),
    )
  })

  it('lists a type that is not complete, and gives it to nobody who works on machines', () => {
    const text = `deviceTypes:${type('odd')}\n    incomplete: nobody knows its board\n${type('fine').slice(1)}\n`
    const some = parseCatalogue([{ file: 'a.yaml', text }])
    expect(some.names()).toEqual(['fine', 'odd'])
    expect(some.get('odd').incomplete).toBe('nobody knows its board')
    expect(some.usable('fine')).toBe(some.get('fine'))
    expect(() => some.usable('odd')).toThrow(
      expect.objectContaining({
        code: 'devices.incomplete',
        kind: 'invalid',
        message: 'The device type `odd` is not complete: nobody knows its board.',
        hint: expect.stringContaining('`extends: odd`') as unknown,
      }),
    )
    expect(() => some.usable('fien')).toThrow(expect.objectContaining({ code: 'devices.unknown-type' }))
    expect(some.candidates(right)).toEqual(['fine'])
    const own = 'deviceTypes:\n  odd: { extends: odd, incomplete: null }\n'
    const completed = parseCatalogue([
      { file: 'a.yaml', text, builtIn: true },
      { file: 'b.yaml', text: own },
    ])
    expect(completed.candidates(right)).toEqual(['fine', 'odd'])
  })

  it('names some of many, and where all of them are', () => {
    const names = Array.from({ length: 15 }, (_, index) => `type${String(index + 1).padStart(2, '0')}`)
    const many = parseCatalogue([{ file: 'a.yaml', text: `deviceTypes:${names.map((name) => type(name)).join('')}` }])
    expect(() => many.get('something-else')).toThrow(
      expect.objectContaining({
        hint: `Known: ${names.slice(0, 12).join(', ')}, and 3 more (\`hwautomation devices list\`).`,
      }),
    )
  })

  it('may be empty', () => {
    expect(() => new DeviceCatalogue([]).get('x')).toThrow(expect.objectContaining({ hint: 'Known: none.' }))
  })

  it.each([
    ['a1.c5.large', 'hw-type-a1-c5-large'],
    ['s1_x-2', 'hw-type-s1_x-2'],
  ])('tags %s as %s', (name, tag) => {
    expect(tagOf(name)).toBe(tag)
  })
})

describe('a machine is of a type', () => {
  it.each([
    ['as the type says it', {}],
    ['another spelling of the vendor', { manufacturer: 'Hewlett Packard Enterprise' }],
    ['the vendor as HP', { manufacturer: ' HP ' }],
    ['another of the products, other blanks and letter case', { product: ' OTHER ' }],
    ["MAAS's architecture", { architecture: 'arm64/generic' }],
    ["Debian's architecture", { architecture: 'arm64' }],
  ])('when it is %s', (_, part) => {
    expect(catalogue.matches(large, { ...right, ...part })).toEqual({ ok: true })
  })

  it.each([
    ['manufacturer', { manufacturer: 'Dell Inc.' }, 'Dell Inc.'],
    ['product', { product: 'ProLiant RL300 Gen12' }, 'ProLiant RL300 Gen12'],
    ['product', { product: 'ProLiant RL300 Gen11 Plus' }, 'ProLiant RL300 Gen11 Plus'],
    ['board', { board: 'Board B' }, 'Board B'],
    ['architecture', { architecture: 'x86_64' }, 'x86_64'],
    ['manufacturer', { manufacturer: 'HPE\u001b[2J!' }, 'HPE\\u{1b}[2J!'],
  ])('not when the %s is %j', (field, part, found) => {
    expect(catalogue.matches(large, { ...right, ...part })).toMatchObject({ ok: false, mismatches: [{ field, found }] })
  })

  it.each([
    undefined,
    '',
    '  ',
    'Not Specified',
    'To be filled by O.E.M.',
    'To Be Filled By O.E.M.',
    'Default string',
    'unknown',
    '0123456789',
  ])('not proven when it says %j', (value) => {
    const result = catalogue.matches(large, { manufacturer: value, product: value, board: value, architecture: value })
    expect(result).toMatchObject({ ok: false })
    expect(result.ok ? [] : result.mismatches.map(({ field, found }) => `${field} ${found}`)).toEqual([
      'manufacturer unknown',
      'product unknown',
      'board unknown',
      'architecture unknown',
    ])
  })

  it('whose vendor nobody here knows, if it is written alike', () => {
    const odd = catalogue.get('a1.c5.xlarge')
    expect(catalogue.matches(odd, { ...right, manufacturer: 'ACME & Söhne' })).toEqual({ ok: true })
    expect(catalogue.matches(odd, { ...right, manufacturer: 'ACME & Sühne' })).toMatchObject({ ok: false })
    expect(catalogue.candidates(right)).toEqual(['a1.c5.large'])
  })

  it('says all that differs in one error', () => {
    const result = catalogue.matches(large, { ...right, manufacturer: 'Supermicro', architecture: undefined })
    const error = mismatchError(large, result.ok ? [] : result.mismatches)
    expect(error).toMatchObject({ code: 'devices.mismatch', kind: 'invalid' })
    expect(error.message).toBe(
      'The machine is not a a1.c5.large: manufacturer is Supermicro, not HPE; architecture is unknown, not aarch64.',
    )
  })
})
