import { normaliseVendor } from '../devices/vendors.ts'
import type { DmiStructure } from './dmidecode.ts'
import type { Dimm, Observed } from './facts.ts'
import { said, saidNumber, saidSku, saidUuid } from './says-something.ts'

/** SMBIOS types that facts are taken from: the argument of `dmidecode -t`. */
export const DMI_TYPES = [0, 1, 2, 3, 4, 17] as const

/** More slots than any server has. */
const MOST_DIMMS = 512

/** What the host's firmware tables tell of it. Fields of the structures: SMBIOS 3, 7.1 to 7.5 and 7.18, in dmidecode's words. */
export function factsOfDmi(structures: readonly DmiStructure[]): Observed {
  const first = (type: number) => structures.find((structure) => structure.type === type)
  const [firmware, system, board, chassis] = [first(0), first(1), mainBoard(structures), first(3)]
  const vendor = said(system?.values.get('Manufacturer'))
  return told({
    'system.vendor': vendor,
    'system.product': said(system?.values.get('Product Name')),
    'system.family': said(system?.values.get('Family')),
    'system.version': said(system?.values.get('Version')),
    'system.sku': saidSku(system?.values.get('SKU Number')),
    'system.serial': said(system?.values.get('Serial Number')),
    'system.uuid': saidUuid(system?.values.get('UUID')),
    'board.vendor': said(board?.values.get('Manufacturer')),
    'board.product': said(board?.values.get('Product Name')),
    'board.version': said(board?.values.get('Version')),
    'board.serial': said(board?.values.get('Serial Number')),
    'chassis.vendor': said(chassis?.values.get('Manufacturer')),
    'chassis.type': said(chassis?.values.get('Type')),
    'chassis.version': said(chassis?.values.get('Version')),
    'chassis.serial': said(chassis?.values.get('Serial Number')),
    ...processors(structures.filter(({ type }) => type === 4)),
    ...memory(structures.filter(({ type }) => type === 17)),
    ...firmwareOf(firmware, normaliseVendor(vendor ?? '') === 'hpe'),
  })
}

/** Blade and multi-node chassis list several boards; the one with the processors says so. */
function mainBoard(structures: readonly DmiStructure[]): DmiStructure | undefined {
  const boards = structures.filter(({ type }) => type === 2)
  return boards.find(({ values }) => values.get('Type') === 'Motherboard') ?? boards[0]
}

/**
 * HPE gives the ROM family as version (`U54`) and the number as `BIOS Revision`, and its iLO as the embedded controller
 * (`Firmware Revision`); other vendors' revisions are those of the firmware's core and say nothing of the release.
 */
function firmwareOf(firmware: DmiStructure | undefined, isHpe: boolean): Observed {
  const value = (label: string) => said(firmware?.values.get(label))
  const version = value('Version')
  const revision = value('BIOS Revision')
  return {
    'bios.vendor': value('Vendor'),
    'bios.version': isHpe && version && revision ? `${version} v${revision}` : version,
    'bios.date': value('Release Date'),
    'bmc.version': isHpe ? value('Firmware Revision') : undefined,
  }
}

function processors(sockets: readonly DmiStructure[]): Observed {
  const populated = sockets.filter(({ values }) => {
    const type = values.get('Type')
    return (type === undefined || type === 'Central Processor') && !values.get('Status')?.startsWith('Unpopulated')
  })
  if (populated.length === 0) return {}
  const models = new Set(populated.flatMap(({ values }) => said(values.get('Version')) ?? []))
  return {
    'cpu.model': models.size === 0 ? undefined : said([...models].join(' + ')),
    'cpu.sockets': populated.length,
    'cpu.cores': sum(populated, 'Core Count'),
    'cpu.threads': sum(populated, 'Thread Count'),
    'cpu.mhz': measured(populated[0]?.values.get('Current Speed'), 'MHz'),
  }
}

/** Undefined where one of them does not tell: half a sum is no fact. */
function sum(structures: readonly DmiStructure[], label: string): number | undefined {
  const counts = structures.map(({ values }) => saidNumber(values.get(label), 65_535))
  return counts.includes(undefined) ? undefined : counts.reduce<number>((total, count) => total + (count ?? 0), 0)
}

function memory(slots: readonly DmiStructure[]): Observed {
  const dimms = slots.slice(0, MOST_DIMMS).flatMap(dimm)
  if (slots.length === 0) return {}
  return {
    'memory.mib': dimms.length === 0 ? undefined : dimms.reduce((total, { mib }) => total + mib, 0),
    'memory.dimms': dimms,
  }
}

function dimm({ values }: DmiStructure): Dimm[] {
  const mib = mebibytes(values.get('Size'))
  if (mib === undefined) return []
  return [
    told({
      slot: said(values.get('Locator')) ?? 'unnamed slot',
      mib,
      type: said(values.get('Type')),
      mts: transfers(values.get('Speed')),
      configuredMts: transfers(values.get('Configured Memory Speed') ?? values.get('Configured Clock Speed')),
      maker: said(values.get('Manufacturer')),
      part: said(values.get('Part Number')),
      serial: said(values.get('Serial Number')),
    }) as Dimm,
  ]
}

/** `32 GB` and `32768 MB`: dmidecode's units are powers of two. `No Module Installed` is no size. */
function mebibytes(size: string | undefined): number | undefined {
  const [, amount, unit] = /^(\d{1,9}) (kB|MB|GB|TB)$/.exec(size?.trim() ?? '') ?? []
  return saidNumber(Math.floor(Number(amount ?? 0) * (MIB_OF.get(unit ?? '') ?? 0)))
}

const MIB_OF: ReadonlyMap<string, number> = new Map([
  ['kB', 1 / 1024],
  ['MB', 1],
  ['GB', 1024],
  ['TB', 1_048_576],
])

/** dmidecode before 3.1 called them MHz. */
function transfers(speed: string | undefined): number | undefined {
  return measured(speed, 'MT/s') ?? measured(speed, 'MHz')
}

function measured(text: string | undefined, unit: string): number | undefined {
  const [, amount, found] = /^(\d{1,9}) (\S+)$/.exec(text?.trim() ?? '') ?? []
  return found === unit ? saidNumber(amount) : undefined
}

/** Without the names that nobody told. */
function told<Facts extends object>(facts: Facts): Facts {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as Facts
}
