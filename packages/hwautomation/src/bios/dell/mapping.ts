import type { SettingName, SettingValue } from '../settings.ts'
import type { DellBoard } from './board.ts'

type Canonical<Name extends SettingName> = SettingValue<Name> & (string | number)

/** One attribute's value, or the values of several that say it together. */
export type NativeValue = string | Readonly<Record<string, string>>

/** A native attribute that can carry the setting, with what each canonical value it knows is natively. */
export interface DellForm<Name extends SettingName = SettingName> {
  readonly attribute: string
  readonly values: Readonly<Partial<Record<Canonical<Name>, NativeValue>>>
  /** Boards that say it so; all where absent. */
  readonly on?: (board: DellBoard) => boolean
  /** What else must stand in the settings for this form. */
  readonly where?: Readonly<Record<string, RegExp>>
}

/** How Dell's BIOS says one canonical setting. */
export interface DellMapping<Name extends SettingName = SettingName> {
  /** The first that the board has is used. */
  readonly forms: readonly DellForm<Name>[]
  /** Why no board has it, or where it is set instead. */
  readonly absent?: string
}

const onOff = { enabled: 'Enabled', disabled: 'Disabled' } as const
const powerOnOff = { enabled: 'On', disabled: 'Off' } as const
const before16G = ({ generation }: DellBoard) => generation === undefined || generation < 16
const from16G = ({ generation }: DellBoard) => generation !== undefined && generation >= 16
const inTheSystemProfile =
  'Dell decides it by the System Profile: `power-profile`, or with `custom` the settings of the power management'

/**
 * Dell names and values of PowerEdge 14G to 16G: exported profiles of a C6320 and an R6515 (metal-toolbox/ironlib), the registry of an
 * iDRAC9, and public `racadm` scripts. `pxe` is a matter of each NIC (see `network-boot.ts`). Assumed, as no export shows them:
 * MirrorMode, SpareMode, RaidMode, IntelSgx, the values of EnergyPerformanceBias but BalancedPerformance, MemoryEncryption and EnableTdx.
 */
