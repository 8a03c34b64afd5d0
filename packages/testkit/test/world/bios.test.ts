import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLabClock, type LabClock } from '../../src/clock.ts'
import type { Machine } from '../../src/world/machine.ts'
import { createWorld } from '../../src/world/world.ts'

let clock: LabClock
let machine: Machine
beforeEach(() => {
  clock = createLabClock('stepped')
  machine = createWorld(clock, [
    { hostname: 'srv001', model: 'hpe-dl360-gen11', bios: { ProcTurbo: 'Disabled' } },
  ]).machine('srv001')
})
afterEach(() => clock.close())

const stage = (values: Record<string, string | number>) => {
  for (const [name, value] of Object.entries(values)) machine.bios.pending.set(name, value)
}
const boot = async () => {
  if (machine.power === 'off') machine.powerOn()
  else machine.reboot()
  await clock.advance(600_000)
}

describe('staged BIOS settings', () => {
  it('are in force after the next POST, with one Success as verdict', async () => {
    stage({ ProcHyperthreading: 'Disabled', PatrolScrubDuration: 12 })
    expect(machine.bios.current.get('ProcHyperthreading')).toBe('Enabled')
    await boot()
    expect(machine.bios.current.get('ProcHyperthreading')).toBe('Disabled')
    expect(machine.bios.current.get('PatrolScrubDuration')).toBe(12)
    expect(machine.bios.messages).toEqual([{ MessageId: 'Base.1.0.Success' }])
    expect(machine.bios.pending.size).toBe(0)
    expect(machine.bios.lastAppliedAt).toMatch(/^\d{4}-/)
  })

  it('cost a second POST, and only then', async () => {
    await boot()
    expect(machine.posts).toBe(1)
    stage({ ProcTurbo: 'Enabled' })
    await boot()
    expect(machine.posts).toBe(3)
    await boot()
    expect(machine.posts).toBe(4)
  })

  it('that make no sense are told of one by one after Success, and the good ones apply', async () => {
    stage({
      Dhcpv8: 'On',
      ProcHyperthreading: 'Perhaps',
      SerialNumber: 'X',
      PatrolScrubDuration: 99,
      ProcTurbo: 'Enabled',
      AdminName: 'x'.repeat(29),
    })
    await boot()
    expect(machine.bios.messages).toEqual([
      { MessageId: 'Base.1.0.Success' },
      { MessageId: 'Base.1.0.PropertyUnknown', MessageArgs: ['Dhcpv8'], RelatedProperties: ['#/Dhcpv8'] },
      {
        MessageId: 'Base.1.0.PropertyValueNotInList',
        MessageArgs: ['Perhaps', 'ProcHyperthreading'],
        RelatedProperties: ['#/ProcHyperthreading'],
      },
      {
        MessageId: 'Base.1.0.PropertyNotWritable',
        MessageArgs: ['SerialNumber'],
        RelatedProperties: ['#/SerialNumber'],
      },
      {
        MessageId: 'Base.1.0.PropertyValueNotInList',
        MessageArgs: ['99', 'PatrolScrubDuration'],
        RelatedProperties: ['#/PatrolScrubDuration'],
      },
      {
        MessageId: 'Base.1.0.PropertyValueFormatError',
        MessageArgs: ['x'.repeat(29), 'AdminName'],
        RelatedProperties: ['#/AdminName'],
      },
    ])
    expect(machine.bios.current.get('ProcTurbo')).toBe('Enabled')
    expect(machine.bios.current.get('ProcHyperthreading')).toBe('Enabled')
    expect(machine.bios.current.get('SerialNumber')).toBe(machine.serial)
  })

  it('wait when the power goes before POST is through', async () => {
    stage({ ProcHyperthreading: 'Disabled' })
    machine.powerOn()
    await clock.advance(machine.durations.powerOn + machine.durations.post - 1)
    machine.powerOff()
    await clock.advance(10_000)
    expect(machine.bios.pending.size).toBe(1)
    expect(machine.bios.current.get('ProcHyperthreading')).toBe('Enabled')
  })

  it('stay pending for ever on a board with that quirk', async () => {
    machine.quirks.biosPendingForever = true
    stage({ ProcHyperthreading: 'Disabled' })
    await boot()
    expect(machine.phase).toBe('booting')
    expect(machine.bios.pending.get('ProcHyperthreading')).toBe('Disabled')
    expect(machine.posts).toBe(1)
  })

  it('go back to defaults on request, then take what was staged beside it', async () => {
    stage({ PatrolScrubDuration: 6, RestoreDefaults: 'Yes' })
    await boot()
    expect(machine.bios.current.get('ProcTurbo')).toBe('Enabled')
    expect(machine.bios.current.get('PatrolScrubDuration')).toBe(6)
    expect(machine.bios.current.get('RestoreDefaults')).toBe('No')
    expect(machine.bios.current.get('SerialNumber')).toBe(machine.serial)
  })
})

describe('BIOS of a board', () => {
  it('starts from its defaults and what the server has of its own', () => {
    expect(machine.bios.current.get('ProcTurbo')).toBe('Disabled')
    expect(machine.bios.current.get('ProcHyperthreading')).toBe('Enabled')
    expect(machine.bios.current.get('SerialNumber')).toBe(machine.serial)
    expect(machine.bios.current.get('ProductId')).toBe(machine.model.sku)
  })

  it('refuses a server with an attribute that the board does not have', () => {
    expect(() => createWorld(clock, [{ hostname: 'a', bios: { ProcHyperthreading: 'Disabled' } }])).toThrow(
      'Model hpe-rl300 has no BIOS attribute ProcHyperthreading',
    )
  })

  it('of an Ampere board has the names all ProLiants share and none of the Intel ones', () => {
    const { current } = createWorld(clock, [{ hostname: 'a' }]).machine('a').bios
    for (const name of [
      'WorkloadProfile',
      'BootOrderPolicy',
      'PreBootNetwork',
      'Slot1NicBoot1',
      'SecureBootStatus',
      'Sriov',
      'TpmVisibility',
    ])
      expect(current.has(name), name).toBe(true)
    for (const name of ['ProcHyperthreading', 'ProcTurbo', 'IntelProcVtd', 'SgxEnable', 'IntelTxt', 'BootMode'])
      expect(current.has(name), name).toBe(false)
    expect(current.size).toBeGreaterThanOrEqual(40)
  })
})
