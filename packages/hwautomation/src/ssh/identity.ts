import { HwError } from '../errors.ts'
import type { SshSession } from './ssh-session.ts'

/** What a host says it is. Undefined = unknown: the firmware says nothing, or a placeholder that proves nothing. */
export interface HostIdentity {
  readonly vendor: string | undefined
  readonly product: string | undefined
  readonly board: string | undefined
  readonly serial: string | undefined
  /** Lower case, with dashes. */
  readonly uuid: string | undefined
  /** `uname -m`: `x86_64`, `aarch64`. */
  readonly architecture: string
  /** New at every boot. */
  readonly bootId: string
}

/** Name in our answer, file in /sys/class/dmi/id (serial and uuid are for root only), keyword of dmidecode -s. */
const DMI = [
  ['vendor', 'sys_vendor', 'system-manufacturer'],
  ['product', 'product_name', 'system-product-name'],
  ['board', 'board_name', 'baseboard-product-name'],
  ['serial', 'product_serial', 'system-serial-number'],
  ['uuid', 'product_uuid', 'system-uuid'],
] as const

const SCRIPT = `
as_root='sudo -n'
[ "$(id -u)" = 0 ] && as_root=
dmi() {
  value=$($as_root cat "/sys/class/dmi/id/$2" 2>/dev/null) || value=$($as_root dmidecode -s "$3" 2>/dev/null) || value=
  printf '%s=%s\\n' "$1" "$value"
}
${DMI.map((row) => `dmi ${row.join(' ')}`).join('\n')}
printf 'architecture=%s\\n' "$(uname -m)"
printf 'boot=%s\\n' "$(cat /proc/sys/kernel/random/boot_id)"
`

const KEYS = [...DMI.map(([key]) => key), 'architecture', 'boot'] as const
type Key = (typeof KEYS)[number]

/**
 * Reads who a host is, in one remote command that may take as long as a connection: DMI by sysfs, else by dmidecode, with `sudo -n` unless logged in as root.
 *
 * @throws HwError `ssh.no-identity` when the answer lacks boot id or architecture; else those of `SshSession.exec`
 */
export async function readIdentity(session: SshSession, signal?: AbortSignal): Promise<HostIdentity> {
  const { stdout, code } = await session.exec(['sh', '-c', SCRIPT], { signal, timeoutMs: session.timeouts.connectMs })
  const identity = parseIdentity(stdout.toString())
  if (code === 0 && identity !== undefined) return identity
  throw new HwError({
    code: 'ssh.no-identity',
    kind: 'transient',
    message: `${session.host} did not say what machine it is (exit code ${code}).`,
    hint: 'Is it a Linux host, and has it finished booting?',
    context: { host: session.host },
  })
}

/** Out of the script's `key=value` lines; a value's comment lines (dmidecode prints some before it) are dropped. */
export function parseIdentity(text: string): HostIdentity | undefined {
  const values: Partial<Record<Key, string>> = {}
  let next = 0
  for (const line of text.split('\n')) {
    const key = KEYS[next]
    const value = key !== undefined && line.startsWith(`${key}=`) ? line.slice(key.length + 1) : undefined
    if (value !== undefined) next++
    const current = KEYS[next - 1]
    const said = (value ?? line).trim()
    if (current !== undefined && said !== '' && !said.startsWith('#')) values[current] ??= said
  }
  const { architecture, boot } = values
  if (architecture === undefined || boot === undefined || !/^[0-9a-f-]{36}$/.test(boot)) return undefined
  return {
    vendor: known(values.vendor),
    product: known(values.product),
    board: known(values.board),
    serial: known(values.serial),
    uuid: knownUuid(values.uuid),
    architecture,
    bootId: boot,
  }
}

/**
 * What makers leave in DMI when they leave nothing (dmidecode passes it on), dmidecode's own words for a missing value,
 * and MAAS's `Unknown`.
 */
const PLACEHOLDERS: ReadonlySet<string> = new Set([
  'not specified',
  'not settable',
  'not present',
  'not available',
  'not applicable',
  'unknown',
  'none',
  'n/a',
  'na',
  'null',
  'default string',
  'default',
  'to be filled by o.e.m.',
  'to be filled by o.e.m',
  'o.e.m.',
  'oem',
  'empty',
  'invalid',
  'system manufacturer',
  'system product name',
  'system serial number',
  'system version',
  'base board product name',
  'chassis asset tag',
  'serial',
  'serial number',
])

/** The value if it says something; undefined for placeholders, `0123456789` and its like, and rows of one character. */
export function known(value: string | undefined): string | undefined {
  const text = value?.trim() ?? ''
  if (PLACEHOLDERS.has(text.toLowerCase())) return undefined
  if (/^(.)\1*$/.test(text.replace(/[\s.-]/g, '')) || /^[\s.-]*$/.test(text)) return undefined
  if (text.length >= 6 && ('01234567890123456789'.includes(text) || '12345678901234567890'.includes(text)))
    return undefined
  return text
}

/** UUIDs that AMI's reference firmware ships on any number of boards. */
const SHARED_UUIDS: ReadonlySet<string> = new Set([
  '03000200-0400-0500-0006-000700080009',
  '00020003-0004-0005-0006-000700080009',
])

/** A UUID in lower case if it is one that can tell machines apart. */
export function knownUuid(value: string | undefined): string | undefined {
  const uuid = value?.trim().toLowerCase() ?? ''
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid) || SHARED_UUIDS.has(uuid)) return undefined
  return /^(.)\1*$/.test(uuid.replaceAll('-', '')) ? undefined : uuid
}

/**
 * Both known and the same machine's. Tools disagree on the byte order of the first three groups (SMBIOS 2.6 §7.2.1
 * made them little-endian), so either order counts.
 */
export function sameUuid(a: string | undefined, b: string | undefined): boolean {
  const [one, other] = [knownUuid(a), knownUuid(b)]
  return one !== undefined && other !== undefined && (one === other || byteSwapped(one) === other)
}

/** Both known and equal, letter case and blanks aside. */
export function sameSerial(a: string | undefined, b: string | undefined): boolean {
  const [one, other] = [known(a), known(b)]
  return one !== undefined && other !== undefined && one.toLowerCase() === other.toLowerCase()
}

function byteSwapped(uuid: string): string {
  const swap = (group: string) => group.match(/../g)?.toReversed().join('') ?? group
  return uuid
    .split('-')
    .map((group, index) => (index < 3 ? swap(group) : group))
    .join('-')
}
