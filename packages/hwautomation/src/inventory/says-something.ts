import { saysNothing } from '../devices/vendors.ts'

/** What is kept of one text from a device: enough for the longest model names, part numbers and addresses. */
const LONGEST = 200

/**
 * A text from firmware, MAAS or a tool as a fact: one printable line of at most 200 characters, or undefined where it says nothing
 * (`Not Specified`, `To Be Filled By O.E.M.`, `0123456789`, rows of one character, what boards ship with until somebody fills it in).
 */
export function said(value: unknown): string | undefined {
  const line = oneLine(value)
  return line === undefined || saysNothing(line) || isFiller(line) ? undefined : line
}

/** The same for what somebody chose, such as a name: there `default` is as good as any. */
export function oneLine(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  // Far more than is kept, so that cutting first does not change what is found; a hostile megabyte costs nothing then.
  const line = value
    .slice(0, 4 * LONGEST)
    .replaceAll(UNPRINTABLE, ' ')
    .replaceAll(/\s+/gu, ' ')
    .trim()
  if (line === '') return undefined
  const characters = Array.from(line)
  return characters.length > LONGEST ? `${characters.slice(0, LONGEST - 1).join('')}…` : line
}

/** A UUID in lower case, if it is one that can tell machines apart. */
export function saidUuid(value: unknown): string | undefined {
  const uuid = said(value)?.toLowerCase() ?? ''
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid) || SHARED_UUIDS.has(uuid)) return undefined
  return uuid
}

/** Dell writes `SKU=0A1B;ModelName=PowerEdge R640`, or `NotProvided` for the number. */
export function saidSku(value: unknown): string | undefined {
  const line = said(value)
  return said(/^SKU=([^;]*);ModelName=/.exec(line ?? '')?.[1] ?? line)
}

/** A MAC address in lower case with colons, unless it is all zeros or all ones. */
export function saidMac(value: unknown): string | undefined {
  const mac = said(value)?.toLowerCase().replaceAll('-', ':') ?? ''
  return /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/.test(mac) ? mac : undefined
}

/** A number that can be a count, a size or a speed: finite, whole, and more than nothing. */
export function saidNumber(value: unknown, most = Number.MAX_SAFE_INTEGER): number | undefined {
  const number = typeof value === 'string' && /^\d{1,16}$/.test(value.trim()) ? Number(value.trim()) : value
  return typeof number === 'number' && Number.isSafeInteger(number) && number > 0 && number <= most ? number : undefined
}

/** Controls, formatting (bidi, zero width), lone surrogates, private and unassigned code points, line and paragraph ends. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]+/gu

/**
 * Phrases that boards and DIMMs carry where nobody wrote anything: AMI's reference firmware, Supermicro's slots (`DIMM000_SN`,
 * `NO DIMM`, `P1-DIMMA1_AssetTag (date:00/00)` is a real tag of an empty one), dmidecode's own `<OUT OF SPEC>` and `<BAD INDEX>`.
 */
const FILLERS: readonly RegExp[] = [
  /^<(out of spec|bad index|truncated)>$/i,
  /^(no dimm|no module installed|empty|invalid|oem|o\.e\.m\.?|na|null|serial|serial number|asset tag|part number)$/i,
  /^(system|chassis|board|base ?board) (serial number|version|manufacturer|asset tag|product name|sku( number)?|family)$/i,
  /^(default|sku|family)$/i,
  /_(sn|serial|assettag|asset|man|manufacturer|part(number|num|_number)?)\d*$/i,
]

function isFiller(line: string): boolean {
  if (FILLERS.some((filler) => filler.test(line))) return true
  const bare = line.replaceAll(/[\s.:_-]/g, '')
  if (/^0*$/.test(bare) || (bare.length > 2 && /^(.)\1*$/u.test(bare))) return true
  return bare.length >= 6 && ['01234567890123456789', '98765432109876543210'].some((row) => row.includes(bare))
}

/** UUIDs that AMI's reference firmware ships on any number of boards. */
const SHARED_UUIDS: ReadonlySet<string> = new Set([
  '03000200-0400-0500-0006-000700080009',
  '00020003-0004-0005-0006-000700080009',
])
