import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LARGEST_BIOS_FILE, parseBiosFile, printBiosFile } from '../../../src/bios/supermicro/bios-file.ts'
import type { XmlElement, XmlNode } from '../../../src/bios/supermicro/xml.ts'
import { file, latin1, x11dp } from './files.ts'

describe('a BIOS configuration file', () => {
  it('is ISO-8859-1: the byte 0xAE is the ® of a name', () => {
    const root = parseBiosFile(
      Buffer.concat([
        Buffer.from('<?xml version="1.0"?><BiosCfg><Menu name="Intel'),
        Buffer.of(0xae),
        Buffer.from('"/></BiosCfg>'),
      ]),
    )
    expect(root.children[0]).toMatchObject({ name: 'Menu', attributes: [['name', 'Intel®']] })
    expect(Buffer.from(printBiosFile(root)).includes(0xae)).toBe(true)
    expect(Buffer.from(printBiosFile(root)).includes('Â®', 'latin1')).toBe(false)
  })

  it('is printed byte for byte as it was', () => {
    const bytes = latin1(`<?xml version="1.0" encoding="ISO-8859-1" standalone="yes"?>
<BiosCfg>
  <!--Supermicro Update Manager 2.5.0 (2020/07/22)-->
  <Menu name="Main">
    <Information />
    <Subtitle></Subtitle>
    <Setting name="Wait For &quot;F1&quot; If Error" order="1" selectedOption="Enabled" type="Option">
      <Information>
        <Help><![CDATA[First line,\r\nsecond <line> at 5\u00b0C]]></Help>
      </Information>
    </Setting>
  </Menu>
</BiosCfg>
`)
    expect(Buffer.from(printBiosFile(parseBiosFile(bytes))).toString('latin1')).toBe(
      Buffer.from(bytes).toString('latin1'),
    )
  })

  it('is found behind the banner, progress dots and colours of the tool, and before what follows it', () => {
    const banner =
      'Supermicro Update Manager (for UEFI BIOS) 2.14.0 (2024/02/15) (x86_64)\nCopyright(C) 2013-2024 Super Micro Computer, Inc. All rights reserved.\n....................\u001b[0m\n\n'
    const bytes = Buffer.concat([latin1(banner), x11dp(), latin1('\u001b[0m\n')])
    expect(parseBiosFile(bytes)).toEqual(parseBiosFile(x11dp()))
  })

  it.each([
    ['nothing', '', /it is empty/],
    ['no XML', 'racadm: no such file\n', /racadm: no such file/],
    ['a file that was cut off', '<?xml version="1.0"?>\n<BiosCfg>\n<Menu name="Ma', /cut off/],
    ['wrong nesting', '<?xml version="1.0"?><BiosCfg><Menu></BiosCfg>', /mismatch/],
    ['another root', '<?xml version="1.0"?><SystemConfiguration><BiosCfg></BiosCfg></SystemConfiguration>', /./],
    ['two roots', '<?xml version="1.0"?><BiosCfg></BiosCfg><BiosCfg></BiosCfg>', /./],
  ])('is refused when it is %s', (_, text, message) => {
    expect(() => parseBiosFile(latin1(text))).toThrow(
      expect.objectContaining({ code: 'bios.file-invalid', kind: 'invalid', message: expect.stringMatching(message) }),
    )
  })

  it('is refused in the text form of X10 boards, with what to do', () => {
    const text = '[Advanced|CPU Configuration]\nHyper-threading=01    // 00 (Disabled), *01 (Enabled)\n'
    expect(() => parseBiosFile(latin1(text))).toThrow(
      expect.objectContaining({
        code: 'bios.board-unsupported',
        kind: 'invalid',
        hint: expect.stringContaining('X11'),
      }),
    )
  })

  it.each([
    ['an entity of its own', '<!DOCTYPE BiosCfg [<!ENTITY a "aaaa">]><BiosCfg>&a;</BiosCfg>'],
    [
      'a file of the machine it is read on',
      '<!DOCTYPE BiosCfg [<!ENTITY a SYSTEM "file:///etc/passwd">]><BiosCfg>&a;</BiosCfg>',
    ],
    ['a document type, in any letters', '<!doctype BiosCfg SYSTEM "http://127.0.0.1/x"><BiosCfg></BiosCfg>'],
    ['an entity that nobody declared', '<BiosCfg>&nbsp;</BiosCfg>'],
    ['menus without end', `<BiosCfg>${'<Menu>'.repeat(50_000)}${'</Menu>'.repeat(50_000)}</BiosCfg>`],
  ])('is refused at once when it has %s', (_, xml) => {
    expect(() => parseBiosFile(latin1(`<?xml version="1.0"?>\n${xml}`))).toThrow(
      expect.objectContaining({ code: 'bios.file-invalid' }),
    )
  })

  it('is refused when it is larger than any tool writes', () => {
    expect(() => parseBiosFile(new Uint8Array(LARGEST_BIOS_FILE + 1))).toThrow(/more than/)
  })

  it('is not taken for one with a document type because a help text speaks of it', () => {
    const root = parseBiosFile(file('<Help><![CDATA[<!DOCTYPE x> and </Help>]]></Help><!--<Menu>-->'))
    expect(root.children.filter(({ kind }) => kind !== 'text')).toHaveLength(2)
  })
})

