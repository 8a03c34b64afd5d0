import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { biosOfProfile } from '../../../src/bios/dell/bios-of-profile.ts'
import { parseProfileJson, printProfileJson } from '../../../src/bios/dell/profile-json.ts'
import { parseProfileXml, printProfileXml } from '../../../src/bios/dell/profile-xml.ts'
import type { ProfileComponent, ServerProfile } from '../../../src/bios/dell/server-profile.ts'

/** The shape of `racadm get -t xml -f F -c BIOS.Setup.1-1`. */
const exported = `<SystemConfiguration Model="PowerEdge R650" ServiceTag="4HJVKB2" TimeStamp="Mon Jun 21 19:59:51 2021">
<!--Export type is Normal-->
<!--Exported configuration may contain commented attributes.-->
<Component FQDD="BIOS.Setup.1-1">
    <Attribute Name="LogicalProc">Enabled</Attribute>
    <Attribute Name="BootMode">Uefi</Attribute>
    <Attribute Name="UefiBootSeq">NIC.PxeDevice.1-1, RAID.Slot.1-1</Attribute>
    <Attribute Name="SysProfile">PerfPerWattOptimizedDapc</Attribute>
    <!-- <Attribute Name="ProcTurboMode">Enabled</Attribute> -->
    <!-- <Attribute Name="AssetTag"></Attribute> -->
    <!-- <Attribute Name="NewSetupPassword">******</Attribute> -->
</Component>
</SystemConfiguration>
`

describe('a server configuration profile in XML', () => {
  it('becomes settings with the board they came from, the boot order in force, and no passwords', () => {
    expect(biosOfProfile(parseProfileXml(exported))).toEqual({
      vendor: 'dell',
      board: { manufacturer: 'Dell Inc.', product: 'PowerEdge R650', serial: '4HJVKB2' },
      resource: { type: 'SystemConfiguration', path: 'BIOS.Setup.1-1' },
      attributes: {
        LogicalProc: 'Enabled',
        BootMode: 'Uefi',
        UefiBootSeq: 'NIC.PxeDevice.1-1, RAID.Slot.1-1',
        SysProfile: 'PerfPerWattOptimizedDapc',
        ProcTurboMode: 'Enabled',
        AssetTag: '',
        NewSetupPassword: null,
      },
      bootOrder: ['NIC.PxeDevice.1-1', 'RAID.Slot.1-1'],
    })
  })

  it('is printed byte for byte as it was', () => {
    expect(printProfileXml(parseProfileXml(exported))).toBe(exported)
  })

  it('tells what is commented out, also where the comment ends on a line of its own or the value has hyphens', () => {
    const [component] = parseProfileXml(
      exported
        .replace(
          '<!-- <Attribute Name="AssetTag"></Attribute> -->',
          '<!--  <Attribute Name="AssetTag">a--b-</Attribute>\n-->',
        )
        .replace('</Component>', '<!-- seen -- by nobody -->\n</Component>'),
    ).components
    expect(component?.attributes.filter(({ settable }) => !settable)).toEqual([
      { name: 'ProcTurboMode', value: 'Enabled', settable: false },
      { name: 'AssetTag', value: 'a--b-', settable: false },
      { name: 'NewSetupPassword', value: '******', settable: false },
    ])
  })

  it.each([
    ['nothing', ''],
    ['cut off in the middle', exported.slice(0, 400)],
    ['cut off within a name', exported.slice(0, exported.indexOf('Proc') + 2)],
    ['another document', '<BiosCfg/>'],
    ['two documents', `${exported}${exported}`],
    ['an attribute without a name', exported.replace('Name="LogicalProc"', '')],
    ['a commented attribute that is broken', exported.replace('">******</Attribute>', '">******')],
    ['an unknown entity', exported.replace('Enabled', '&system;')],
    [
      'one that reads local files',
      `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${exported.replace('Uefi', '&e;')}`,
    ],
    [
      'one that grows without end',
      `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>${exported.replace('Uefi', '&b;')}`,
    ],
    ['nested without end', '<Component FQDD="x">'.repeat(5_000)],
    ['JSON', '{}'],
    ['binary', '\u0000\u0001\u001b[2J'],
  ])('is refused when it is %s', (_, text) => {
    expect(() => parseProfileXml(text)).toThrow(expect.objectContaining({ code: 'bios.file-invalid', kind: 'invalid' }))
  })

  it('without settings of the BIOS gives no configuration', () => {
    const other = parseProfileXml(exported.replace('BIOS.Setup.1-1', 'NIC.Slot.1-1'))
    expect(() => biosOfProfile(other)).toThrow(expect.objectContaining({ code: 'bios.file-invalid' }))
  })

  it('keeps odd names as data', () => {
    const { attributes } = biosOfProfile(parseProfileXml(exported.replace('LogicalProc', '__proto__')))
    expect(Object.hasOwn(attributes, '__proto__')).toBe(true)
    expect(Object.getPrototypeOf(attributes)).toBe(Object.prototype)
  })

  it('survives printing and parsing whatever XML can hold is in it', () => {
    fc.assert(
      fc.property(profileOf({ text: xmlText, access: fc.constant({}), note: xmlNote }), (profile) => {
        expect(parseProfileXml(printProfileXml(profile))).toEqual(profile)
      }),
      { numRuns: 200 },
    )
  })

  it.each(['\u0000', '\u001b[2J', '\ud800', 'a\uffffb'])('refuses to print a value that XML cannot hold', (value) => {
    const profile = parseProfileXml(exported)
    expect(() => printProfileXml({ ...profile, model: value })).toThrow(
      expect.objectContaining({ code: 'bios.file-invalid' }),
    )
  })
})

