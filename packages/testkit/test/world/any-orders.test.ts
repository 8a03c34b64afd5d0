import { array, assert, asyncProperty, boolean, constantFrom, integer, tuple } from 'fast-check'
import { expect, it } from 'vitest'
import { createLabClock } from '../../src/clock.ts'
import { createWorld } from '../../src/world/world.ts'

const orders = ['powerOn', 'powerOff', 'powerCycle', 'reboot', 'shutDown', 'resetBmc'] as const

it('whatever is ordered and when, a machine is never in two states at once, and settles in the one ordered last', async () => {
  const order = tuple(constantFrom(...orders), integer({ min: 0, max: 200_000 }))
  await assert(
    asyncProperty(array(order, { minLength: 1, maxLength: 12 }), boolean(), async (script, changesBios) => {
      const clock = createLabClock('stepped')
      try {
        const machine = createWorld(clock, [{ hostname: 'a' }]).machine('a')
        machine.bootPlanner = () => ({ os: 'ephemeral', authorizedKeys: [] })
        const consistent = () => {
          expect(machine.power === 'off').toBe(machine.phase === 'off')
          expect(machine.boot !== undefined).toBe(machine.phase === 'booting' || machine.phase === 'up')
        }
        machine.onChange(consistent)
        if (changesBios) machine.bios.pending.set('Sriov', 'Disabled')
        let booted: string | undefined
        let wanted: 'on' | 'off' = 'off'
        for (const [what, pause] of script) {
          booted = machine.boot?.bootId
          const { phase } = machine
          machine[what]()
          if (what === 'powerOn' || what === 'powerCycle') wanted = 'on'
          if (what === 'powerOff' || (what === 'shutDown' && phase === 'up')) wanted = 'off'
          await clock.advance(pause)
          consistent()
        }
        await clock.advance(3_600_000)
        expect(machine.phase).toBe(wanted === 'on' ? 'up' : 'off')
        expect(machine.powerChanging).toBe(false)
        expect(machine.bmc.reachable).toBe(true)
        if (script.at(-1)?.[0] === 'reboot')
          expect(machine.boot?.bootId === undefined || machine.boot.bootId !== booted).toBe(true)
        if (machine.posts > 0 && machine.phase === 'up') expect(machine.bios.pending.size).toBe(0)
      } finally {
        clock.close()
      }
    }),
    { numRuns: 300 },
  )
})
