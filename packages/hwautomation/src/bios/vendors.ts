import type { BiosVendorName } from './configuration.ts'
import { hpeBios } from './hpe/vendor.ts'
import type { BiosVendor } from './vendor.ts'

/** The vendors whose BIOS can be planned, by name. */
export const biosVendors: Readonly<Record<BiosVendorName, BiosVendor>> = { hpe: hpeBios }

/** The names, for schemas. */
export const biosVendorNames: readonly [BiosVendorName, ...BiosVendorName[]] = ['hpe']
