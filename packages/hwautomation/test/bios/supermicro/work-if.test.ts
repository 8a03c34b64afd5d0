import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { conditionHolds } from '../../../src/bios/condition.ts'
import type { BiosValue } from '../../../src/bios/configuration.ts'
import { biosCfgOf } from '../../../src/bios/supermicro/bios-cfg.ts'
import { parseBiosFile } from '../../../src/bios/supermicro/bios-file.ts'
import { conditionsOf } from '../../../src/bios/supermicro/conditions.ts'
import { checkBox, file, menu, numeric, option } from './files.ts'

const settings = biosCfgOf(
  parseBiosFile(
    file(
      menu(
        'M',
        option('Power Technology', 'Disable', ['0 Disable', '1 Energy Efficient', '2 Custom']) +
          option('Hyper-Threading [ALL]', 'Enable', ['1 Disable', '0 Enable']) +
          option('Onboard LAN1 Option ROM', 'PXE', ['0 Disabled', '1 PXE', '2 iSCSI', '4 EFI']) +
          option('Intel® VT for Directed I/O (VT-d)', 'Enable', ['1 Enable', '0 Disable'], { order: 2 }) +
          option('  Security Device Support', 'Enable', ['0 Disable', '1 Enable']) +
          option('This and that', 'No', ['0 No', '1 Yes']) +
          checkBox('Console Redirection', 'Checked', { order: 1 }) +
          checkBox('Console Redirection', 'Unchecked', { order: 2 }) +
          numeric('Retries', '3', ['9', '0', '1']) +
          '<Setting name="Administrator Password" type="Password"><Information><HasPassword>True</HasPassword></Information></Setting>',
      ),
    ),
  ),
).settings
const conditionOf = conditionsOf(settings)
const holds = (text: string, values: Readonly<Record<string, BiosValue>>) =>
  conditionHolds(conditionOf(text), (name) => values[name.replace('M > ', '')])

describe('a condition of a file', () => {
  it.each<[string, Record<string, BiosValue>, boolean | undefined]>([
    ['  2 == Power Technology  ', { 'Power Technology': 'Custom' }, true],
    ['  2 == Power Technology  ', { 'Power Technology': 'Disable' }, false],
    [' ( Power Technology != 0 ) ', { 'Power Technology': 'Disable' }, false],
    // Codes are inverted for this one.
    ['  0 == Hyper-Threading [ALL]  ', { 'Hyper-Threading [ALL]': 'Enable' }, true],
    [' Onboard LAN1 Option ROM <= 1 ', { 'Onboard LAN1 Option ROM': 'PXE' }, true],
    [' Onboard LAN1 Option ROM <= 1 ', { 'Onboard LAN1 Option ROM': 'EFI' }, false],
    [' 1 >= Onboard LAN1 Option ROM ', { 'Onboard LAN1 Option ROM': 'EFI' }, false],
    ['  Power Technology is not in 0 1 3  ', { 'Power Technology': 'Custom' }, true],
    [' ( Power Technology is not in [ 0, 1, 3 ] ) ', { 'Power Technology': 'Disable' }, false],
    [' ( Power Technology is in [ 0, 1 ] ) ', { 'Power Technology': 'Disable' }, true],
    ['  0 != Intel® VT for Directed I/O (VT-d)$2  ', { 'Intel® VT for Directed I/O (VT-d)#2': 'Disable' }, false],
    ['  0 !=   Security Device Support  ', { 'Security Device Support': 'Enable' }, true],
    [
      '  1 == Console Redirection$2  ',
      { 'Console Redirection#2': 'Checked', 'Console Redirection#1': 'Unchecked' },
      true,
    ],
    ['  Retries > 2  ', { Retries: 3 }, true],
    ['  Retries is not in 1 3  ', { Retries: 3 }, false],
    ['  0 != Administrator Password  ', {}, true],
    ['  0 == Administrator Password  ', {}, false],
    [
      ' ( 1 == This and that )  and  ( 2 == Power Technology ) ',
      { 'This and that': 'Yes', 'Power Technology': 'Custom' },
      true,
    ],
    ['   ( 2 != Power Technology )  &&  ( 1 != 0 )   ', { 'Power Technology': 'Custom' }, false],
    [
      ' (  ( 0 != 1 )  &&  (  ( 2 == Power Technology )  ||  ( 1 == This and that )  )  )  and  ( 0 == Hyper-Threading [ALL] ) ',
      { 'Power Technology': 'Disable', 'This and that': 'Yes', 'Hyper-Threading [ALL]': 'Enable' },
      true,
    ],
    ['( 1 == 1 ) or ( 1 == 0 ) and ( 1 == 0 )', {}, true],
  ])('%s', (text, values, expected) => {
    expect(holds(text, values)).toBe(expected)
  })

  it.each([
    ['of a setting that the board does not have', '  0 != CSM Support  '],
    ['of a setting that the board does not have, with parentheses', ' ( 0 != Memory (all) )  and  ( 1 == 1 ) '],
    ['of a name that two settings have', '  1 != Console Redirection  '],
    ['of a code that no option has', '  9 == Power Technology  '],
    ['that compares two settings', '  Power Technology == This and that  '],
    ['that nobody can read', ' ( 2 == Power Technology '],
    ['in another language', 'suppressif ideqval 0x1 == 0x2'],
    ['that is empty', '   '],
  ])('never speaks against a change when it is one %s', (_, text) => {
    const values = Object.fromEntries(
      settings.map(({ name, order, value }) => [
        `${name.trim()}${order === undefined ? '' : `#${order}`}`,
        value ?? null,
      ]),
    )
    expect(holds(text, values)).not.toBe(false)
  })

  it('is decided by its known parts: one that fails is enough', () => {
    expect(holds('( 0 != CSM Support ) and ( 2 == Power Technology )', { 'Power Technology': 'Disable' })).toBe(false)
    expect(
      holds('( 0 != CSM Support ) or ( 2 == Power Technology )', { 'Power Technology': 'Disable' }),
    ).toBeUndefined()
    expect(holds('( 0 != CSM Support ) or ( 2 == Power Technology )', { 'Power Technology': 'Custom' })).toBe(true)
  })

  it('costs nothing noteworthy, whatever a device writes there', () => {
    const word = fc.constantFrom(
      '(',
      ')',
      ' ',
      '==',
      '!=',
      'and',
      '||',
      'Power Technology',
      'Retries',
      '0',
      '2',
      'is not in',
      'x',
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 60 }), (words) => {
        expect(['boolean', 'undefined']).toContain(typeof holds(words.join(' '), {}))
      }),
      { numRuns: 200 },
    )
    expect(holds('('.repeat(20_000), {})).toBeUndefined()
  })
})
