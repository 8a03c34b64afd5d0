/** How each vendor spells itself in DMI and Redfish. Compared without regard to letter case, blanks and punctuation. */
const SPELLINGS: Readonly<Record<string, readonly string[]>> = {
  hpe: ['HPE', 'HP', 'Hewlett Packard Enterprise', 'Hewlett-Packard', 'Hewlett-Packard Company', 'HPE Company'],
  dell: ['Dell', 'Dell Inc.', 'Dell EMC', 'Dell Technologies'],
  supermicro: [
    'Supermicro',
    'Super Micro',
    'Super Micro Computer',
    'Super Micro Computer, Inc.',
    'Supermicro Computer Inc',
  ],
}

/** What firmware says where nobody filled a field in (dmidecode 3.4, Supermicro and white-box boards). */
const PLACEHOLDERS: ReadonlySet<string> = new Set(
  [
    '',
    'unknown',
    'none',
    'n/a',
    'null',
    'undefined',
    'Not Specified',
    'Not Settable',
    'Not Present',
    'Not Available',
    'Not Provided',
    'To Be Filled By O.E.M.',
    'Default string',
    'System manufacturer',
    'System Product Name',
    'OEM',
    '0123456789',
  ].map(fold),
)

/** One spelling for each vendor we know; others folded, so that two spellings of one name still agree. */
export function normaliseVendor(manufacturer: string): string {
  const folded = fold(manufacturer)
  return (
    Object.keys(SPELLINGS).find((vendor) => SPELLINGS[vendor]?.some((spelling) => fold(spelling) === folded)) ?? folded
  )
}

/** Product and board names: blanks and letter case do not count, everything else does. */
export function normaliseName(name: string): string {
  return name.trim().replace(/\s+/g, ' ').toLowerCase()
}

/** `aarch64`, `arm64` and MAAS's `arm64/generic` are one, as are `x86_64`, `amd64` and `amd64/generic`. */
export function normaliseArchitecture(architecture: string): string {
  const name = (architecture.trim().split('/')[0] ?? '').toLowerCase()
  return ARCHITECTURES.get(name) ?? name
}

const ARCHITECTURES: ReadonlyMap<string, string> = new Map([
  ['arm64', 'aarch64'],
  ['armv8', 'aarch64'],
  ['amd64', 'x86_64'],
  ['x64', 'x86_64'],
  ['x86-64', 'x86_64'],
])

/** True for a value that says nothing: it proves neither sameness nor difference. */
export function saysNothing(value: string | undefined): boolean {
  return value === undefined || PLACEHOLDERS.has(fold(value))
}

function fold(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '')
}
