import { existsSync } from 'node:fs'
import path from 'node:path'
import { didYouMeanText } from '../bios/did-you-mean.ts'
import { printable } from '../bios/printable.ts'
import { biosVendorNames } from '../bios/vendors.ts'
import { isMapping } from '../devices/extends.ts'
import { checkCatalogue, loadCatalogue } from '../devices/load-catalogue.ts'
import { faultLine } from '../devices/parse-catalogue.ts'
import { HwError } from '../errors.ts'
import { deviceLines } from '../report/device-lines.ts'
import { deviceTable } from '../report/device-table.ts'
import { plain, styleOf } from '../report/style.ts'
import { EXIT } from './exit.ts'
import { USUAL_FILE, type GlobalOptions } from './open.ts'
import { printJson, printLines, screen, wantsColour } from './print.ts'
import { configContent } from './state-dir.ts'

/** `hwautomation devices list` */
export async function listDevices(options: GlobalOptions & { readonly vendor?: string }): Promise<void> {
  const { vendor } = options
  if (vendor !== undefined && !biosVendorNames.some((name) => name === vendor)) throw noSuchVendor(vendor)
  const catalogue = await loadCatalogue({ files: await ownFiles(options) })
  const types = catalogue
    .names()
    .map((name) => catalogue.get(name))
    .filter((type) => vendor === undefined || type.vendor === vendor)
  if (options.json) for (const type of types) printJson(type, 'device-type')
  else printLines(deviceTable(types, screen()))
}

/** `hwautomation devices show` */
export async function showDevice(name: string, options: GlobalOptions): Promise<void> {
  const type = (await loadCatalogue({ files: await ownFiles(options) })).get(name)
  if (options.json) printJson(type, 'device-type')
  else printLines(deviceLines(type, screen()))
}

/** `hwautomation devices check` */
export async function checkDevices(named: readonly string[], options: GlobalOptions): Promise<void> {
  const files = named.length > 0 ? named : await ownFiles(options)
  const { types, faults } = await checkCatalogue({ files })
  if (options.json) {
    for (const fault of faults) printJson(fault, 'device-fault')
    printJson({ files, types: types.length, faults: faults.length }, 'device-check')
  } else {
    const { good, bad } = styleOf(wantsColour(process.stdout))
    for (const fault of faults) process.stdout.write(`${bad('✘')} ${plain(faultLine(fault))}\n`)
    const shown = files.length === 0 ? 'the shipped types alone: no file is named' : files.map(plain).join(', ')
    if (faults.length === 0) process.stdout.write(`${good('✔')} ${types.length} device types, ${shown}\n`)
  }
  process.exitCode = faults.length === 0 ? EXIT.done : EXIT.usage
}

/** The files that the configuration names, beside it; none where there is no configuration. */
async function ownFiles({ config }: GlobalOptions): Promise<string[]> {
  const file = config ?? (existsSync(USUAL_FILE) ? USUAL_FILE : undefined)
  if (file === undefined) return []
  const { devices } = await configContent(file)
  const files: unknown = isMapping(devices) ? devices['files'] : undefined
  return Array.isArray(files)
    ? files.flatMap((name: unknown) => (typeof name === 'string' ? [path.resolve(path.dirname(file), name)] : []))
    : []
}

function noSuchVendor(vendor: string): HwError {
  return new HwError({
    code: 'devices.unknown-vendor',
    kind: 'invalid',
    message: `No device type is of the vendor \`${printable(vendor, 64)}\`.${didYouMeanText(vendor, biosVendorNames)}`,
    hint: `Known: ${biosVendorNames.join(', ')}.`,
  })
}
