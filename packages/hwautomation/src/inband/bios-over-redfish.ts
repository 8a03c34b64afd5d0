import type { BiosVendorName } from '../bios/configuration.ts'
import { biosOfRedfish } from '../bios/dell/bios-resource.ts'
import { configurationOfResource, parseBiosResource } from '../bios/hpe/bios-resource.ts'
import { isHwError } from '../errors.ts'
import type { Bios, BiosReading } from '../provisioning/capabilities.ts'
import type { SiteBmcNetwork } from './bmc-network.ts'

/**
 * The BIOS settings in force and staged, asked of the BMC at the address MAAS has: reads only, works while the host is off, and serves plans.
 * Undefined where the BMC cannot be asked: a plan then says that it does not know. A Supermicro is not asked: what its Redfish service calls
 * a setting is not what the in-band tool calls it, and it takes a licence.
 */
export async function peekBios(
  vendor: BiosVendorName,
  bmc: SiteBmcNetwork,
  signal: AbortSignal,
): ReturnType<Bios['peek']> {
  if (vendor === 'supermicro') return undefined
  try {
    const seen = SEEN[vendor](await bmc.biosResource(signal))
    return Object.keys(seen.current.attributes).length === 0 ? undefined : seen
  } catch (error) {
    signal.throwIfAborted()
    if (isHwError(error) && error.kind !== 'internal') return undefined
    throw error
  }
}

type Resource = Awaited<ReturnType<SiteBmcNetwork['biosResource']>>

const SEEN: Readonly<
  Record<Exclude<BiosVendorName, 'supermicro'>, (resource: Resource) => Pick<BiosReading, 'current' | 'pending'>>
> = {
  hpe({ body, settings, board }) {
    const configuration = (of: unknown) => configurationOfResource(parseBiosResource(JSON.stringify(of)), board)
    return { current: configuration(body), pending: configuration(settings ?? body) }
  },
  dell: ({ body, settings, board }) => biosOfRedfish(body, settings, board),
}
