import { configurationOfResource, parseBiosResource } from '../bios/hpe/bios-resource.ts'
import type { BiosConfiguration } from '../bios/configuration.ts'
import { isHwError } from '../errors.ts'
import type { SiteBmcNetwork } from './bmc-network.ts'

/**
 * The BIOS settings in force, asked of the BMC at the address MAAS has: reads only, works while the host is off, and serves plans.
 * Undefined where the BMC cannot be asked: a plan then says that it does not know.
 */
export async function peekBios(bmc: SiteBmcNetwork, signal: AbortSignal): Promise<BiosConfiguration | undefined> {
  try {
    const { body, board } = await bmc.biosResource(signal)
    return configurationOfResource(parseBiosResource(JSON.stringify(body)), board)
  } catch (error) {
    signal.throwIfAborted()
    if (isHwError(error) && error.kind !== 'internal') return undefined
    throw error
  }
}
