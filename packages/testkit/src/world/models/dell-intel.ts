import type { BiosAttribute, BiosImplication } from '../model.ts'
import { group, locked, unlessCustom } from './dell-attributes.ts'
import { choice, fixed, onOff } from './hpe-platform-attributes.ts'

/**
 * What PowerEdge servers with Intel Xeon have beside the common attributes. Names: the exported profile of a C6320
 * (metal-toolbox/ironlib) and public racadm scripts for 14G and 15G servers. Assumed: values that are not the exported ones.
 */
export const dellIntelAttributes: readonly BiosAttribute[] = [
  ...group('SysInformation', [fixed('SystemMeVersion', '4.4.4.53')]),
  ...group('MemSettings', [
    onOff('NodeInterleave', 'Disabled'),
    onOff('AdddcSetting', 'Disabled'),
    onOff('NativeTrfcTiming', 'Enabled'),
  ]),
  ...group('ProcSettings', [
    onOff('LogicalProc', 'Enabled'),
    choice('CpuInterconnectBusSpeed', ['MaxDataRate', '10GTps', '9GTps']),
    onOff('ProcVirtualization', 'Enabled'),
    onOff('ProcAdjCacheLine', 'Enabled'),
    onOff('ProcHwPrefetcher', 'Enabled'),
    onOff('ProcSwPrefetcher', 'Enabled'),
    onOff('DcuStreamerPrefetcher', 'Enabled'),
    onOff('DcuIpPrefetcher', 'Enabled'),
    onOff('SubNumaCluster', 'Disabled'),
    choice('MadtCoreEnumeration', ['RoundRobin', 'Linear']),
    onOff('UpiPrefetch', 'Enabled'),
    onOff('XptPrefetch', 'Enabled'),
    onOff('LlcPrefetch', 'Disabled'),
    onOff('DeadLineLlcAlloc', 'Enabled'),
    onOff('DirectoryAtoS', 'Disabled'),
    choice('ProcConfigTdp', ['Nominal', 'Level1', 'Level2']),
    onOff('ProcX2Apic', 'Enabled'),
    choice('ControlledTurbo', [
      'Disabled',
      'Enabled',
      'ControlledTurboLimitMinus1',
      'ControlledTurboLimitMinus2',
      'ControlledTurboLimitMinus3',
    ]),
    choice('ProcCores', ['All', '1', '2', '4', '6', '8', '10', '12', '14', '16', '18', '20', '24', '28']),
    fixed('ProcCoreSpeed', ''),
    fixed('ProcBusSpeed', '11.20 GT/s'),
    ...[1, 2].flatMap((socket) => [
      fixed(`Proc${socket}Id`, '6-6A-6'),
      fixed(`Proc${socket}Brand`, ''),
      fixed(`Proc${socket}L2Cache`, '32x1280 KB'),
      fixed(`Proc${socket}L3Cache`, '48 MB'),
      fixed(`Proc${socket}NumCores`, ''),
      fixed(`Proc${socket}Microcode`, '0xD000375'),
    ]),
  ]),
  ...group('IntegratedDevices', [
    onOff('IoatEngine', 'Disabled'),
    choice('SnoopHldOff', ['Roll256Cycles', 'Roll512Cycles', 'Roll1KCycles', 'Roll2KCycles']),
    onOff('MmioAbove4Gb', 'Enabled'),
    choice('MemoryMappedIOH', ['56TB', '12TB', '512GB']),
  ]),
  ...group('SysProfileSettings', [
    choice(
      'SysProfile',
      ['PerfPerWattOptimizedDapc', 'PerfPerWattOptimizedOs', 'PerfOptimized', 'DenseCfgOptimized', 'Custom'],
      'PerfPerWattOptimizedDapc',
    ),
    locked(onOff('EnergyEfficientTurbo', 'Enabled'), unlessCustom),
    locked(onOff('ProcC1E', 'Enabled'), unlessCustom),
    locked(choice('ProcCStates', ['Enabled', 'Disabled', 'Autonomous']), unlessCustom),
    locked(onOff('CollaborativeCpuPerfCtrl', 'Disabled'), unlessCustom),
    locked(choice('UncoreFrequency', ['DynamicUFS', 'MaxUFS', 'MinUFS']), unlessCustom),
    locked(
      choice('EnergyPerformanceBias', ['BalancedPerformance', 'MaxPower', 'BalancedEfficiency', 'LowPower']),
      unlessCustom,
    ),
    locked(choice('MonitorMwait', ['Enabled', 'Disabled']), unlessCustom),
    locked(onOff('CpuInterconnectBusLinkPower', 'Enabled'), unlessCustom),
  ]),
  ...group('SysSecurity', [
    locked(choice('IntelTxt', ['Off', 'On']), { attribute: 'TpmSecurity', is: 'Off' }),
    choice('IntelSgx', ['Off', 'On']),
    locked(onOff('SgxAutoRegistrationAgent', 'Disabled'), { attribute: 'IntelSgx', is: 'Off' }),
  ]),
]

/**
 * What System Profile decides when it is not `Custom`. Sources: the exported profile of a C6320 for Dapc; comments in public racadm
 * scripts for PerfOptimized; the registry's `Map` dependencies for ProcPwrPerf. Assumed: the rest.
 */
export const dellIntelProfiles: readonly BiosImplication[] = [
  profile('PerfPerWattOptimizedDapc', 'SysDbpm', 'Enabled', 'DynamicUFS', 'BalancedPerformance'),
  profile('PerfPerWattOptimizedOs', 'OsDbpm', 'Enabled', 'DynamicUFS', 'BalancedPerformance'),
  profile('PerfOptimized', 'MaxPerf', 'Disabled', 'MaxUFS', 'MaxPower'),
  profile('DenseCfgOptimized', 'SysDbpm', 'Enabled', 'DynamicUFS', 'BalancedPerformance'),
]

function profile(
  is: string,
  ProcPwrPerf: string,
  idle: 'Enabled' | 'Disabled',
  UncoreFrequency: string,
  EnergyPerformanceBias: string,
): BiosImplication {
  return {
    when: { attribute: 'SysProfile', is },
    follow: {
      ProcPwrPerf,
      ProcTurboMode: 'Enabled',
      ProcC1E: idle,
      ProcCStates: idle,
      PcieAspmL1: idle,
      UncoreFrequency,
      EnergyPerformanceBias,
      MemPatrolScrub: 'Standard',
      MemRefreshRate: '1x',
    },
  }
}
