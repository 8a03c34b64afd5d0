import { HwError } from '../../errors.ts'
import { isIPv4 } from '../../lan/ipv4.ts'
import type { AddressSource, LanConfig } from '../../lan/lan-plan.ts'

/** One `label : value` block: the label as the tool prints it, and its lines (continuation lines have an empty label). */
type Fields = ReadonlyMap<string, readonly string[]>

/** What `lan print` says. `fields` holds every label verbatim with all its lines, for evidence and for labels we do not read. */
export interface LanPrint extends LanConfig {
  /** Lower case, colon-separated. */
  readonly mac: string | undefined
  /** Somebody is in the middle of a change (`Set In Progress`, `Commit Write`). */
  readonly setInProgress: boolean
  readonly vlanId: number | undefined
  readonly fields: Fields
}

/**
 * Reads the output of `ipmitool lan print` (1.8.19, lib/ipmi_lanp.c: `%-24s: value`).
 * @throws HwError `bmc.unreadable-answer` when the address, the mask or the source is missing or no address
 */
export function parseLanPrint(stdout: string): LanPrint {
  const fields = parseFields(stdout)
  const mac = first(fields, 'MAC Address')
  const vlan = first(fields, 'VLAN ID') ?? first(fields, '802.1q VLAN ID')
  return {
    source: SOURCES.get(required(fields, 'IP Address Source', 'lan print')) ?? 'other',
    address: ipv4(fields, 'IP Address'),
    netmask: ipv4(fields, 'Subnet Mask'),
    gateway: first(fields, 'Default Gateway IP') === undefined ? '0.0.0.0' : ipv4(fields, 'Default Gateway IP'),
    mac: mac?.toLowerCase(),
    setInProgress: /^(Set In Progress|Commit Write)$/.test(first(fields, 'Set in Progress') ?? ''),
    vlanId: vlan !== undefined && /^\d+$/.test(vlan) ? Number(vlan) : undefined,
    fields,
  }
}

const SOURCES: ReadonlyMap<string, AddressSource> = new Map([
  ['Unspecified', 'unspecified'],
  ['Static Address', 'static'],
  ['DHCP Address', 'dhcp'],
  ['BIOS Assigned Address', 'bios'],
  ['Other', 'other'],
])

/** What `mc info` says. */
export interface McInfo {
  /** Major and minor only, e.g. `2.62`; the minor is BCD, so it is not the vendor's full version. */
  readonly firmwareRevision: string
  readonly ipmiVersion: string
  readonly manufacturerId: number
  readonly manufacturerName: string
  readonly productId: number
  readonly deviceAvailable: boolean
  readonly fields: Fields
}

/**
 * Reads the output of `ipmitool mc info` (1.8.19, lib/ipmi_mc.c).
 * @throws HwError `bmc.unreadable-answer`
 */
export function parseMcInfo(stdout: string): McInfo {
  const fields = parseFields(stdout)
  return {
    firmwareRevision: required(fields, 'Firmware Revision', 'mc info'),
    ipmiVersion: required(fields, 'IPMI Version', 'mc info'),
    manufacturerId: leadingNumber(required(fields, 'Manufacturer ID', 'mc info')),
    manufacturerName: first(fields, 'Manufacturer Name') ?? '',
    productId: leadingNumber(required(fields, 'Product ID', 'mc info')),
    deviceAvailable: first(fields, 'Device Available') === 'yes',
    fields,
  }
}

/** What `mc guid` says. */
export interface McGuid {
  /** As printed: dashed and in the byte order the tool guessed, or 32 bare hex digits when it could not guess. */
  readonly guid: string
  /** `SMBIOS`, `RFC4122` or `IPMI`, when the tool names its guess. */
  readonly encoding: string | undefined
}

/**
 * Reads the output of `ipmitool mc guid`. Which byte order the tool assumes depends on the bits of the GUID itself
 * (1.8.19, lib/ipmi_mc.c `ipmi_parse_guid`), so compare it only with `compareBmcIdentity`, which knows all orders.
 * @throws HwError `bmc.unreadable-answer`
 */
