import { sameGuid } from './guid.ts'

/**
 * What is known of a BMC and the machine it belongs to. Leave out what was not asked; placeholders (blank, `Not Specified`,
 * an all-zero UUID …) count as left out. `after` may hold only what was read *at the address to be proved*: in-band
 * ipmitool talks to the machine's own BMC wherever that may be, so its `mc guid` says nothing about an address.
 */
export interface BmcIdentity {
  /** SHA-256 of the TLS certificate, hex, colons allowed. */
  readonly certificateSha256?: string | undefined
  /** `UUID` of the Redfish service root. */
  readonly serviceRootUuid?: string | undefined
  /** `ipmitool mc guid`, in whichever byte order. */
  readonly guid?: string | undefined
  readonly systemSerial?: string | undefined
  /** SMBIOS UUID of the system, from Redfish or dmidecode. */
  readonly systemUuid?: string | undefined
}

export type IdentityTrait = 'certificate' | 'service-root-uuid' | 'guid' | 'system-serial' | 'system-uuid'

/** One trait seen on both sides, as it was printed there. `with` names the other side's trait where it is not the same one. */
export interface IdentityFinding {
  readonly trait: IdentityTrait
  readonly with?: IdentityTrait
  readonly before: string
  readonly after: string
}

export interface IdentityVerdict {
  /** At least one trait agrees and none disagrees. Nothing known in common is no proof. */
  readonly proved: boolean
  readonly by: readonly IdentityFinding[]
  readonly against: readonly IdentityFinding[]
}

/**
 * Is the BMC that answers now the one we knew before its address changed?
 *
 * @example
 * compareBmcIdentity({ certificateSha256: pin, guid: '30303030-3030-…' }, { certificateSha256: seen.sha256, serviceRootUuid: root.uuid })
 */
export function compareBmcIdentity(before: BmcIdentity, after: BmcIdentity): IdentityVerdict {
  const same = TRAITS.map(({ trait, of, agree }) => ({
    finding: finding(trait, of(before), of(after)),
    agrees: agree(of(before), of(after)),
  }))
  const by = same.filter(({ agrees }) => agrees === true).map(({ finding }) => finding)
  const against = same.filter(({ agrees }) => agrees === false).map(({ finding }) => finding)
  const crosswise = by.length > 0 ? [] : crossFindings(before, after)
  return { proved: by.length + crosswise.length > 0 && against.length === 0, by: [...by, ...crosswise], against }
}

interface Trait {
  readonly trait: IdentityTrait
  readonly of: (identity: BmcIdentity) => string | undefined
  /** Undefined: unknown on one side at least. */
  readonly agree: (before: string | undefined, after: string | undefined) => boolean | undefined
}

const TRAITS: readonly Trait[] = [
  { trait: 'certificate', of: (identity) => identity.certificateSha256, agree: sameFingerprint },
  { trait: 'service-root-uuid', of: (identity) => identity.serviceRootUuid, agree: sameGuid },
  { trait: 'guid', of: (identity) => identity.guid, agree: sameGuid },
  { trait: 'system-serial', of: (identity) => identity.systemSerial, agree: sameSerial },
  { trait: 'system-uuid', of: (identity) => identity.systemUuid, agree: sameGuid },
]

/**
 * IPMI's System GUID is meant to be the SMBIOS UUID, and some BMCs give it as the service root's UUID too. Vendors differ,
 * so agreement across traits counts for the identity, and disagreement says nothing.
 */
function crossFindings(before: BmcIdentity, after: BmcIdentity): IdentityFinding[] {
  const uuids = TRAITS.filter(({ agree }) => agree === sameGuid)
  return uuids.flatMap((one) =>
    uuids
      .filter((other) => other !== one && sameGuid(one.of(before), other.of(after)) === true)
      .map((other) => ({ ...finding(one.trait, one.of(before), other.of(after)), with: other.trait })),
  )
}

function finding(trait: IdentityTrait, before: string | undefined, after: string | undefined): IdentityFinding {
  return { trait, before: before ?? '', after: after ?? '' }
}

function sameFingerprint(before: string | undefined, after: string | undefined): boolean | undefined {
  const left = normaliseFingerprint(before)
  const right = normaliseFingerprint(after)
  return left === undefined || right === undefined ? undefined : left === right
}

/** A SHA-256 fingerprint as 64 lower-case hex digits, or undefined if it is none. */
export function normaliseFingerprint(text: string | undefined): string | undefined {
  const digits = text
    ?.replace(/^sha-?256[:=]/i, '')
    .replaceAll(':', '')
    .trim()
    .toLowerCase()
  return digits !== undefined && /^[0-9a-f]{64}$/.test(digits) ? digits : undefined
}

function sameSerial(before: string | undefined, after: string | undefined): boolean | undefined {
  const left = knownSerial(before)
  const right = knownSerial(after)
  return left === undefined || right === undefined ? undefined : left === right
}

/** A serial number, upper case, or undefined for what makers type into a field they do not fill (dmidecode passes it on). */
function knownSerial(text: string | undefined): string | undefined {
  const serial = text?.trim().toUpperCase()
  if (serial === undefined || serial === '' || PLACEHOLDERS.has(serial.replace(/\.+$/, ''))) return undefined
  return /^([0X.\-*])\1*$/.test(serial) ? undefined : serial
}

const PLACEHOLDERS: ReadonlySet<string> = new Set([
  'NOT SPECIFIED',
  '123456789',
  '0123456789',
  '1234567890',
  'UNKNOWN',
  'NONE',
  'NULL',
  'N/A',
  'NA',
  'DEFAULT STRING',
  'DEFAULT',
  'TO BE FILLED BY O.E.M',
  'SYSTEM SERIAL NUMBER',
  'NOT AVAILABLE',
  'EMPTY',
])
