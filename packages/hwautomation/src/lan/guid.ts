/**
 * All byte strings a printed GUID or UUID may stand for, as 32 lower-case hex digits; undefined for a placeholder or garbage.
 *
 * One and the same 16 bytes are printed in three ways: in order (RFC 4122, Redfish on some BMCs), with the first three
 * groups byte-swapped (SMBIOS 2.6, dmidecode, iLO) and wholly reversed (IPMI 2.0 §20.8). `ipmitool mc guid` guesses one of
 * the three from bits of the GUID itself, and prints 32 bare digits when it cannot (ipmitool 1.8.19, lib/ipmi_mc.c).
 */
export function guidReadings(text: string | undefined): readonly string[] | undefined {
  const digits = text
    ?.trim()
    .toLowerCase()
    .replace(/^\{(.*)\}$/, '$1')
    .replaceAll('-', '')
  if (digits === undefined || !/^[0-9a-f]{32}$/.test(digits) || isPlaceholder(digits)) return undefined
  const bytes = digits.match(/../g) ?? []
  return [bytes, swapped(bytes), bytes.toReversed()].map((reading) => reading.join(''))
}

/** Whether two printed GUIDs may stand for the same 16 bytes, in whichever order each of them was printed. Undefined: nobody knows. */
export function sameGuid(a: string | undefined, b: string | undefined): boolean | undefined {
  const left = guidReadings(a)
  const right = guidReadings(b)
  if (left === undefined || right === undefined) return undefined
  return left.some((reading) => right.includes(reading))
}

function swapped(bytes: readonly string[]): string[] {
  const group = (from: number, to: number): string[] => bytes.slice(from, to).toReversed()
  return [...group(0, 4), ...group(4, 6), ...group(6, 8), ...bytes.slice(8)]
}

/** All zeros or all ones (SMBIOS: not set, not present), and what AMI's reference firmware ships with on thousands of boards. */
function isPlaceholder(digits: string): boolean {
  return (
    /^(.)\1{31}$/.test(digits) ||
    digits === '03000200040005000006000700080009' ||
    digits === '00020003000400050006000700080009'
  )
}
