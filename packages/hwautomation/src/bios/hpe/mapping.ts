import type { SettingName, SettingValue } from '../settings.ts'
import type { HpeBoardFamily } from './board.ts'

type Canonical<Name extends SettingName> = SettingValue<Name> & (string | number)

/** A native attribute that can carry the setting, with its native value for each canonical one it knows. */
export interface NativeForm<Name extends SettingName = SettingName> {
  readonly attribute: string
  /** Absent for numbers, which are written as they are. */
  readonly values?: Readonly<Partial<Record<Canonical<Name>, string>>>
}

/** How HPE's BIOS says one canonical setting. */
export interface HpeMapping<Name extends SettingName = SettingName> {
  /** The first that the board has is used. */
  readonly forms: readonly NativeForm<Name>[]
  /** Board families that have it fixed at one value, without an attribute. */
  readonly fixed?: Readonly<Partial<Record<HpeBoardFamily, Canonical<Name>>>>
  /** Why families lack it. */
  readonly absent?: Readonly<Partial<Record<HpeBoardFamily, string>>>
}

const onOff = { enabled: 'Enabled', disabled: 'Disabled' } as const
const noSmt = 'Ampere Altra cores run one thread each: there is no SMT to set'
const intelOnly = 'only Intel boards have it'
const amdOnly = 'only AMD boards have it'
const noCsm = 'HPE has no setting of its own for it: `boot-mode` decides'
const noPStates = 'HPE has no setting of its own for it: `power-regulator` decides'
const armBoard = 'an attribute of x86 boards; Ampere Altra has none'

/**
 * HPE names and values: iLO 5 resource definitions (Gen10), live values of iLO 6 (Gen11).
 * `pxe` is not here: it is a matter of each NIC (see `network-boot.ts`).
 * Assumed: what the RL300 Gen11 lacks (its registry is not published; deduced from its processor), what AMD boards lack,
 * and that boards without BootMode know UEFI only. What the device itself shows always wins over this table.
 */
