import type { BiosBoard, BiosConfiguration, BiosRegistry, BiosValue, RegistryAttribute } from '../configuration.ts'
import { gateDependencies, gateOf, isLocked } from './gates.ts'
import { dellBootOrder } from './network-boot.ts'
import type { RacadmObject } from './racadm-output.ts'
import { BIOS_FQDD, invalidProfile, type ServerProfile } from './server-profile.ts'
import { profileDependencies } from './system-profile.ts'
import { isDellSecret } from './vendor.ts'

/** Objects of the BIOS by the group they are in. */
export type GroupedObjects = ReadonlyMap<string, readonly RacadmObject[]>

/**
 * The BIOS settings in an exported profile.
 * @throws HwError `bios.file-invalid` when it holds none
 */
export function biosOfProfile(profile: ServerProfile): BiosConfiguration {
  const attributes = biosAttributesOf(profile).map(({ name, value }): [string, BiosValue] => [name, value])
  if (attributes.length === 0) throw invalidProfile(`it holds no settings of ${BIOS_FQDD}`)
  return configurationOf(attributes, boardOf(profile))
}

/** The same from `racadm get BIOS.<Group>`, in force and as the next job would bring it. */
export function biosOfObjects(
  groups: GroupedObjects,
  board: BiosBoard,
): { readonly current: BiosConfiguration; readonly pending: BiosConfiguration } {
  const objects = [...groups.values()].flat()
  return {
    current: configurationOf(
      objects.map(({ name, value }) => [name, value]),
      board,
    ),
    pending: configurationOf(
      objects.map(({ name, value, pending }) => [name, pending ?? value]),
      board,
    ),
  }
}

/**
 * What can be written on this board, as far as its own answers tell: an attribute that `racadm get` marks and no export has is read-only;
 * one that is exported as a comment, or marked, cannot be written as things are, and can with what locks it (`gates.ts`).
 */
export function registryOf(profile: ServerProfile, groups: GroupedObjects): BiosRegistry {
  const exported = new Map(biosAttributesOf(profile).map((attribute) => [attribute.name, attribute]))
  const objects = new Map([...groups.values()].flat().map((object) => [object.name, object]))
  const names = [...new Set([...exported.keys(), ...objects.keys()])]
  const entryOf = (name: string): RegistryAttribute => {
    const marked = objects.get(name)?.readOnly === true
    return {
      name,
      type: isDellSecret(name) || objects.get(name)?.writeOnly === true ? 'Password' : 'String',
      readOnly: marked && !exported.has(name),
      grayOut: marked || exported.get(name)?.settable === false,
    }
  }
  const isOpen = (name: string): boolean => {
    const gate = gateOf(name)
    const isClosed = gate !== undefined && isLocked(gate, exported.get(gate.attribute)?.value)
    return isClosed && exported.get(name)?.settable === true && objects.get(name)?.readOnly !== true
  }
  return {
    attributes: Object.fromEntries(names.map((name) => [name, entryOf(name)])),
    dependencies: [
      ...names.flatMap((name) => gateDependencies(name, isOpen(name))),
      ...profileDependencies((name) => names.includes(name)),
    ],
  }
}

function biosAttributesOf(profile: ServerProfile): ServerProfile['components'][number]['attributes'] {
  return profile.components.filter(({ fqdd }) => fqdd === BIOS_FQDD).flatMap(({ attributes }) => attributes)
}

function boardOf({ model, serviceTag }: ServerProfile): BiosBoard {
  return {
    manufacturer: 'Dell Inc.',
    ...(model === '' ? {} : { product: model }),
    ...(serviceTag === '' ? {} : { serial: serviceTag }),
  }
}

/** Passwords come as stars, of another number each time. */
function configurationOf(values: readonly (readonly [string, BiosValue])[], board: BiosBoard): BiosConfiguration {
  const attributes = Object.fromEntries(values.map(([name, value]) => [name, isDellSecret(name) ? null : value]))
  const bootOrder = dellBootOrder(attributes)
  return {
    vendor: 'dell',
    board,
    resource: { type: 'SystemConfiguration', path: BIOS_FQDD },
    attributes,
    ...(bootOrder === undefined ? {} : { bootOrder }),
  }
}
