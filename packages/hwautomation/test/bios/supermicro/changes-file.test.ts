import { describe, expect, it } from 'vitest'
import type { BiosValue } from '../../../src/bios/configuration.ts'
import { parseBiosFile } from '../../../src/bios/supermicro/bios-file.ts'
import { printChanges } from '../../../src/bios/supermicro/changes-file.ts'
import { configurationOfFile } from '../../../src/bios/supermicro/configuration.ts'
import { file, menu, numeric, setting, x11dp } from './files.ts'

const exported = parseBiosFile(x11dp())
const print = (changes: Record<string, BiosValue>, root = exported) =>
  Buffer.from(printChanges(root, changes)).toString('latin1')
const VTD =
  'Advanced > Chipset Configuration > North Bridge > IIO Configuration > Intel® VT for Directed I/O (VT-d)#1 > Intel® VT for Directed I/O (VT-d)#2'

describe('the file that writes changes', () => {
  it('holds the menus on the way and the settings, with exact names, order and the right attribute', () => {
    const text = print({
      'Advanced > Trusted Computing > Security Device Support': 'Disable',
      'Advanced > Boot Feature > Quiet Boot': 'Unchecked',
      'Advanced > Boot Feature > Wait For "F1" If Error': 'Disabled',
      'Advanced > CPU Configuration > Cores Enabled': 12,
      [VTD]: 'Disable',
    })
    expect(text).toBe(`<?xml version="1.0" encoding="ISO-8859-1" standalone="yes"?>
<BiosCfg>
  <Menu name="Advanced">
    <Menu name="Trusted Computing">
      <Setting name="  Security Device Support" selectedOption="Disable" type="Option" />
    </Menu>
    <Menu name="Boot Feature">
      <Setting name="Quiet Boot" checkedStatus="Unchecked" type="CheckBox" />
      <Setting name="Wait For &quot;F1&quot; If Error" selectedOption="Disabled" type="Option" />
    </Menu>
    <Menu name="CPU Configuration">
      <Setting name="Cores Enabled" numericValue="12" type="Numeric" />
    </Menu>
    <Menu name="Chipset Configuration">
      <Menu name="North Bridge">
        <Menu name="IIO Configuration">
          <Menu name="Intel\u00ae VT for Directed I/O (VT-d)" order="1">
            <Setting name="Intel\u00ae VT for Directed I/O (VT-d)" order="2" selectedOption="Disable" type="Option" />
          </Menu>
        </Menu>
      </Menu>
    </Menu>
  </Menu>
</BiosCfg>
`)
  })

  it('reads as exactly these settings', () => {
    const { attributes } = configurationOfFile(exported)
    const writable = Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== null))
    expect(configurationOfFile(parseBiosFile(printChanges(exported, writable))).attributes).toEqual(writable)
  })

  it('keeps apart menus that have one name', () => {
    const both = [1, 2].map((order) => menu('Settings', numeric(`Speed ${order}`, '1', ['9', '0', '1']), { order }))
    const text = print({ 'Settings#1 > Speed 1': 2, 'Settings#2 > Speed 2': 3 }, parseBiosFile(file(both.join(''))))
    expect(text.match(/<Menu name="Settings" order="\d">/g)).toEqual([
      '<Menu name="Settings" order="1">',
      '<Menu name="Settings" order="2">',
    ])
  })

  it('writes texts in an element and 64-bit numbers to the last digit', () => {
    const root = parseBiosFile(
      file(
        menu(
          'Advanced',
          numeric('Epoch', '1', ['18446744073709551615', '0', '0']) +
            setting('Boot URI', 'type="String"', '<MinSize>0</MinSize>', {}),
        ),
      ),
    )
    const text = print({ 'Advanced > Epoch': '15521488688214965697', 'Advanced > Boot URI': 'http://a/?b&c]]>' }, root)
    expect(text).toContain('numericValue="15521488688214965697"')
    expect(text).toContain('<StringValue>http://a/?b&amp;c]]&gt;</StringValue>')
  })

  it.each<[string, string, BiosValue, RegExp]>([
    ['a setting that the machine does not have', 'Advanced > Overclocking', 'Enabled', /no such setting/],
    ['an option that is not offered', 'Advanced > CPU Configuration > Hyper-Threading [ALL]', 'Enabled', /none of its/],
    ['a check box that is neither', 'Advanced > Boot Feature > Quiet Boot', 'Enabled', /none of its choices/],
    ['a number that is none', 'Advanced > CPU Configuration > Cores Enabled', 'all', /no whole number/],
    ['no value', 'Advanced > Boot Feature > Quiet Boot', null, /null is no value/],
    ['letters beyond ISO-8859-1', 'Advanced > Boot Feature > Quiet Boot', '✓', /ISO-8859-1/],
    ['a password', 'Security > Administrator Password', 'planted-secret', /password/],
  ])('is not made for %s', (_, name, value, message) => {
    expect(() => print({ [name]: value })).toThrow(
      expect.objectContaining({
        code: 'bios.change-refused',
        kind: 'invalid',
        message: expect.stringMatching(message),
      }),
    )
    expect(() => print({ [name]: value })).not.toThrow(/planted-secret/)
  })
})
