import type { BiosAttribute, BiosImplication } from '../model.ts'
import { group, locked, unlessCustom } from './dell-attributes.ts'
import { choice, fixed, integer, onOff } from './hpe-platform-attributes.ts'

/**
 * What PowerEdge servers with AMD EPYC have beside the common attributes. Names and values: the exported profile of an R6515
 * (metal-toolbox/ironlib). Assumed: values that are not the exported ones.
 */
export const dellAmdAttributes: readonly BiosAttribute[] = [
  ...group('SysInformation', [fixed('AgesaVersion', 'MilanPI-SP3 1.0.0.6')]),
  ...group('MemSettings', [choice('MemoryInterleaving', ['Auto', 'Disabled'])]),
  ...group('ProcSettings', [
    onOff('LogicalProc', 'Enabled'),
    onOff('ProcVirtualization', 'Enabled'),
    onOff('IommuSupport', 'Enabled'),
    onOff('KernelDmaProtection', 'Disabled'),
    onOff('L1StreamHwPrefetcher', 'Enabled'),
    onOff('L2StreamHwPrefetcher', 'Enabled'),
    choice('MadtCoreEnumeration', ['Linear', 'RoundRobin']),
    choice('NumaNodesPerSocket', ['1', '2', '4', '0']),
    onOff('CcxAsNumaDomain', 'Disabled'),
    integer('CpuMinSevAsid', 1, 16, 1),
    onOff('ProcX2Apic', 'Enabled'),
    choice('ProcCcds', ['All', '2', '4', '6']),
    choice('CcdCores', ['All', '2', '4', '6', '8']),
    fixed('ProcCoreSpeed', ''),
    fixed('Proc1Id', '19-1-1'),
    fixed('Proc1Brand', ''),
    fixed('Proc1L2Cache', '32x512 KB'),
    fixed('Proc1L3Cache', '256 MB'),
    fixed('Proc1NumCores', ''),
    fixed('Proc1Microcode', '0xA0011D1'),
  ]),
  ...group('IntegratedDevices', [
    onOff('PciePreferredIoBus', 'Disabled'),
    onOff('PcieEnhancedPreferredIo', 'Disabled'),
    choice('MmioLimit', ['8TB', '16TB', '64TB']),
  ]),
  ...group('SysProfileSettings', [
    choice('SysProfile', ['PerfPerWattOptimizedOs', 'PerfOptimized', 'DenseCfgOptimized', 'Custom']),
    locked(choice('ProcCStates', ['Enabled', 'Disabled']), unlessCustom),
    locked(choice('DeterminismSlider', ['PowerDeterminism', 'PerfDeterminism']), unlessCustom),
    locked(onOff('EfficiencyOptimizedMode', 'Disabled'), unlessCustom),
    locked(onOff('ApbDis', 'Disabled'), unlessCustom),
    locked(choice('DynamicLinkWidthManagement', ['Unforced', 'Forced']), unlessCustom),
  ]),
]

/** What System Profile decides. `PerfOptimized` is as an R6515 exported it (metal-toolbox/ironlib); the others are assumed. */
export const dellAmdProfiles: readonly BiosImplication[] = [
  profile('PerfPerWattOptimizedOs', 'OsDbpm', 'Enabled'),
  profile('PerfOptimized', 'MaxPerf', 'Disabled'),
  profile('DenseCfgOptimized', 'OsDbpm', 'Enabled'),
]

function profile(is: string, ProcPwrPerf: string, idle: 'Enabled' | 'Disabled'): BiosImplication {
  return {
    when: { attribute: 'SysProfile', is },
    follow: {
      ProcPwrPerf,
      ProcTurboMode: 'Enabled',
      ProcCStates: idle,
      PcieAspmL1: idle,
      MemPatrolScrub: 'Standard',
      MemRefreshRate: '1x',
      DeterminismSlider: 'PowerDeterminism',
    },
  }
}
