import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLabClock, type LabClock } from '../../src/clock.ts'
import type { BootPlan, Machine } from '../../src/world/machine.ts'
import { createWorld } from '../../src/world/world.ts'

let clock: LabClock
let machine: Machine
let asked: number
const ephemeral: BootPlan = { os: 'ephemeral', authorizedKeys: ['ssh-ed25519 AAAA ada'] }

beforeEach(() => {
  clock = createLabClock('stepped')
  machine = createWorld(clock, [{ hostname: 'srv001' }]).machine('srv001')
  asked = 0
  machine.bootPlanner = () => {
    asked += 1
    return ephemeral
  }
})
afterEach(() => clock.close())

const seen = () => `${machine.power} ${machine.phase}`
const bootUp = async () => {
  machine.powerOn()
  await clock.advance(machine.durations.powerOn + machine.durations.post + machine.durations.boot)
}

describe('a host', () => {
  it('goes from off through POST and boot to up, each in its time', async () => {
    expect(seen()).toBe('off off')
    machine.powerOn()
    expect(seen()).toBe('off off')
    expect(machine.powerChanging).toBe(true)
    await clock.advance(machine.durations.powerOn)
    expect(seen()).toBe('on post')
    await clock.advance(machine.durations.post)
    expect(seen()).toBe('on booting')
    await clock.advance(machine.durations.boot - 1)
    expect(seen()).toBe('on booting')
    await clock.advance(1)
    expect(seen()).toBe('on up')
    expect(machine.posts).toBe(1)
  })

  it('boots anew when it is switched on while it is being switched off in the middle of POST', async () => {
    machine.powerOn()
    await clock.advance(machine.durations.powerOn)
    machine.powerOff()
    machine.powerOn()
    await bootUp()
    expect(seen()).toBe('on up')
  })

  it('asks what to boot once per boot, at the end of POST', async () => {
    machine.powerOn()
    await clock.advance(machine.durations.powerOn)
    expect(asked).toBe(0)
    await clock.advance(machine.durations.post)
    expect(asked).toBe(1)
  })

  it('comes up as another system each time: boot id and host key are fresh, the address stays', async () => {
    await bootUp()
    const first = machine.boot
    machine.reboot()
    expect(machine.boot).toBeUndefined()
    await clock.advance(machine.durations.post + machine.durations.boot)
    const second = machine.boot
    expect(second?.bootId).not.toBe(first?.bootId)
    expect(second?.hostKey.sha256).not.toBe(first?.hostKey.sha256)
    expect(second?.hostKey.sha256).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/)
    expect(second?.address).toBe(first?.address)
    expect(machine.posts).toBe(2)
  })

  it('with newLeaseEachBoot comes up at another address, which leaves the old one stale', async () => {
    await bootUp()
    const first = machine.boot?.address
    machine.quirks.newLeaseEachBoot = true
    machine.reboot()
    await clock.advance(machine.durations.post + machine.durations.boot)
    expect(machine.boot?.address).not.toBe(first)
  })

  it('goes off a moment after the order, and takes the running system with it', async () => {
    await bootUp()
    machine.powerOff()
    expect(seen()).toBe('on up')
    await clock.advance(machine.durations.powerOff)
    expect(seen()).toBe('off off')
    expect(machine.boot).toBeUndefined()
  })

  it('power-cycles through off', async () => {
    await bootUp()
    const phases: string[] = []
    machine.onChange(() => phases.push(seen()))
    machine.powerCycle()
    await clock.advance(300_000)
    expect(phases).toEqual(['off off', 'on post', 'on booting', 'on up'])
  })

  it('is switched on by a power cycle when it is off', async () => {
    machine.powerCycle()
    await clock.advance(machine.durations.powerOn)
    expect(seen()).toBe('on post')
  })

  it('obeys the newer of two orders', async () => {
    machine.powerOn()
    await clock.advance(500)
    machine.powerOff()
    await clock.advance(300_000)
    expect(seen()).toBe('off off')
    expect(machine.posts).toBe(0)

    await bootUp()
    machine.powerOff()
    machine.powerOn()
    await clock.advance(300_000)
    expect(seen()).toBe('on up')
  })

  it('does not notice an order for what it is already', async () => {
    await bootUp()
    const { boot } = machine
    machine.powerOn()
    await clock.advance(10_000)
    expect(machine.boot).toBe(boot)
    expect(machine.powerChanging).toBe(false)
  })

  it('switched off during POST never boots', async () => {
    machine.powerOn()
    await clock.advance(machine.durations.powerOn + 1_000)
    machine.powerOff()
    await clock.advance(300_000)
    expect(seen()).toBe('off off')
    expect(asked).toBe(0)
  })

  it('told to switch itself off boots and goes off', async () => {
    machine.bootPlanner = () => ({ os: 'poweroff', authorizedKeys: [] })
    const phases: string[] = []
    machine.onChange(() => phases.push(machine.phase))
    machine.powerOn()
    await clock.advance(300_000)
    expect(phases).toEqual(['post', 'booting', 'up', 'off'])
  })

  it('with nothing to boot stays on without a system', async () => {
    machine.bootPlanner = () => ({ os: 'none', authorizedKeys: [] })
    await bootUp()
    expect(seen()).toBe('on booting')
    expect(machine.boot).toBeUndefined()
  })

  it('tells the planner when its system is up', async () => {
    let up = ''
    machine.bootPlanner = () => ({ ...ephemeral, onUp: () => (up = machine.phase) })
    await bootUp()
    expect(up).toBe('up')
  })

  it('hears a graceful order only with a system that listens', async () => {
    machine.powerOn()
    await clock.advance(machine.durations.powerOn)
    machine.shutDown()
    await clock.advance(machine.durations.post + machine.durations.boot)
    expect(machine.phase).toBe('up')
    machine.shutDown()
    await clock.advance(machine.durations.powerOff)
    expect(machine.phase).toBe('off')
  })
})

describe('a BMC', () => {
  it('is silent while it resets, forgets its sessions, and leaves the host alone', async () => {
    await bootUp()
    const session = { token: 't', user: 'maas', openedAt: 0, lastUsedAt: 0 }
    machine.bmc.sessions.set('s', session)
    machine.resetBmc()
    expect({ reachable: machine.bmc.reachable, sessions: machine.bmc.sessions.size, phase: machine.phase }).toEqual({
      reachable: false,
      sessions: 0,
      phase: 'up',
    })
    await clock.advance(machine.durations.bmcReset)
    expect(machine.bmc.reachable).toBe(true)
  })

  it('has a certificate of its own, made once', async () => {
    const other = createWorld(clock, [{ hostname: 'a' }, { hostname: 'b' }])
    const [a, b] = await Promise.all(other.machines.map((each) => each.bmc.certificate()))
    expect(a?.sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(a?.sha256).not.toBe(b?.sha256)
    expect(await other.machine('a').bmc.certificate()).toBe(a)
  })
})
