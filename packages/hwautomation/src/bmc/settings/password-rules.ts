import type { BiosVendorName } from '../../bios/configuration.ts'

/**
 * How long a password may be. HPE: MinPasswordLength 8 as delivered, 39 at most (iLO RESTful API). Supermicro: 8 to 20
 * (BMC user's guide; older boards take 19 and refuse a longer one). Dell: `MaxPasswordLength` 40 of the AccountService,
 * whose minimum is 0; 4 is ours, since a shorter one could not be masked in what others print.
 */
const LENGTHS: Readonly<Record<BiosVendorName, { readonly least: number; readonly most: number }>> = {
  hpe: { least: 8, most: 39 },
  supermicro: { least: 8, most: 20 },
  dell: { least: 4, most: 40 },
}

/** Why a BMC of this vendor would not take the password, without showing it; undefined: nothing known speaks against it. */
export function passwordProblem(vendor: BiosVendorName, password: string): string | undefined {
  const { least, most } = LENGTHS[vendor]
  if (!/^[ -~]*$/.test(password))
    return 'has a character outside printable ASCII, which not every way into a BMC can type'
  if (password.length >= least && password.length <= most) return undefined
  return `is ${password.length} characters long; the BMC takes ${least} to ${most}`
}
