import { describe, expect, it } from 'vitest'
import type { BiosConfiguration, BiosVendorName } from '../../src/bios/configuration.ts'
import { boardingError, breaches } from '../../src/boarding/boarding-error.ts'
import { bootDeviceKind, bootOrderOf } from '../../src/boarding/boot-order.ts'
import { boardingReport } from '../../src/boarding/report.ts'
import type { BoardingSeen } from '../../src/boarding/seen.ts'
import { boardingSchema, noBoardingRules, type BoardingRules } from '../../src/devices/boarding.ts'

function configuration(
  attributes: BiosConfiguration['attributes'],
  more: Partial<BiosConfiguration> = {},
): BiosConfiguration {
  return { vendor: 'hpe', board: {}, resource: { type: 'Bios', path: '/bios' }, attributes, ...more }
}

function findings(rules: Partial<BoardingRules>, seen: Partial<BoardingSeen> = {}) {
  return boardingReport({ ...noBoardingRules, ...rules }, { why: {}, ...seen })
}

function verdicts(rules: Partial<BoardingRules>, seen: Partial<BoardingSeen> = {}): [string, string][] {
  return findings(rules, seen).map(({ rule, verdict }) => [rule, verdict])
}

describe('a boarding report', () => {
  it('has one finding for each rule, and none where there is no rule', () => {
    expect(findings({})).toEqual([])
    const rules = boardingSchema.parse({
      bios: { 'secure-boot': 'disabled' },
      native: { ThermalConfig: 'OptimalCooling' },
      biosPassword: 'set',
      bootOrder: ['network'],
      bmc: { 'kcs-control': 'user', 'ipmi-over-lan': 'enabled' },
      users: ['ops'],
      licence: 'active',
    })
    expect(verdicts(rules)).toEqual([
      ['bios.secure-boot', 'unknown'],
      ['native.ThermalConfig', 'unknown'],
      ['bios-password', 'unknown'],
      ['boot-order', 'unknown'],
      ['bmc.kcs-control', 'unknown'],
      ['bmc.ipmi-over-lan', 'unknown'],
      ['user.ops', 'unknown'],
      ['licence', 'unknown'],
    ])
  })

  it('compares canonical settings by what the vendor calls them, native ones by name, numbers as they are printed', () => {
    const bios = { configuration: configuration({ SecureBootStatus: 'Enabled', NetworkBootRetryCount: '20' }) }
    expect(verdicts({ bios: { 'secure-boot': 'disabled', 'network-boot-retries': 20 } }, { bios })).toEqual([
      ['bios.secure-boot', 'broken'],
      ['bios.network-boot-retries', 'met'],
    ])
    expect(findings({ native: { Gone: 'x', constructor: 'y', NetworkBootRetryCount: 20 } }, { bios })).toMatchObject([
      { verdict: 'unknown', found: 'the board does not show it' },
      { rule: 'native.constructor', verdict: 'unknown' },
      { verdict: 'met' },
    ])
  })

  it('takes the BIOS password from the file that tells it, and calls it unknown elsewhere', () => {
    const seen = (administratorPassword?: 'set' | 'unset') => ({
      bios: { configuration: configuration({}, administratorPassword ? { administratorPassword } : {}) },
    })
    expect(verdicts({ biosPassword: 'set' }, seen('set'))).toEqual([['bios-password', 'met']])
    expect(verdicts({ biosPassword: 'set' }, seen('unset'))).toEqual([['bios-password', 'broken']])
    expect(verdicts({ biosPassword: 'set' }, seen())).toEqual([['bios-password', 'unknown']])
  })

  it('judges the BMC by what it says; unreadable is not broken, and not met', () => {
    const bmc = {
      settings: {
        'kcs-control': { state: 'read', value: 'operator' },
        'host-interface': { state: 'unreadable', why: 'no such resource' },
      },
      users: [
        { name: 'ops', enabled: false, privilege: 'operator' },
        { name: 'root', enabled: true, privilege: 'administrator' },
      ],
      licence: { state: 'read', value: 'missing' },
    } as const
    const rules: Partial<BoardingRules> = {
      bmc: { 'kcs-control': 'user', 'host-interface': 'disabled' },
      users: ['ops', 'root', 'nobody'],
      licence: 'active',
    }
    expect(verdicts(rules, { bmc })).toEqual([
      ['bmc.kcs-control', 'broken'],
      ['bmc.host-interface', 'unknown'],
      ['user.ops', 'broken'],
      ['user.root', 'met'],
      ['user.nobody', 'broken'],
      ['licence', 'broken'],
    ])
  })

  it('keeps a machine out of service for what is broken or unknown, except what is only advised', () => {
    const report = findings(
      { bmc: { 'kcs-control': 'user' }, users: ['ops'], advised: ['bmc.*'] },
      { why: { bmc: 'nobody answers' } },
    )
    expect(breaches(report).map(({ rule }) => rule)).toEqual(['user.ops'])
    const error = boardingError('srv001', report)
    expect(error).toMatchObject({ code: 'boarding.broken', kind: 'conflict', retryable: false })
    expect(error?.message).toContain('user.ops is not known (nobody answers)')
    expect(boardingError('srv001', findings({ users: ['ops'], advised: ['user.*'] }))).toBeUndefined()
  })

  it('shows what a device says without letting it act', () => {
    const bios = { configuration: configuration({ Evil: '\u001b[31mred\u202e' }) }
    expect(findings({ native: { Evil: 'x' } }, { bios })[0]?.found).toBe('\\u{1b}[31mred\\u{202e}')
  })
})

