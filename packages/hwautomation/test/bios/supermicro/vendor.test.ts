import { describe, expect, it } from 'vitest'
import { biosPlanError, planBiosChange } from '../../../src/bios/resolve.ts'
import type { BiosSettings } from '../../../src/bios/settings.ts'
import type { BiosTemplate } from '../../../src/bios/template.ts'
import { parseBiosFile } from '../../../src/bios/supermicro/bios-file.ts'
import { configurationOfFile } from '../../../src/bios/supermicro/configuration.ts'
import { registryOfFile } from '../../../src/bios/supermicro/registry.ts'
import { supermicroBios } from '../../../src/bios/supermicro/vendor.ts'
import { template } from '../boards.ts'
import { file, menu, option, x11dp } from './files.ts'

const POWER = 'Advanced > CPU Configuration > Advanced Power Management Configuration'
const LAN1 = 'Advanced > PCIe/PCI/PnP Configuration > Onboard LAN1 Option ROM'
const STACK = 'Advanced > PCIe/PCI/PnP Configuration > Network Stack Configuration'

function plan(bytes: Uint8Array, parts: Partial<BiosTemplate>, licences?: readonly string[]) {
  const root = parseBiosFile(bytes)
  return planBiosChange({
    current: configurationOfFile(root),
    registry: registryOfFile(root, licences),
    template: template(parts),
  })
}
const changes = (bytes: Uint8Array, settings: BiosSettings, parts: Partial<BiosTemplate> = {}) => {
  const { changes: planned, problems } = plan(bytes, { settings, ...parts })
  expect(problems.map(({ message }) => message)).toEqual([])
  return Object.fromEntries(planned.map(({ name, to }) => [name, to]))
}
const problems = (bytes: Uint8Array, parts: Partial<BiosTemplate>) =>
  plan(bytes, parts).problems.map(({ code, message }) => `${code}: ${message}`)

