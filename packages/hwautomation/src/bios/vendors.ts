import type { BiosVendorName } from './configuration.ts'
import { dellBios } from './dell/vendor.ts'
import { hpeBios } from './hpe/vendor.ts'
import { supermicroBios } from './supermicro/vendor.ts'
import type { BiosVendor } from './vendor.ts'

/** The vendors whose BIOS can be planned, by name. */
export const biosVendors: Readonly<Record<BiosVendorName, BiosVendor>> = {
  hpe: hpeBios,
  supermicro: supermicroBios,
  dell: dellBios,
}

/** The names, for schemas. */
export const biosVendorNames: readonly [BiosVendorName, ...BiosVendorName[]] = ['hpe', 'supermicro', 'dell']
