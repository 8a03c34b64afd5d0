import { describe, expect, it } from 'vitest'
import { TestMaas } from './lab.ts'

const QUIET = { enable_ssh: '1', skip_bmc_config: '1', testing_scripts: 'none' }
const NAMES = Array.from({ length: 200 }, (_, index) => `srv${String(index + 1).padStart(3, '0')}`)

describe('a client that polls in lab time', () => {
  it('sees a commissioning, a rescue and a query of a silent BMC through on a clock that jumps', async () => {
    await using maas = await TestMaas.open([{ hostname: 'srv001' }], 'auto')
    const since = performance.now()
    const reach = async (status: number) => {
      for (let polls = 0; polls < 400; polls += 1) {
        if ((await maas.record('srv001')).status === status) return
        await maas.clock.sleep(5000)
      }
      throw new Error(`srv001 never reached ${status}`)
    }
    await maas.op('srv001', 'commission', QUIET)
    await reach(4)
    await maas.op('srv001', 'rescue_mode')
    await reach(16)
    await maas.op('srv001', 'exit_rescue_mode')
    await reach(4)
    maas.world.machine('srv001').bmc.reachable = false
    expect((await maas.call('GET', `machines/${maas.id('srv001')}/?op=query_power_state`)).status).toBe(504)
    expect(maas.door.leftovers()).toEqual([])
    expect(performance.now() - since).toBeLessThan(45_000)
  })
})

describe('200 machines', () => {
  it('are commissioned at once and followed by polls of 100 ids, all within seconds of wall time', async () => {
    await using maas = await TestMaas.open(NAMES.map((hostname) => ({ hostname })))
    const answers = await Promise.all(NAMES.map((hostname) => maas.op(hostname, 'commission', QUIET)))
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]))
    const ids = NAMES.map((hostname) => `id=${maas.id(hostname)}`)
    const since = performance.now()
    for (let poll = 0; poll < 8; poll += 1) {
      await maas.clock.advance(60_000)
      await maas.call('GET', `machines/?${ids.slice(0, 100).join('&')}`)
      await maas.call('GET', `machines/?${ids.slice(100).join('&')}`)
    }
    const ready = await maas.call('GET', 'machines/?status=ready')
    expect(ready.json).toHaveLength(200)
    expect(performance.now() - since).toBeLessThan(45_000)
  })

  it("answer GET machines/{id} in well under a millisecond of the server's time", async () => {
    await using maas = await TestMaas.open(NAMES.map((hostname) => ({ hostname, status: 'ready' as const })))
    const ids = NAMES.map((hostname) => maas.id(hostname))
    const rounds = 20
    const since = performance.now()
    for (let round = 0; round < rounds; round += 1) for (const id of ids) JSON.stringify(maas.door.record(id))
    expect((performance.now() - since) / (rounds * ids.length)).toBeLessThan(0.5)
    const requests = performance.now()
    for (let round = 0; round < 10; round += 1) await Promise.all(ids.map((id) => maas.call('GET', `machines/${id}/`)))
    expect(performance.now() - requests).toBeLessThan(45_000)
  })
})
