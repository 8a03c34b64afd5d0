import type { BiosBoard } from '../configuration.ts'

/** Families of HPE boards whose BIOS attributes differ. */
export type HpeBoardFamily =
  | 'gen10-intel'
  | 'gen10-amd'
  | 'gen11-intel'
  | 'gen11-amd'
  | 'gen11-ampere'
  | 'gen12'
  | 'unknown'

/**
 * Product names first, then ROM families; the first that fits counts.
 * HPE's third digit 5 (DL325, DL345, DL365, DL385) is AMD. RL300 is Ampere.
 * ROM families: R11 is the RL300's, U3x/U4x Gen10 and Gen10 Plus Intel, A4x Gen10 AMD, U5x/U6x Gen11 Intel, A55/A56 Gen11 AMD.
 */
const FAMILIES: readonly { readonly family: HpeBoardFamily; readonly product?: RegExp; readonly rom?: RegExp }[] = [
  { family: 'gen11-ampere', product: /\bRL\d+.*\bGen11\b/i, rom: /^R1\d$/ },
  { family: 'gen12', product: /\bGen12\b/i },
  { family: 'gen11-amd', product: /\b[A-Z]{2}\d\d5\w*\b.*\bGen11\b/i, rom: /^A5\d$/ },
  { family: 'gen11-intel', product: /\bGen11\b/i, rom: /^U[56]\d$/ },
  { family: 'gen10-amd', product: /\b[A-Z]{2}\d\d5\w*\b.*\bGen10\b/i, rom: /^A4\d$/ },
  { family: 'gen10-intel', product: /\bGen10\b/i, rom: /^U[34]\d$/ },
]

/**
 * The family of a board; `unknown` when neither product nor ROM family says it. The id of the attribute registry names
 * the ROM family too (`BiosAttributeRegistryR11.v1_1_60`). Only used to explain what a board lacks.
 */
export function hpeBoardFamily({ product, romFamily }: BiosBoard, registryId?: string): HpeBoardFamily {
  const rom = romFamily ?? /^BiosAttributeRegistry([A-Z]\d\d)\./i.exec(registryId ?? '')?.[1]?.toUpperCase()
  const byProduct = product === undefined ? undefined : FAMILIES.find((entry) => entry.product?.test(product))
  const found = byProduct ?? (rom === undefined ? undefined : FAMILIES.find((entry) => entry.rom?.test(rom)))
  return found?.family ?? 'unknown'
}
