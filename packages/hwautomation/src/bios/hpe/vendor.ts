import { attributeOf, registryEntry } from '../configuration.ts'
import type { SettingName } from '../settings.ts'
import type { BiosVendor, Board, Meaning } from '../vendor.ts'
import { hpeBoardFamily } from './board.ts'
import { hpeMappings } from './mapping.ts'
import type { HpeMapping, NativeForm } from './mapping.ts'
import { hpeNetworkBoot, hpePxe, hpeReach } from './network-boot.ts'
import { lockingProfile } from './workload-profile.ts'

/** HPE ProLiant: names and rules of the BIOS as iLO shows it. */
export const hpeBios: BiosVendor = {
  meaning,
  isAction: (attribute) => ACTIONS.has(attribute),
  isSecret: (attribute) => /password$/i.test(attribute),
  reach: hpeReach,
  networkBoot: hpeNetworkBoot,
  isNetworkBootEntry: (entry) => /^(?:NIC|PXE|HTTP)\b/i.test(entry),
  readOnlyReason: (attribute) => READ_ONLY.get(attribute),
  lockedBy: lockingProfile,
  boardName: (board) =>
    board.product ?? (board.romFamily === undefined ? 'this HPE board' : `HPE ROM family ${board.romFamily}`),
}

/** They act at the next POST and fall back to `No` or `NoAction` (iLO 5 resource definitions). */
const ACTIONS: ReadonlySet<string> = new Set([
  'RestoreDefaults',
  'RestoreManufacturingDefaults',
  'SaveUserDefaults',
  'EraseUserDefaults',
  'TpmModeSwitchOperation',
  'TpmOperation',
  'Tpm2Operation',
  'MemoryRemap',
])

const READ_ONLY: ReadonlyMap<string, string> = new Map([
  [
    'SecureBootStatus',
    'HPE shows Secure Boot read-only among the BIOS settings; it is changed at the Redfish resource SecureBoot (SecureBootEnable)',
  ],
  ['TpmState', 'it reports the state of the TPM'],
  ['TpmType', 'it reports the type of the TPM'],
  ['SerialNumber', 'it identifies the machine'],
  ['ProductId', 'it identifies the machine'],
])

function meaning(setting: SettingName, value: string | number, board: Board): Meaning {
  if (setting === 'pxe') return hpePxe(value === 'enabled' ? 'enabled' : 'disabled', board)
  const mapping: HpeMapping = hpeMappings[setting]
  const form = mapping.forms.find(({ attribute }) => isThere(attribute, board))
  return form === undefined ? withoutAttribute(mapping, value, board) : withAttribute(form, value)
}

/** The device itself decides what exists: its settings first, then its registry. */
function isThere(attribute: string, { current, registry }: Board): boolean {
  return attributeOf(current, attribute) !== undefined || registryEntry(registry, attribute) !== undefined
}

function withAttribute({ attribute, values }: NativeForm, value: string | number): Meaning {
  const native = values === undefined ? value : (values as Readonly<Record<string, string | undefined>>)[String(value)]
  if (native === undefined)
    return { kind: 'unavailable', reason: `the attribute ${attribute} has no value for \`${value}\`` }
  return { kind: 'attributes', attributes: [{ name: attribute, value: native }] }
}

function withoutAttribute(mapping: HpeMapping, value: string | number, { current }: Board): Meaning {
  const family = hpeBoardFamily(current.board, current.registryId)
  const fixed = mapping.fixed?.[family]
  const names = mapping.forms.map((form) => form.attribute).join(' nor ')
  const lacking = names === '' ? 'no attribute of it is known' : `the board has no attribute ${names}`
  if (fixed === undefined) return { kind: 'unavailable', reason: mapping.absent?.[family] ?? lacking }
  if (fixed === value) return { kind: 'given', reason: `always \`${String(fixed)}\` on this board` }
  return { kind: 'unavailable', reason: `always \`${String(fixed)}\` on this board` }
}
