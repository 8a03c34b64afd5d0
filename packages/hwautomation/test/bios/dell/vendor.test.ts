import { describe, expect, it } from 'vitest'
import { biosOfObjects, registryOf } from '../../../src/bios/dell/bios-of-profile.ts'
import { biosOfRedfish } from '../../../src/bios/dell/bios-resource.ts'
import { dellBoard } from '../../../src/bios/dell/board.ts'
import { gatesFirst } from '../../../src/bios/dell/gates.ts'
import { dellMappings } from '../../../src/bios/dell/mapping.ts'
import type { RacadmObject } from '../../../src/bios/dell/racadm-output.ts'
import type { ServerProfile } from '../../../src/bios/dell/server-profile.ts'
import { dellBios } from '../../../src/bios/dell/vendor.ts'
import type { BiosConfiguration, BiosValue } from '../../../src/bios/configuration.ts'
import { planBiosChange } from '../../../src/bios/resolve.ts'
import { biosSettings } from '../../../src/bios/settings.ts'
import { template } from '../boards.ts'

/** Settings in force on a 15G Intel PowerEdge in UEFI mode. */
const r650: Readonly<Record<string, BiosValue>> = {
  BootMode: 'Uefi',
  UefiBootSeq: 'NIC.PxeDevice.1-1, RAID.Slot.1-1',
  PxeDev1EnDis: 'Enabled',
  PxeDev2EnDis: 'Disabled',
  PxeDev1Interface: 'NIC.Embedded.1-1-1',
  HttpDev1EnDis: 'Disabled',
  LogicalProc: 'Enabled',
  ProcVirtualization: 'Enabled',
  SubNumaCluster: 'Disabled',
  SysProfile: 'PerfPerWattOptimizedDapc',
  ProcTurboMode: 'Enabled',
  ProcCStates: 'Enabled',
  ProcC1E: 'Enabled',
  ProcPwrPerf: 'SysDbpm',
  AcPwrRcvry: 'Last',
  SerialComm: 'OnConRedirAuto',
  SerialPortAddress: 'Serial1Com1Serial2Com2',
  WorkloadProfile: 'NotConfigured',
  TpmInfo: 'Type: 2.0-NTC',
  NewSetupPassword: null,
  AssetTag: '',
  HddSeq: 'RAID.Slot.1-1',
}
const LOCKED = new Set([
  'ProcTurboMode',
  'ProcCStates',
  'ProcC1E',
  'ProcPwrPerf',
  'AssetTag',
  'HddSeq',
  'NewSetupPassword',
])

const configuration = (
  attributes: Readonly<Record<string, BiosValue>> = r650,
  product = 'PowerEdge R650',
): BiosConfiguration => ({
  vendor: 'dell',
  board: { product },
  resource: { type: 'SystemConfiguration', path: 'BIOS.Setup.1-1' },
  attributes,
})

/** What the machine's own answers make of it: TpmInfo is not exported, what is locked is commented out and marked. */
const profile: ServerProfile = {
  model: 'PowerEdge R650',
  serviceTag: '4HJVKB2',
  timeStamp: '',
  notes: [],
  components: [
    {
      fqdd: 'BIOS.Setup.1-1',
      attributes: Object.entries(r650)
        .filter(([name]) => name !== 'TpmInfo')
        .map(([name, value]) => ({ name, value: String(value ?? '******'), settable: !LOCKED.has(name) })),
      components: [],
    },
  ],
}
const objects = Object.entries(r650).map(([name, value]): RacadmObject => {
  const readOnly = name === 'TpmInfo' || LOCKED.has(name)
  return { name, value: String(value ?? ''), readOnly, writeOnly: name === 'NewSetupPassword' }
})
const registry = registryOf(profile, new Map([['All', objects]]))

const planned = (settings: Parameters<typeof template>[0], from = configuration()) =>
  planBiosChange({ template: template(settings), current: from, registry })
const codes = (settings: Parameters<typeof template>[0]) =>
  planned(settings).problems.map(({ code, name }) => [code, name])
const changesOf = (settings: Parameters<typeof template>[0], from = configuration()) =>
  planned(settings, from).changes.map(({ name, to }) => `${name}=${to}`)

