import type { HardwareModel } from '../model.ts'
import { dellPlatformAttributes } from './dell-attributes.ts'
import { dellIntelAttributes, dellIntelProfiles } from './dell-intel.ts'

/**
 * Dell PowerEdge R650: two Intel Xeon of the Ice Lake generation, x86_64, 15G, iDRAC9. DMI strings as Dell writes them (public
 * dmidecode and lshw output of PowerEdge servers). Assumed: board part number, versions, processor and memory.
 */
export const dellR650: HardwareModel = {
  id: 'dell-r650',
  vendor: 'Dell',
  manufacturer: 'Dell Inc.',
  product: 'PowerEdge R650',
  board: '0PYXKY',
  sku: 'NotProvided',
  machine: 'x86_64',
  architecture: 'amd64/generic',
  cpu: { model: 'Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz', cores: 64, mhz: 2000, sockets: 2 },
  memoryMiB: 262_144,
  biosFamily: '1.10',
  biosVersion: '1.10.2',
  biosDate: '04/26/2023',
  biosAttributes: [...dellPlatformAttributes, ...dellIntelAttributes],
  biosImplications: dellIntelProfiles,
  bmcType: 'iDRAC9',
  bmcVersion: '6.10.80.00',
  lanChannel: 1,
  postMs: 180_000,
  extraPostMs: 220_000,
}
