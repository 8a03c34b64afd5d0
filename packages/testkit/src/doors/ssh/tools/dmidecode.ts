import type { Machine } from '../../../world/machine.ts'
import type { Program } from '../programs/program.ts'
import { runTool, type ToolIo } from './run-tool.ts'

const KEYWORDS =
  'bios-vendor bios-version bios-release-date bios-revision firmware-revision system-manufacturer system-product-name system-version system-serial-number system-uuid system-sku-number system-family baseboard-manufacturer baseboard-product-name baseboard-version baseboard-serial-number baseboard-asset-tag chassis-manufacturer chassis-type chassis-version chassis-serial-number chassis-asset-tag processor-family processor-manufacturer processor-version processor-frequency'.split(
    ' ',
  )
const TYPE_WORDS: Readonly<Record<string, readonly number[]>> = {
  bios: [0, 13],
  system: [1, 12, 15, 23, 32],
  baseboard: [2, 10, 41],
  chassis: [3],
  processor: [4],
  memory: [5, 6, 16, 17],
  cache: [7],
  connector: [8],
  slot: [9],
}

/**
 * dmidecode 3.4 over sysfs: -s, -t, -q, --version. Layout as printed by Debian's 3.4. Assumed, for want of a dump of these models:
 * SMBIOS 3.3.0, one structure of a type with the type as its handle, lengths, and the values that the model does not name.
 */
export const dmidecode: Program = (process) => {
  const args = process.argv.slice(1)
  return runTool(process, {
    call: `dmidecode${args.length > 0 && /^-[st]$/.test(args[0] ?? '') ? ` ${args[0]}` : ''}`,
    mutating: false,
    detail: args.join(' '),
    seconds: 0.1,
    refusal: (status) => ({ text: '/dev/mem: No such file or directory\n', code: status ?? 1 }),
    run: (io) => print(process.host.machine, process.uid, args, io),
  })
}

function print(machine: Machine, uid: number, args: readonly string[], io: ToolIo): number {
  const quiet = args.includes('-q')
  const keywordAt = args.findIndex((arg) => arg === '-s' || arg === '--string')
  const typeAt = args.findIndex((arg) => arg === '-t' || arg === '--type')
  if (args.includes('--version') || args.includes('-V')) {
    io.out('3.4\n')
    return 0
  }
  if (keywordAt >= 0) {
    const keyword = args[keywordAt + 1]
    if (keyword === undefined || !KEYWORDS.includes(keyword)) {
      io.err(
        `${keyword === undefined ? "dmidecode: option requires an argument -- 's'\nString keyword expected" : `Invalid string keyword: ${keyword}`}\nValid string keywords are:\n${KEYWORDS.map((word) => `  ${word}\n`).join('')}`,
      )
      return 2
    }
    if (uid !== 0) return denied(io)
    for (const value of valuesOf(machine, keyword)) io.out(`${value}\n`)
    return 0
  }
  let types: number[] | undefined
  if (typeAt >= 0) {
    const word = args[typeAt + 1] ?? ''
    const numbers = word
      .split(',')
      .flatMap((part) => (/^\d+$/.test(part) ? [Number(part)] : (TYPE_WORDS[part] ?? [Number.NaN])))
    if (numbers.some(Number.isNaN)) {
      io.err(
        `Invalid type keyword: ${word}\nValid type keywords are:\n${Object.keys(TYPE_WORDS)
          .map((name) => `  ${name}\n`)
          .join('')}`,
      )
      return 2
    }
    types = numbers
  }
  if (uid !== 0) {
    if (!quiet) io.out('# dmidecode 3.4\n')
    return denied(io)
  }
  if (!quiet) io.out('# dmidecode 3.4\nGetting SMBIOS data from sysfs.\nSMBIOS 3.3.0 present.\n\n')
  for (const structure of structuresOf(machine)) {
    if (types !== undefined && !types.includes(structure.type)) continue
    if (!quiet)
      io.out(
        `Handle 0x${structure.type.toString(16).padStart(4, '0').toUpperCase()}, DMI type ${structure.type}, ${structure.length} bytes\n`,
      )
    io.out(`${structure.title}\n${structure.fields.map(([label, value]) => `\t${label}: ${value}\n`).join('')}\n`)
  }
  return 0
}

