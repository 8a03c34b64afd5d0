import { describe, expect, it } from 'vitest'
import { factOf, type Observation, type Observed } from '../../src/inventory/facts.ts'
import { ServerInventory } from '../../src/inventory/server-inventory.ts'
import { Redactor } from '../../src/redaction.ts'
import { MemoryStore } from '../../src/stores/memory-store.ts'
import { failure } from '../maas/fixtures.ts'
import { StateFolder } from '../stores/state-folder.ts'

const state = new StateFolder()
const at = (minute: number) => `2026-01-01T12:${String(minute).padStart(2, '0')}:00.000Z`
const by = (source: Observation['source'], minute: number, facts: Observed): Observation => ({
  source,
  observedAt: at(minute),
  facts,
})

describe('what is known of a server', () => {
  it('keeps the value of every source, the nearest to the hardware first', async () => {
    const inventory = new ServerInventory(new MemoryStore(), new Redactor())
    await inventory.note('a1b2c3', [by('maas', 1, { 'memory.mib': 262_144, hostname: 'srv001' })])
    const server = await inventory.note('a1b2c3', [by('host', 2, { 'memory.mib': 261_120 })])
    expect(server.facts['memory.mib']).toEqual([
      { value: 261_120, source: 'host', observedAt: at(2) },
      { value: 262_144, source: 'maas', observedAt: at(1) },
    ])
    expect([factOf(server, 'memory.mib'), factOf(server, 'hostname'), factOf(server, 'cpu.cores')]).toEqual([
      261_120,
      'srv001',
      undefined,
    ])
    expect(server).toMatchObject({ systemId: 'a1b2c3', updatedAt: at(2) })
  })

  it('replaces what a source said before, and leaves what it does not tell this time', async () => {
    const inventory = new ServerInventory(new MemoryStore(), new Redactor())
    await inventory.note('a1b2c3', [by('host', 1, { 'bios.version': '1.0', 'system.serial': 'S1' })])
    await inventory.note('a1b2c3', [by('host', 5, { 'bios.version': '1.1', 'system.serial': undefined })])
    const { facts } = (await inventory.get('a1b2c3'))!
    expect(facts['bios.version']).toEqual([{ value: '1.1', source: 'host', observedAt: at(5) }])
    expect(facts['system.serial']).toEqual([{ value: 'S1', source: 'host', observedAt: at(1) }])
  })

  it('loses nothing where several write at once', async () => {
    const inventory = new ServerInventory(await state.open(), new Redactor())
    const observed: Observed[] = [
      { 'system.serial': 'S1' },
      { 'bios.version': '1' },
      { 'cpu.cores': 4 },
      { fqdn: 'a.b' },
    ]
    await Promise.all(observed.map((facts) => inventory.note('a1b2c3', [by('host', 1, facts)])))
    const { facts } = (await inventory.get('a1b2c3'))!
    expect(Object.keys(facts).toSorted()).toEqual(['bios.version', 'cpu.cores', 'fqdn', 'system.serial'])
  })

  it('is there after a restart, and after every run is removed', async () => {
    const first = await state.open()
    await new ServerInventory(first, new Redactor()).note('a1b2c3', [by('host', 1, { 'system.serial': 'S1' })])
    await first.retain({ olderThan: new Date('2030-01-01') })
    await first.close()
    const second = new ServerInventory(await state.open(), new Redactor())
    expect(factOf((await second.get('a1b2c3'))!, 'system.serial')).toBe('S1')
  })

  it('holds no secret that is known', async () => {
    const redactor = new Redactor()
    redactor.add('hunter22')
    const inventory = new ServerInventory(new MemoryStore(), redactor)
    await inventory.note('a1b2c3', [by('host', 1, { 'memory.dimms': [{ slot: 'A1', mib: 1, part: 'hunter22' }] })])
    expect(JSON.stringify(await inventory.list())).not.toContain('hunter22')
  })

  it('is not written where nothing was told', async () => {
    const store = new MemoryStore()
    const inventory = new ServerInventory(store, new Redactor())
    await inventory.note('a1b2c3', [by('host', 1, {}), by('maas', 1, { hostname: undefined })])
    expect(await store.documents('servers').get('a1b2c3')).toBeUndefined()
  })

  it('of a document that is damaged or of a later version is what can be read; the rest of it stays', async () => {
    const store = new MemoryStore()
    const documents = store.documents('servers')
    await documents.put('bad1', 'no object')
    await documents.put('bad2', { schema: 2, systemId: 'bad2', facts: [] })
    await documents.put('a1b2c3', {
      schema: 2,
      systemId: 'a1b2c3',
      updatedAt: at(1),
      rack: 'r7',
      facts: {
        'cpu.cores': [{ value: 'many', source: 'host', observedAt: at(1) }],
        'gpu.model': [{ value: 'H100', source: 'host', observedAt: at(1) }],
        'system.serial': [{ value: 'S1', source: 'host', observedAt: at(1) }, 'garbage', null, { value: 'S2' }],
        disks: 'none',
      },
    })
    const inventory = new ServerInventory(store, new Redactor())
    expect((await inventory.list()).map(({ systemId }) => systemId)).toEqual(['a1b2c3'])
    const server = await inventory.note('a1b2c3', [by('host', 2, { 'bios.version': '1' })])
    expect(server).toMatchObject({
      schema: 2,
      rack: 'r7',
      facts: {
        'gpu.model': [{ value: 'H100' }],
        'system.serial': [{ value: 'S1', source: 'host', observedAt: at(1) }],
      },
    })
    expect(server.facts).not.toHaveProperty('disks')
    expect(factOf(server, 'cpu.cores')).toBeUndefined()
  })

  it('is found by system_id, host name and FQDN; a name that means two is refused with both', async () => {
    const inventory = new ServerInventory(new MemoryStore(), new Redactor())
    await inventory.note('a1b2c3', [by('maas', 1, { hostname: 'srv001', fqdn: 'srv001.hall1' })])
    await inventory.note('d4e5f6', [by('maas', 1, { hostname: 'srv001', fqdn: 'srv001.hall2' })])
    await inventory.note('x7y8z9', [by('maas', 1, { hostname: 'a1b2c3', fqdn: 'a1b2c3.hall2' })])
    expect((await inventory.get('SRV001.hall2'))?.systemId).toBe('d4e5f6')
    expect((await inventory.get('d4e5f6'))?.systemId).toBe('d4e5f6')
    await inventory.note('same', [by('maas', 1, { hostname: 'same' })])
    expect((await inventory.get('same'))?.systemId).toBe('same')
    expect(await inventory.get('nobody')).toBeUndefined()
    expect(await inventory.get('')).toBeUndefined()
    expect(await failure(inventory.get('srv001'))).toMatchObject({ code: 'inventory.ambiguous-server' })
    expect((await failure(inventory.get('a1b2c3'))).context['faults']).toEqual([
      'srv001.hall1 (a1b2c3)',
      'a1b2c3.hall2 (x7y8z9)',
    ])
  })
})