const letters = fc.constantFrom(
  ...'a b X 0 8 < > & " \' ® ° é # $ ( ) [ ] { } | = ! - ; %'.split(' '),
  ' ',
  '  ',
  '\u00a0',
  '\t',
  '\n',
  '\r',
  ']]>',
  '--',
  '&amp;',
  '&#10;',
  '€',
  '😀',
)
const text = fc.array(letters, { maxLength: 8 }).map((parts) => parts.join(''))
const latin = text.map((each) => each.replaceAll(/[\u{100}-\u{10ffff}]/gu, '°'))
const name = fc.constantFrom(
  'BiosCfg',
  'Menu',
  'Setting',
  'Information',
  'Subtitle',
  'Option',
  'WorkIf',
  'Unheard-Of.1',
)
const attributes = fc.uniqueArray(fc.tuple(fc.constantFrom('name', 'order', 'selectedOption', 'type', 'x-new'), text), {
  selector: ([key]) => key,
  maxLength: 4,
})
const { element } = fc.letrec<{ element: XmlElement }>((tie) => ({
  element: fc.record({
    kind: fc.constant('element' as const),
    name,
    attributes,
    children: fc
      .array(
        fc.oneof(
          { depthSize: 'small', withCrossShrink: true },
          text.map((each): XmlNode => ({ kind: 'text', text: each })),
          latin.map((each): XmlNode => ({ kind: 'cdata', text: each.replaceAll('>', '<') })),
          latin.map((each): XmlNode => ({ kind: 'comment', text: each.replaceAll('-', '~') })),
          tie('element'),
        ),
        { maxLength: 5 },
      )
      .map(withoutGaps),
  }),
}))

/** Texts that say nothing are no nodes in a file, and two in a row are one. */
function withoutGaps(nodes: readonly XmlNode[]): XmlNode[] {
  return nodes
    .filter((node) => node.kind === 'element' || node.kind === 'comment' || node.text !== '')
    .filter((node, index, rest) => node.kind !== 'text' || rest[index - 1]?.kind !== 'text')
}

describe('printing and parsing', () => {
  it('gives back what was printed, whatever the names and texts hold', () => {
    fc.assert(
      fc.property(element, ({ attributes: own, children }) => {
        const root: XmlElement = { kind: 'element', name: 'BiosCfg', attributes: own, children }
        expect(parseBiosFile(printBiosFile(root))).toEqual(root)
      }),
      { numRuns: 300 },
    )
  })

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(element, (root) => {
        const once = printBiosFile({ ...root, name: 'BiosCfg' })
        expect(printBiosFile(parseBiosFile(once))).toEqual(once)
      }),
      { numRuns: 100 },
    )
  })
})