export const dellMappings: { readonly [Name in Exclude<SettingName, 'pxe'>]: DellMapping<Name> } = {
  'boot-mode': { forms: [{ attribute: 'BootMode', values: { uefi: 'Uefi', legacy: 'Bios' } }] },
  csm: { forms: [], absent: 'Dell has no setting of its own for it: `boot-mode` decides' },
  'secure-boot': { forms: [{ attribute: 'SecureBoot', values: onOff }] },
  'boot-retry': { forms: [{ attribute: 'BootSeqRetry', values: { indefinitely: 'Enabled', once: 'Disabled' } }] },
  'network-boot-retries': { forms: [], absent: 'Dell has no number of tries' },
  'network-boot-protocol': {
    forms: [{ attribute: 'PxeDev1Protocol', values: { ipv4: 'IPv4', ipv6: 'IPv6' } }],
  },
  'http-boot': { forms: [{ attribute: 'HttpDev1EnDis', values: { auto: 'Enabled', disabled: 'Disabled' } }] },
  smt: { forms: [{ attribute: 'LogicalProc', values: onOff }] },
  turbo: { forms: [{ attribute: 'ProcTurboMode', values: onOff }] },
  'p-states': { forms: [], absent: inTheSystemProfile },
  'hardware-p-states': { forms: [], absent: inTheSystemProfile },
  'avx-pre-grant': { forms: [{ attribute: 'AvxIccpPreGrantLicense', values: onOff }] },
  avx512: { forms: [], absent: 'Dell has no setting for it' },
  'power-profile': {
    forms: [
      {
        attribute: 'SysProfile',
        values: {
          balanced: 'PerfPerWattOptimizedOs',
          'power-efficient': 'PerfPerWattOptimizedDapc',
          performance: 'PerfOptimized',
          'peak-frequency': 'PerfOptimized',
          throughput: 'PerfOptimized',
          custom: 'Custom',
        },
      },
    ],
  },
  'power-regulator': {
    forms: [
      {
        attribute: 'ProcPwrPerf',
        values: { dynamic: 'SysDbpm', 'os-control': 'OsDbpm', 'high-performance': 'MaxPerf' },
      },
    ],
  },
  'energy-bias': {
    forms: [
      {
        attribute: 'EnergyPerformanceBias',
        values: {
          'max-performance': 'MaxPower',
          'balanced-performance': 'BalancedPerformance',
          'balanced-power': 'BalancedEfficiency',
          'power-saving': 'LowPower',
        },
      },
    ],
  },
  'c-states': {
    forms: [
      {
        attribute: 'ProcC1E',
        values: {
          c6: { ProcCStates: 'Enabled' },
          c1e: { ProcCStates: 'Disabled', ProcC1E: 'Enabled' },
          none: { ProcCStates: 'Disabled', ProcC1E: 'Disabled' },
        },
      },
      // AMD has no C1E.
      { attribute: 'ProcCStates', values: { c6: 'Enabled', none: 'Disabled' } },
    ],
  },
  'package-c-state': { forms: [], absent: inTheSystemProfile },
  'sr-iov': { forms: [{ attribute: 'SriovGlobalEnable', values: onOff }] },
  iommu: {
    forms: [
      { attribute: 'IommuSupport', values: onOff },
      // Intel's VT-d goes with VT-x.
      { attribute: 'ProcVirtualization', values: onOff },
    ],
  },
  virtualization: { forms: [{ attribute: 'ProcVirtualization', values: onOff }] },
  'patrol-scrub': { forms: [{ attribute: 'MemPatrolScrub', values: { enabled: 'Standard', disabled: 'Disabled' } }] },
  numa: {
    forms: [{ attribute: 'NodeInterleave', values: { enabled: 'Disabled', disabled: 'Enabled' } }],
  },
  'numa-nodes-per-socket': {
    forms: [{ attribute: 'NumaNodesPerSocket', values: { '1': '1', '2': '2', '4': '4' } }],
  },
  'l3-as-numa': { forms: [{ attribute: 'CcxAsNumaDomain', values: onOff }] },
  'numa-group-size': { forms: [], absent: 'Dell has no setting for it' },
  'sub-numa-clustering': {
    forms: [
      { attribute: 'SubNumaCluster', values: onOff, on: before16G },
      { attribute: 'SubNumaCluster', values: { enabled: '2-Way', disabled: 'Disabled' }, on: from16G },
      // Whether 2 or 4 are meant, `numa-nodes-per-socket` says.
      { attribute: 'NumaNodesPerSocket', values: { disabled: '1' } },
    ],
  },
  'node-interleaving': { forms: [{ attribute: 'NodeInterleave', values: onOff }] },
  'memory-mode': {
    forms: [
      {
        attribute: 'MemOpMode',
        values: { ecc: 'OptimizerMode', spare: 'SpareMode', mirror: 'MirrorMode' },
      },
    ],
  },
  'sata-mode': {
    forms: [{ attribute: 'EmbSata', values: { ahci: 'AhciMode', raid: 'RaidMode', disabled: 'Off' } }],
  },
  x2apic: { forms: [{ attribute: 'ProcX2Apic', values: onOff }] },
  sgx: { forms: [{ attribute: 'IntelSgx', values: powerOnOff }] },
  'memory-encryption': {
    forms: [
      {
        attribute: 'MemoryEncryption',
        values: { disabled: 'Disabled', 'single-key': 'SingleKey', 'multi-key': 'MultipleKeys' },
      },
    ],
  },
  tdx: { forms: [{ attribute: 'EnableTdx', values: onOff }] },
  txt: { forms: [{ attribute: 'IntelTxt', values: powerOnOff }] },
  tpm: { forms: [{ attribute: 'TpmSecurity', values: { visible: 'On', hidden: 'Off' } }] },
  'console-redirection': {
    forms: [
      // 16G has boards with one serial port.
      {
        attribute: 'SerialComm',
        where: { SerialComm: /^(?:Off|OnConRedir)$/, SerialPortAddress: /^Com\d$/ },
        values: { auto: 'OnConRedir', disabled: 'Off' },
      },
      // The connector at the back is the first serial device, what the iDRAC shows (SOL) the second.
      {
        attribute: 'SerialComm',
        where: { SerialPortAddress: /^Serial1Com2Serial2Com1$/ },
        values: { auto: 'OnConRedirAuto', physical: 'OnConRedirCom2', virtual: 'OnConRedirCom1', disabled: 'Off' },
      },
      {
        attribute: 'SerialComm',
        values: { auto: 'OnConRedirAuto', physical: 'OnConRedirCom1', virtual: 'OnConRedirCom2', disabled: 'Off' },
      },
    ],
  },
  'console-speed': {
    forms: [
      {
        attribute: 'FailSafeBaud',
        values: { '9600': '9600', '19200': '19200', '57600': '57600', '115200': '115200' },
      },
    ],
  },
  'quiet-boot': { forms: [], absent: 'Dell has no such setting' },
  'wait-on-error': { forms: [{ attribute: 'ErrPrompt', values: onOff }] },
  'internal-graphics': { forms: [], absent: 'PowerEdge boards do not use graphics of the processor' },
  'ac-loss': {
    forms: [{ attribute: 'AcPwrRcvry', values: { 'power-on': 'On', 'stay-off': 'Off', 'last-state': 'Last' } }],
  },
  'power-on-delay': {
    forms: [{ attribute: 'AcPwrRcvryDelay', values: { none: 'Immediate', random: 'Random' } }],
  },
  'wake-on-lan': { forms: [], absent: 'Dell has it in the settings of each NIC, not in those of the BIOS' },
  cooling: {
    forms: [],
    absent: 'Dell has it in the settings of the iDRAC (System.ThermalSettings), not in those of the BIOS',
  },
}
