import { describe, expect, it } from 'vitest'
import type { BatchCheck, BatchOrder } from '../../../src/index.ts'
import { testSite } from '../site.ts'

const TYPE = { deviceType: 'a1.c5.large' } as const
const fleet = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ hostname: `srv${String(index + 1).padStart(3, '0')}` }))
const problemsOf = ({ items }: BatchCheck) =>
  Object.fromEntries(
    items.filter(({ problems }) => problems.length > 0).map((item) => [item.serverId, item.problems.join('; ')]),
  )

describe('checking a batch', () => {
  it('finds nothing against servers that may be provisioned, and says who they are', async () => {
    await using site = await testSite({ servers: [...fleet(2), { hostname: 'srv003', status: 'ready' }] })
    const check = await site.hw.checkBatch({ servers: 'srv[001-003]', ...TYPE, perGroup: { by: 'zone', most: 1 } })
    expect([check.label, check.problems, problemsOf(check)]).toEqual(['srv[001-003] a1.c5.large', [], {}])
    expect(check.items[0]).toMatchObject({ serverId: 'srv001', hostname: 'srv001', group: 'default' })
    // a machine that was never commissioned says nothing of itself: no proof, and no problem
    expect(check.items[0]?.notes.join()).toContain('MAAS does not know its manufacturer')
    expect(check.items[2]?.notes).toEqual([])
  })

  it('asks MAAS as often for forty servers as for two', async () => {
    await using site = await testSite({ servers: fleet(40) })
    const calls = async (order: BatchOrder) => {
      const before = site.lab.log.entries.length
      await site.hw.checkBatch(order)
      return site.lab.log.entries.length - before
    }
    const few = await calls({ servers: 'srv[001-002]', ...TYPE })
    expect(few).toBeLessThanOrEqual(4)
    expect(await calls({ servers: 'srv[001-040]', ...TYPE })).toBe(few)
    expect(await calls({ servers: 'srv[001-040]', ...TYPE, ipmi: '10.77.0.[101-140]' })).toBeLessThanOrEqual(4)
  })

  it('names everything that speaks against a server, for each of them', async () => {
    await using site = await testSite({
      servers: [
        { hostname: 'srv001' },
        { hostname: 'srv002', status: 'deployed', owner: 'bob' },
        { hostname: 'srv003', status: 'allocated', owner: 'bob' },
        { hostname: 'srv004', model: 'hpe-dl360-gen11', status: 'ready' },
        { hostname: 'srv005', status: 'broken' },
        { hostname: 'srv006' },
        { hostname: 'srv007' },
      ],
      users: [{ name: 'bob', admin: false }],
    })
    const busy = await site.hw.manager.start(site.workflow({ serverId: 'srv006' }), { requestedBy: 'eve' })
    const id = site.lab.server('srv007').systemId
    const check = await site.hw.checkBatch({ servers: `srv[001-007],srv009,srv010-012,${id}`, ...TYPE })
    const problems = problemsOf(check)
    expect(Object.keys(problems).toSorted()).toEqual(
      [id, 'srv002', 'srv003', 'srv004', 'srv005', 'srv006', 'srv007', 'srv009', 'srv010-012'].toSorted(),
    )
    expect(problems['srv002']).toContain('bob')
    expect(problems['srv003']).toContain('belongs to bob')
    expect(problems['srv004']).toMatch(/it is not a a1\.c5\.large: its product is .*DL360/)
    expect(problems['srv005']).toContain('marked Broken')
    expect(problems['srv006']).toContain(`run ${busy.id}, which eve started`)
    expect(problems['srv007']).toBe(`it is in the batch twice, also as ${id}`)
    expect(problems['srv009']).toContain('MAAS shows no machine named "srv009"')
    expect(problems['srv010-012']).toContain('Did you mean srv[010-012]?')
    await busy.cancel({ by: 'test' })
    await busy.outcome()
  })

  it('finds addresses that are given twice, taken, promised, impossible or in no subnet with their gateway', async () => {
    await using site = await testSite({ servers: fleet(6) })
    const { power_address: taken = '' } = site.lab.server('srv006').powerParameters()
    const own = site.lab.server('srv004').powerParameters()['power_address']!
    const promised = await site.hw.manager.start(site.workflow({ serverId: 'srv005', targetIpmiIp: '10.77.9.9' }), {
      requestedBy: 'eve',
    })
    const sheet = [
      'server,device type,bmc,gateway,netmask',
      `srv001,a1.c5.large,${taken},,`,
      'srv002,a1.c5.large,10.77.9.9,,',
      'srv003,a1.c5.large,127.0.0.1,,',
      `srv004,a1.c5.large,${own},,`,
    ].join('\n')
    const problems = problemsOf(await site.hw.checkBatch({ sheet }))
    expect(problems['srv001']).toContain('belongs to the BMC of srv006')
    expect(problems['srv002']).toContain(`by run ${promised.id}`)
    expect(problems['srv003']).toContain('loopback')
    expect(problems['srv004']).toBeUndefined()
    const same = 'server,device type,bmc,gateway,netmask\n'
    const twice = await site.hw.checkBatch({
      sheet: `${same}srv001,a1.c5.large,10.77.8.8,10.77.9.1,255.255.255.0\nsrv002,a1.c5.large,10.77.8.8,,\n`,
    })
    expect(problemsOf(twice)['srv001']).toMatch(/not in 10\.77\.8\.0\/24.*belongs to srv002, in this batch/)
    expect(problemsOf(twice)['srv002']).toContain('belongs to srv001, in this batch')
    await promised.cancel({ by: 'test' })
    await promised.outcome()
  })

  it.each<[BatchOrder, string]>([
    [{}, 'servers: give servers, or a sheet'],
    [{ servers: 'srv001', sheet: 'server\nsrv001', ...TYPE }, 'not both'],
    [{ servers: 'srv[2-1]', ...TYPE }, 'runs backwards'],
    [{ servers: 'srv001' }, 'deviceType: is missing'],
    [{ servers: 'srv001', ...TYPE, atOnce: 0 }, 'atOnce: expected a whole number from 1'],
    [{ servers: 'srv001', ...TYPE, perGroup: { by: 'rack', most: 1 } }, 'racks are known from a sheet only'],
    [{ servers: 'srv001', ...TYPE, ipmi: 'pool' }, 'address pools are not offered'],
    [{ servers: 'srv[001-002]', ...TYPE, ipmi: '10.0.0.1' }, 'there are 2 servers and 1 address; give a range'],
    [{ servers: 'srv[001-002]', ...TYPE, ipmi: '10.0.0.[1-3]' }, 'there are 2 servers and 3 addresses'],
    [{ servers: 'srv001', ...TYPE, gateway: '10.0.0.1' }, 'gateway: goes with BMC addresses'],
    [{ sheet: 'server,bmc\nsrv001,x', ipmi: '10.0.0.1', ...TYPE }, 'a sheet has the addresses'],
    [{ sheet: 'server\n' }, 'no servers below the headings'],
  ])('%j is refused as it is written', async (order, words) => {
    await using site = await testSite({ servers: fleet(1) })
    expect((await site.hw.checkBatch(order)).problems.join('\n')).toContain(words)
    await expect(site.hw.provisionBatch(order, { requestedBy: 'ada' })).rejects.toMatchObject({ code: 'batch.refused' })
  })

  it('says by its line what is wrong in a sheet', async () => {
    await using site = await testSite({ servers: fleet(3) })
    const check = await site.hw.checkBatch({
      sheet: 'server,device type,bmc\nsrv001,,999.1.1.1\nsrv002,b9.large,\nsrv003,s0.d1.small,\n',
      perGroup: { by: 'rack', most: 1 },
    })
    const problems = problemsOf(check)
    expect(problems['srv001']).toMatch(
      /line 2, device type: is missing; line 2, rack: is missing.*line 2, targetIpmiIp: expected an IPv4/,
    )
    expect(problems['srv002']).toMatch(/There is no device type `b9\.large`/)
    expect(problems['srv003']).toMatch(/The device type `s0\.d1\.small` is not complete: of boards before X11/)
  })

  it('does not bother MAAS with what can be no name', async () => {
    await using site = await testSite({ servers: fleet(1) })
    const before = site.lab.log.entries.length
    const check = await site.hw.checkBatch({ sheet: 'server\n=cmd|calc\n../srv001\n', ...TYPE })
    expect(problemsOf(check)['=cmd|calc']).toBe(
      'line 2, serverId: expected a host name, an FQDN or a MAAS system_id, got "=cmd|calc"',
    )
    expect(Object.keys(problemsOf(check))).toHaveLength(2)
    expect(site.lab.log.entries.length).toBe(before)
  })

  it('ends when it is given up, while MAAS says nothing', async () => {
    await using site = await testSite({ servers: fleet(1) })
    site.lab.faults.always({ call: 'maas GET machines', mode: 'hang' })
    const given = new AbortController()
    const asked = site.lab.log.entries.length
    const check = site.hw.checkBatch({ servers: 'srv001', ...TYPE }, given.signal)
    const refused = expect(check).rejects.toThrow('enough')
    await expect.poll(() => site.lab.log.entries.length).toBeGreaterThan(asked)
    given.abort(new Error('enough'))
    await refused
  })

  it('does not hide that MAAS does not answer', async () => {
    await using site = await testSite({ servers: fleet(1) })
    site.lab.faults.always({ call: 'maas GET machines', mode: 'auth-failure' })
    await expect(site.hw.checkBatch({ servers: 'srv001', ...TYPE })).rejects.toMatchObject({ kind: 'auth' })
  })
})

describe('the list of servers', () => {
  it('has every machine with what one chooses by, in the order of their names', async () => {
    await using site = await testSite({ servers: [{ hostname: 'srv002', status: 'ready' }, { hostname: 'srv001' }] })
    const servers = await site.hw.servers()
    expect(servers.map(({ hostname, status }) => `${hostname} ${status}`)).toEqual(['srv001 New', 'srv002 Ready'])
    expect(servers[0]).toMatchObject({ pool: 'default', zone: 'default', systemId: site.lab.server('srv001').systemId })
  })
})
