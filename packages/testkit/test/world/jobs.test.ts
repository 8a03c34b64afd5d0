import { array, assert, asyncProperty, constantFrom, integer, tuple } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createLabClock } from '../../src/clock.ts'
import { dmiOf } from '../../src/world/dmi.ts'
import { hardwareModels } from '../../src/world/models.ts'
import { createWorld } from '../../src/world/world.ts'

const dells = hardwareModels.filter(({ vendor }) => vendor === 'Dell')

describe('the Dell models', () => {
  it.each(dells.map((model) => [model.id, model] as const))('%s has a consistent BIOS', (_id, model) => {
    const names = new Set(model.biosAttributes.map(({ name }) => name))
    expect(names.size).toBe(model.biosAttributes.length)
    expect(names.size).toBeGreaterThan(120)
    for (const attribute of model.biosAttributes) {
      expect(attribute.group).toMatch(/^[A-Z]\w+$/)
      if (attribute.values !== undefined) expect(attribute.values).toContain(attribute.default)
      for (const condition of attribute.lockedWhile ?? []) {
        const other = model.biosAttributes.find(({ name }) => name === condition.attribute)
        if (other?.values !== undefined) expect(other.values).toContain(condition.is ?? condition.isNot)
        expect([attribute.name, other?.name]).toEqual([attribute.name, condition.attribute])
      }
    }
    for (const { when, follow } of model.biosImplications ?? [])
      for (const [name, value] of Object.entries({ [when.attribute]: when.is ?? '', ...follow }))
        expect([name, model.biosAttributes.find((attribute) => attribute.name === name)?.values]).toEqual([
          name,
          expect.arrayContaining([value]),
        ])
  })

  it.each(dells.map((model) => [model.id, model] as const))('%s is what Dell writes on its boards', (_id, model) => {
    const clock = createLabClock('stepped')
    const machine = createWorld(clock, [{ hostname: 'a', model: model.id }]).machine('a')
    expect(dmiOf(machine)).toMatchObject({
      systemManufacturer: 'Dell Inc.',
      systemProduct: expect.stringMatching(/^PowerEdge R\d+$/) as string,
      systemSerial: 'LAB0001',
      boardProduct: expect.stringMatching(/^0[A-Z0-9]{5}$/) as string,
      biosVendor: 'Dell Inc.',
      biosVersion: model.biosVersion,
    })
    expect(machine.uuid).toMatch(/^4c4c4544-00/)
    expect(machine.bmc).toMatchObject({ lanChannel: 1, hostName: 'idrac-LAB0001' })
    expect(machine.bmc.users.map(({ id, name }) => [id, name])).toEqual([
      [2, 'root'],
      [3, 'maas'],
    ])
    clock.close()
  })
})

const orders = ['powerOn', 'powerOff', 'powerCycle', 'reboot', 'shutDown', 'resetBmc', 'order', 'clear'] as const

it('whatever is ordered and when, one job at most is under way, none runs on a server that is off, and each ends', async () => {
  const order = tuple(constantFrom(...orders), integer({ min: 0, max: 400_000 }))
  await assert(
    asyncProperty(array(order, { minLength: 1, maxLength: 12 }), async (script) => {
      const clock = createLabClock('stepped')
      try {
        const machine = createWorld(clock, [{ hostname: 'a', model: 'dell-r650' }]).machine('a')
        machine.bootPlanner = () => ({ os: 'ephemeral', authorizedKeys: [] })
        const jobs = machine.jobs!
        const consistent = () => {
          const open = jobs.all.filter(({ status }) => status === 'Scheduled' || status === 'Running')
          expect(open.length).toBeLessThanOrEqual(1)
          if (machine.power === 'off') expect(open.map(({ status }) => status)).not.toContain('Running')
        }
        for (const [what, pause] of script) {
          if (what === 'order') {
            if (jobs.underWay === undefined) machine.bios.pending.set('LogicalProc', 'Disabled')
            jobs.schedule(jobs.newId('JID'))
          } else if (what === 'clear') jobs.clear(false)
          else machine[what]()
          consistent()
          await clock.advance(pause)
          consistent()
        }
        machine.powerOn()
        await clock.advance(3_600_000)
        machine.reboot()
        await clock.advance(3_600_000)
        expect(jobs.underWay).toBeUndefined()
        const ends = jobs.all.map(({ status, percent }) => [status, percent])
        for (const end of ends)
          expect([
            ['Completed', 100],
            ['Failed', 100],
          ]).toContainEqual(end)
        expect(new Set(jobs.all.map(({ id }) => id)).size).toBe(jobs.all.length)
      } finally {
        clock.close()
      }
    }),
    { numRuns: 150 },
  )
})
