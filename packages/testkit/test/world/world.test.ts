import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLabClock, type LabClock } from '../../src/clock.ts'
import { hpeUuid } from '../../src/world/identity.ts'
import { createWorld } from '../../src/world/world.ts'

let clock: LabClock
beforeEach(() => (clock = createLabClock('stepped')))
afterEach(() => clock.close())

describe('identity', () => {
  it('has HPE form: the UUID is product number and serial number in ASCII, its first three groups swapped', () => {
    const { machine } = { machine: createWorld(clock, [{ hostname: 'a' }]).machine('a') }
    const hex = machine.uuid.replaceAll('-', '')
    const raw = Buffer.from(hex, 'hex')
    raw.subarray(0, 4).reverse()
    raw.subarray(4, 6).reverse()
    raw.subarray(6, 8).reverse()
    expect(raw.toString('ascii')).toBe(machine.model.sku.slice(0, 6) + machine.serial)
    expect(machine.uuid).toBe(machine.uuid.toLowerCase())
  })

  it('swaps bytes within groups, not groups', () => {
    expect(hpeUuid('P12345-B21', 'ABC1234567')).toBe('33323150-3534-4241-4331-323334353637')
  })

  it('differs between machines in everything that tells them apart, and is the same in every lab', () => {
    const servers = Array.from({ length: 200 }, (_, index) => ({ hostname: `srv${index}` }))
    const { machines } = createWorld(clock, servers)
    for (const of of [
      (machine: (typeof machines)[number]) => machine.serial,
      (machine: (typeof machines)[number]) => machine.uuid,
      (machine: (typeof machines)[number]) => machine.bmc.uuid,
      (machine: (typeof machines)[number]) => machine.bmc.network.address,
      (machine: (typeof machines)[number]) => machine.bmc.network.mac,
      (machine: (typeof machines)[number]) => machine.nics.map((nic) => nic.mac).join(),
      (machine: (typeof machines)[number]) => machine.bmc.users.map((user) => user.password).join(),
    ])
      expect(new Set(machines.map(of)).size).toBe(200)
    const again = createWorld(clock, servers)
    expect(again.machines.map((machine) => [machine.serial, machine.bmc.users[0]?.password])).toEqual(
      machines.map((machine) => [machine.serial, machine.bmc.users[0]?.password]),
    )
  })
})

describe('addresses', () => {
  it('belong to a BMC as long as it is reachable there', () => {
    const world = createWorld(clock, [{ hostname: 'a' }])
    const machine = world.machine('a')
    expect(world.ownerOf('192.168.2.10')).toEqual({ machine, role: 'bmc' })
    machine.bmc.network.address = '192.168.1.100'
    expect(world.ownerOf('192.168.2.10')).toBeUndefined()
    expect(world.ownerOf('192.168.1.100')).toEqual({ machine, role: 'bmc' })
    machine.bmc.reachable = false
    expect(world.ownerOf('192.168.1.100')).toBeUndefined()
  })

  it('tell listeners when a BMC moves, once per real change', () => {
    const machine = createWorld(clock, [{ hostname: 'a' }]).machine('a')
    let heard = 0
    const stop = machine.onChange(() => (heard += 1))
    machine.bmc.network.address = '192.168.1.100'
    machine.bmc.network.address = '192.168.1.100'
    expect(heard).toBe(1)
    stop()
    machine.bmc.network.address = '192.168.1.101'
    expect(heard).toBe(1)
  })

  it('belong to a host only while its system is up; the first to boot gets 10.0.0.50', async () => {
    const world = createWorld(clock, [{ hostname: 'a' }])
    const machine = world.machine('a')
    machine.bootPlanner = () => ({ os: 'ephemeral', authorizedKeys: [] })
    machine.powerOn()
    await clock.advance(600_000)
    expect(world.ownerOf('10.0.0.50')).toEqual({ machine, role: 'host' })
    machine.powerOff()
    await clock.advance(600_000)
    expect(world.ownerOf('10.0.0.50')).toBeUndefined()
  })

  it('asked for are kept free for who asked', () => {
    const world = createWorld(clock, [{ hostname: 'a' }, { hostname: 'b', bmcAddress: '192.168.2.10' }])
    expect(world.machines.map((machine) => machine.bmc.network.address)).toEqual(['192.168.2.11', '192.168.2.10'])
  })

  it('lie in networks that can be asked', () => {
    const { networks } = createWorld(clock, [])
    expect(networks.bmc).toMatchObject({ cidr: '192.168.0.0/22', netmask: '255.255.252.0', gateway: '192.168.0.1' })
    expect(
      ['192.168.1.100', '192.168.4.1', '10.0.0.1', 'nonsense'].map((address) => networks.bmc.contains(address)),
    ).toEqual([true, false, false, false])
  })
})

describe('a world', () => {
  it('has deployed servers up and all others off', () => {
    const world = createWorld(clock, [
      { hostname: 'a', status: 'deployed' },
      { hostname: 'b', status: 'ready' },
    ])
    expect(world.machines.map((machine) => machine.phase)).toEqual(['up', 'off'])
  })

  it('refuses two servers of one name, and a model it does not know', () => {
    expect(() => createWorld(clock, [{ hostname: 'a' }, { hostname: 'a' }])).toThrow('Two servers are called a')
    expect(() => createWorld(clock, [{ hostname: 'a', model: 'vax' }])).toThrow(
      "No model 'vax'; known: hpe-rl300, hpe-dl360-gen11",
    )
    expect(() => createWorld(clock, []).machine('a')).toThrow("No server 'a'")
  })
})