function denied(io: ToolIo): number {
  io.err('/sys/firmware/dmi/tables/smbios_entry_point: Permission denied\n')
  io.out('Scanning /dev/mem for entry point.\n')
  io.err('/dev/mem: Permission denied\n')
  return 1
}

function valuesOf(machine: Machine, keyword: string): readonly string[] {
  const { model } = machine
  const { serial, uuid } = machine.quirks.wrongIdentity ?? machine
  const one: Readonly<Record<string, string>> = {
    'bios-vendor': model.manufacturer,
    'bios-version': model.biosFamily,
    'bios-release-date': model.biosDate,
    'bios-revision': model.biosVersion,
    'firmware-revision': model.bmcVersion,
    'system-manufacturer': model.manufacturer,
    'system-product-name': model.product,
    'system-version': 'Not Specified',
    'system-serial-number': serial,
    'system-uuid': uuid,
    'system-sku-number': model.sku,
    'system-family': 'ProLiant',
    'baseboard-manufacturer': model.manufacturer,
    'baseboard-product-name': model.board,
    'baseboard-version': 'Not Specified',
    'baseboard-serial-number': serial,
    'baseboard-asset-tag': 'Not Specified',
    'chassis-manufacturer': model.manufacturer,
    'chassis-type': 'Rack Mount Chassis',
    'chassis-version': 'Not Specified',
    'chassis-serial-number': serial,
    'chassis-asset-tag': 'Not Specified',
    'processor-family': model.machine === 'aarch64' ? 'ARMv8' : 'Xeon',
    'processor-manufacturer': model.cpu.model.split(/[ (]/)[0] ?? '',
    'processor-version': model.cpu.model,
    'processor-frequency': `${model.cpu.mhz} MHz`,
  }
  return [one[keyword] ?? 'Not Specified']
}

function structuresOf(
  machine: Machine,
): readonly { type: number; length: number; title: string; fields: readonly (readonly [string, string])[] }[] {
  const value = (keyword: string): string => valuesOf(machine, keyword)[0] ?? 'Not Specified'
  return [
    {
      type: 0,
      length: 26,
      title: 'BIOS Information',
      fields: [
        ['Vendor', value('bios-vendor')],
        ['Version', value('bios-version')],
        ['Release Date', value('bios-release-date')],
        ['BIOS Revision', value('bios-revision')],
        ['Firmware Revision', value('firmware-revision')],
      ],
    },
    {
      type: 1,
      length: 27,
      title: 'System Information',
      fields: [
        ['Manufacturer', value('system-manufacturer')],
        ['Product Name', value('system-product-name')],
        ['Version', value('system-version')],
        ['Serial Number', value('system-serial-number')],
        ['UUID', value('system-uuid')],
        ['Wake-up Type', 'Power Switch'],
        ['SKU Number', value('system-sku-number')],
        ['Family', value('system-family')],
      ],
    },
    {
      type: 2,
      length: 17,
      title: 'Base Board Information',
      fields: [
        ['Manufacturer', value('baseboard-manufacturer')],
        ['Product Name', value('baseboard-product-name')],
        ['Version', value('baseboard-version')],
        ['Serial Number', value('baseboard-serial-number')],
        ['Asset Tag', value('baseboard-asset-tag')],
        ['Type', 'Motherboard'],
      ],
    },
    {
      type: 3,
      length: 21,
      title: 'Chassis Information',
      fields: [
        ['Manufacturer', value('chassis-manufacturer')],
        ['Type', value('chassis-type')],
        ['Lock', 'Not Present'],
        ['Version', value('chassis-version')],
        ['Serial Number', value('chassis-serial-number')],
        ['Asset Tag', value('chassis-asset-tag')],
      ],
    },
    {
      type: 4,
      length: 48,
      title: 'Processor Information',
      fields: [
        ['Socket Designation', 'Proc 1'],
        ['Type', 'Central Processor'],
        ['Family', value('processor-family')],
        ['Manufacturer', value('processor-manufacturer')],
        ['Version', value('processor-version')],
        ['Current Speed', value('processor-frequency')],
        ['Core Count', String(machine.model.cpu.cores)],
      ],
    },
  ]
}
