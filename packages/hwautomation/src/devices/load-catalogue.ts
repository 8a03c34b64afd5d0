import { constants } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import path from 'node:path'
import { printable } from '../bios/printable.ts'
import { HwError } from '../errors.ts'
import { packageFolder } from '../package-folder.ts'
import type { DeviceCatalogue } from './catalogue.ts'
import { LARGEST_FILE } from './catalogue-source.ts'
import type { CatalogueFault } from './catalogue-source.ts'
import type { DeviceType } from './device-type.ts'
import { parseCatalogue, readTypes } from './parse-catalogue.ts'
import type { CatalogueFile } from './parse-catalogue.ts'

/** Which files a catalogue is made of. */
export interface LoadCatalogueOptions {
  /** The operator's YAML files; their types add to the shipped ones or replace those of the same name. */
  readonly files?: readonly string[]
  /** Leave the shipped types out. Default: false. */
  readonly withoutBuiltIn?: boolean
}

/**
 * Reads the shipped device types and the operator's own.
 *
 * @throws HwError `devices.catalogue-invalid` with every fault of every file, unreadable files among them;
 * `devices.catalogue-missing` when the shipped files are not beside the package
 * @example
 * const catalogue = await loadCatalogue({ files: ['./device-types.yaml'] })
 * const type = catalogue.get('a1.c5.large')
 */
export async function loadCatalogue(options: LoadCatalogueOptions = {}): Promise<DeviceCatalogue> {
  const { files, faults } = await readFiles(options)
  return parseCatalogue(files, faults)
}

/** What files of device types are like. */
export interface CatalogueCheck {
  /** Types in force, the shipped ones among them; of files with faults as far as they could be understood. */
  readonly types: readonly DeviceType[]
  /** Every fault of every file, first file and line first. None: the files can be used. */
  readonly faults: readonly CatalogueFault[]
}

/**
 * Looks at files of device types without using them: the same rules as {@link loadCatalogue}, and it does not throw.
 *
 * @throws HwError `devices.catalogue-missing` alone
 */
export async function checkCatalogue(options: LoadCatalogueOptions = {}): Promise<CatalogueCheck> {
  const { files, faults } = await readFiles(options)
  return readTypes(files, faults)
}

async function readFiles({ files = [], withoutBuiltIn = false }: LoadCatalogueOptions): Promise<{
  readonly files: readonly CatalogueFile[]
  readonly faults: readonly CatalogueFault[]
}> {
  const shipped = withoutBuiltIn ? [] : await shippedFiles()
  const reads = await Promise.all([
    ...shipped.map((file) => read(file, true)),
    ...files.map((file) => read(path.resolve(file), false, file)),
  ])
  return {
    files: reads.flatMap((result) => ('text' in result ? [result] : [])),
    faults: reads.flatMap((result) => ('message' in result ? [result] : [])),
  }
}

async function shippedFiles(): Promise<string[]> {
  const root = packageFolder()
  if (root === undefined) throw missing(import.meta.url)
  const folder = path.join(root, 'catalogue')
  const names = await readdir(folder).catch((error: unknown) => {
    throw missing(folder, error)
  })
  return names
    .filter((name) => name.endsWith('.yaml'))
    .toSorted()
    .map((name) => path.join(folder, name))
}

function missing(folder: string, cause?: unknown): HwError {
  return new HwError({
    code: 'devices.catalogue-missing',
    kind: 'invalid',
    message: `The shipped device types were not found (looked from ${printable(folder)}).`,
    hint: 'A bundler may have left the folder `catalogue` of the package behind: keep hwautomation external, or load your own files with `withoutBuiltIn`.',
    ...(cause === undefined ? {} : { cause }),
  })
}

/** Only regular files of a sensible size are read: a device or a pipe would never end. */
async function read(
  file: string,
  builtIn: boolean,
  name = path.basename(file),
): Promise<CatalogueFile | CatalogueFault> {
  const fault = (message: string): CatalogueFault => ({ file: name, line: 1, column: 1, message })
  try {
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK)
    try {
      const stats = await handle.stat()
      if (!stats.isFile()) return fault('is not a regular file')
      if (stats.size > LARGEST_FILE) return fault(`is larger than ${LARGEST_FILE / 1024} KiB`)
      const bytes = await handle.readFile()
      return { file: name, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), builtIn }
    } finally {
      await handle.close()
    }
  } catch (error) {
    return fault(`cannot be read: ${printable(error instanceof Error ? error.message : error)}`)
  }
}
