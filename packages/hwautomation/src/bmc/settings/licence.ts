import type { BmcSettingReading } from '../../boarding/seen.ts'
import { isHwError } from '../../errors.ts'
import { at, managerOf, type OpenBmc } from './redfish-settings.ts'

/**
 * Whether the BMC has its vendor's licence for out-of-band management. HPE: `Oem.Hpe.License` of the Manager, where a BMC as delivered
 * says iLO Standard. Supermicro: the BIOS resource is served only with one (Redfish guide, licence table; ironic-image#688).
 */
export async function readLicence(bmc: OpenBmc): Promise<BmcSettingReading> {
  if (bmc.vendor === 'hpe') {
    const { body } = await managerOf(bmc)
    const text = at(body, ['Oem', 'Hpe', 'License', 'LicenseString'])
    if (typeof text !== 'string' || text === '')
      return { state: 'unreadable', why: 'its firmware does not show Oem.Hpe.License' }
    return { state: 'read', value: /standard/i.test(text) ? `${text.slice(0, 40)}, which is none` : 'active' }
  }
  if (bmc.vendor === 'supermicro') {
    try {
      await bmc.client.bios({ signal: bmc.signal })
      return { state: 'read', value: 'active' }
    } catch (error) {
      bmc.signal.throwIfAborted()
      if (isHwError(error) && error.code === 'bmc.licence') return { state: 'read', value: 'missing' }
      if (isHwError(error) && error.code === 'bmc.no-bios') return { state: 'unreadable', why: error.message }
      throw error
    }
  }
  return { state: 'unreadable', why: 'no way to read the licence of a Dell iDRAC is known' }
}
