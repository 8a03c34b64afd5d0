import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseDmidecode } from '../../src/inventory/dmidecode.ts'
import { factsOfDmi } from '../../src/inventory/facts-of-dmi.ts'
import { factNames, factValues } from '../../src/inventory/facts.ts'
import { DELL_R6515, HPE_DL360, SUPERMICRO_X11 } from './dmi-samples.ts'

const factsOf = (text: string) => factsOfDmi(parseDmidecode(text))
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/u

describe('the tables of a host', () => {
  it('of HPE give system, both processors, modules, ROM family with its number, and the iLO', () => {
    expect(factsOf(HPE_DL360)).toEqual({
      'system.vendor': 'HPE',
      'system.product': 'ProLiant DL360 Gen11',
      'system.family': 'ProLiant',
      'system.sku': 'P52498-B21',
      'system.serial': 'CZ20000001',
      'system.uuid': '35393250-3934-4b43-3230-303030303031',
      'board.vendor': 'HPE',
      'board.product': 'ProLiant DL360 Gen11',
      'board.serial': 'PWAAA0ARHG0001',
      'chassis.vendor': 'HPE',
      'chassis.type': 'Rack Mount Chassis',
      'chassis.serial': 'CZ20000001',
      'cpu.model': 'INTEL(R) XEON(R) GOLD 6430',
      'cpu.sockets': 2,
      'cpu.cores': 64,
      'cpu.threads': 128,
      'cpu.mhz': 2100,
      'memory.mib': 65_536,
      'memory.dimms': [dimm('PROC 1 DIMM 1', '80CE0123'), dimm('PROC 2 DIMM 1', '80CE0124')],
      'bios.vendor': 'HPE',
      'bios.version': 'U54 v1.48',
      'bios.date': '10/27/2023',
      'bmc.version': '1.62',
    })
  })

  it('of Dell are read past the comment lines; an empty socket does not count', () => {
    expect(factsOf(DELL_R6515)).toMatchObject({
      'system.serial': 'FLX0001',
      'board.product': '0R4CNN',
      'board.serial': '.FLX0001.CNFCP0000000B1.',
      'cpu.model': 'AMD EPYC 7502P 32-Core Processor',
      'cpu.sockets': 1,
      'cpu.cores': 32,
      'cpu.threads': 64,
      'memory.mib': 16_384,
      'memory.dimms': [{ slot: 'A1', mib: 16_384, maker: '00AD063200AD', part: 'HMA82GR7DJR8N-XN' }],
      'bios.version': '2.2.4',
    })
    expect(factsOf(DELL_R6515)).not.toHaveProperty(['bmc.version'])
  })

  it('of Supermicro give no placeholder as a value, the board with the processors, and no half a sum', () => {
    const facts = factsOf(SUPERMICRO_X11)
    expect(facts).toMatchObject({
      'system.product': 'Super Server',
      'board.product': 'X11DPH-T',
      'board.serial': 'ZM19AS000001',
      'chassis.serial': 'C829UAK46P10001',
      'cpu.cores': 12,
      'bios.version': '3.4',
      'memory.dimms': [{ slot: 'P1-DIMMA1', mib: 16_384, mts: 2933, configuredMts: 2400, maker: 'SK Hynix' }],
    })
    for (const name of [
      'system.serial',
      'system.version',
      'system.sku',
      'system.family',
      'chassis.version',
      'cpu.threads',
    ])
      expect(facts).not.toHaveProperty([name])
    expect(JSON.stringify(facts)).not.toMatch(/0123456789|filled by|NO DIMM|OUT OF SPEC/i)
  })

  it('are none in a text that is none', () => {
    for (const text of [
      '',
      '# dmidecode 3.4\n',
      'sudo: a password is required\n',
      'Handle 0x0001, DMI type 1, 27 bytes',
    ])
      expect(factsOf(text)).toEqual({})
  })

  it('are those of the first line of a label: no later one takes its place', () => {
    const text = 'Handle 0x0001, DMI type 1, 27 bytes\nSystem Information\n\tSerial Number: S1\n\tSerial Number: S2\n'
    expect(factsOf(text)).toEqual({ 'system.serial': 'S1' })
  })

  it('cut in the middle give what came', () => {
    const half = factsOf(HPE_DL360.slice(0, HPE_DL360.indexOf('Core Enabled')))
    expect(half).toMatchObject({ 'system.serial': 'CZ20000001', 'cpu.sockets': 1, 'cpu.cores': 32 })
    expect(half).not.toHaveProperty(['memory.mib'])
  })

  it('whatever a host prints, nothing throws, every fact has its shape and is one short printable line', () => {
    const labels = [
      ...new Set([...`${HPE_DL360}${SUPERMICRO_X11}`.matchAll(/^\t([^\t:]+): /gm)].map(([, label]) => label!)),
    ]
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.constantFrom(
        '\u001B[2J',
        '\u202Eabc',
        '__proto__',
        '9'.repeat(400),
        '-1',
        '1e9 GB',
        '999999999 TB',
        'x\ty',
        '\uD800',
      ),
      fc.integer({ min: 150, max: 500 }).map((length) => 'ab\u{1F600}'.repeat(length)),
    )
    const line = fc.oneof(
      fc
        .tuple(fc.constantFrom(...labels, '__proto__', 'constructor'), hostile)
        .map(([label, value]) => `\t${label}: ${value}`),
      fc.constantFrom(0, 1, 2, 3, 4, 17, 999).map((type) => `Handle 0x0001, DMI type ${type}, 27 bytes`),
      hostile,
    )
    fc.assert(
      fc.property(fc.array(line, { maxLength: 60 }), (lines) => {
        const facts = factsOf(lines.join('\n'))
        const misshapen = factNames.filter(
          (name) => facts[name] !== undefined && !factValues[name].safeParse(facts[name]).success,
        )
        const unfit = textsIn(facts).filter((text) => UNPRINTABLE.test(text) || Array.from(text).length > 200)
        expect([misshapen, unfit]).toEqual([[], []])
      }),
      { numRuns: 50 },
    )
  })

  it('of megabytes are read in a moment, and only so far', () => {
    const structure = 'Handle 0x0001, DMI type 17, 27 bytes\nMemory Device\n\tSize: 1 GB\n\tLocator: A1\n\n'
    expect(factsOf(structure.repeat(100_000))['memory.dimms']).toHaveLength(512)
  })
})

function dimm(slot: string, serial: string) {
  const module = { type: 'DDR5', mts: 4800, configuredMts: 4400, maker: 'HPE', part: 'P43328-B21' }
  return { slot, mib: 32_768, serial, ...module }
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(textsIn) : []
}
