import { describe, expect, it } from 'vitest'
import type { ServerFacts } from '../../src/inventory/facts.ts'
import { serverLines } from '../../src/report/server-lines.ts'
import { serverTable } from '../../src/report/server-table.ts'
import { diskText, dimmText, gibibytes, modelText, nicText } from '../../src/report/server-words.ts'

const now = Date.parse('2026-01-01T13:00:00.000Z')
const EARLIER = '2026-01-01T12:58:00.000Z'
const fact = <Value>(value: Value, source: 'host' | 'bmc' | 'maas' | 'run' = 'host', observedAt = EARLIER) => ({
  value,
  source,
  observedAt,
})
const server: ServerFacts = {
  schema: 1,
  systemId: 'p3wxky',
  updatedAt: EARLIER,
  facts: {
    hostname: [fact('srv001', 'maas')],
    fqdn: [fact('srv001.maas', 'maas')],
    status: [fact('Ready', 'maas')],
    'system.vendor': [fact('HPE'), fact('HPE', 'maas', '2026-01-01T10:00:00.000Z')],
    'system.product': [fact('ProLiant DL360 Gen11')],
    'cpu.model': [fact('Xeon')],
    'cpu.sockets': [fact(2)],
    'cpu.cores': [fact(64)],
    'memory.mib': [fact(261_120), fact(262_144, 'maas')],
    'memory.dimms': [
      fact([
        { slot: 'A1', mib: 32_768, type: 'DDR5', mts: 4800, configuredMts: 4400 },
        { slot: 'B1', mib: 32_768 },
      ]),
    ],
    'bios.version': [fact('U54 v1.48')],
    'bmc.kind': [fact('iLO 6', 'bmc')],
    'bmc.address': [fact('192.168.1.100', 'bmc')],
    'run.deviceType': [fact('a1.c5.large', 'run', '2026-01-01T11:00:00.000Z')],
  },
}

describe('the facts of a server for people', () => {
  it('have their source and age; sources that agree share a line, those that do not have one each', () => {
    const lines = serverLines(server, { now })
    expect(lines[0]).toBe('srv001.maas  p3wxky')
    expect(lines).toContain('  vendor        HPE                   host, 2 min ago; maas, 3 h ago')
    expect(lines.filter((line) => line.includes('HPE'))).toHaveLength(1)
    const memory = lines.slice(lines.indexOf('Memory') + 1, lines.indexOf('BIOS') - 1)
    expect(memory.map((line) => line.replaceAll(/ {2,}/g, ' | '))).toEqual([
      ' | size | 255 GiB | host, 2 min ago',
      ' | 256 GiB | maas, 2 min ago',
      ' | DIMMs | A1 | 32 GiB DDR5 4800 MT/s (runs at 4400) | host, 2 min ago',
      ' | B1 | 32 GiB',
    ])
    expect(lines).not.toContain('Chassis')
  })

  it('in a table are a line a server, with a dash for what nobody told, and fit a terminal', () => {
    const unknown: ServerFacts = { schema: 1, systemId: 'q4', updatedAt: EARLIER, facts: {} }
    const [head, known, other] = serverTable([server, unknown], { width: 300, now })
    expect(head).toMatch(/^SERVER +ID +IN MAAS +MODEL +CPU +MEMORY +BIOS +BMC +LAST RUN +SEEN$/)
    expect(known?.split(/ {2,}/)).toEqual([
      'srv001',
      'p3wxky',
      'Ready',
      'HPE ProLiant DL360 Gen11',
      '2 × Xeon, 64 cores',
      '255 GiB',
      'U54 v1.48',
      'iLO 6 192.168.1.100',
      'a1.c5.large, 2 h ago',
      '2 min ago',
    ])
    expect(other?.split(/ {2,}/)).toEqual(['–', 'q4', '–', '–', '–', '–', '–', '–', '–', '2 min ago'])
    for (const line of serverTable([server], { width: 110, now })) expect(line.length).toBeLessThanOrEqual(110)
  })

  it('reach a terminal as text only', () => {
    const hostile = { ...server, facts: { ...server.facts, hostname: [fact('a\u009B31mb\u202Ec', 'maas')] } }
    const shown = [...serverLines(hostile, { now }), ...serverTable([hostile], { width: 300, now })].join('')
    expect(shown).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  })

  it('name disks, interfaces and modules in the units people know them by', () => {
    expect(diskText({ name: 'sda', bytes: 480_103_981_056, rotational: false, bus: 'sata', serial: 'S1' })).toBe(
      'sda  480.1 GB SSD sata  serial S1',
    )
    expect(diskText({ name: 'sdb', bytes: 7.6e12, rotational: true })).toBe('sdb  7.6 TB platters')
    expect(nicText({ name: 'eth0', mac: 'aa', linkMbps: 1000, mbps: 10_000, boot: true })).toBe(
      'eth0  aa  1000 Mbit/s (of 10000), boots from it',
    )
    expect(nicText({ name: 'eth1', connected: false, vendor: 'Intel' })).toBe('eth1  no link  Intel')
    expect(dimmText({ slot: 'A1', mib: 512, maker: 'Samsung', part: 'M1' })).toBe('A1  512 MiB  Samsung M1')
    expect([gibibytes(1024), gibibytes(1536)]).toEqual(['1 GiB', '1.5 GiB'])
  })

  it('call a Supermicro by its board where the system has no name', () => {
    const facts = { 'system.product': [fact('Super Server')], 'board.product': [fact('X11DPH-T')] }
    expect(modelText({ ...server, facts: { ...facts, 'system.vendor': [fact('Supermicro')] } })).toBe(
      'Supermicro X11DPH-T',
    )
  })
})
