import { describe, expect, it } from 'vitest'
import { parseBiosFile } from '../../../src/bios/supermicro/bios-file.ts'
import { configurationOfFile } from '../../../src/bios/supermicro/configuration.ts'
import { registryOfFile } from '../../../src/bios/supermicro/registry.ts'
import { bootOrderOf } from '../../../src/bios/configuration.ts'
import { checkBox, file, menu, numeric, option, setting, x11dp } from './files.ts'

const configuration = (bytes: Uint8Array) => configurationOfFile(parseBiosFile(bytes))
const registry = (bytes: Uint8Array, licences?: readonly string[]) => registryOfFile(parseBiosFile(bytes), licences)

describe('the configuration in a file', () => {
  it('names settings by their menus, without outer blanks and with the number of repeated names', () => {
    const { attributes } = configuration(x11dp())
    expect(attributes).toMatchObject({
      'Advanced > Boot Feature > Quiet Boot': 'Checked',
      'Advanced > Boot Feature > Wait For "F1" If Error': 'Enabled',
      'Advanced > CPU Configuration > Hyper-Threading [ALL]': 'Enable',
      'Advanced > CPU Configuration > Cores Enabled': 0,
      'Advanced > Chipset Configuration > North Bridge > IIO Configuration > Intel® VT for Directed I/O (VT-d)#1 > Intel® VT for Directed I/O (VT-d)#2':
        'Enable',
      'Advanced > Serial Port Console Redirection > Console Redirection#1': 'Unchecked',
      'Advanced > Serial Port Console Redirection > Console Redirection#2': 'Checked',
      'Advanced > Trusted Computing > Security Device Support': 'Enable',
      'Boot > Boot Option #1#3': 'Hard Disk',
      'Security > Administrator Password': null,
    })
  })

  it('says which board and BIOS it came from, and whether a BIOS password is set', () => {
    expect(configuration(x11dp())).toMatchObject({
      vendor: 'supermicro',
      board: { manufacturer: 'Supermicro', product: 'X11DPT-B', romVersion: '3.3', romDate: '02/24/2020' },
      administratorPassword: 'unset',
    })
  })

  it.each([
    ['UEFI', ['UEFI Network', 'UEFI Hard Disk']],
    ['LEGACY', ['Network:IBA 40-10G Slot 1A00 v1066', 'Hard Disk']],
    ['DUAL', ['Hard Disk', 'UEFI Network']],
  ])('takes the boot order of mode %s, the one in force', (mode, order) => {
    expect(bootOrderOf(configuration(x11dp({ mode })))).toEqual(order)
  })

  it('finds the boot order also where boards name it by mode', () => {
    const order = (name: string, works: string) => option(name, 'UEFI Network', ['0 UEFI Network'], { worksIf: works })
    const bytes = file(
      menu(
        'Boot',
        option('Boot mode select', 'UEFI', ['0 LEGACY', '1 UEFI', '2 DUAL']) +
          order('UEFI Boot Option #1', ' ( Boot mode select is not in [ 0, 2, 3 ] ) ') +
          order('DUAL Boot Option #1', ' ( Boot mode select is not in [ 0, 1, 3 ] ) '),
      ),
    )
    expect(configuration(bytes).bootOrderSettings).toEqual(['Boot > UEFI Boot Option #1'])
  })

  it('keeps 64-bit numbers to the last digit', () => {
    const range = ['18446744073709551615', '0', '0'] as const
    const bytes = file(
      menu('Advanced', numeric('Epoch 0', '15521488688214965697', range) + numeric('Epoch 1', '7', range)),
    )
    expect(configuration(bytes).attributes).toEqual({
      'Advanced > Epoch 0': '15521488688214965697',
      'Advanced > Epoch 1': '7',
    })
    expect(registry(bytes).attributes['Advanced > Epoch 0']).toMatchObject({ type: 'String', maxLength: 20 })
  })

  it('is refused with the name where two settings have one', () => {
    const bytes = file(menu('Boot', checkBox('Quiet Boot', 'Checked') + checkBox('  Quiet Boot', 'Checked')))
    expect(() => configuration(bytes)).toThrow(
      expect.objectContaining({ code: 'bios.file-invalid', message: expect.stringContaining('Boot > Quiet Boot') }),
    )
  })

  it('holds names that JavaScript gives a meaning to like any other', () => {
    const bytes = file(option('__proto__', 'x', ['0 x']) + option('constructor', 'y', ['0 y']))
    expect(Object.entries(configuration(bytes).attributes)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ])
  })

  it('passes over elements, menus and types that no version of today writes', () => {
    const bytes = file(
      `<Page name="New"><Setting name="a" type="Option" selectedOption="b"/></Page>${setting('c', 'type="Slider" position="3"', '', {})}${checkBox('d', 'Checked')}`,
    )
    expect(configuration(bytes).attributes).toEqual({ d: 'Checked' })
  })
})

describe('what a file allows', () => {
  it('are texts, not codes; check boxes are checked or not; numbers have a range', () => {
    expect(registry(x11dp()).attributes).toMatchObject({
      'Advanced > CPU Configuration > Hyper-Threading [ALL]': { type: 'Enumeration', values: ['Disable', 'Enable'] },
      'Advanced > Boot Feature > Quiet Boot': { type: 'Enumeration', values: ['Checked', 'Unchecked'] },
      'Advanced > CPU Configuration > Cores Enabled': { type: 'Integer', lower: 0, upper: 24, step: 1 },
      'Security > Administrator Password': { type: 'Password', minLength: 3, maxLength: 20 },
    })
  })

  it('includes when a setting works: its own condition and those of its menus', () => {
    const name =
      'Advanced > CPU Configuration > Advanced Power Management Configuration > CPU P State Control > Turbo Mode'
    expect(registry(x11dp()).attributes[name]?.worksIf).toEqual({
      kind: 'all',
      of: [
        {
          kind: 'one-of',
          attribute: 'Advanced > CPU Configuration > Advanced Power Management Configuration > Power Technology',
          values: ['Custom'],
        },
        {
          kind: 'one-of',
          attribute:
            'Advanced > CPU Configuration > Advanced Power Management Configuration > CPU P State Control > SpeedStep (P-States)',
          values: ['Enable'],
        },
      ],
    })
  })

  it('takes a text that holds a password for a secret', () => {
    const bytes = file(
      menu('Erase', '<Setting name="Password" order="1" type="String"><StringValue>planted</StringValue></Setting>'),
    )
    expect(registry(bytes).attributes).toMatchObject({ 'Erase > Password#1': { type: 'Password' } })
    expect(configuration(bytes).attributes).toEqual({ 'Erase > Password#1': null })
  })

  it.each([
    [['SFT-DCMS-Single'], undefined],
    [['OOB'], 'SFT-DCMS-SINGLE'],
    [[], 'SFT-DCMS-SINGLE'],
    [undefined, undefined],
  ])('marks what needs a licence that the machine lacks (active: %j)', (licences, missing) => {
    const bytes = file(menu('Security', option('Lockdown', 'Off', ['0 Off', '1 On'], { licence: 'SFT-DCMS-SINGLE' })))
    expect(registry(bytes, licences).attributes['Security > Lockdown']?.missingLicence).toBe(missing)
  })
})
