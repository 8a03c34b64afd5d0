import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isHwError } from '../../src/errors.ts'
import { parseCatalogue } from '../../src/devices/parse-catalogue.ts'
import type { CatalogueFile } from '../../src/devices/parse-catalogue.ts'

const base = `deviceTypes:
  base:
    description: a base
    vendor: hpe
    match: { manufacturer: HPE, products: [P], architecture: aarch64 }
    hardware: { cores: 80, memoryGiB: 256 }
    bios:
      settings: { sr-iov: enabled, ac-loss: power-on }
      preserve: [A, B]
    steps:
      bios-push: { expected: 9m, attempt: 35m, total: 80m }
`

/** The faults of the catalogue, one a line, or none. */
function faults(...files: (string | CatalogueFile)[]): readonly string[] {
  try {
    parseCatalogue(
      files.map((file, index) => (typeof file === 'string' ? { file: `f${index}.yaml`, text: file } : file)),
    )
    return []
  } catch (error) {
    expect(error).toMatchObject({ code: 'devices.catalogue-invalid', kind: 'invalid' })
    const list = isHwError(error) ? error.context['faults'] : undefined
    return Array.isArray(list) ? list.map(String) : []
  }
}

/** `base` with one of its lines replaced. */
const with_ = (line: RegExp, replacement: string) => base.replace(line, replacement)

