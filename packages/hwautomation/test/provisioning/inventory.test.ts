import { createLab } from '@hwautomation/testkit'
import { describe, expect, it } from 'vitest'
import { factOf, MemoryStore, type Documents, type FactName, type ServerFacts } from '../../src/index.ts'
import { failure } from '../maas/fixtures.ts'
import { matrixSite } from './matrix/scenario.ts'
import { testSite, type TestSite } from './site.ts'

const sources = ({ facts }: ServerFacts, name: FactName) => facts[name]?.map(({ source }) => source)

/** Keeps runs, and can keep nothing of servers. */
class ForgetfulStore extends MemoryStore {
  override documents(collection: string): Documents {
    const documents = super.documents(collection)
    if (collection === 'servers') documents.put = () => Promise.reject(new Error('no room'))
    return documents
  }
}

async function provisioned(site: TestSite, request = {}) {
  const run = await site.hw.manager.start(site.workflow(request), { requestedBy: 'ada' })
  return run.outcome()
}

describe('a run', () => {
  it('leaves what host, BMC and MAAS told of the hardware in the inventory, each with its source', async () => {
    await using site = await testSite()
    const end = await provisioned(site, { targetIpmiIp: '192.168.1.100' })
    expect([end.status, end.warnings]).toEqual(['COMPLETED', []])
    const { machine } = site.lab.server('srv001')
    const server = (await site.hw.inventory.get('srv001'))!
    expect(server.systemId).toBe(end.record.resource)
    expect(sources(server, 'system.serial')).toEqual(['host', 'maas'])
    expect(sources(server, 'memory.mib')).toEqual(['host', 'maas'])
    expect(sources(server, 'bmc.version')).toEqual(['host', 'bmc'])
    expect(server.facts['bios.version']?.map(({ value, source }) => [source, value])).toEqual([
      ['host', 'R11 v1.60'],
      ['maas', 'R11'],
    ])
    expect(factOf(server, 'memory.dimms')).toHaveLength(8)
    expect(factOf(server, 'disks')).toMatchObject([{ name: 'sda', rotational: false }])
    expect(factOf(server, 'nics')).toMatchObject([
      { mac: machine.nics[0]?.mac, boot: true },
      { mac: machine.nics[1]?.mac, boot: false },
    ])
    const expected: Partial<Record<FactName, unknown>> = {
      status: 'Ready',
      'system.serial': machine.serial,
      'system.uuid': machine.uuid,
      'cpu.cores': 80,
      'memory.mib': 262_144,
      'bmc.kind': 'iLO 6',
      'bmc.address': '192.168.1.100',
      'bmc.mac': machine.bmc.network.mac,
      'bmc.powerType': 'ipmi',
      'run.deviceType': 'a1.c5.large',
      'run.tag': 'hw-type-a1-c5-large',
      'run.id': end.record.id,
    }
    for (const [name, value] of Object.entries(expected))
      expect([name, factOf(server, name as FactName)]).toEqual([name, value])
    expect(site.lab.log.of('dmidecode -t', 'srv001')).toHaveLength(1)
    site.lab.assertClean()
  })

  it.each([
    ['wrong-status', 'dmidecode ended with 1 and gave no tables: /dev/mem: No such file or directory'],
    ['hang', 'did not end within'],
  ] as const)(
    'whose dmidecode meets %s is COMPLETED with a warning; the rest is known all the same',
    async (mode, words) => {
      await using lab = await createLab({ servers: [{ hostname: 'srv001', model: 'hpe-rl300' }] })
      await using site = await matrixSite(lab)
      lab.faults.always({ call: 'dmidecode -t', mode })
      const run = await site.hw.manager.start(site.workflow({ serverId: 'srv001', deviceType: 'a1.c5.large' }))
      const end = await run.outcome()
      expect(end.status).toBe('COMPLETED')
      expect(end.warnings).toMatchObject([
        { code: 'inventory.not-collected', step: 'retrieve-ip', message: expect.stringContaining(words) },
      ])
      const server = (await site.hw.inventory.get('srv001'))!
      expect([sources(server, 'system.serial'), sources(server, 'bmc.version')]).toEqual([['maas'], ['bmc']])
      expect(factOf(server, 'run.deviceType')).toBe('a1.c5.large')
      lab.assertClean()
    },
  )

  it('that fails says how MAAS has the machine after the clean-up', async () => {
    await using site = await testSite()
    site.lab.faults.always({ call: 'ilorest login', mode: 'auth-failure' })
    expect((await provisioned(site)).status).toBe('FAILED')
    const server = (await site.hw.inventory.get('srv001'))!
    expect([factOf(server, 'status'), factOf(server, 'cpu.cores')]).toEqual(['Ready', 80])
    expect(factOf(server, 'run.deviceType')).toBeUndefined()
  })

  it('whose facts cannot be written down is COMPLETED, with a warning', async () => {
    await using site = await testSite({}, { store: new ForgetfulStore() })
    const end = await provisioned(site)
    expect(end.status).toBe('COMPLETED')
    expect(new Set(end.warnings.map(({ code }) => code))).toEqual(new Set(['inventory.not-kept']))
  })
})

describe('a refresh', () => {
  it('reads one machine, or every one, from MAAS, with the address of its BMC; nothing is changed there', async () => {
    await using site = await testSite({
      servers: [
        { hostname: 'srv001', model: 'hpe-rl300', status: 'ready' },
        { hostname: 'srv002', model: 'hpe-dl360-gen11' },
      ],
    })
    expect(await site.hw.inventory.list()).toEqual([])
    const server = await site.hw.inventory.refresh('srv001.maas')
    expect(factOf(server, 'bmc.address')).toBe(site.lab.server('srv001').machine.bmc.network.address)
    expect([factOf(server, 'cpu.threads'), sources(server, 'memory.mib')]).toEqual([80, ['maas']])
    expect((await site.hw.inventory.list()).map((one) => factOf(one, 'hostname'))).toEqual(['srv001'])
    const both = await site.hw.inventory.refreshAll()
    expect(both.map((one) => [factOf(one, 'hostname'), factOf(one, 'cpu.threads')])).toEqual([
      ['srv001', 80],
      ['srv002', undefined],
    ])
    expect(site.lab.log.calls().filter((call) => !call.startsWith('maas GET'))).toEqual([])
    expect(await failure(site.hw.inventory.refresh('typo'))).toMatchObject({ code: 'maas.no-such-machine' })
  })

  it('of somebody who is no administrator does without the BMC’s address', async () => {
    await using site = await testSite({ servers: [{ hostname: 'srv001', model: 'hpe-rl300', status: 'ready' }] })
    site.lab.faults.always({ call: 'maas GET machines/{id}?op=power_parameters', mode: 'wrong-status', status: 403 })
    const server = await site.hw.inventory.refresh('srv001')
    expect([factOf(server, 'bmc.address'), factOf(server, 'cpu.threads')]).toEqual([undefined, 80])
  })
})
