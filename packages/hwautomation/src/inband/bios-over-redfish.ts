import { configurationOfResource, parseBiosResource } from '../bios/hpe/bios-resource.ts'
import { isHwError } from '../errors.ts'
import type { Bios } from '../provisioning/capabilities.ts'
import type { SiteBmcNetwork } from './bmc-network.ts'

/**
 * The BIOS settings in force and staged, asked of the BMC at the address MAAS has: reads only, works while the host is off, and serves plans.
 * Undefined where the BMC cannot be asked: a plan then says that it does not know.
 */
export async function peekBios(bmc: SiteBmcNetwork, signal: AbortSignal): ReturnType<Bios['peek']> {
  try {
    const { body, settings, board } = await bmc.biosResource(signal)
    const configuration = (of: unknown) => configurationOfResource(parseBiosResource(JSON.stringify(of)), board)
    return { current: configuration(body), pending: configuration(settings ?? body) }
  } catch (error) {
    signal.throwIfAborted()
    if (isHwError(error) && error.kind !== 'internal') return undefined
    throw error
  }
}