describe('a device catalogue file', () => {
  it('is parsed with defaults, durations in milliseconds and a tag', () => {
    const type = parseCatalogue([{ file: 'x', text: base }]).get('base')
    expect(type).toMatchObject({
      tools: { bios: 'ilorest', ipmi: 'ipmitool' },
      steps: { 'bios-push': { expectedMs: 540_000, attemptMs: 2_100_000, totalMs: 4_800_000 } },
      ipmi: { channel: 'auto', proof: 'auto', settleMs: 30_000 },
      reboots: { biosApply: 1 },
      tag: 'hw-type-base',
      bios: { settings: { 'sr-iov': 'enabled', 'ac-loss': 'power-on' }, native: {}, preserve: ['A', 'B'], allow: [] },
    })
  })

  it.each([
    [
      'an unknown key',
      with_(/vendor: hpe/, 'vendor: hpe\n    hardwear: {}'),
      'f0.yaml:5:5: base: unknown key `hardwear`. Did you mean `hardware`?',
    ],
    [
      'an unknown key below',
      with_(/cores: 80/, 'core: 80'),
      'f0.yaml:6:17: base: unknown key `core` in `hardware`. Did you mean `cores`?',
    ],
    [
      'an unknown setting',
      with_(/sr-iov/, 'sriov'),
      'f0.yaml:8:19: base: unknown key `sriov` in `bios.settings`. Did you mean `sr-iov`?',
    ],
    [
      'a wrong value',
      with_(/sr-iov: enabled/, 'sr-iov: Enable'),
      'f0.yaml:8:27: base: `bios.settings.sr-iov`: `Enable` is not allowed; allowed: enabled, disabled. Did you mean `enabled`?',
    ],
    [
      'a wrong type',
      with_(/description: a base/, 'description: [a]'),
      'f0.yaml:3:18: base: `description`: must be a text, not a list',
    ],
    ['a missing key', with_(/ {4}vendor: hpe\n/, ''), 'f0.yaml:2:3: base: `vendor` is missing'],
    ['a missing key below', with_(/manufacturer: HPE, /, ''), 'f0.yaml:5:5: base: `match.manufacturer` is missing'],
    [
      'an empty list',
      with_(/products: \[P\]/, 'products: []'),
      'f0.yaml:5:43: base: `match.products`: a list is too small; at least 1',
    ],
    [
      'a duration without a unit',
      with_(/expected: 9m/, "expected: '540'"),
      'f0.yaml:11:30: base: `steps.bios-push.expected`: `540` is not a duration: write a number and a unit, from 1s to 7d, e.g. `90s`, `20m` or `2h`',
    ],
    [
      'a wrong step id',
      with_(/bios-push/, 'BiosPush'),
      'f0.yaml:11:7: base: `BiosPush` is not a step id, e.g. `bios-push`',
    ],
    [
      'an attempt longer than all',
      with_(/attempt: 35m/, 'attempt: 90m'),
      'f0.yaml:11:43: base: `steps.bios-push.attempt`: `90m` is longer than `total`',
    ],
    ['a blank at the end of a name', with_(/base:/, '"d3.m4.xlarge ":'), 'f0.yaml:2:3: `d3.m4.xlarge ` is not a name'],
    ['a name with a blank', with_(/base:/, 'a base:'), 'f0.yaml:2:3: `a base` is not a name'],
    ['a name twice', `${base}${base.replace('deviceTypes:\n', '')}`, 'f0.yaml:12:3: Map keys must be unique'],
    ['a type that is no map', 'deviceTypes:\n  base: 5\n', 'f0.yaml:2:9: `base` must be a map'],
    [
      'another key at the top',
      `${base}device_types: {}\n`,
      'f0.yaml:12:1: unknown key `device_types`. Did you mean `deviceTypes`?',
    ],
    ['no types at all', 'types: {}\n', 'f0.yaml:1:1: must be a map with the key `deviceTypes`'],
    ['an empty file', '', 'f0.yaml:1:1: must be a map with the key `deviceTypes`'],
    ['broken YAML', 'deviceTypes:\n  a: [1, 2\n  b: 3\n', 'f0.yaml:3:'],
    ['two documents', `${base}---\n${base}`, 'f0.yaml:12:1: '],
    ['a tag of another language', 'deviceTypes: !!js/function "x"\n', 'f0.yaml:1:14: Unresolved tag'],
    [
      'a reserved key',
      with_(/sr-iov: enabled/, '__proto__: {polluted: true}'),
      'f0.yaml:8:19: the key `__proto__` is not allowed',
    ],
    ['a merge key', with_(/hardware:/, '<<: {cores: 1}\n    hardware:'), 'f0.yaml:6:5: base: unknown key `<<`'],
    [
      'a NUL',
      'deviceTypes:\n  a: "\u0000"\n',
      'f0.yaml:2:7: holds the control character \\u{0}: this is not a text file',
    ],
    [
      'a tag that MAAS does not take',
      with_(/vendor: hpe/, 'vendor: hpe\n    tag: a.b'),
      'f0.yaml:5:10: base: `tag`: `a.b` is not a tag name',
    ],
  ])('with %s is refused at its line and column', (_, text, fault) => {
    const found = faults(text)
    expect(found.length).toBeGreaterThan(0)
    expect(found.join('\n')).toContain(fault)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  it('reports all faults of all files at once, in order', () => {
    const bad = with_(/cores: 80/, 'cores: many').replace('vendor: hpe', 'vendor: hp')
    expect(faults(bad, 'deviceTypes: [', base.replace('base:', '-base :'))).toEqual([
      expect.stringMatching(/^f0\.yaml:4:13: base: `vendor`: `hp` is not allowed; allowed: hpe, supermicro, dell\./),
      'f0.yaml:6:24: base: `hardware.cores`: must be a number, not `many`',
      expect.stringMatching(/^f1\.yaml:/),
      expect.stringMatching(/^f2\.yaml:2:3: `-base ?` is not a name/),
    ])
  })

  it('refuses the same name in two files of the operator', () => {
    expect(faults(base, base)).toEqual(['f1.yaml:2:3: device type `base` is there already, in f0.yaml:2:3'])
  })

  it('refuses two types on one tag, unless one gets a tag of its own', () => {
    const two = (tag: string) => `${base.replace('base:', 'x.1:')}  x-1:\n    extends: x.1\n${tag}`
    expect(faults(two(''))).toEqual([
      'f0.yaml:12:3: `x-1` and `x.1` would both have the tag `hw-type-x-1`: give one of them a `tag` of its own',
    ])
    expect(faults(two('    tag: hw-type-x-1b\n'))).toEqual([])
    expect(faults(two('    tag: HW-type-X-1\n'))[0]).toContain('would both have the tag `HW-type-X-1`')
  })
})

describe('a type that extends another', () => {
  const own = (text: string): CatalogueFile[] => [
    { file: 'shipped.yaml', text: base, builtIn: true },
    { file: 'own.yaml', text: `deviceTypes:\n${text}` },
  ]

  it('names only what differs: maps are merged, lists replaced, null takes away', () => {
    const catalogue = parseCatalogue(
      own(
        '  big:\n    extends: base\n    hardware: { memoryGiB: 512 }\n    bios: { settings: { ac-loss: null, tpm: hidden }, preserve: [C] }\n',
      ),
    )
    expect(catalogue.get('big')).toMatchObject({
      hardware: { cores: 80, memoryGiB: 512 },
      source: 'own.yaml',
      tag: 'hw-type-big',
    })
    expect(catalogue.get('big').bios).toEqual({
      settings: { 'sr-iov': 'enabled', tpm: 'hidden' },
      native: {},
      preserve: ['C'],
      allow: [],
    })
    expect(catalogue.get('base').bios.preserve).toEqual(['A', 'B'])
  })

  it('may change a shipped type under its own name, and others then extend the changed one', () => {
    const catalogue = parseCatalogue(
      own(
        '  base:\n    extends: base\n    description: changed\n  child:\n    extends: base\n    hardware: { cores: 1 }\n',
      ),
    )
    expect(catalogue.get('base')).toMatchObject({ description: 'changed', hardware: { cores: 80 } })
    expect(catalogue.get('child')).toMatchObject({ description: 'changed', hardware: { cores: 1 } })
  })

  it('may replace a shipped type in full', () => {
    const text = base.replace('deviceTypes:\n', '').replace('a base', 'mine')
    expect(parseCatalogue(own(text)).get('base').description).toBe('mine')
  })

  it.each([
    [
      'an unknown type',
      '  x:\n    extends: bsae\n',
      'own.yaml:3:14: `x` extends `bsae`, which there is not. Did you mean `base`?',
    ],
    ['itself', '  x:\n    extends: x\n', 'own.yaml:3:14: `x` extends `x`, which there is not.'],
    [
      'itself in a circle',
      '  x:\n    extends: y\n  y:\n    extends: x\n',
      'own.yaml:3:14: `x` extends itself: x -> y -> x',
    ],
    ['a list', '  x:\n    extends: [base]\n', 'own.yaml:3:14: `x` extends `base`, which there is not.'],
    [
      'with a fault of its own',
      '  x:\n    extends: base\n    hardware: { cores: 0 }\n',
      'own.yaml:4:24: x: `hardware.cores`: `0` is too small; at least 1',
    ],
    ['taking away what must be there', '  x:\n    extends: base\n    vendor: null\n', 'x: `vendor` is missing'],
  ])('%s is refused', (_, text, fault) => {
    expect(faults(...own(text)).join('\n')).toContain(fault)
  })

  it('points at the file that holds the fault', () => {
    const shipped: CatalogueFile = { file: 'shipped.yaml', text: with_(/cores: 80/, 'cores: 0'), builtIn: true }
    expect(faults(shipped, { file: 'own.yaml', text: 'deviceTypes:\n  x:\n    extends: base\n' })).toEqual([
      expect.stringMatching(/^shipped\.yaml:6:24: base: /),
      expect.stringMatching(/^shipped\.yaml:6:24: x: /),
    ])
  })
})

describe('hostile files', () => {
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x,x]\n${'bcdefghi'
    .split('')
    .map(
      (letter, index) =>
        `${letter}: &${letter} [${Array(10)
          .fill(`*${'abcdefgh'[index] ?? 'a'}`)
          .join(',')}]`,
    )
    .join('\n')}\n`

  it.each([
    ['an alias bomb', bomb],
    ['a huge file', `#${'x'.repeat(1_100_000)}\n${base}`],
    ['very deep nesting', `deviceTypes: ${'['.repeat(100_000)}`],
    ['very deep nesting that ends', `deviceTypes: ${'['.repeat(5000)}${']'.repeat(5000)}`],
    ['very deep maps', `deviceTypes: ${'{a: '.repeat(5000)}1${'}'.repeat(5000)}`],
    ['an alias to itself', 'deviceTypes: &x { y: *x }\n'],
    ['escape sequences', 'deviceTypes:\n  "\u001b[2J": 1\n'],
    ['escaped escape sequences', 'deviceTypes:\n  "\\e[2J\\0": {"\\e": "\\u202e"}\n'],
  ])('%s is refused quickly, in printable words', (_, text) => {
    const found = faults(text)
    expect(found.length).toBeGreaterThan(0)
    // eslint-disable-next-line no-control-regex -- none may be left
    expect(found.join('\n')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/)
  })

  it('says what an alias bomb is', () => {
    expect(faults(bomb).join()).toContain('Excessive alias count')
  })

  it('any text is either a catalogue or refused with a place', () => {
    const yaml = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json().map((json) => `deviceTypes: ${json}`),
      fc.string().map((text) => base + text),
    )
    fc.assert(
      fc.property(yaml, (text) => {
        for (const fault of faults(text)) expect(fault).toMatch(/^f0\.yaml:\d+:\d+: ./)
      }),
    )
  })
})