describe('a server configuration profile in JSON', () => {
  /** The shape of `racadm get -t json -f F`. */
  const json = `{ "SystemConfiguration": {
    "Comments": [{ "Comment": "Export type is Normal,JSON" }],
    "Model": "PowerEdge R6515", "ServiceTag": "H9Q7N83", "TimeStamp": "Wed Apr 21 22:31:24 2021",
    "Components": [{ "FQDD": "BIOS.Setup.1-1", "Attributes": [
      { "Name": "LogicalProc", "Value": "Enabled", "Set On Import": "True", "Comment": "Read and Write" },
      { "Name": "ProcTurboMode", "Value": "Enabled", "Set On Import": "False", "Comment": "Read and Write" }
    ] }] } }`

  it('says the same as the one in XML', () => {
    expect(parseProfileJson(json)).toEqual({
      model: 'PowerEdge R6515',
      serviceTag: 'H9Q7N83',
      timeStamp: 'Wed Apr 21 22:31:24 2021',
      notes: ['Export type is Normal,JSON'],
      components: [
        {
          fqdd: 'BIOS.Setup.1-1',
          attributes: [
            { name: 'LogicalProc', value: 'Enabled', settable: true, access: 'Read and Write' },
            { name: 'ProcTurboMode', value: 'Enabled', settable: false, access: 'Read and Write' },
          ],
          components: [],
        },
      ],
    })
  })

  it.each([
    ['nothing', ''],
    ['cut off', json.slice(0, 200)],
    ['something else', '[]'],
    ['a value that is a number', json.replace('"Enabled"', '1')],
    ['XML', exported],
  ])('is refused when it is %s', (_, text) => {
    expect(() => parseProfileJson(text)).toThrow(
      expect.objectContaining({ code: 'bios.file-invalid', kind: 'invalid' }),
    )
  })

  it('survives printing and parsing whatever is in it', () => {
    const text = fc.string({ unit: 'binary' })
    const access = fc.oneof(fc.constant({}), fc.record({ access: text }))
    fc.assert(
      fc.property(profileOf({ text, access, note: text }), (profile) => {
        expect(parseProfileJson(printProfileJson(profile))).toEqual(profile)
      }),
      { numRuns: 200 },
    )
  })
})

const HOSTILE = [
  '--',
  '-->',
  '<!--',
  ']]>',
  '&amp;',
  '&#45;',
  '"',
  '<',
  '>',
  '\r\n',
  '\t',
  '\u0085',
  '\u2028',
  ' ',
  '😀',
  '®',
  '',
]
// oxlint-disable-next-line no-control-regex -- these are the characters that XML cannot hold
const isXml = (text: string) => !/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF\p{Surrogate}]/u.test(text)
const xmlText = fc
  .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', maxLength: 4 })), { maxLength: 6 })
  .map((parts) => parts.join(''))
  .filter(isXml)
const xmlNote = xmlText.filter((text) => !/--|-$|\r|&#45;/.test(text))

function profileOf(parts: {
  readonly text: fc.Arbitrary<string>
  readonly access: fc.Arbitrary<{ readonly access?: string }>
  readonly note: fc.Arbitrary<string>
}): fc.Arbitrary<ServerProfile> {
  const { text, access, note } = parts
  const attribute = fc
    .tuple(fc.record({ name: text, value: text, settable: fc.boolean() }), access)
    .map(([named, more]) => ({ ...named, ...more }))
  const { component } = fc.letrec<{ component: ProfileComponent }>((tie) => ({
    component: fc.record({
      fqdd: text,
      attributes: fc.array(attribute, { maxLength: 5 }),
      components: fc.oneof({ maxDepth: 2 }, fc.constant([]), fc.array(tie('component'), { maxLength: 2 })),
    }),
  }))
  return fc.record({
    model: text,
    serviceTag: text,
    timeStamp: text,
    notes: fc.array(note, { maxLength: 3 }),
    components: fc.array(component, { maxLength: 3 }),
  })
}
