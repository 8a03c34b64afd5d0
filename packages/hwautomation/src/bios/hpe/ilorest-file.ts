import { HwError } from '../../errors.ts'
import { attributesOf, isObject } from './bios-attributes.ts'
import type { JsonObject } from './bios-attributes.ts'
import type { BiosBoard, BiosConfiguration } from '../configuration.ts'
import type { BiosChange } from '../plan.ts'
import { printable } from '../printable.ts'

/** One resource in a save file. */
export interface IlorestResource {
  /** `@odata.type` with its `#`, e.g. `#Bios.v1_0_4.Bios`: iLOrest moves it from the body to the key. */
  readonly type: string
  /** e.g. `/redfish/v1/systems/1/bios/settings/`. */
  readonly path: string
  readonly body: JsonObject
}

/**
 * What `ilorest save` writes and `ilorest load` reads: a JSON array whose first element holds `Comments` (the machine),
 * each other one resources by type and path. Unknown fields are kept.
 */
export interface IlorestFile {
  readonly comments: JsonObject
  readonly resources: readonly IlorestResource[]
}

/**
 * Parses a save file.
 * @throws HwError `bios.file-invalid` (kind `invalid`) for anything else, e.g. a file that was cut off.
 */
export function parseIlorestFile(text: string): IlorestFile {
  const document = parseJson(text)
  if (!Array.isArray(document) || !document.every(isObject)) throw invalid('it is not a JSON array of objects')
  const elements = document as readonly JsonObject[]
  const resources: IlorestResource[] = []
  let comments: JsonObject = {}
  for (const [type, value] of elements.flatMap((element) => Object.entries(element))) {
    if (!isObject(value)) throw invalid(`\`${printable(type, 80)}\` is not an object`)
    if (type === 'Comments') comments = value
    else
      for (const [path, body] of Object.entries(value)) {
        if (!isObject(body)) throw invalid(`\`${printable(path, 80)}\` is not an object`)
        resources.push({ type, path, body })
      }
  }
  return { comments, resources }
}

/** Writes a file as iLOrest does: comments first, two blanks a level, keys sorted, a line break at the end. */
export function printIlorestFile({ comments, resources }: IlorestFile): string {
  const elements = [
    { Comments: comments },
    ...resources.map(({ type, path, body }) => Object.fromEntries([[type, Object.fromEntries([[path, body]])]])),
  ]
  return `${JSON.stringify(sorted(elements), null, 2)}\n`
}

/**
 * The BIOS settings in a save file. Where both resources are there (3.x saves both), the current one counts,
 * unless there is only the settings resource (7.x): then what it shows is in force only if nothing is pending.
 * @throws HwError `bios.file-invalid` when the file holds no BIOS attributes
 */
export function biosConfigurationOf(file: IlorestFile): BiosConfiguration {
  const candidates = file.resources.filter(({ type, body }) => /^#?Bios\./.test(type) && isObject(body['Attributes']))
  const resource = candidates.find(({ path }) => !isSettingsPath(path)) ?? candidates[0]
  if (resource === undefined) throw invalid('it holds no BIOS attributes')
  const registryId = resource.body['AttributeRegistry']
  return {
    vendor: 'hpe',
    board: boardOf(file.comments),
    resource: { type: resource.type, path: resource.path },
    ...(typeof registryId === 'string' && registryId !== '' ? { registryId } : {}),
    attributes: attributesOf(resource.body['Attributes']),
  }
}

/**
 * The file for `ilorest load` that writes these changes and nothing else: partial files are fine for it.
 * The comments of the save file stay, since load compares them with the machine.
 */
export function printLoadFile(saved: IlorestFile, changes: readonly BiosChange[]): string {
  const candidates = saved.resources.filter(({ type }) => /^#?Bios\./.test(type))
  const resource = candidates.find(({ path }) => isSettingsPath(path)) ?? candidates[0]
  const type = resource?.type ?? '#Bios.v1_0_0.Bios'
  const attributes = Object.fromEntries(changes.map(({ name, to }) => [name, to]))
  return printIlorestFile({
    comments: saved.comments,
    resources: [{ type, path: settingsPath(resource?.path), body: { Attributes: attributes } }],
  })
}

const SETTINGS_PATH = '/redfish/v1/systems/1/bios/settings/'

/** The current BIOS resource is read-only (405): a load always goes to the settings resource below it. */
function settingsPath(path: string | undefined): string {
  if (path === undefined) return SETTINGS_PATH
  return isSettingsPath(path) ? path : `${path.replace(/\/$/, '')}/settings/`
}

function isSettingsPath(path: string): boolean {
  return /\/settings\/?$/i.test(path)
}

/** `iLOVersion` is e.g. "iLO 6 v1.66", `BIOSFamily` "U58"; fields differ by version and may be missing. */
function boardOf(comments: JsonObject): BiosBoard {
  const text = (key: string) => {
    const value = comments[key]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const fields = {
    manufacturer: text('Manufacturer'),
    product: text('Model'),
    romFamily: text('BIOSFamily'),
    romDate: text('BIOSDate'),
    serial: text('SerialNumber'),
    bmcVersion: text('iLOVersion'),
  }
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : 'it is not JSON', error)
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => [key, sorted(item)]),
  )
}

function invalid(why: string, cause?: unknown): HwError {
  return new HwError({
    code: 'bios.file-invalid',
    kind: 'invalid',
    message: `The BIOS configuration file is not one of \`ilorest save\`: ${printable(why)}.`,
    hint: 'Export it again; a file that was cut off while it was written or copied looks like this.',
    ...(cause === undefined ? {} : { cause }),
  })
}
