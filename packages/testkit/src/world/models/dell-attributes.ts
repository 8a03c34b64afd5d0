import { holds } from '../bios-conditions.ts'
import type { BiosAttribute, BiosCondition } from '../model.ts'
import { choice, fixed, integer, onOff, text } from './hpe-platform-attributes.ts'

/** One group of racadm's `BIOS.<group>.<name>`. */
export function group(name: string, attributes: readonly BiosAttribute[]): readonly BiosAttribute[] {
  return attributes.map((attribute) => ({ ...attribute, group: name }))
}

/** Greyed out while a condition holds of what is staged, or else in force. */
export function locked(attribute: BiosAttribute, ...lockedWhile: readonly BiosCondition[]): BiosAttribute {
  return { ...attribute, lockedWhile, settable: (others) => !lockedWhile.some((condition) => holds(condition, others)) }
}

/** Set, but never read back. */
export function password(name: string): BiosAttribute {
  return { name, type: 'Password', maxLength: 32, default: '' }
}

/** Tells this machine from others, or is for one boot: exported as a comment, and no import takes it. */
export function ownOnly(attribute: BiosAttribute): BiosAttribute {
  return { ...attribute, ownOnly: true }
}

/** What System Profile decides, unless it is `Custom`. */
export const unlessCustom: BiosCondition = { attribute: 'SysProfile', isNot: 'Custom' }
const whileUefi: BiosCondition = { attribute: 'BootMode', is: 'Uefi' }
const whileLegacy: BiosCondition = { attribute: 'BootMode', is: 'Bios' }

const nics = ['NIC.Embedded.1-1-1', 'NIC.Embedded.2-1-1', 'NIC.Integrated.1-1-1', 'NIC.Integrated.1-2-1'] as const
const numbered = <T>(count: number, make: (n: number) => T): readonly T[] =>
  Array.from({ length: count }, (_, index) => make(index + 1))

/**
 * BIOS attributes that PowerEdge servers of the 14th and 15th generation share, as racadm and a server configuration profile
 * name them. Names, values and what is greyed out while the boot mode is legacy or System Profile is not Custom: exported
 * profiles of a C6320 and an R6515 (metal-toolbox/ironlib, fixtures/dell). Groups: public racadm scripts for these servers.
 * Assumed: the group of an attribute that none of those scripts names, values that are not the exported ones, ranges.
 */
