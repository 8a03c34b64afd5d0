import { HwError } from '../../errors.ts'
import type {
  BiosRegistry,
  BiosValue,
  RegistryAttribute,
  RegistryCondition,
  RegistryDependency,
} from '../configuration.ts'
import { isBiosValue, isObject } from './bios-attributes.ts'
import type { JsonObject } from './bios-attributes.ts'
import { parseIlorestJson } from './ilorest-output.ts'

/**
 * Parses a BIOS attribute registry in the output of `ilorest rawget /redfish/v1/registrystore/registries/en/<id>`.
 * Entries stand in `RegistryEntries` (DSP8010). Entries that cannot be understood are left out, so that one odd
 * attribute does not cost the whole check.
 * @throws HwError `bios.tool-output` when there is no registry in it
 */
export function parseBiosRegistry(output: string): BiosRegistry {
  const document = parseIlorestJson(output)
  const entries = isObject(document)
    ? isObject(document['RegistryEntries'])
      ? document['RegistryEntries']
      : document
    : undefined
  const attributes = entries?.['Attributes']
  if (!isObject(document) || entries === undefined || !Array.isArray(attributes))
    throw new HwError({
      code: 'bios.tool-output',
      kind: 'transient',
      message: 'The answer of iLOrest is not a BIOS attribute registry: it has no list of Attributes.',
      hint: 'Read the registry again by the id in AttributeRegistry of the BIOS resource; it changes with every ROM update.',
    })
  const id = document['Id'] ?? document['RegistryPrefix']
  const dependencies = entries['Dependencies']
  return {
    ...(typeof id === 'string' ? { id } : {}),
    attributes: Object.fromEntries(attributes.filter(isObject).flatMap((entry) => attributeEntry(entry))),
    dependencies: (Array.isArray(dependencies) ? dependencies : [])
      .filter(isObject)
      .flatMap((entry) => dependencyEntry(entry)),
  }
}

const TYPES: readonly RegistryAttribute['type'][] = ['Enumeration', 'String', 'Integer', 'Boolean', 'Password']

function attributeEntry(entry: JsonObject): [string, RegistryAttribute][] {
  const name = entry['AttributeName']
  const type = TYPES.find((known) => known === entry['Type'])
  if (typeof name !== 'string' || name === '' || type === undefined) return []
  const optional = {
    values: Array.isArray(entry['Value']) ? valueNames(entry['Value']) : undefined,
    lower: number(entry['LowerBound']),
    upper: number(entry['UpperBound']),
    step: number(entry['ScalarIncrement']),
    minLength: number(entry['MinLength']),
    maxLength: number(entry['MaxLength']),
    default: isBiosValue(entry['DefaultValue']) ? entry['DefaultValue'] : undefined,
    displayName: typeof entry['DisplayName'] === 'string' ? entry['DisplayName'] : undefined,
  }
  const attribute = {
    name,
    type,
    readOnly: entry['ReadOnly'] === true,
    grayOut: entry['GrayOut'] === true,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  }
  return [[name, attribute]]
}

function valueNames(values: readonly unknown[]): string[] {
  return values
    .filter(isObject)
    .flatMap((value) => (typeof value['ValueName'] === 'string' ? [value['ValueName']] : []))
}

/**
 * Only `Map` dependencies say when something applies; the other type (`Warn`) forbids nothing. A condition without
 * `MapTerms` counts as AND: assumed.
 */
function dependencyEntry(entry: JsonObject): RegistryDependency[] {
  const dependency = entry['Dependency']
  if (!isObject(dependency) || (entry['Type'] !== undefined && entry['Type'] !== 'Map')) return []
  const attribute = dependency['MapToAttribute'] ?? entry['DependencyFor']
  const property = dependency['MapToProperty']
  const value = dependency['MapToValue']
  const from = dependency['MapFrom']
  if (typeof attribute !== 'string' || typeof property !== 'string' || !isBiosValue(value) || !Array.isArray(from))
    return []
  const conditions = from.map(conditionEntry).filter((condition) => condition !== undefined)
  if (conditions.length === 0 || conditions.length < from.length) return []
  return [{ attribute, property, value, conditions }]
}

function conditionEntry(value: unknown): RegistryCondition | undefined {
  if (!isObject(value)) return undefined
  const {
    MapFromAttribute: attribute,
    MapFromProperty: property,
    MapFromCondition: condition,
    MapFromValue: wanted,
    MapTerms: term,
  } = value
  if (typeof attribute !== 'string' || typeof condition !== 'string' || !isBiosValue(wanted)) return undefined
  const given: BiosValue = wanted
  return {
    attribute,
    property: typeof property === 'string' ? property : 'CurrentValue',
    condition,
    value: given,
    term: term === 'OR' ? 'OR' : 'AND',
  }
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}
