import type { HardwareModel } from '../model.ts'
import { dellAmdAttributes, dellAmdProfiles } from './dell-amd.ts'
import { dellPlatformAttributes } from './dell-attributes.ts'

/**
 * Dell PowerEdge R6515: one AMD EPYC, x86_64, iDRAC9. Board part number, DMI strings and BIOS settings: lshw and profile of an
 * R6515 (metal-toolbox/ironlib, fixtures/dell/r6515). Assumed: versions, processor and memory.
 */
export const dellR6515: HardwareModel = {
  id: 'dell-r6515',
  vendor: 'Dell',
  manufacturer: 'Dell Inc.',
  product: 'PowerEdge R6515',
  board: '0R4CNN',
  sku: 'NotProvided',
  dmi: { boardVersion: 'A02' },
  machine: 'x86_64',
  architecture: 'amd64/generic',
  cpu: { model: 'AMD EPYC 7543P 32-Core Processor', cores: 32, mhz: 2800 },
  memoryMiB: 131_072,
  biosFamily: '2.10',
  biosVersion: '2.10.2',
  biosDate: '03/03/2023',
  biosAttributes: [...dellPlatformAttributes, ...dellAmdAttributes],
  biosImplications: dellAmdProfiles,
  bmcType: 'iDRAC9',
  bmcVersion: '6.10.80.00',
  lanChannel: 1,
  postMs: 180_000,
  extraPostMs: 220_000,
}
