import type { BiosTool } from '../devices/device-type.ts'
import type { Bios } from '../provisioning/capabilities.ts'
import { IlorestBios, type IlorestBiosOptions } from './ilorest-bios.ts'
import { RacadmBios } from './racadm-bios.ts'
import { SumBios } from './sum-bios.ts'

/** What every in-band BIOS tool needs: a shell, the clock, how long one call may take, and the BMC's view for plans. */
export type VendorBiosOptions = IlorestBiosOptions

/** The `Bios` capability by the tool that a device type names. */
export function vendorBios(tool: BiosTool, options: VendorBiosOptions): Bios {
  switch (tool) {
    case 'ilorest':
      return new IlorestBios(options)
    case 'sum':
    case 'saa':
      return new SumBios({ ...options, tool })
    case 'racadm':
      return new RacadmBios(options)
    default:
      return tool satisfies never
  }
}