export const dellPlatformAttributes: readonly BiosAttribute[] = [
  ...group('SysInformation', [
    fixed('SystemModelName', ''),
    fixed('SystemBiosVersion', ''),
    fixed('SystemServiceTag', ''),
    fixed('SystemManufacturer', 'Dell Inc.'),
    fixed('SysMfrContactInfo', 'www.dell.com'),
    fixed('SystemCpldVersion', '1.0.7'),
    fixed('UefiComplianceVersion', '2.7'),
  ]),
  ...group('MemSettings', [
    fixed('SysMemSize', ''),
    fixed('SysMemType', 'ECC DDR4'),
    fixed('SysMemSpeed', '3200 MHz'),
    fixed('SysMemVolt', '1.20 V'),
    fixed('VideoMem', '16 MB'),
    onOff('MemTest', 'Disabled'),
    choice('MemOpMode', ['OptimizerMode', 'SpareMode', 'MirrorMode', 'FaultResilientMode']),
    fixed('CurrentMemOpModeState', 'OptimizerMode'),
    onOff('CorrEccSmi', 'Enabled'),
    onOff('OppSrefEn', 'Disabled'),
    onOff('CECriticalSEL', 'Disabled'),
    choice('DramRefreshDelay', ['Performance', 'Minimum']),
  ]),
  ...group('SataSettings', [
    choice('EmbSata', ['AhciMode', 'RaidMode', 'Off']),
    onOff('SecurityFreezeLock', 'Enabled'),
    onOff('WriteCache', 'Disabled'),
    ...['A', 'B', 'C', 'D'].flatMap((port) => [
      locked(choice(`SataPort${port}`, ['Auto', 'Off']), { attribute: 'EmbSata', is: 'AhciMode' }),
      fixed(`SataPort${port}Model`, ''),
      fixed(`SataPort${port}DriveType`, 'Unknown Device'),
      fixed(`SataPort${port}Capacity`, 'N/A'),
    ]),
  ]),
  ...group('NvmeSettings', [choice('NvmeMode', ['NonRaid', 'Raid'])]),
  ...group('BiosBootSettings', [
    choice('BootMode', ['Uefi', 'Bios']),
    onOff('BootSeqRetry', 'Enabled'),
    locked(onOff('HddFailover', 'Disabled'), whileUefi),
    locked(onOff('GenericUsbBoot', 'Disabled'), whileLegacy),
    locked(onOff('HddPlaceholder', 'Disabled'), whileLegacy),
    locked(choice('SysPrepClean', ['None', 'Yes']), whileLegacy),
    ownOnly(text('BootSeq', 512)),
    ownOnly(text('HddSeq', 512)),
    ownOnly(text('UefiBootSeq', 512, 'NIC.PxeDevice.1-1,RAID.Integrated.1-1')),
    text('SetBootOrderEn', 512, 'NIC.PxeDevice.1-1,RAID.Integrated.1-1'),
    text('SetBootOrderDis', 512),
    ...numbered(16, (n) => text(`SetBootOrderFqdd${n}`, 256)),
    ...numbered(16, (n) => text(`SetLegacyHddOrderFqdd${n}`, 256)),
  ]),
  ...group('NetworkSettings', [
    ...numbered(4, (n) => locked(onOff(`PxeDev${n}EnDis`, n === 1 ? 'Enabled' : 'Disabled'), whileLegacy)),
    ...numbered(4, (n) => locked(onOff(`HttpDev${n}EnDis`, 'Disabled'), whileLegacy)),
  ]),
  ...numbered(4, (n) => n).flatMap((n) =>
    group(`PxeDev${n}Settings`, [
      locked(choice(`PxeDev${n}Interface`, nics), { attribute: `PxeDev${n}EnDis`, is: 'Disabled' }),
      locked(choice(`PxeDev${n}Protocol`, ['IPv4', 'IPv6']), { attribute: `PxeDev${n}EnDis`, is: 'Disabled' }),
      locked(onOff(`PxeDev${n}VlanEnDis`, 'Disabled'), { attribute: `PxeDev${n}EnDis`, is: 'Disabled' }),
      locked(integer(`PxeDev${n}VlanId`, 1, 4094, 1), { attribute: `PxeDev${n}VlanEnDis`, is: 'Disabled' }),
      locked(integer(`PxeDev${n}VlanPriority`, 0, 7, 0), { attribute: `PxeDev${n}VlanEnDis`, is: 'Disabled' }),
    ]),
  ),
  ...group('IntegratedDevices', [
    choice('UsbPorts', ['AllOn', 'OnlyBackPortsOn', 'AllOff', 'AllOffDynamic']),
    choice('InternalUsb', ['On', 'Off']),
    choice('UsbManagedPort', ['On', 'Off']),
    onOff('IntegratedRaid', 'Enabled'),
    choice('EmbNic1Nic2', ['Enabled', 'DisabledOs']),
    onOff('EmbVideo', 'Enabled'),
    fixed('CurrentEmbVideoState', 'Enabled'),
    onOff('SriovGlobalEnable', 'Disabled'),
    onOff('OsWatchdogTimer', 'Disabled'),
    choice('DellAutoDiscovery', ['PlatformDefault', 'ManualControl']),
  ]),
  ...group('SlotDisablement', [
    ...numbered(3, (n) => choice(`Slot${n}`, ['Enabled', 'Disabled', 'BootDriverDisabled'])),
  ]),
  ...group('SerialCommSettings', [
    choice('SerialComm', ['Off', 'OnNoConRedir', 'OnConRedirAuto', 'OnConRedirCom1', 'OnConRedirCom2']),
    choice('SerialPortAddress', ['Serial1Com2Serial2Com1', 'Serial1Com1Serial2Com2']),
    choice('ExtSerialConnector', ['Serial1', 'Serial2', 'RemoteAccDevice']),
    choice('FailSafeBaud', ['115200', '57600', '38400', '19200', '9600']),
    choice('ConTermType', ['Vt100Vt220', 'Ansi']),
    onOff('RedirAfterBoot', 'Enabled'),
  ]),
  ...group('SysProfileSettings', [
    choice('WorkloadProfile', [
      'NotAvailable',
      'NotConfigured',
      'HpcProfile',
      'LowLatencyOptimizedProfile',
      'VtOptimizedProfile',
      'VtPerWattOptimizedProfile',
      'DbOptimizedProfile',
      'DbPerWattOptimizedProfile',
      'SdsOptimizedProfile',
      'SdsPerWattOptimizedProfile',
    ]),
    locked(choice('ProcPwrPerf', ['SysDbpm', 'OsDbpm', 'MaxPerf', 'MinPwr']), unlessCustom),
    locked(choice('MemFrequency', ['MaxPerf', 'MaxReliability', '3200MHz', '2933MHz', '2666MHz']), unlessCustom),
    locked(onOff('ProcTurboMode', 'Enabled'), unlessCustom),
    locked(onOff('WriteDataCrc', 'Disabled'), unlessCustom),
    locked(choice('MemPatrolScrub', ['Standard', 'Extended', 'Disabled']), unlessCustom),
    locked(choice('MemRefreshRate', ['1x', '2x']), unlessCustom),
    locked(onOff('PcieAspmL1', 'Enabled'), unlessCustom),
  ]),
  ...group('SysSecurity', [
    password('OldSysPassword'),
    password('NewSysPassword'),
    password('OldSetupPassword'),
    password('NewSetupPassword'),
    choice('PasswordStatus', ['Unlocked', 'Locked']),
    choice('TpmSecurity', ['On', 'Off']),
    fixed('TpmInfo', 'Type: 2.0-NTC'),
    fixed('TpmFirmware', '7.2.2.0'),
    locked(choice('Tpm2Hierarchy', ['Enabled', 'Disabled', 'Clear']), { attribute: 'TpmSecurity', is: 'Off' }),
    onOff('TpmPpiBypassProvision', 'Disabled'),
    onOff('TpmPpiBypassClear', 'Disabled'),
    choice('Tpm2Algorithm', ['SHA1', 'SHA256', 'SHA384', 'SHA512']),
    onOff('PwrButton', 'Enabled'),
    choice('AcPwrRcvry', ['Last', 'On', 'Off']),
    choice('AcPwrRcvryDelay', ['Immediate', 'Random', 'User']),
    locked(integer('AcPwrRcvryUserDelay', 60, 600, 60), { attribute: 'AcPwrRcvryDelay', isNot: 'User' }),
    choice('UefiVariableAccess', ['Standard', 'Controlled']),
    locked(onOff('SecureBoot', 'Disabled'), whileLegacy),
    locked(choice('SecureBootPolicy', ['Standard', 'Custom']), whileLegacy),
    locked(choice('SecureBootMode', ['DeployedMode', 'AuditMode', 'SetupMode', 'UserMode']), whileLegacy),
    choice('AuthorizeDeviceFirmware', ['Disabled', 'Enabled']),
  ]),
  ...group('RedundantOsControl', [
    choice('RedundantOsLocation', ['None', 'SataPortA', 'Boss', 'InternalUsb']),
    locked(choice('RedundantOsState', ['Visible', 'Hidden']), { attribute: 'RedundantOsLocation', is: 'None' }),
    locked(onOff('RedundantOsBoot', 'Disabled'), { attribute: 'RedundantOsLocation', is: 'None' }),
  ]),
  ...group('MiscSettings', [
    ownOnly(text('AssetTag', 63)),
    choice('NumLock', ['On', 'Off']),
    onOff('ErrPrompt', 'Enabled'),
    onOff('ForceInt10', 'Disabled'),
    onOff('DellWyseP25BIOSAccess', 'Enabled'),
    choice('PowerCycleRequest', ['None', 'VirtualAC', 'FullPowerCycle']),
  ]),
  ...group('OneTimeBootSettings', [
    ownOnly(text('OneTimeBiosBootSeq', 256)),
    ownOnly(text('OneTimeUefiBootSeq', 256)),
    ownOnly(text('OneTimeHddSeq', 256)),
  ]),
]