describe('the boot order', () => {
  const order = (vendor: BiosVendorName, attributes: BiosConfiguration['attributes'], bootOrder?: string[]) =>
    configuration(attributes, { vendor, ...(bootOrder === undefined ? {} : { bootOrder }) })
  const judged = (of: BiosConfiguration, bootOrder: BoardingRules['bootOrder']) =>
    findings({ bootOrder }, { bios: { configuration: of } }).map(({ verdict, found }) => `${verdict}: ${found}`)

  it('of an iLO is met where the kinds come in the wanted order, with others behind', () => {
    const ilo = order('hpe', {}, ['NIC.FlexLOM.1.1.IPv4', 'NIC.FlexLOM.1.1.IPv6', 'HD.EmbRAID.1.1', 'Generic.USB.1.1'])
    expect(judged(ilo, ['network', 'hdd'])).toEqual(['met: network, hdd, usb-key'])
    expect(judged(ilo, ['hdd'])).toEqual(['broken: network, hdd, usb-key'])
  })

  it('of a Supermicro board is read from its numbered options, those of UEFI, without the switched-off ones', () => {
    const board = order('supermicro', {
      'Boot > UEFI Boot Option #1': 'UEFI USB CD/DVD',
      'Boot > UEFI Boot Option #2': 'Disabled',
      'Boot > UEFI Boot Option #10': 'UEFI Network',
      'Boot > UEFI Boot Option #3': 'UEFI USB Key:Sandisk',
      'Boot > UEFI Boot Option #4': 'UEFI USB Hard Disk',
      'Boot > UEFI Boot Option #5': 'UEFI Hard Disk',
      'Boot > Legacy Boot Option #1': 'Network',
    })
    expect(judged(board, ['usb-cd', 'usb-key', 'usb-hdd', 'hdd', 'network'])).toEqual([
      'met: usb-cd, usb-key, usb-hdd, hdd, network',
    ])
    expect(
      bootOrderOf(order('supermicro', { 'Boot > Boot Option #1#2': 'B', 'Boot > Boot Option #1#1': 'A' })),
    ).toEqual(['A'])
  })

  it('of an iDRAC is the sequence of its boot mode', () => {
    const attributes = {
      BootMode: 'Uefi',
      UefiBootSeq: 'NIC.PxeDevice.1-1, RAID.Integrated.1-1',
      BootSeq: 'HardDisk.List.1-1',
    }
    expect(judged(order('dell', attributes), ['network', 'hdd'])).toEqual(['met: network, hdd'])
    expect(judged(order('dell', { ...attributes, BootMode: 'Bios' }), ['network'])).toEqual(['broken: hdd'])
  })

  it('is unknown where it was not read, or an entry does not tell what it is', () => {
    expect(judged(order('hpe', {}), ['network'])).toEqual(['unknown: the boot order was not read'])
    expect(judged(order('hpe', {}, ['Mystery.1.1']), ['network'])).toEqual(['unknown: ? (Mystery.1.1)'])
    expect(bootDeviceKind('supermicro', 'UEFI AP:UEFI: Built-in EFI Shell')).toBeUndefined()
  })
})
