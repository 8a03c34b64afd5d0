import { isHwError } from '../../errors.ts'
import { isIPv4 } from '../../lan/ipv4.ts'
import type { KnownAddress } from '../../lan/lan-plan.ts'
import { findRequestProblems } from '../../lan/lan-problems.ts'
import { replaceHost } from '../bmc-address.ts'
import type { ProvisioningRequest } from '../request.ts'
import type { FleetMachine } from './fleet.ts'

/** Power types whose driver talks to a BMC at an address. */
const WITH_ADDRESS: ReadonlySet<string> = new Set(['ipmi', 'redfish'])

/**
 * Everything that speaks against the address that a server's BMC is to have, as far as it can be told before the BMC itself is read:
 * its form, gateway and mask, who has it, and whether MAAS's entry can be changed. Nothing is sent to the address.
 */
export function addressProblems(
  { targetIpmiIp: address, gateway, subnetMask }: ProvisioningRequest,
  machine: FleetMachine | undefined,
  taken: readonly KnownAddress[],
): string[] {
  // what is no address at all was said of the request
  if (address === undefined || ![address, gateway, subnetMask].every((one) => one === undefined || isIPv4(one)))
    return []
  const requested = {
    address,
    ...(gateway === undefined ? {} : { gateway }),
    ...(subnetMask === undefined ? {} : { subnetMask }),
  }
  return [
    ...new Set([
      ...findRequestProblems(requested, taken).map(({ message }) => message),
      ...(machine === undefined ? [] : entryProblems(address, machine)),
    ]),
  ]
}

function entryProblems(address: string, { state, powerAddress = '' }: FleetMachine): string[] {
  if (!WITH_ADDRESS.has(state.powerType))
    return [`its power type in MAAS is ${state.powerType || 'none'}, which has no BMC address to change`]
  try {
    replaceHost(powerAddress, address)
    return []
  } catch (error) {
    if (isHwError(error)) return [error.message]
    throw error
  }
}