export function parseMcGuid(stdout: string): McGuid {
  const fields = parseFields(stdout)
  const guid = required(fields, 'System GUID', 'mc guid').toLowerCase()
  if (!/^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/.test(guid))
    throw unreadable('mc guid', `"System GUID" is ${short(guid)}`)
  return { guid, encoding: first(fields, 'GUID Encoding')?.split(' ')[0] }
}

/**
 * Reads the output of `ipmitool chassis power status`.
 * @throws HwError `bmc.unreadable-answer`
 */
export function parsePowerStatus(stdout: string): 'on' | 'off' {
  const state = /^Chassis Power is (on|off)\s*$/m.exec(stdout)?.[1]
  if (state === 'on' || state === 'off') return state
  throw unreadable('chassis power status', `it says ${short(stdout)}`)
}

/** One slot of the BMC's user table. */
export interface IpmiUser {
  readonly id: number
  /** Empty for a free slot (also where the tool prints `(Empty User)`). */
  readonly name: string
  readonly linkAuth: boolean
  readonly ipmiMessaging: boolean
  /** `ADMINISTRATOR`, `OPERATOR`, `USER`, `CALLBACK`, `NO ACCESS`, `Unknown (0x00)` … */
  readonly privilege: string
}

/**
 * Reads the output of `ipmitool user list` (1.8.19, lib/ipmi_user.c: `%-4d%-17s%-8s%-11s%-11s%s`). Names may hold blanks.
 * @throws HwError `bmc.unreadable-answer` when there is no table
 */
export function parseUserList(stdout: string): IpmiUser[] {
  if (!/^ID\s+Name\s/m.test(stdout)) throw unreadable('user list', `it says ${short(stdout)}`)
  return stdout.split(/\r?\n/).flatMap((line) => {
    if (line.length > LONGEST_ROW) return []
    const row = /^(\d{1,2})\s+(.*?)\s*(?:true|false)\s+(true|false)\s+(true|false)\s+(\S.*?)\s*$/.exec(line)
    if (!row) return []
    const [, id = '', name = '', linkAuth, ipmiMessaging, privilege = ''] = row
    const free = name === '(Empty User)' || name === 'Empty User'
    return [
      {
        id: Number(id),
        name: free ? '' : name,
        linkAuth: linkAuth === 'true',
        ipmiMessaging: ipmiMessaging === 'true',
        privilege,
      },
    ]
  })
}

/** Columns of 51 characters and a privilege. */
const LONGEST_ROW = 200

/** Splits at the first `: ` only, since MAC addresses hold colons; a value may be empty. */
function parseFields(stdout: string): Fields {
  const fields = new Map<string, string[]>()
  let current: string[] = []
  for (const line of stdout.split(/\r?\n/)) {
    const colon = line.search(/:(?: |$)/)
    if (colon === -1) {
      if (line.trim() !== '') current.push(line.trim())
      continue
    }
    const label = line.slice(0, colon).trimEnd()
    const value = line.slice(colon + 2)
    if (label !== '') fields.set(label, (current = fields.get(label) ?? []))
    current.push(value.trim())
  }
  return fields
}

function first(fields: Fields, label: string): string | undefined {
  const value = fields.get(label)?.[0]
  return value === '' ? undefined : value
}

function required(fields: Fields, label: string, verb: string): string {
  const value = first(fields, label)
  if (value !== undefined) return value
  throw unreadable(verb, `"${label}" is missing`)
}

function ipv4(fields: Fields, label: string): string {
  const value = required(fields, label, 'lan print')
  if (isIPv4(value)) return value
  throw unreadable('lan print', `"${label}" is ${short(value)}, not an IPv4 address`)
}

function leadingNumber(text: string): number {
  return Number.parseInt(text, 10)
}

function short(text: string): string {
  return JSON.stringify(text.trim().slice(0, 80))
}

function unreadable(verb: string, what: string): HwError {
  return new HwError({
    code: 'bmc.unreadable-answer',
    kind: 'transient',
    message: `ipmitool ${verb} gave an answer that cannot be read: ${what}`,
    hint: `Run "ipmitool -I open ${verb}" on the host and compare; the output of ipmitool 1.8.18 and 1.8.19 is understood.`,
    context: { tool: 'ipmitool', verb },
  })
}
