import { crc32 } from 'node:zlib'

const SEAL = /^\{"@crc":"([0-9a-f]{8})",/

/** What a text turned out to be. */
export type Unsealed =
  | { readonly is: 'whole'; readonly value: unknown }
  /** JSON without a checksum: written by hand, or by a release that knew none. */
  | { readonly is: 'unsealed'; readonly value: unknown }
  | { readonly is: 'damaged'; readonly why: string }

/** An object (with at least one field) as one line of JSON that begins with a checksum over the rest: `{"@crc":"0a1b2c3d",…}`. */
export function seal(value: object): string {
  const body = JSON.stringify(value)
  return `{"@crc":"${checksum(body)}",${body.slice(1)}`
}

/** Reads what `seal` wrote. A changed byte anywhere is noticed, also one that leaves it JSON. */
export function unseal(text: string): Unsealed {
  const crc = SEAL.exec(text)
  const body = crc === null ? text : `{${text.slice(crc[0].length).trimEnd()}`
  if (crc !== null && checksum(body) !== crc[1])
    return { is: 'damaged', why: 'its checksum does not match: it was damaged, or changed by hand' }
  try {
    return { is: crc === null ? 'unsealed' : 'whole', value: JSON.parse(body) as unknown }
  } catch (error) {
    return { is: 'damaged', why: `it is not JSON (${(error as Error).message})` }
  }
}

/** CRC-32 (ISO 3309, as in gzip), 8 hexadecimal digits. */
export function checksum(text: string): string {
  return crc32(text).toString(16).padStart(8, '0')
}
