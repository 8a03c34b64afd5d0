import type { HardwareModel } from '../model.ts'
import { dellPlatformAttributes } from './dell-attributes.ts'
import { dellIntelAttributes, dellIntelProfiles } from './dell-intel.ts'

/** 15G's own: a 14G board has neither. */
const NOT_ON_14G = new Set(['IntelSgx', 'SgxAutoRegistrationAgent', 'LlcPrefetch', 'XptPrefetch'])

/**
 * Dell PowerEdge R640: two Intel Xeon of the Cascade Lake generation, x86_64, 14G, an iDRAC9 with firmware of the 4.x kind, whose
 * job queue is listed the old way. Assumed: board part number, versions, processor and memory, what 14G lacks.
 */
export const dellR640: HardwareModel = {
  id: 'dell-r640',
  vendor: 'Dell',
  manufacturer: 'Dell Inc.',
  product: 'PowerEdge R640',
  board: '0W23H8',
  sku: 'NotProvided',
  machine: 'x86_64',
  architecture: 'amd64/generic',
  cpu: { model: 'Intel(R) Xeon(R) Gold 6230 CPU @ 2.10GHz', cores: 40, mhz: 2100, sockets: 2 },
  memoryMiB: 196_608,
  biosFamily: '2.12',
  biosVersion: '2.12.2',
  biosDate: '07/09/2021',
  biosAttributes: [...dellPlatformAttributes, ...dellIntelAttributes.filter(({ name }) => !NOT_ON_14G.has(name))],
  biosImplications: dellIntelProfiles,
  bmcType: 'iDRAC9',
  bmcVersion: '4.40.40.00',
  lanChannel: 1,
  postMs: 180_000,
  extraPostMs: 220_000,
}
