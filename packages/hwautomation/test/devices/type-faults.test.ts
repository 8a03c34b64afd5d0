import { describe, expect, it } from 'vitest'
import { isHwError } from '../../src/errors.ts'
import { parseCatalogue } from '../../src/devices/parse-catalogue.ts'
import { biosVendorNames } from '../../src/bios/vendors.ts'
import { settingPlace } from '../../src/bmc/settings/setting-places.ts'
import { bmcSettings, bmcSettingsOf } from '../../src/devices/bmc-settings.ts'

/** A file with one type, whose lines from the seventh on are given. */
const file = (vendor: string, ...lines: readonly string[]) =>
  `deviceTypes:
  t:
    description: a test
    vendor: ${vendor}
    match: { manufacturer: X, products: [P], architecture: x86_64 }
    bios:
${lines.map((line) => `      ${line}\n`).join('')}`

function faults(...texts: readonly string[]): readonly string[] {
  try {
    parseCatalogue(
      texts.map((text, index) => ({ file: `f${index}.yaml`, text, builtIn: index === 0 && texts.length > 1 })),
    )
    return []
  } catch (error) {
    if (!isHwError(error)) throw error
    expect(error.code).toBe('devices.catalogue-invalid')
    return error.context['faults'] as string[]
  }
}

describe('a template that would cut machines off is refused when the file is read', () => {
  it.each([
    ['hpe', ['settings: { pxe: disabled }'], '7:24: t: `bios.settings.pxe`: `disabled` takes the machine out of MAAS'],
    ['supermicro', ['settings:', '  pxe: disabled'], '8:14: t: `bios.settings.pxe`: `disabled` takes'],
    ['dell', ['settings: { pxe: disabled }'], '7:24: t: `bios.settings.pxe`: `disabled` takes'],
    ['hpe', ['native: { Slot1NicBoot1: Disabled }'], '7:32: t: `Slot1NicBoot1`: `Disabled` takes network boot away'],
    ['hpe', ['native: { EmbNicEnable: Disabled }'], '7:31: t: `EmbNicEnable`: `Disabled` takes network boot away'],
    ['dell', ['native: { PxeDev1EnDis: Disabled }'], '7:31: t: `PxeDev1EnDis`: `Disabled` takes network boot away'],
    ['dell', ['native: { PxeDev1Interface: NIC.Slot.9-1-1 }'], '7:35: t: `PxeDev1Interface`'],
    ['dell', ['native: { EmbNic1Nic2: DisabledOs }'], '7:30: t: `EmbNic1Nic2`'],
    ['dell', ['native: { SetBootOrderEn: "RAID.Integrated.1-1,NIC.PxeDevice.1-1" }'], '7:33: t: `SetBootOrderEn`'],
    [
      'supermicro',
      ['native:', '  Advanced > PCIe/PCI/PnP Configuration > Onboard LAN1 Option ROM: Disabled'],
      '8:74: t: `Advanced > PCIe/PCI/PnP Configuration > Onboard LAN1 Option ROM`: `Disabled` takes network boot away',
    ],
    [
      'supermicro',
      ['native:', '  Advanced > PCIe/PCI/PnP Configuration > Network Stack Configuration > Network Stack: Disabled'],
      '8:94: t: `Advanced > PCIe/PCI/PnP Configuration > Network Stack Configuration > Network Stack`: `Disabled`',
    ],
  ])('%s: %j', (vendor, lines, fault) => {
    expect(faults(file(vendor, ...lines))).toEqual([expect.stringContaining(`f0.yaml:${fault}`)])
    expect(faults(file(vendor, ...lines, 'allow: [disable-network-boot]'))).toEqual([])
    expect(faults(file(vendor, ...lines, 'allow: [change-boot-mode, network-boot-not-first]'))).toHaveLength(1)
  })

  it.each([
    ['hpe', 'Slot1NicBoot1', 'Slot2NicBoot1: Disabled'],
    ['dell', 'PxeDev1EnDis', 'PxeDev2EnDis: Disabled'],
  ])('%s: another NIC may be switched off where the boot NIC is named', (vendor, bootNic, native) => {
    expect(faults(file(vendor, `bootNic: ${bootNic}`, `native: { ${native} }`))).toEqual([])
    expect(faults(file(vendor, `native: { ${native} }`))[0]).toContain('or name the boot NIC as `bios.bootNic`')
    const slot = vendor === 'hpe' ? 'PciSlot2Enable: Disabled' : 'Slot2: Disabled'
    expect(faults(file(vendor, `bootNic: ${bootNic}`, `native: { ${slot} }`))[0]).toContain('a NIC the machine may')
    const itself = native.replace(/^\w+/, bootNic)
    expect(faults(file(vendor, `bootNic: ${bootNic}`, `native: { ${itself} }`))[0]).toContain('from the boot NIC: ')
  })

  it('the place named is where it is said: in the type itself, or in the one that it extends', () => {
    const own = 'deviceTypes:\n  u:\n    extends: t\n    bios: { settings: { smt: enabled } }\n'
    expect(faults(file('hpe', 'settings: { pxe: disabled }'), own)).toEqual([
      expect.stringContaining('f0.yaml:7:24: t: '),
      expect.stringContaining('f0.yaml:7:24: u: '),
    ])
    const cut = own.replace('smt: enabled', 'pxe: disabled')
    expect(faults(file('hpe', 'settings: { smt: enabled }'), cut)).toEqual([
      expect.stringContaining('f1.yaml:4:30: u: '),
    ])
  })
})