describe('the plan for a PowerEdge', () => {
  it('translates canonical settings', () => {
    expect(
      changesOf({
        settings: {
          smt: 'disabled',
          'sub-numa-clustering': 'enabled',
          'ac-loss': 'power-on',
          'console-redirection': 'virtual',
        },
      }),
    ).toEqual(['AcPwrRcvry=On', 'LogicalProc=Disabled', 'SerialComm=OnConRedirCom2', 'SubNumaCluster=Enabled'])
  })

  it('says sub-NUMA clustering and the console in the words of 16G', () => {
    const r660 = configuration({ ...r650, SerialComm: 'Off', SerialPortAddress: 'Com1' }, 'PowerEdge R660')
    expect(changesOf({ settings: { 'sub-numa-clustering': 'enabled', 'console-redirection': 'auto' } }, r660)).toEqual([
      'SerialComm=OnConRedir',
      'SubNumaCluster=2-Way',
    ])
  })

  it('needs the Custom profile for what a System Profile decides', () => {
    const plan = planned({ settings: { turbo: 'disabled', 'c-states': 'none' } })
    expect(plan.problems.map(({ code, name }) => [code, name])).toEqual([
      ['grayed-out', 'ProcTurboMode'],
      ['grayed-out', 'ProcCStates'],
      ['grayed-out', 'ProcC1E'],
    ])
    expect(plan.problems[0]?.message).toContain('SysProfile is PerfPerWattOptimizedDapc')
    expect(changesOf({ settings: { 'power-profile': 'custom', turbo: 'disabled', 'c-states': 'none' } })).toEqual([
      'ProcC1E=Disabled',
      'ProcCStates=Disabled',
      'ProcTurboMode=Disabled',
      'SysProfile=Custom',
    ])
  })

  it('believes a machine that takes what its profile should lock', () => {
    const open = registryOf(
      {
        ...profile,
        components: profile.components.map((component) => ({
          ...component,
          attributes: component.attributes.map((one) => ({
            ...one,
            settable: one.settable || one.name === 'ProcTurboMode',
          })),
        })),
      },
      new Map([['All', objects.map((one) => (one.name === 'ProcTurboMode' ? { ...one, readOnly: false } : one))]]),
    )
    const plan = planBiosChange({
      template: template({ settings: { turbo: 'disabled' } }),
      current: configuration(),
      registry: open,
    })
    expect(plan.problems).toEqual([])
    expect(plan.changes.map(({ name }) => name)).toEqual(['ProcTurboMode'])
  })

  it('knows the same without the machine’s export, as over the network', () => {
    const plan = planBiosChange({ template: template({ settings: { turbo: 'disabled' } }), current: configuration() })
    expect(plan.problems).toMatchObject([{ code: 'locked-by-profile', name: 'ProcTurboMode' }])
    expect(plan.problems[0]?.message).toContain('SysProfile=PerfPerWattOptimizedDapc')
  })

  it('takes what a profile brings along as its doing', () => {
    const plan = planned({
      settings: { 'power-profile': 'performance', 'c-states': 'none', 'power-regulator': 'high-performance' },
    })
    expect(plan.problems).toEqual([])
    expect(plan.changes.map(({ name }) => name)).toEqual(['SysProfile'])
    expect(plan.unchanged.filter(({ by }) => by === 'SysProfile').map(({ name }) => name)).toEqual([
      'ProcC1E',
      'ProcCStates',
      'ProcPwrPerf',
    ])
  })

  it('refuses what cannot be set: read-only, greyed out without a known reason, actions, passwords, what the board lacks', () => {
    expect(codes({ native: { TpmInfo: 'x' } })).toEqual([['read-only', 'TpmInfo']])
    expect(codes({ native: { HddSeq: 'AHCI.Slot.2-1' } })).toEqual([['grayed-out', 'HddSeq']])
    expect(codes({ native: { WorkloadProfile: 'HpcProfile' } })).toEqual([['action', 'WorkloadProfile']])
    expect(codes({ native: { NewSetupPassword: 'secret' } })).toEqual([['secret', 'NewSetupPassword']])
    expect(codes({ settings: { iommu: 'enabled', 'wake-on-lan': 'enabled', 'quiet-boot': 'enabled' } })).toEqual([
      ['unsupported', 'quiet-boot'],
      ['unsupported', 'wake-on-lan'],
    ])
  })

  it.each([
    [{ BootMode: 'Bios' }, 'BootMode'],
    [{ PxeDev1EnDis: 'Disabled' }, 'PxeDev1EnDis'],
    [{ PxeDev1Interface: 'NIC.Slot.3-1-1' }, 'PxeDev1Interface'],
  ])('asks for consent before %j', (native, name) => {
    expect(codes({ native })).toContainEqual(['needs-consent', name])
  })

  it('wants the network first in the boot order', () => {
    const disk = planBiosChange({
      template: template({}),
      current: { ...configuration(), bootOrder: ['RAID.Slot.1-1', 'NIC.PxeDevice.1-1'] },
    })
    expect(disk.problems).toMatchObject([{ code: 'network-boot-not-first' }])
  })

  it('means the network device the machine boots from, where that is not the first', () => {
    const board = configuration({ ...r650, PxeDev1Protocol: 'IPv4', PxeDev2Protocol: 'IPv4', PxeDev2EnDis: 'Enabled' })
    expect(changesOf({ settings: { 'network-boot-protocol': 'ipv6' }, bootNic: 'PxeDev2EnDis' }, board)).toEqual([
      'PxeDev2Protocol=IPv6',
    ])
  })

  it('reads `pxe` as the device that boots, and asks which where there are several', () => {
    expect(changesOf({ settings: { pxe: 'enabled' } })).toEqual([])
    const both = configuration({ ...r650, PxeDev2EnDis: 'Enabled' })
    expect(planned({ settings: { pxe: 'disabled' } }, both).problems).toMatchObject([{ code: 'ambiguous' }])
    const legacy = configuration({ ...r650, BootMode: 'Bios' })
    expect(planned({ settings: { pxe: 'enabled' } }, legacy).problems[0]?.message).toContain('LegacyBootProto')
  })
})

