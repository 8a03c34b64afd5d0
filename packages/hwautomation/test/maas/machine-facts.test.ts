import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { factNames, factValues } from '../../src/inventory/facts.ts'
import { factsOfMachine, factsOfPower } from '../../src/maas/machine-facts.ts'
import { MaasMachine } from '../../src/maas/machine.ts'
import { machineRecord } from './fixtures.ts'

const factsOf = (changes: Readonly<Record<string, unknown>> = {}) =>
  factsOfMachine(MaasMachine.parse(machineRecord('p3wxky', { ...INSPECTED, ...changes })))

/** What MAAS 3.3 recorded of a Ready machine with hardware data. */
const NIC = {
  id: 1,
  name: 'eth0',
  mac_address: '52:54:00:00:01:01',
  type: 'physical',
  vendor: 'Example Networks',
  product: 'Gigabit X',
  link_speed: 1000,
  interface_speed: 10_000,
  link_connected: true,
  firmware_version: '1.63',
  links: [],
  discovered: null,
}
const DISK = {
  id: 1,
  name: 'sda',
  type: 'physical',
  model: 'EXAMPLE SSD 480',
  serial: 'S0000001',
  size: 480_103_981_056,
  tags: ['ssd', 'sata'],
  firmware_version: 'DL63',
}
const INSPECTED = {
  cpu_count: 4,
  cpu_speed: 2400,
  memory: 16_384,
  zone: { name: 'default', id: 1 },
  pool: { name: 'default', id: 0 },
  boot_interface: NIC,
  interface_set: [
    NIC,
    { ...NIC, id: 2, name: 'eth1', mac_address: '52:54:00:00:01:11', link_connected: false, link_speed: 0 },
  ],
  physicalblockdevice_set: [DISK],
}

describe('the record of a machine', () => {
  it('that was commissioned gives processors, memory, disks and interfaces, the boot NIC marked', () => {
    const facts = factsOf()
    expect(facts).toMatchObject({
      zone: 'default',
      pool: 'default',
      'cpu.threads': 4,
      'cpu.mhz': 2400,
      'memory.mib': 16_384,
      'bmc.powerType': 'ipmi',
      disks: [
        {
          name: 'sda',
          model: 'EXAMPLE SSD 480',
          serial: 'S0000001',
          bytes: 480_103_981_056,
          rotational: false,
          bus: 'sata',
          firmware: 'DL63',
        },
      ],
      nics: [
        { name: 'eth0', mac: '52:54:00:00:01:01', linkMbps: 1000, mbps: 10_000, connected: true, boot: true },
        { name: 'eth1', mac: '52:54:00:00:01:11', connected: false, boot: false },
      ],
    })
    expect(facts.nics?.[1]).not.toHaveProperty('linkMbps')
  })

  it('that was never commissioned gives what was typed in, and no hardware', () => {
    const facts = factsOf({
      cpu_count: 0,
      cpu_speed: 0,
      memory: 0,
      physicalblockdevice_set: [],
      hardware_info: { system_vendor: 'Unknown' },
    })
    expect(facts.hostname).toBeTypeOf('string')
    for (const name of ['cpu.threads', 'memory.mib', 'disks', 'nics', 'system.vendor'] as const)
      expect(facts[name], name).toBeUndefined()
  })

  it('tells platters from flash, and leaves bonds and bridges out', () => {
    const tagged = (tags: unknown, name = 'sdb') => ({ ...DISK, name, tags })
    const { disks, nics } = factsOf({
      physicalblockdevice_set: [tagged(['rotary', 'sas', '7200rpm']), tagged(['ssd'], 'nvme0n1'), tagged(null, 'sdc')],
      interface_set: [NIC, { ...NIC, id: 3, name: 'bond0', type: 'bond' }],
    })
    expect(disks?.map(({ rotational, bus }) => [rotational, bus])).toEqual([
      [true, 'sas'],
      [false, 'nvme'],
      [undefined, undefined],
    ])
    expect(nics?.map(({ name }) => name)).toEqual(['eth0'])
  })

  it('with fields of other shapes than recorded costs those fields and no other', () => {
    const odd = factsOf({
      cpu_speed: '2400 MHz',
      memory: { mib: 1 },
      physicalblockdevice_set: ['sda', { ...DISK, size: 'big', model: 7 }],
    })
    expect(odd).toMatchObject({ 'cpu.threads': 4, disks: [{ name: 'sda', serial: 'S0000001' }] })
    expect([odd['cpu.mhz'], odd['memory.mib'], odd.disks?.[0]?.bytes, odd.disks?.[0]?.model]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })

  it('whatever is in it, each fact has its shape', () => {
    const anything = fc.anything({ maxDepth: 2 })
    fc.assert(
      fc.property(anything, anything, anything, fc.string({ unit: 'binary' }), (cpu, disks, disk, text) => {
        const facts = factsOf({
          cpu_count: cpu,
          memory: cpu,
          physicalblockdevice_set: [disks, disk, { ...DISK, model: text, tags: disks, size: disk }],
          interface_set: [{ ...NIC, vendor: text, link_speed: cpu, product: disk }],
          hardware_info: { system_serial: text },
        })
        const misshapen = factNames.filter(
          (name) => facts[name] !== undefined && !factValues[name].safeParse(facts[name]).success,
        )
        expect(misshapen).toEqual([])
      }),
      { numRuns: 30 },
    )
  })
})

it('a power address gives the host of the BMC, without user, port or path', () => {
  expect(factsOfPower({ power_address: 'https://192.168.1.50:443/redfish/v1' })).toEqual({
    'bmc.address': '192.168.1.50',
  })
  expect(factsOfPower({})['bmc.address']).toBeUndefined()
})
