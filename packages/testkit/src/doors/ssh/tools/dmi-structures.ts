import { memorySlotsOf, processorsOf, type MemorySlot, type Processor } from '../../../world/components.ts'
import { dmiOf } from '../../../world/dmi.ts'
import type { Machine } from '../../../world/machine.ts'
import type { HardwareModel } from '../../../world/model.ts'

/** One SMBIOS structure as dmidecode prints it; a value that is a list stands below its label. */
export interface Structure {
  readonly type: number
  readonly handle: number
  readonly length: number
  readonly title: string
  readonly fields: readonly (readonly [label: string, value: string | readonly string[]])[]
}

const NONE = 'Not Specified'
/** Of the nth structure of a type. */
const handle = (type: number, index: number) => index * 0x100 + type

/** Processor family and maker as dmidecode spells them. */
export function processorWords({ cpu, machine }: HardwareModel): { readonly family: string; readonly maker: string } {
  if (machine === 'aarch64') return { family: 'ARMv8', maker: cpu.model.split(/[ (]/)[0] ?? '' }
  if (cpu.model.startsWith('AMD')) return { family: 'Zen', maker: 'Advanced Micro Devices, Inc.' }
  return { family: 'Xeon', maker: 'Intel(R) Corporation' }
}

/**
 * The tables of a machine: firmware, system, board, chassis, caches, processors, memory (types 0 to 4, 7, 16, 17), fields and their order
 * as Debian's dmidecode 3.4 prints them (dmidecode.c). Assumed: handles, lengths, and the values that the model does not name.
 */
export function structuresOf(machine: Machine): readonly Structure[] {
  const processors = processorsOf(machine)
  const slots = memorySlotsOf(machine)
  return [
    ...strings(machine),
    ...processors.flatMap((processor) => caches(processor)),
    ...processors.map((processor) => processorStructure(machine.model, processor)),
    memoryArray(slots.length),
    ...slots.map((slot, index) => memoryDevice(machine.model, slot, index)),
  ]
}

function strings(machine: Machine): readonly Structure[] {
  const dmi = dmiOf(machine)
  const revisions = [
    ['BIOS Revision', dmi.biosRevision],
    ['Firmware Revision', dmi.firmwareRevision],
  ] as const
  return [
    {
      type: 0,
      handle: 0,
      length: 26,
      title: 'BIOS Information',
      fields: [
        ['Vendor', dmi.biosVendor],
        ['Version', dmi.biosVersion],
        ['Release Date', dmi.biosDate],
        // A revision of 255.255, which is "none" (SMBIOS 7.1), is not printed.
        ...revisions.filter(([, value]) => value !== NONE),
      ],
    },
    {
      type: 1,
      handle: 1,
      length: 27,
      title: 'System Information',
      fields: [
        ['Manufacturer', dmi.systemManufacturer],
        ['Product Name', dmi.systemProduct],
        ['Version', dmi.systemVersion],
        ['Serial Number', dmi.systemSerial],
        ['UUID', dmi.systemUuid],
        ['Wake-up Type', 'Power Switch'],
        ['SKU Number', dmi.systemSku],
        ['Family', dmi.systemFamily],
      ],
    },
    {
      type: 2,
      handle: 2,
      length: 17,
      title: 'Base Board Information',
      fields: [
        ['Manufacturer', dmi.boardManufacturer],
        ['Product Name', dmi.boardProduct],
        ['Version', dmi.boardVersion],
        ['Serial Number', dmi.boardSerial],
        ['Asset Tag', dmi.boardAssetTag],
        ['Features', ['Board is a hosting board', 'Board is replaceable']],
        ['Location In Chassis', NONE],
        ['Chassis Handle', '0x0003'],
        ['Type', 'Motherboard'],
        ['Contained Object Handles', '0'],
      ],
    },
    {
      type: 3,
      handle: 3,
      length: 21,
      title: 'Chassis Information',
      fields: [
        ['Manufacturer', dmi.chassisManufacturer],
        ['Type', dmi.chassisType],
        ['Lock', 'Not Present'],
        ['Version', dmi.chassisVersion],
        ['Serial Number', dmi.chassisSerial],
        ['Asset Tag', dmi.chassisAssetTag],
      ],
    },
  ]
}

/** Assumed: 64 kB, 1 MB and 1.5 MB a core. */
function caches({ socket, cores }: Processor): readonly Structure[] {
  return [64, 1024, 1536].map((kilobytes, level) => {
    const size = kilobytes * cores
    const shown = size % 1024 === 0 ? `${size / 1024} MB` : `${size} kB`
    return {
      type: 7,
      handle: handle(7, socket * 3 + level),
      length: 27,
      title: 'Cache Information',
      fields: [
        ['Socket Designation', `L${level + 1}-Cache`],
        ['Configuration', `Enabled, Not Socketed, Level ${level + 1}`],
        ['Operational Mode', 'Write Back'],
        ['Location', 'Internal'],
        ['Installed Size', shown],
        ['Maximum Size', shown],
        ['Supported SRAM Types', ['Synchronous']],
        ['Installed SRAM Type', 'Synchronous'],
        ['Speed', 'Unknown'],
        ['Error Correction Type', 'Single-bit ECC'],
        ['System Type', level === 2 ? 'Unified' : 'Data'],
        ['Associativity', '8-way Set-associative'],
      ],
    }
  })
}

function processorStructure(model: HardwareModel, { socket, cores, threads }: Processor): Structure {
  const { family, maker } = processorWords(model)
  const cache = (level: number) => `0x${hex(handle(7, socket * 3 + level))}`
  return {
    type: 4,
    handle: handle(4, socket),
    length: 48,
    title: 'Processor Information',
    fields: [
      ['Socket Designation', model.vendor === 'HPE' ? `Proc ${socket + 1}` : `CPU${socket + 1}`],
      ['Type', 'Central Processor'],
      ['Family', family],
      ['Manufacturer', maker],
      ['Version', model.cpu.model],
      ['Voltage', '1.6 V'],
      ['External Clock', '100 MHz'],
      ['Max Speed', '4000 MHz'],
      ['Current Speed', `${model.cpu.mhz} MHz`],
      ['Status', 'Populated, Enabled'],
      ['Upgrade', 'Other'],
      ['L1 Cache Handle', cache(0)],
      ['L2 Cache Handle', cache(1)],
      ['L3 Cache Handle', cache(2)],
      ['Serial Number', NONE],
      ['Asset Tag', 'UNKNOWN'],
      ['Part Number', NONE],
      ['Core Count', String(cores)],
      ['Core Enabled', String(cores)],
      ['Thread Count', String(threads)],
      ['Characteristics', ['64-bit capable', 'Multi-Core', ...(threads > cores ? ['Hardware Thread'] : [])]],
    ],
  }
}

function memoryArray(devices: number): Structure {
  return {
    type: 16,
    handle: handle(16, 0),
    length: 23,
    title: 'Physical Memory Array',
    fields: [
      ['Location', 'System Board Or Motherboard'],
      ['Use', 'System Memory'],
      ['Error Correction Type', 'Multi-bit ECC'],
      ['Maximum Capacity', '4 TB'],
      ['Error Information Handle', 'Not Provided'],
      ['Number Of Devices', String(devices)],
    ],
  }
}

/** Of an empty slot nothing is printed after its type (dmidecode 3.3 and later). Assumed: modules of one maker. */
function memoryDevice(model: HardwareModel, { locator, bank, module }: MemorySlot, index: number): Structure {
  const { type, part, speed, configured } = MODULES[model.memoryType ?? 'DDR4']
  const size = module === undefined ? 'No Module Installed' : sizeText(module.mib)
  return {
    type: 17,
    handle: handle(17, index),
    length: 84,
    title: 'Memory Device',
    fields: [
      ['Array Handle', `0x${hex(handle(16, 0))}`],
      ['Error Information Handle', 'Not Provided'],
      ['Total Width', module === undefined ? 'Unknown' : '72 bits'],
      ['Data Width', module === undefined ? 'Unknown' : '64 bits'],
      ['Size', size],
      ['Form Factor', 'DIMM'],
      ['Set', 'None'],
      ['Locator', locator],
      ['Bank Locator', bank],
      ['Type', module === undefined ? 'Unknown' : type],
      ['Type Detail', module === undefined ? 'Unknown' : 'Synchronous Registered (Buffered)'],
      ...(module === undefined
        ? []
        : ([
            ['Speed', `${speed} MT/s`],
            ['Manufacturer', 'Samsung'],
            ['Serial Number', module.serial],
            ['Asset Tag', model.vendor === 'Supermicro' ? `${locator}_AssetTag (date:20/39)` : NONE],
            ['Part Number', part],
            ['Rank', '2'],
            ['Configured Memory Speed', `${configured} MT/s`],
            ['Minimum Voltage', '1.2 V'],
            ['Maximum Voltage', '1.2 V'],
            ['Configured Voltage', '1.2 V'],
          ] as const)),
    ],
  }
}

/** Registered modules of 32 GiB, by Samsung's public part numbers. */
const MODULES = {
  DDR4: { type: 'DDR4', part: 'M393A4K40DB3-CWE', speed: 3200, configured: 2933 },
  DDR5: { type: 'DDR5', part: 'M321R4GA3BB6-CQK', speed: 4800, configured: 4400 },
} as const

/** In the largest unit that it is a whole number of, as `dmi_print_memory_size` has it. */
function sizeText(mib: number): string {
  return mib % 1024 === 0 ? `${mib / 1024} GB` : `${mib} MB`
}

function hex(value: number): string {
  return value.toString(16).padStart(4, '0').toUpperCase()
}