describe('how a change takes a PowerEdge out of reach', () => {
  it.each([
    ['UefiBootSeq', 'NIC.PxeDevice.1-1,RAID.Slot.1-1', 'RAID.Slot.1-1,NIC.PxeDevice.1-1', 'network-boot'],
    ['UefiBootSeq', 'RAID.Slot.1-1', 'RAID.Slot.2-1', undefined],
    ['SetBootOrderDis', '', 'NIC.PxeDevice.1-1', 'network-boot'],
    ['SetBootOrderDis', '', 'RAID.Slot.1-1', undefined],
    ['Slot3', 'Enabled', 'Disabled', 'network-boot'],
    ['EmbNic1Nic2', 'Enabled', 'DisabledOs', 'network-boot'],
    ['PxeDev2EnDis', undefined, 'Disabled', 'network-boot'],
    ['PxeDev2EnDis', 'Disabled', 'Enabled', undefined],
    ['BootMode', undefined, 'Uefi', 'boot-mode'],
    ['LogicalProc', 'Enabled', 'Disabled', undefined],
  ])('%s from %s to %s: %s', (name, from, to, reach) => {
    expect(dellBios.reach(name, from, to)).toBe(reach)
  })
})

describe('what a PowerEdge says over the network', () => {
  it('has pending values over those in force, and no passwords', () => {
    const body = {
      '@odata.type': '#Bios.v1_2_0.Bios',
      '@odata.id': '/redfish/v1/Systems/System.Embedded.1/Bios',
      AttributeRegistry: 'BiosAttributeRegistry.v1_0_3',
      Attributes: { LogicalProc: 'Enabled', AcPwrRcvryUserDelay: 60, SetupPassword: 'x', Nested: {} },
    }
    const { current, pending } = biosOfRedfish(body, { Attributes: { LogicalProc: 'Disabled' } }, { product: 'P' })
    expect(current).toMatchObject({
      vendor: 'dell',
      registryId: 'BiosAttributeRegistry.v1_0_3',
      attributes: { LogicalProc: 'Enabled', AcPwrRcvryUserDelay: 60, SetupPassword: null },
    })
    expect(current.attributes).not.toHaveProperty('Nested')
    expect(pending.attributes).toEqual({ ...current.attributes, LogicalProc: 'Disabled' })
    expect(biosOfRedfish('garbage', undefined, {}).current.attributes).toEqual({})
  })
})

describe('what a PowerEdge says in-band', () => {
  it('has the pending value of an object only for the next boot', () => {
    const one: RacadmObject = { name: 'A', value: 'now', pending: 'next', readOnly: false, writeOnly: false }
    const { current, pending } = biosOfObjects(new Map([['G', [one]]]), {})
    expect([current.attributes, pending.attributes]).toEqual([{ A: 'now' }, { A: 'next' }])
  })
})

describe('the order in which attributes are set', () => {
  it('has each after what may lock it', () => {
    const names = ['PxeDev1VlanId', 'ProcTurboMode', 'PxeDev1VlanEnDis', 'SysProfile', 'PxeDev1EnDis', 'BootMode']
    expect(gatesFirst(names)).toEqual([
      'BootMode',
      'SysProfile',
      'ProcTurboMode',
      'PxeDev1EnDis',
      'PxeDev1VlanEnDis',
      'PxeDev1VlanId',
    ])
  })
})

describe('Dell’s table', () => {
  it('knows only values of the vocabulary', () => {
    for (const [name, { forms }] of Object.entries(dellMappings)) {
      const definition = biosSettings[name as keyof typeof biosSettings]
      const allowed: readonly string[] = 'values' in definition ? definition.values : []
      for (const { values } of forms) expect(allowed).toEqual(expect.arrayContaining(Object.keys(values)))
    }
  })

  it('says why, where no board has a setting', () => {
    const without = Object.entries(dellMappings).filter(([, { forms, absent }]) => forms.length === 0 && !absent)
    expect(without).toEqual([])
  })

  it.each([
    ['PowerEdge R640', 14, 'intel'],
    ['PowerEdge R6515', 15, 'amd'],
    ['PowerEdge R760', 16, 'intel'],
    ['PowerEdge R7625', 16, 'amd'],
    ['PowerEdge XR8620t', 16, 'intel'],
    ['PowerEdge C6420', 14, 'intel'],
    ['PowerEdge MX750c', 15, 'intel'],
    ['OptiPlex', undefined, 'unknown'],
    [undefined, undefined, 'unknown'],
  ])('reads %s as generation %s with a processor of %s', (product, generation, processor) => {
    expect(dellBoard(product)).toEqual({ generation, processor })
  })
})