describe('a template that no machine could be given is refused when the file is read', () => {
  it.each([
    ['hpe', ['native: { A B: x }'], '7:17: t: `A B` is not the name of a BIOS attribute'],
    ['dell', ['native: { Advanced > X: x }'], '7:17: t: `Advanced > X` is not the name of a BIOS attribute'],
    ['supermicro', ['native: { Quiet Boot: Checked }'], '7:17: t: `Quiet Boot` names no menu'],
    ['supermicro', ['bootNic: Onboard LAN1 Option ROM'], '7:16: t: `Onboard LAN1 Option ROM` names no menu'],
    ['dell', ['native: { AssetTag: -f }'], '7:27: t: `AssetTag`: `-f` begins with a hyphen'],
    ['hpe', ['native: { RestoreDefaults: "Yes" }'], '7:17: t: `RestoreDefaults` acts once'],
    ['dell', ['native: { OneTimeUefiBootSeq: x }'], '7:17: t: `OneTimeUefiBootSeq` acts once'],
    [
      'hpe',
      ['settings: { secure-boot: enabled, boot-mode: legacy }'],
      '7:32: t: `bios.settings.secure-boot`: `enabled` contradicts `boot-mode: legacy`',
    ],
    [
      'dell',
      ['settings: { tdx: enabled, memory-encryption: disabled }'],
      '7:24: t: `bios.settings.tdx`: `enabled` contradicts',
    ],
  ])('%s: %j', (vendor, lines, fault) => {
    expect(faults(file(vendor, ...lines))).toEqual([expect.stringContaining(`f0.yaml:${fault}`)])
  })

  it.each([
    ['hpe', 'AdminPassword'],
    ['dell', 'NewSetupPassword'],
    ['supermicro', 'Security > Administrator Password'],
  ])('%s: a password, which is not repeated', (vendor, name) => {
    const found = faults(file(vendor, `native: { ${name}: hunter2-secret }`))
    expect(found).toEqual([expect.stringContaining(`f0.yaml:7:17: t: \`${name}\` is a password`)])
    expect(found.join()).not.toContain('hunter2')
  })

  it('the boarding rules demand the opposite, unless that is only advised', () => {
    const text = `${file('dell', 'settings: { smt: disabled }', 'native: { MemTest: Enabled }')}    boarding:
      bios: { smt: enabled, turbo: enabled }
      native: { MemTest: Disabled }
`
    expect(faults(text)).toEqual([
      expect.stringContaining(
        'f0.yaml:10:20: t: the boarding rule demands `smt` to be `enabled`, the template sets `disabled`',
      ),
      expect.stringContaining('f0.yaml:11:26: t: the boarding rule demands `MemTest` to be `Disabled`'),
    ])
    expect(faults(`${text}      advised: [bios.s*, native.*]\n`)).toEqual([])
  })

  it('names of boarding rules are those of the vendor', () => {
    const text = `${file('hpe', 'settings: {}')}    boarding: { native: { Advanced > X: x } }\n`
    expect(faults(text)).toEqual([expect.stringContaining('f0.yaml:8:27: t: `Advanced > X` is not the name')])
  })
})

describe('what no BMC of the vendor can have, or no run could find kept, is refused when the file is read', () => {
  const bmcFile = (vendor: string, ...lines: readonly string[]) =>
    `deviceTypes:
  t:
    description: a test
    vendor: ${vendor}
    match: { manufacturer: X, products: [P], architecture: x86_64 }
${lines.map((line) => `    ${line}\n`).join('')}`

  it.each([
    [
      'hpe',
      'ipmi: { settings: { kcs-control: user } }',
      '6:25: t: `ipmi.settings.kcs-control`: an HPE iLO has no such',
    ],
    ['dell', 'ipmi: { settings: { kcs-control: user } }', 'it has: host-interface, ipmi-over-lan'],
    [
      'hpe',
      'ipmi: { users: [{ name: ops, passwordSecret: a }, { name: ops, passwordSecret: b }] }',
      '6:63: t: `ipmi.users.1.name`: `ops` is named by `ipmi.users.0` already',
    ],
    [
      'dell',
      'boarding: { bmc: { kcs-control: user } }',
      '6:24: t: `boarding.bmc.kcs-control`: a Dell iDRAC has no such',
    ],
    [
      'dell',
      'boarding: { licence: active }',
      '`boarding.licence`: no way to read the licence of a Dell iDRAC is known',
    ],
    ['hpe', 'boarding: { biosPassword: set }', '`boarding.biosPassword`: this vendor’s BIOS file does not tell'],
    [
      'hpe',
      'boarding: { advised: [bmc.ipmi-over-lam] }',
      '`bmc.ipmi-over-lam` is no rule. Did you mean `bmc.ipmi-over-lan`',
    ],
  ])('%s: %s', (vendor, line, words) => {
    expect(faults(bmcFile(vendor, line))).toEqual([expect.stringContaining(words)])
  })

  it('but a rule that is only advised may be unknowable, and one may contradict no setting', () => {
    expect(faults(bmcFile('dell', 'boarding: { licence: active, advised: [lic*] }'))).toEqual([])
    const wish = 'ipmi: { settings: { kcs-control: user } }'
    expect(faults(bmcFile('supermicro', wish, 'boarding: { bmc: { kcs-control: operator } }'))).toEqual([
      expect.stringContaining('`ipmi.settings.kcs-control` makes it `user`, not `operator`: no run could end well'),
    ])
    expect(faults(bmcFile('supermicro', wish, 'boarding: { bmc: { kcs-control: user } }'))).toEqual([])
  })

  it('by the same table as the BMC’s own client', () => {
    for (const vendor of biosVendorNames)
      for (const name of Object.keys(bmcSettings) as (keyof typeof bmcSettings)[])
        expect([vendor, name, settingPlace(vendor, name) !== undefined]).toEqual([
          vendor,
          name,
          bmcSettingsOf[vendor].includes(name),
        ])
  })
})
