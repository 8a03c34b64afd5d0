import type { HardwareModel } from '../model.ts'
import { choice, hpePlatformAttributes, onOff } from './hpe-platform-attributes.ts'

/**
 * HPE ProLiant RL300 Gen11: Ampere Altra, aarch64, iLO 6, ROM family R11. DMI strings and ROM versions from public kernel logs.
 * Assumed: the attribute list (its registry is not public) keeps the names that all ProLiants share and has none of the
 * processor settings of x86 boards (Altra has no SMT and no turbo switch); product number, processor and memory, lanChannel 2.
 */
export const hpeRl300: HardwareModel = {
  id: 'hpe-rl300',
  vendor: 'HPE',
  manufacturer: 'HPE',
  product: 'ProLiant RL300 Gen11',
  board: 'ProLiant RL300 Gen11',
  sku: 'P59870-B21',
  machine: 'aarch64',
  architecture: 'arm64/generic',
  cpu: { model: 'Ampere(R) Altra(R) Processor Q80-30', cores: 80, mhz: 3000 },
  memoryMiB: 262_144,
  biosFamily: 'R11',
  biosVersion: '1.60',
  biosDate: '03/07/2024',
  biosAttributes: [
    ...hpePlatformAttributes,
    choice('WorkloadProfile', [
      'GeneralPowerEfficientCompute',
      'GeneralPeakFrequencyCompute',
      'GeneralThroughputCompute',
      'Virtualization-PowerEfficient',
      'Virtualization-MaxPerformance',
      'LowLatency',
      'I/OThroughput',
      'Custom',
    ]),
    choice('PowerRegulator', ['OsControl', 'StaticHighPerf', 'StaticLowPower']),
    choice('NumaMemoryDomainsPerSocket', ['Monolithic', 'Hemisphere', 'Quadrant']),
    onOff('MemPatrolScrubbing', 'Enabled'),
  ],
  bmcType: 'iLO 6',
  bmcVersion: '1.62',
  lanChannel: 2,
}
