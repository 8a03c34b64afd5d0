import type { z } from 'zod'
import { HwError } from '../../errors.ts'
import { collectionSchema, readResource, sameResource, systemSchema } from './resources.ts'
import type { RedfishReply } from './transport.ts'

/** Reads one resource with the session of the client. */
export type Get = (path: string, signal: AbortSignal | undefined) => Promise<RedfishReply>

/** The ComputerSystem resource, as read. */
export type SystemResource = z.output<typeof systemSchema>

/** Who the machine is. What the BMC does not know is undefined. */
export interface SystemIdentity {
  /** The system's, as SMBIOS has it: what dmidecode prints on the host. */
  readonly serialNumber: string | undefined
  /** SMBIOS UUID as the BMC prints it; byte orders differ between vendors. */
  readonly uuid: string | undefined
  /** Product number (HPE), service tag (Dell). */
  readonly sku: string | undefined
  readonly model: string | undefined
  readonly manufacturer: string | undefined
  /** As the BMC prints it, e.g. `U32 v2.90 (07/20/2023)`. */
  readonly biosVersion: string | undefined
  /** `On`, `Off`, `PoweringOn`, `PoweringOff` … */
  readonly powerState: string | undefined
}

export function toIdentity(system: SystemResource): SystemIdentity {
  return {
    serialNumber: serialOf(system),
    uuid: system.UUID,
    sku: system.SKU,
    model: system.Model,
    manufacturer: system.Manufacturer,
    biosVersion: system.BiosVersion,
    powerState: system.PowerState,
  }
}

/**
 * What SMBIOS has as the serial number of the system. Dell gives the mainboard's as `SerialNumber`, and the system's, the service tag of 5
 * to 7 letters and digits, as `SKU` (iDRAC9's ComputerSystem).
 */
function serialOf({ Manufacturer, SerialNumber, SKU }: SystemResource): string | undefined {
  if (Manufacturer === undefined || !/^Dell\b/i.test(Manufacturer)) return SerialNumber
  return SKU !== undefined && /^[A-Z0-9]{5,7}$/i.test(SKU) ? SKU : SerialNumber
}

/** More members than this are no server. */
const MOST_MEMBERS = 32

/**
 * Finds the host among the systems of a BMC: the member that has a BIOS and boot settings. Baseboards of accelerators are
 * listed beside it and may come first.
 *
 * @throws HwError `bmc.no-system` when there is none, or more than one that could be it
 */
export async function findSystem(
  get: Get,
  collection: string,
  signal: AbortSignal | undefined,
): Promise<{ readonly path: string; readonly system: SystemResource }> {
  const paths = await memberPaths(get, collection, signal)
  const members: { path: string; system: SystemResource }[] = []
  for (const path of paths) members.push({ path, system: readResource(await get(path, signal), systemSchema) })
  const best = Math.max(...members.map(({ system }) => likeness(system)))
  const hosts = members.filter(({ system }) => likeness(system) === best)
  const [host] = hosts
  if (host !== undefined && hosts.length === 1) return host
  throw new HwError({
    code: 'bmc.no-system',
    kind: 'invalid',
    message:
      hosts.length === 0
        ? `The BMC lists no system at ${collection}`
        : `The BMC lists ${hosts.length} systems that could be the host: ${hosts.map(({ path }) => path).join(', ')}`,
    hint: 'Only machines with one host behind a BMC are supported.',
    context: { members: paths },
  })
}

function likeness(system: SystemResource): number {
  return (system.Bios === undefined ? 0 : 2) + (typeof system.Boot === 'object' && system.Boot !== null ? 1 : 0)
}

/** Paths of the members of a collection, page after page. */
export async function memberPaths(get: Get, collection: string, signal: AbortSignal | undefined): Promise<string[]> {
  const paths: string[] = []
  const visited: string[] = []
  for (let page: string | undefined = collection; page !== undefined && paths.length < MOST_MEMBERS;) {
    const here: string = page
    if (visited.some((path) => sameResource(path, here))) break
    visited.push(here)
    const { Members, 'Members@odata.nextLink': next } = readResource(await get(here, signal), collectionSchema)
    paths.push(...Members.map((member) => member['@odata.id']))
    page = next
  }
  return paths
}
