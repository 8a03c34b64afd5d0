import { z } from 'zod'
import { didYouMeanText } from '../bios/did-you-mean.ts'
import { printable } from '../bios/printable.ts'
import { HwError } from '../errors.ts'
import { DeviceCatalogue } from './catalogue.ts'
import { readSource } from './catalogue-source.ts'
import type { CatalogueFault, CatalogueSource } from './catalogue-source.ts'
import { deviceType, deviceTypeName, deviceTypeSchema } from './device-type.ts'
import type { DeviceType } from './device-type.ts'
import { isMapping, resolveExtends } from './extends.ts'
import type { Layer, RawType } from './extends.ts'
import { faultAt, faultsOfIssues } from './schema-faults.ts'
import { typeFaults } from './type-faults.ts'

/** One file of device types, already read. */
export interface CatalogueFile {
  /** As it shall stand in messages. */
  readonly file: string
  readonly text: string
  /** Shipped with the library: the operator's files may override its types. */
  readonly builtIn?: boolean
}

/**
 * Makes a catalogue from files. Pure. Each file is `deviceTypes: { <name>: … }`; a type may extend another one
 * (`extends: a1.c5.large`) and then names only what differs, `null` taking something away. An operator's type of
 * the same name replaces the shipped one, and may extend it.
 *
 * @param earlier faults found before (files that could not be read), to be reported with all others
 * @throws HwError `devices.catalogue-invalid` naming every fault of every file with line and column
 */
export function parseCatalogue(
  files: readonly CatalogueFile[],
  earlier: readonly CatalogueFault[] = [],
): DeviceCatalogue {
  const { types, faults } = readTypes(files, earlier)
  if (faults.length > 0) throw catalogueError(faults)
  return new DeviceCatalogue(types)
}

/** The types of the files that could be understood, and every fault of all, first file and line first. Pure. */
export function readTypes(
  files: readonly CatalogueFile[],
  earlier: readonly CatalogueFault[] = [],
): { readonly types: readonly DeviceType[]; readonly faults: readonly CatalogueFault[] } {
  const faults: CatalogueFault[] = [...earlier]
  const layers: Record<'builtIn' | 'own', Map<string, RawType>> = { builtIn: new Map(), own: new Map() }
  for (const { file, text, builtIn = false } of files) {
    const { source, faults: found } = readSource(file, text)
    faults.push(...found)
    if (source !== undefined) collect(source, layers[builtIn ? 'builtIn' : 'own'], faults)
  }
  const inForce = new Map([...layers.builtIn, ...layers.own])
  const types = [...inForce.values()].flatMap((raw) => compile(raw, layers, faults))
  faults.push(...sharedTags(types))
  return { types: types.map(({ type }) => type), faults: distinct(faults).toSorted(inOrder) }
}

/** A fault as people and editors read it: `device-types.yaml:7:11: …`. */
export function faultLine({ file, line, column, message }: CatalogueFault): string {
  return `${printable(file)}:${line}:${column}: ${message}`
}

/** All faults in one error. */
function catalogueError(faults: readonly CatalogueFault[]): HwError {
  const lines = faults.map(faultLine)
  const count = lines.length === 1 ? 'a fault' : `${lines.length} faults`
  return new HwError({
    code: 'devices.catalogue-invalid',
    kind: 'invalid',
    message: `The device catalogue has ${count}:\n${lines.map((line) => `  ${line}`).join('\n')}`,
    hint: 'Correct the files named; nothing of them is used before all are right.',
    context: { faults: lines },
  })
}

/** A type that others extend would have its faults reported by each of them. */
function distinct(faults: readonly CatalogueFault[]): CatalogueFault[] {
  return [...new Map(faults.map((fault) => [faultLine(fault), fault])).values()]
}

function inOrder(a: CatalogueFault, b: CatalogueFault): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1
  return a.line - b.line || a.column - b.column
}

/** Takes the types out of one file; names are checked here, contents after `extends` is resolved. */
function collect(source: CatalogueSource, layer: Map<string, RawType>, faults: CatalogueFault[]): void {
  const add = (path: readonly string[], of: 'key' | 'value', message: string) =>
    faults.push({ file: source.file, ...source.position(path, of), message: printable(message, 500) })
  const { content } = source
  if (!isMapping(content) || !isMapping(content['deviceTypes']))
    return void add(['deviceTypes'], 'value', 'must be a map with the key `deviceTypes`, a map of device types by name')
  for (const key of Object.keys(content))
    if (key !== 'deviceTypes') add([key], 'key', `unknown key \`${key}\`.${didYouMeanText(key, ['deviceTypes'])}`)
  for (const [name, raw] of Object.entries(content['deviceTypes'])) {
    const path = ['deviceTypes', name]
    const checked = deviceTypeName.safeParse(name)
    const other = layer.get(name)
    if (!checked.success) add(path, 'key', `\`${name}\` ${checked.error.issues[0]?.message ?? 'is not a name'}`)
    else if (!isMapping(raw)) add(path, 'value', `\`${name}\` must be a map`)
    else if (other !== undefined) {
      const { line, column } = other.source.position(path, 'key')
      add(path, 'key', `device type \`${name}\` is there already, in ${other.source.file}:${line}:${column}`)
    } else layer.set(name, { name, source, content: raw })
  }
}

interface Compiled {
  readonly type: DeviceType
  readonly raw: RawType
}

function compile(
  raw: RawType,
  layers: Record<Layer, ReadonlyMap<string, RawType>>,
  faults: CatalogueFault[],
): Compiled[] {
  const resolved = resolveExtends(raw, layers)
  if ('fault' in resolved) {
    faults.push(resolved.fault)
    return []
  }
  const parsed = deviceTypeSchema.safeParse(resolved.content)
  if (!parsed.success) {
    faults.push(...faultsOfIssues(parsed.error.issues, resolved, inputSchema()))
    return []
  }
  const type = deviceType(raw.name, raw.source.file, parsed.data)
  faults.push(...typeFaults(type).map(({ path, of, message }) => faultAt(resolved, path, of, message)))
  return [{ raw, type }]
}

/** Two types on one tag could not be told apart in MAAS, nor by people where only letter case tells the tags apart. */
function sharedTags(types: readonly Compiled[]): CatalogueFault[] {
  const byTag = new Map<string, Compiled>()
  return types.flatMap((compiled) => {
    const { type, raw } = compiled
    const other = byTag.get(type.tag.toLowerCase())
    if (other === undefined) {
      byTag.set(type.tag.toLowerCase(), compiled)
      return []
    }
    const place = raw.source.position(['deviceTypes', type.name, 'tag'], 'key')
    const message = `\`${type.name}\` and \`${other.type.name}\` would both have the tag \`${type.tag}\`: give one of them a \`tag\` of its own`
    return [{ file: raw.source.file, ...place, message }]
  })
}

let schemaOfInput: unknown

/** The JSON Schema of what may stand in a file: knows the keys at each place, for "did you mean". Made when first needed. */
function inputSchema(): unknown {
  schemaOfInput ??= z.toJSONSchema(deviceTypeSchema, { io: 'input', unrepresentable: 'any' })
  return schemaOfInput
}
