import { describe, expect, it } from 'vitest'
import type { BatchRecord } from '../../../src/index.ts'
import { testSite, type TestSite } from '../site.ts'

const LONG = { timeout: 120_000 }
const fleet = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ hostname: `srv${String(index + 1).padStart(3, '0')}` }))
const ends = ({ items }: BatchRecord) => items.map(({ status, outcome }) => outcome ?? status)
const commissionings = (site: TestSite, server: string) =>
  site.lab.log.of('maas POST machines/{id}?op=commission', server).filter(({ effect }) => effect !== 'none').length

describe('a batch of servers', () => {
  it(
    'takes six racked servers to ready, canary first, each with its BMC address, and asks for none of them twice',
    LONG,
    async () => {
      await using site = await testSite({ servers: fleet(6) })
      const { hw, lab } = site
      const begun: string[] = []
      hw.manager.onEvent((event) => {
        if (event.type === 'workflow.created') begun.push(event.label.split('.')[0]!)
        if (event.type === 'workflow.status' && event.to === 'COMPLETED') begun.push('end')
      })
      const sheet = ['Server;Device type;BMC address;Rack']
      const at = (index: number) => lab.server(`srv00${index}`).powerParameters()['power_address']!
      const target = (index: number) => at(index).replace(/\d+$/, String(200 + index))
      for (let index = 1; index <= 6; index += 1) sheet.push(`srv00${index};a1.c5.large;${target(index)};r${index % 2}`)
      const targets = [1, 2, 3, 4, 5, 6].map(target)
      const batch = await hw.provisionBatch(
        { sheet: sheet.join('\r\n'), atOnce: 3, perGroup: { by: 'rack', most: 2 }, canary: 1 },
        { requestedBy: 'ada', via: 'slack', idempotencyKey: 'slack/1' },
      )
      const end = await batch.outcome()
      expect(ends(end)).toEqual(Array(6).fill('COMPLETED'))
      expect(end.label).toBe('rack sheet, 6 servers, a1.c5.large')
      expect(begun.slice(0, 2)).toEqual(['srv001', 'end'])
      for (let index = 1; index <= 6; index += 1) {
        expect(lab.server(`srv00${index}`).powerParameters()['power_address']).toBe(targets[index - 1])
        expect(commissionings(site, `srv00${index}`)).toBe(1)
      }
      const { records } = await hw.manager.list({ limit: 10 })
      expect(records.every((run) => run.batch === batch.id && run.requestedBy === 'ada' && run.via === 'slack')).toBe(
        true,
      )
      await lab.clock.settled()
      lab.assertClean()
    },
  )

  it('goes on with the others when one fails, until too many have', LONG, async () => {
    await using site = await testSite({ servers: fleet(5) })
    for (const server of ['srv001', 'srv003'])
      site.lab.faults.always({ server, call: 'ilorest login', mode: 'wrong-status' })
    const batch = await site.hw.provisionBatch(
      { servers: 'srv[001-005]', deviceType: 'a1.c5.large', atOnce: 1, maxFailures: 1, retryCount: 0 },
      { requestedBy: 'ada' },
    )
    const paused = await new Promise<BatchRecord>((resolve) => {
      site.hw.manager.onBatch((record) => record.status === 'paused' && resolve(record))
    })
    expect(ends(paused)).toEqual(['FAILED', 'COMPLETED', 'FAILED', 'waiting', 'waiting'])
    expect(paused.items[0]?.error?.code).toBeDefined()
    await site.hw.manager.cancelBatch(batch.id, { by: 'bob' })
    expect(ends(await batch.outcome())).toEqual(['FAILED', 'COMPLETED', 'FAILED', 'left-out', 'left-out'])
    expect(commissionings(site, 'srv004')).toBe(0)
  })

  it('is refused as a whole where one server cannot be, and starts nothing', LONG, async () => {
    await using site = await testSite({
      servers: [...fleet(2), { hostname: 'srv003', status: 'deployed', owner: 'bob' }],
      users: [{ name: 'bob', admin: false }],
    })
    const refused = site.hw.provisionBatch(
      { servers: 'srv[001-004]', deviceType: 'a1.c5.large' },
      { requestedBy: 'ada' },
    )
    await expect(refused).rejects.toMatchObject({
      code: 'batch.refused',
      kind: 'invalid',
      context: { problems: [expect.stringMatching(/^srv003: /), expect.stringMatching(/^srv004: /)] },
    })
    expect((await site.hw.manager.list({})).records).toEqual([])
    expect(await site.hw.manager.batches()).toEqual([])
  })

  it('is the same batch for the same key, also while its machines are busy with it', LONG, async () => {
    await using site = await testSite({ servers: fleet(2) })
    const order = { servers: 'srv[001-002]', deviceType: 'a1.c5.large' } as const
    const click = () => site.hw.provisionBatch(order, { requestedBy: 'ada', idempotencyKey: 'slack/2' })
    const [one, two] = await Promise.all([click(), click()])
    expect((await click()).id).toBe(one.id)
    expect(two.id).toBe(one.id)
    await expect(
      site.hw.provisionBatch({ ...order, atOnce: 1 }, { requestedBy: 'ada', idempotencyKey: 'slack/2' }),
    ).rejects.toMatchObject({ code: 'batch.idempotency-mismatch' })
    expect(ends(await one.outcome())).toEqual(['COMPLETED', 'COMPLETED'])
  })
})
