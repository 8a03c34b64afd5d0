import type { BiosVendorName } from '../../bios/configuration.ts'
import type { BmcSettingName } from '../../devices/bmc-settings.ts'

/** Resources of a BMC that hold settings of it. `host-interfaces` are several, which must all agree. */
export type SettingResource = 'manager' | 'network-protocol' | 'kcs-interface' | 'host-interfaces' | 'dell-attributes'

/** Where a vendor keeps one setting, and its words for our values. */
export interface SettingPlace {
  readonly resource: SettingResource
  /** Path of the property inside the resource; one word may hold dots. */
  readonly property: readonly string[]
  readonly words: Readonly<Record<string, string | boolean>>
}

const yesNo = { enabled: true, disabled: false } as const
const words = { enabled: 'Enabled', disabled: 'Disabled' } as const
/** DSP0268, ManagerNetworkProtocol. */
const ipmi: SettingPlace = { resource: 'network-protocol', property: ['IPMI', 'ProtocolEnabled'], words: yesNo }

/**
 * Settings that each vendor's BMC has. HPE: iLO 6 resource definitions (`Oem.Hpe` of the Manager). Supermicro: `KCSInterface` as gofish
 * and libredfish read it, `HostInterface` of DSP0268. Dell: iDRAC attributes as Dell's own Redfish scripts and libredfish write them.
 */
const PLACES: Readonly<Record<BiosVendorName, { readonly [Name in BmcSettingName]?: SettingPlace }>> = {
  hpe: {
    'ipmi-over-lan': ipmi,
    'require-login-for-rbsu': {
      resource: 'manager',
      property: ['Oem', 'Hpe', 'RequiredLoginForiLORBSU'],
      words: yesNo,
    },
    'require-host-authentication': {
      resource: 'manager',
      property: ['Oem', 'Hpe', 'RequireHostAuthentication'],
      words: yesNo,
    },
  },
  supermicro: {
    'ipmi-over-lan': ipmi,
    'host-interface': { resource: 'host-interfaces', property: ['InterfaceEnabled'], words: yesNo },
    'kcs-control': {
      resource: 'kcs-interface',
      property: ['Privilege'],
      words: { administrator: 'Administrator', operator: 'Operator', user: 'User' },
    },
  },
  dell: {
    'ipmi-over-lan': { resource: 'dell-attributes', property: ['Attributes', 'IPMILan.1.Enable'], words },
    'host-interface': { resource: 'dell-attributes', property: ['Attributes', 'OS-BMC.1.AdminState'], words },
  },
}

/** Where a setting lives on this vendor's BMC; undefined where it has none of that kind. */
export function settingPlace(vendor: BiosVendorName, name: BmcSettingName): SettingPlace | undefined {
  return PLACES[vendor][name]
}

/** Why this vendor's BMCs cannot have a setting, or this value of it; undefined: they can. */
export function placeProblem(vendor: BiosVendorName, name: BmcSettingName, value?: string): string | undefined {
  const place = settingPlace(vendor, name)
  if (place === undefined) return `${VENDORS[vendor]} has no such setting`
  if (value === undefined || place.words[value] !== undefined) return undefined
  return `${VENDORS[vendor]} does not know it as ${value}`
}

const VENDORS: Readonly<Record<BiosVendorName, string>> = {
  hpe: 'an HPE iLO',
  supermicro: 'a Supermicro BMC',
  dell: 'a Dell iDRAC',
}

/** Our word for what a BMC says; undefined where it says something else. */
export function ourWord(place: SettingPlace, value: unknown): string | undefined {
  const same = (word: string | boolean) =>
    typeof word === 'string' && typeof value === 'string'
      ? word.toLowerCase() === value.trim().toLowerCase()
      : word === value
  return Object.keys(place.words).find((ours) => same(place.words[ours]!))
}

/** The body of a PATCH that sets it: `{"Oem":{"Hpe":{"RequireHostAuthentication":true}}}`. */
export function patchBody({ property, words: known }: SettingPlace, value: string): object {
  return property.toReversed().reduce<unknown>((inner, key) => ({ [key]: inner }), known[value]) as object
}
