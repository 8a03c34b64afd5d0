import { dmiOf } from '../../../world/dmi.ts'
import type { Machine } from '../../../world/machine.ts'
import type { Program } from '../programs/program.ts'
import { processorWords, structuresOf } from './dmi-structures.ts'
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

/** dmidecode 3.4 over sysfs: -s, -t, -q, --version. Assumed, for want of a dump of these models: SMBIOS 3.3.0. */
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
        `Handle 0x${structure.handle.toString(16).padStart(4, '0').toUpperCase()}, DMI type ${structure.type}, ${structure.length} bytes\n`,
      )
    io.out(`${structure.title}\n${structure.fields.map(fieldText).join('')}\n`)
  }
  return 0
}

function fieldText([label, value]: readonly [string, string | readonly string[]]): string {
  if (typeof value === 'string') return `\t${label}: ${value}\n`
  return `\t${label}:\n${value.map((item) => `\t\t${item}\n`).join('')}`
}

function denied(io: ToolIo): number {
  io.err('/sys/firmware/dmi/tables/smbios_entry_point: Permission denied\n')
  io.out('Scanning /dev/mem for entry point.\n')
  io.err('/dev/mem: Permission denied\n')
  return 1
}

function valuesOf(machine: Machine, keyword: string): readonly string[] {
  const { model } = machine
  const dmi = dmiOf(machine)
  const one: Readonly<Record<string, string>> = {
    'bios-vendor': dmi.biosVendor,
    'bios-version': dmi.biosVersion,
    'bios-release-date': dmi.biosDate,
    'bios-revision': dmi.biosRevision,
    'firmware-revision': dmi.firmwareRevision,
    'system-manufacturer': dmi.systemManufacturer,
    'system-product-name': dmi.systemProduct,
    'system-version': dmi.systemVersion,
    'system-serial-number': dmi.systemSerial,
    'system-uuid': dmi.systemUuid,
    'system-sku-number': dmi.systemSku,
    'system-family': dmi.systemFamily,
    'baseboard-manufacturer': dmi.boardManufacturer,
    'baseboard-product-name': dmi.boardProduct,
    'baseboard-version': dmi.boardVersion,
    'baseboard-serial-number': dmi.boardSerial,
    'baseboard-asset-tag': dmi.boardAssetTag,
    'chassis-manufacturer': dmi.chassisManufacturer,
    'chassis-type': dmi.chassisType,
    'chassis-version': dmi.chassisVersion,
    'chassis-serial-number': dmi.chassisSerial,
    'chassis-asset-tag': dmi.chassisAssetTag,
    'processor-family': processorWords(model).family,
    'processor-manufacturer': processorWords(model).maker,
    'processor-version': model.cpu.model,
    'processor-frequency': `${model.cpu.mhz} MHz`,
  }
  const value = one[keyword] ?? 'Not Specified'
  // One line for each processor.
  return keyword.startsWith('processor-') ? Array.from({ length: model.cpu.sockets ?? 1 }, () => value) : [value]
}