export const hpeMappings: { readonly [Name in Exclude<SettingName, 'pxe'>]: HpeMapping<Name> } = {
  'boot-mode': {
    forms: [{ attribute: 'BootMode', values: { uefi: 'Uefi', legacy: 'LegacyBios' } }],
    // Gen10 always shows the attribute; that boards without it know UEFI only is assumed.
    fixed: { 'gen11-intel': 'uefi', 'gen11-amd': 'uefi', 'gen11-ampere': 'uefi', gen12: 'uefi', unknown: 'uefi' },
  },
  csm: {
    forms: [],
    // The same assumption as for boot-mode.
    fixed: {
      'gen11-intel': 'disabled',
      'gen11-amd': 'disabled',
      'gen11-ampere': 'disabled',
      gen12: 'disabled',
      unknown: 'disabled',
    },
    absent: { 'gen10-intel': noCsm, 'gen10-amd': noCsm },
  },
  'secure-boot': { forms: [{ attribute: 'SecureBootStatus', values: onOff }] },
  'boot-retry': {
    forms: [
      {
        attribute: 'BootOrderPolicy',
        values: { indefinitely: 'RetryIndefinitely', once: 'AttemptOnce', 'reset-after-failure': 'ResetAfterFailed' },
      },
    ],
  },
  'network-boot-retries': { forms: [{ attribute: 'NetworkBootRetryCount' }] },
  'network-boot-protocol': {
    forms: [{ attribute: 'PrebootNetworkEnvPolicy', values: { auto: 'Auto', ipv4: 'Ipv4', ipv6: 'Ipv6' } }],
  },
  'http-boot': {
    forms: [
      {
        attribute: 'HttpSupport',
        values: { auto: 'Auto', 'https-only': 'HttpsOnly', 'http-only': 'HttpOnly', disabled: 'Disabled' },
      },
    ],
  },
  smt: {
    forms: [
      { attribute: 'ProcHyperthreading', values: onOff },
      // Assumed AMD name: no registry of an AMD board was at hand.
      { attribute: 'ProcSMT', values: onOff },
    ],
    absent: { 'gen11-ampere': noSmt },
  },
  turbo: {
    forms: [
      { attribute: 'ProcTurbo', values: onOff },
      // Assumed AMD name, as ProcSMT.
      { attribute: 'AmdCorePerfBoost', values: onOff },
    ],
    absent: { 'gen11-ampere': armBoard },
  },
  'p-states': { forms: [], absent: { ...sameForAll(noPStates), 'gen11-ampere': armBoard } },
  'hardware-p-states': { forms: [], absent: { ...sameForAll(noPStates), 'gen11-ampere': armBoard } },
  'avx-pre-grant': {
    forms: [{ attribute: 'AvxLicensePreGrantOverride', values: onOff }],
    absent: { 'gen11-ampere': armBoard, 'gen10-amd': intelOnly, 'gen11-amd': intelOnly },
  },
  avx512: { forms: [], absent: { 'gen11-ampere': armBoard } },
  'power-profile': {
    forms: [
      {
        attribute: 'WorkloadProfile',
        values: {
          'power-efficient': 'GeneralPowerEfficientCompute',
          'peak-frequency': 'GeneralPeakFrequencyCompute',
          throughput: 'GeneralThroughputCompute',
          'virtualization-power-efficient': 'Virtualization-PowerEfficient',
          'virtualization-max-performance': 'Virtualization-MaxPerformance',
          'low-latency': 'LowLatency',
          'mission-critical': 'MissionCritical',
          transactional: 'TransactionalApplicationProcessing',
          hpc: 'HighPerformanceCompute(HPC)',
          'decision-support': 'DecisionSupport',
          graphics: 'GraphicProcessing',
          'io-throughput': 'I/OThroughput',
          custom: 'Custom',
        },
      },
    ],
  },
  'power-regulator': {
    forms: [
      {
        attribute: 'PowerRegulator',
        values: {
          dynamic: 'DynamicPowerSavings',
          'low-power': 'StaticLowPower',
          'high-performance': 'StaticHighPerf',
          'os-control': 'OsControl',
        },
      },
    ],
  },
  'energy-bias': {
    forms: [
      {
        attribute: 'EnergyPerfBias',
        values: {
          'max-performance': 'MaxPerf',
          'balanced-performance': 'BalancedPerf',
          'balanced-power': 'BalancedPower',
          'power-saving': 'PowerSavingsMode',
        },
      },
    ],
    absent: { 'gen11-ampere': armBoard, 'gen10-amd': intelOnly, 'gen11-amd': intelOnly },
  },
  'c-states': {
    forms: [{ attribute: 'MinProcIdlePower', values: { c6: 'C6', c1e: 'C1E', none: 'NoCStates' } }],
    absent: { 'gen11-ampere': armBoard },
  },
  'package-c-state': {
    forms: [
      {
        attribute: 'MinProcIdlePkgState',
        values: { none: 'NoState', 'c6-non-retention': 'C6NonRetention', 'c6-retention': 'C6Retention' },
      },
    ],
    absent: { 'gen11-ampere': armBoard, 'gen10-amd': intelOnly, 'gen11-amd': intelOnly },
  },
  'sr-iov': { forms: [{ attribute: 'Sriov', values: onOff }] },
  iommu: {
    forms: [
      { attribute: 'IntelProcVtd', values: onOff },
      // Assumed AMD name, as ProcSMT.
      { attribute: 'ProcAmdIoVt', values: onOff },
    ],
    absent: { 'gen11-ampere': armBoard },
  },
  virtualization: {
    forms: [{ attribute: 'ProcVirtualization', values: onOff }],
    absent: { 'gen11-ampere': armBoard },
  },
  'patrol-scrub': { forms: [{ attribute: 'MemPatrolScrubbing', values: onOff }] },
  // Gen11 shows it; its values are assumed.
  numa: { forms: [{ attribute: 'Numa', values: onOff }] },
  'numa-nodes-per-socket': {
    forms: [
      {
        attribute: 'NumaMemoryDomainsPerSocket',
        // `TwoMemoryDomainsPerSocket` was seen; the others are formed like it.
        values: {
          auto: 'Auto',
          '1': 'OneMemoryDomainPerSocket',
          '2': 'TwoMemoryDomainsPerSocket',
          '4': 'FourMemoryDomainsPerSocket',
        },
      },
    ],
    absent: { 'gen10-intel': amdOnly, 'gen11-intel': amdOnly },
  },
  'l3-as-numa': {
    forms: [{ attribute: 'LastLevelCacheAsNUMANode', values: onOff }],
    absent: { 'gen10-intel': amdOnly, 'gen11-intel': amdOnly, 'gen11-ampere': armBoard },
  },
  'numa-group-size': { forms: [{ attribute: 'NumaGroupSizeOpt', values: { flat: 'Flat', clustered: 'Clustered' } }] },
  'sub-numa-clustering': {
    forms: [{ attribute: 'SubNumaClustering', values: onOff }],
    absent: { 'gen11-ampere': armBoard, 'gen10-amd': intelOnly, 'gen11-amd': intelOnly },
  },
  'node-interleaving': { forms: [{ attribute: 'NodeInterleaving', values: onOff }] },
  'memory-mode': {
    forms: [
      {
        attribute: 'AdvancedMemProtection',
        values: {
          'fault-tolerant': 'FastFaultTolerantADDDC',
          ecc: 'AdvancedEcc',
          spare: 'OnlineSpareAdvancedEcc',
          mirror: 'MirroredAdvancedEcc',
        },
      },
    ],
  },
  'sata-mode': { forms: [{ attribute: 'EmbeddedSata', values: { ahci: 'Ahci', raid: 'Raid' } }] },
  x2apic: {
    forms: [
      {
        attribute: 'ProcX2Apic',
        values: { auto: 'Auto', enabled: 'Enabled', disabled: 'Disabled', forced: 'ForceEnabled' },
      },
    ],
    absent: { 'gen11-ampere': armBoard },
  },
  sgx: {
    forms: [{ attribute: 'SgxEnable', values: onOff }],
    absent: {
      'gen11-ampere': intelOnly,
      'gen11-amd': intelOnly,
      'gen10-amd': intelOnly,
      'gen10-intel': 'Gen10 scalable processors have no SGX',
    },
  },
  'memory-encryption': { forms: [], absent: { 'gen10-intel': 'Gen10 scalable processors have none' } },
  tdx: {
    forms: [],
    absent: {
      'gen11-ampere': intelOnly,
      'gen11-amd': intelOnly,
      'gen10-amd': intelOnly,
      'gen10-intel': 'Gen10 scalable processors have none',
    },
  },
  txt: {
    forms: [{ attribute: 'IntelTxt', values: onOff }],
    absent: { 'gen11-ampere': intelOnly, 'gen11-amd': intelOnly, 'gen10-amd': intelOnly },
  },
  tpm: { forms: [{ attribute: 'TpmVisibility', values: { visible: 'Visible', hidden: 'Hidden' } }] },
  'console-redirection': {
    forms: [
      {
        attribute: 'SerialConsolePort',
        values: { auto: 'Auto', physical: 'Physical', virtual: 'Virtual', disabled: 'Disabled' },
      },
    ],
  },
  'console-speed': {
    forms: [
      {
        attribute: 'SerialConsoleBaudRate',
        values: {
          '9600': 'BaudRate9600',
          '19200': 'BaudRate19200',
          '38400': 'BaudRate38400',
          '57600': 'BaudRate57600',
          '115200': 'BaudRate115200',
        },
      },
    ],
  },
  'quiet-boot': { forms: [], absent: sameForAll('HPE has no such setting; PostScreenMode is near to it') },
  'wait-on-error': {
    forms: [{ attribute: 'PostF1Prompt', values: { enabled: 'Delayed20Sec', disabled: 'Disabled' } }],
  },
  'internal-graphics': { forms: [], absent: sameForAll('ProLiant boards do not use graphics of the processor') },
  'ac-loss': {
    forms: [
      {
        attribute: 'AutoPowerOn',
        values: { 'power-on': 'AlwaysPowerOn', 'stay-off': 'AlwaysPowerOff', 'last-state': 'RestoreLastState' },
      },
    ],
  },
  'power-on-delay': {
    forms: [
      {
        attribute: 'PowerOnDelay',
        values: {
          none: 'NoDelay',
          random: 'Random',
          '15s': 'Delay15Sec',
          '30s': 'Delay30Sec',
          '45s': 'Delay45Sec',
          '60s': 'Delay60Sec',
        },
      },
    ],
  },
  'wake-on-lan': { forms: [{ attribute: 'WakeOnLan', values: onOff }] },
  cooling: {
    forms: [
      {
        attribute: 'ThermalConfig',
        values: {
          optimal: 'OptimalCooling',
          increased: 'IncreasedCooling',
          maximum: 'MaxCooling',
          'enhanced-cpu': 'EnhancedCPUCooling',
        },
      },
    ],
  },
}

function sameForAll(reason: string): Readonly<Record<HpeBoardFamily, string>> {
  return {
    'gen10-intel': reason,
    'gen10-amd': reason,
    'gen11-intel': reason,
    'gen11-amd': reason,
    'gen11-ampere': reason,
    gen12: reason,
    unknown: reason,
  }
}
