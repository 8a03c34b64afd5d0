import type { AddressSource, LanConfig } from '../../lan/lan-plan.ts'
import { at, managerOf, type OpenBmc } from './redfish-settings.ts'

const SOURCES: ReadonlyMap<string, AddressSource> = new Map([
  ['Static', 'static'],
  ['DHCP', 'dhcp'],
])

/**
 * The IPv4 settings of the interface that has this address, as the BMC itself shows them (DSP0268, EthernetInterface); undefined where
 * none of its interfaces has it. For BMCs that do not let their host ask.
 */
export async function readLan(bmc: OpenBmc, address: string): Promise<LanConfig | undefined> {
  const { body } = await managerOf(bmc)
  const collection = at(body, ['EthernetInterfaces', '@odata.id'])
  if (typeof collection !== 'string') return undefined
  for (const path of await bmc.client.members(collection, { signal: bmc.signal })) {
    const entries = (await bmc.client.resource(path, { signal: bmc.signal }))['IPv4Addresses']
    const entry = Array.isArray(entries) ? entries.find((one) => at(one, ['Address']) === address) : undefined
    if (entry === undefined) continue
    const text = (name: string) => {
      const value = at(entry, [name])
      return typeof value === 'string' && value !== '' ? value : '0.0.0.0'
    }
    return {
      source: SOURCES.get(text('AddressOrigin')) ?? 'other',
      address,
      netmask: text('SubnetMask'),
      gateway: text('Gateway'),
    }
  }
  return undefined
}