describe('canonical settings on a Supermicro board', () => {
  it('become menu paths and the board’s own texts', () => {
    const wanted: BiosSettings = {
      smt: 'disabled',
      'sr-iov': 'enabled',
      'ac-loss': 'power-on',
      'quiet-boot': 'disabled',
      'wait-on-error': 'disabled',
      iommu: 'disabled',
      tpm: 'hidden',
      'boot-retry': 'indefinitely',
    }
    expect(changes(x11dp(), wanted)).toEqual({
      'Advanced > CPU Configuration > Hyper-Threading [ALL]': 'Disable',
      'Advanced > PCIe/PCI/PnP Configuration > SR-IOV Support': 'Enabled',
      'Advanced > Boot Feature > Restore on AC Power Loss': 'Power On',
      'Advanced > Boot Feature > Quiet Boot': 'Unchecked',
      'Advanced > Boot Feature > Wait For "F1" If Error': 'Disabled',
      'Advanced > Chipset Configuration > North Bridge > IIO Configuration > Intel® VT for Directed I/O (VT-d)#1 > Intel® VT for Directed I/O (VT-d)#2':
        'Disable',
      'Advanced > Trusted Computing > Security Device Support': 'Disable',
      'Advanced > Boot Feature > Re-try Boot': 'Legacy Boot',
    })
  })

  it.each([
    [
      'X11SC',
      menu('Advanced', menu('CPU Configuration', option('Hyper-Threading', 'Enabled', ['0 Disabled', '1 Enabled']))),
      'Disabled',
    ],
    [
      'AMD',
      menu('Advanced', menu('CPU Configuration', option('SMT Control', 'Auto', ['0 Disable', '1 Auto']))),
      'Disable',
    ],
  ])('are found under the names of %s', (_, menus, text) => {
    expect(Object.values(changes(file(menus), { smt: 'disabled' }))).toEqual([text])
    expect(changes(file(menus), { smt: 'enabled' })).toEqual({})
  })

  it('say one thing of several settings where it takes several', () => {
    const wanted = { 'power-profile': 'custom', 'c-states': 'none', 'sata-mode': 'disabled' } as const
    expect(changes(x11dp(), wanted)).toEqual({
      [`${POWER} > Power Technology`]: 'Custom',
      [`${POWER} > CPU C State Control > CPU C6 report`]: 'Disable',
      [`${POWER} > CPU C State Control > Enhanced Halt State (C1E)`]: 'Disable',
      'Advanced > PCH SATA Configuration > SATA Controller': 'Disable',
      'Advanced > PCH sSATA Configuration > sSATA Controller': 'Disable',
    })
  })

  it('are refused where the board lacks them or their value, with the reason', () => {
    expect(
      problems(x11dp(), { settings: { sgx: 'enabled', cooling: 'maximum', 'boot-retry': 'reset-after-failure' } }),
    ).toEqual([
      expect.stringMatching(/^unsupported: .*boot-retry.*no value for `reset-after-failure`/),
      expect.stringMatching(/^unsupported: .*sgx.*Supermicro X11DPT-B.*no setting Software Guard Extensions/),
      expect.stringMatching(/^unsupported: .*cooling.*BMC/),
    ])
  })

  it('are never guessed: a text that the board does not offer is no value', () => {
    const odd = file(
      menu('Advanced', menu('CPU Configuration', option('Hyper-Threading', 'Aktiv', ['0 Aus', '1 Aktiv']))),
    )
    expect(problems(odd, { settings: { smt: 'disabled' } })).toEqual([expect.stringMatching(/offers no value/)])
  })

  it('are refused where several settings could be meant', () => {
    const twice = ['A', 'B'].map((name, order) =>
      menu(name, option('Internal Graphics', 'Auto', ['0 Auto', '1 Disabled'], { order })),
    )
    expect(problems(file(menu('Advanced', twice.join(''))), { settings: { 'internal-graphics': 'disabled' } })).toEqual(
      [expect.stringMatching(/^unsupported: .*Advanced > A > Internal Graphics#0, Advanced > B > Internal Graphics#1/)],
    )
  })
})

describe('a dependency of the board', () => {
  it('refuses what works only with another value, and names both', () => {
    expect(problems(x11dp(), { settings: { turbo: 'disabled' } })).toEqual([
      `grayed-out: ${POWER} > CPU P State Control > Turbo Mode can be Disable only while ${POWER} > Power Technology is Custom (it is Energy Efficient).`,
    ])
  })

  it('is met by another change of the same template', () => {
    expect(changes(x11dp(), { turbo: 'disabled', 'power-profile': 'custom' })).toEqual({
      [`${POWER} > Power Technology`]: 'Custom',
      [`${POWER} > CPU P State Control > Turbo Mode`]: 'Disable',
    })
  })

  it('is broken by another change of the same template', () => {
    const own = { turbo: 'disabled', 'power-profile': 'power-efficient' } as const
    expect(problems(x11dp({ power: 'Custom' }), { settings: own })).toEqual([expect.stringMatching(/^grayed-out/)])
  })

  it('refuses a single value of a setting: PXE is for legacy boot', () => {
    expect(
      problems(x11dp({ mode: 'UEFI', lan1: 'EFI' }), { native: { [LAN1]: 'PXE' }, allow: ['disable-network-boot'] }),
    ).toEqual([expect.stringMatching(/can be PXE only while Boot > Boot mode select is LEGACY or DUAL \(it is UEFI\)/)])
  })

  it('stands on a password that is not set', () => {
    expect(problems(x11dp(), { native: { 'Security > Password Check': 'Always' } })).toEqual([
      expect.stringMatching(/only while Security > Administrator Password is set/),
    ])
  })

  it('may be a licence', () => {
    const bytes = file(menu('Security', option('Lockdown', 'Off', ['0 Off', '1 On'], { licence: 'SFT-DCMS-SINGLE' })))
    const wanted = { native: { 'Security > Lockdown': 'On' } }
    expect(plan(bytes, wanted, []).problems).toMatchObject([
      { code: 'licence', hint: expect.stringContaining('SFT-DCMS-SINGLE') },
    ])
    expect(plan(bytes, wanted, ['SFT-DCMS-Single']).problems).toEqual([])
  })
})

describe('network boot of a Supermicro board', () => {
  it('is there where the ROM of a NIC fits the boot mode', () => {
    const enabled = (mode: string, lan1: string) =>
      supermicroBios.networkBoot(configurationOfFile(parseBiosFile(x11dp({ mode, lan1 })))).filter((nic) => nic.enabled)
    expect(enabled('LEGACY', 'PXE')).toEqual([{ attribute: LAN1, enabled: true }])
    expect(enabled('UEFI', 'PXE')).toEqual([])
    // The network stack is off.
    expect(enabled('UEFI', 'EFI')).toEqual([])
    expect(enabled('LEGACY', 'EFI')).toEqual([])
  })

  it('may come from a slot, but from no disk', () => {
    const rom = (name: string) => option(name, 'Legacy', ['0 Disabled', '1 Legacy', '2 EFI'])
    const roms = ['CPU1 SLOT 1 PCI-E 3.0 X8 OPROM', 'M.2-P_1 OPROM'].map(rom).join('')
    const bytes = file(menu('Boot', option('Boot mode select', 'Legacy', ['0 Legacy', '1 UEFI', '2 Dual']) + roms))
    expect(supermicroBios.networkBoot(configurationOfFile(parseBiosFile(bytes)))).toEqual([
      { attribute: 'Boot > CPU1 SLOT 1 PCI-E 3.0 X8 OPROM', enabled: true },
    ])
  })

  it('is left as it is where it works', () => {
    expect(changes(x11dp(), { pxe: 'enabled' })).toEqual({})
  })

  it('goes over to EFI with the boot mode, network stack and all', () => {
    expect(
      changes(x11dp(), { pxe: 'enabled', 'boot-mode': 'uefi' }, { allow: ['change-boot-mode'], bootNic: LAN1 }),
    ).toEqual({
      'Boot > Boot mode select': 'UEFI',
      [LAN1]: 'EFI',
      [`${STACK} > Network Stack`]: 'Enabled',
      [`${STACK} > IPv4 PXE Support`]: 'Enabled',
    })
  })

  it.each<[string, Partial<BiosTemplate>, RegExp]>([
    ['the boot mode', { settings: { 'boot-mode': 'uefi' } }, /^needs-consent: Boot > Boot mode select/],
    [
      'the ROM of the NIC',
      { native: { [LAN1]: 'Disabled' } },
      /^needs-consent: .*Onboard LAN1 Option ROM: PXE -> Disabled/,
    ],
    [
      'the NIC itself',
      { native: { 'Advanced > PCIe/PCI/PnP Configuration > Onboard LAN Device': 'Disabled' } },
      /^needs-consent/,
    ],
    ['the boot order', { native: { 'Boot > Boot Option #1#2': 'Hard Disk' } }, /^network-boot-not-first: .*Hard Disk/],
  ])('is not lost by a change of %s without consent', (_, parts, expected) => {
    const found = problems(x11dp(), parts)
    expect(
      found.some((problem) => expected.test(problem)),
      found.join('\n'),
    ).toBe(true)
  })

  it('needs the name of a NIC where none boots yet and there are several', () => {
    expect(problems(x11dp({ lan1: 'Disabled' }), { settings: { pxe: 'enabled' } })).toEqual([
      expect.stringMatching(/^ambiguous/),
    ])
  })

  it('comes first again where the template puts it first', () => {
    const bytes = x11dp({ mode: 'DUAL' })
    expect(problems(bytes, { settings: { smt: 'disabled' } })).toEqual([
      expect.stringMatching(/^network-boot-not-first/),
    ])
    expect(
      problems(bytes, {
        native: { 'Boot > Boot Option #1#3': 'UEFI Network', 'Boot > Boot Option #2#3': 'Hard Disk' },
      }),
    ).toEqual([])
  })
})

describe('what is never planned on a Supermicro board', () => {
  it('are actions and passwords', () => {
    const wanted = {
      'Advanced > Trusted Computing > Pending Operation': 'TPM Clear',
      'Security > Administrator Password': 'planted-secret',
    }
    const found = plan(x11dp(), { native: wanted })
    expect(found.problems.map(({ code }) => code).toSorted()).toEqual(['action', 'secret'])
    expect(JSON.stringify(found) + String(biosPlanError(found)?.message)).not.toContain('planted-secret')
  })
})
