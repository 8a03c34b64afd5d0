import { attributeOf, registryEntry, type BiosValue } from '../configuration.ts'
import type { SettingName } from '../settings.ts'
import type { BiosVendor, Board, Meaning } from '../vendor.ts'
import { dellBoard } from './board.ts'
import { dellMappings, type DellForm, type DellMapping } from './mapping.ts'
import { dellNetworkBoot, dellPxe, dellReach, isNetworkEntry } from './network-boot.ts'
import { dellLock } from './system-profile.ts'

/** Dell PowerEdge: attribute names of `BIOS.Setup.1-1`, as the server configuration profile has them. */
export const dellBios: BiosVendor = {
  meaning,
  isAction: (attribute) => ACTIONS.test(attribute),
  isSecret: isDellSecret,
  reach: dellReach,
  networkBoot: dellNetworkBoot,
  isNetworkBootEntry: isNetworkEntry,
  readOnlyReason: (attribute) => (FACTS.test(attribute) ? 'it tells what is built in' : undefined),
  lockedBy: dellLock,
  boardName: (board) => board.product ?? 'this Dell board',
}

/** Passwords and their hashes: `SysPassword`, `NewSetupPassword`, `SHA256SetupPasswordSalt`; not `PasswordStatus`. */
export function isDellSecret(attribute: string): boolean {
  return /Password(?:Salt)?$/i.test(attribute)
}

/**
 * They do something once: choosing a workload profile rewrites other settings, the `SetBootOrderFqdd` ones reorder and are empty again,
 * the one-time ones are for one boot.
 */
const ACTIONS =
  /^(?:WorkloadProfile|Set(?:BootOrder|LegacyHddOrder)Fqdd\d+|OneTime\w*|SysPrepClean|PowerCycleRequest|Tpm(?:Command|Clear|Activation)|SecureBootKeys?Reset)$/

/** Read-only in every registry (iDRAC9); where an export or `racadm get` is at hand, that says it too. */
const FACTS =
  /^(?:System(?:ModelName|BiosVersion|MeVersion|ServiceTag|Manufacturer|CpldVersion)|SysMfrContactInfo|UefiComplianceVersion|AgesaVersion|SysMem(?:Size|Type|Speed|Volt)|VideoMem|Current\w+State|Proc(?:Core|Bus)Speed|Proc\d+(?:Id|Brand|L2Cache|L3Cache|NumCores|Microcode|MaxMemoryCapacity)|SataPort[A-Z](?:Model|DriveType|Capacity)|Tpm(?:Info|Firmware))$/

function meaning(setting: SettingName, value: string | number, board: Board): Meaning {
  if (setting === 'pxe') return dellPxe(value === 'enabled' ? 'enabled' : 'disabled', board)
  const mapping: DellMapping = dellMappings[setting]
  const form = mapping.forms.find((each) => fits(each, board))
  if (form === undefined) return { kind: 'unavailable', reason: mapping.absent ?? lacking(mapping) }
  return withForm({ ...form, attribute: ofBootNic(form.attribute, board) }, value)
}

/** Where the machine boots from another network device than the first, that one is meant. */
function ofBootNic(attribute: string, { bootNic = '' }: Board): string {
  const device = /^(?:Pxe|Http)(Dev\d+)EnDis$/.exec(bootNic)?.[1]
  return device === undefined ? attribute : attribute.replace(/^((?:Pxe|Http))Dev1(?=[A-Z])/, `$1${device}`)
}

/** The device itself decides what exists: its settings first, then its registry. */
function fits({ attribute, on, where = {} }: DellForm, { current, registry }: Board): boolean {
  if (attributeOf(current, attribute) === undefined && registryEntry(registry, attribute) === undefined) return false
  if (on !== undefined && !on(dellBoard(current.board.product))) return false
  return Object.entries(where).every(([name, pattern]) => pattern.test(String(attributeOf(current, name) ?? '')))
}

function withForm({ attribute, values }: DellForm, value: string | number): Meaning {
  const native = Object.hasOwn(values, value) ? (values as Readonly<Record<string, unknown>>)[String(value)] : undefined
  if (typeof native === 'string') return { kind: 'attributes', attributes: [{ name: attribute, value: native }] }
  if (typeof native !== 'object' || native === null)
    return { kind: 'unavailable', reason: `the attribute ${attribute} has no value for \`${value}\`` }
  return {
    kind: 'attributes',
    attributes: Object.entries(native).map(([name, each]: [string, BiosValue]) => ({ name, value: each })),
  }
}

function lacking({ forms }: DellMapping): string {
  const names = [...new Set(forms.map(({ attribute }) => attribute))].join(' nor ')
  return names === '' ? 'no attribute of it is known' : `the board has no attribute ${names}`
}
