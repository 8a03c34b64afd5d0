import type { BiosAttribute, BiosValue } from '../model.ts'

/** One of a list of words; the first one is the default unless told otherwise. */
export function choice(name: string, values: readonly string[], preset: string = values[0] ?? ''): BiosAttribute {
  return { name, type: 'Enumeration', values, default: preset }
}

/** Enabled or Disabled. */
export function onOff(name: string, preset: 'Enabled' | 'Disabled'): BiosAttribute {
  return choice(name, ['Enabled', 'Disabled'], preset)
}

/** Free text. */
export function text(name: string, maxLength: number, preset = ''): BiosAttribute {
  return { name, type: 'String', maxLength, default: preset }
}

/** A whole number. */
export function integer(name: string, lower: number, upper: number, preset: number): BiosAttribute {
  return { name, type: 'Integer', lower, upper, default: preset }
}

/** Shown, never written. */
export function fixed(name: string, preset: BiosValue): BiosAttribute {
  return { name, type: typeof preset === 'number' ? 'Integer' : 'String', readOnly: true, default: preset }
}

/**
 * Attributes that HPE ProLiant boards share, whatever their processor. Names and values from HPE's BIOS attribute registries of
 * Gen10 and Gen11 (iLO RESTful API reference, iLOrest user guide).
 */
export const hpePlatformAttributes: readonly BiosAttribute[] = [
  text('AdminName', 28),
  text('AdminEmail', 28),
  text('AdminOtherInfo', 28),
  text('AdminPhone', 28),
  text('ServerName', 28),
  text('ServerAssetTag', 32),
  text('ServerPrimaryOs', 28),
  text('ServerOtherInfo', 28),
  text('ServiceName', 28),
  text('ServiceEmail', 28),
  text('CustomPostMessage', 62),
  fixed('ProductId', ''),
  fixed('SerialNumber', ''),
  choice('AutoPowerOn', ['RestoreLastState', 'AlwaysPowerOn', 'AlwaysPowerOff']),
  choice('PowerOnDelay', ['NoDelay', 'Random', 'Delay15Sec', 'Delay30Sec', 'Delay45Sec', 'Delay60Sec']),
  choice('BootOrderPolicy', ['RetryIndefinitely', 'AttemptOnce', 'ResetAfterFailed']),
  choice('PreBootNetwork', ['Auto', 'EmbNic', 'EmbNicPort1', 'EmbNicPort2', 'Slot1NicPort1', 'Slot2NicPort1']),
  choice('HttpSupport', ['Auto', 'HttpsOnly', 'HttpOnly', 'Disabled']),
  choice('PrebootNetworkEnvPolicy', ['Auto', 'Ipv4', 'Ipv6']),
  onOff('Dhcpv4', 'Enabled'),
  text('Ipv4Address', 15, '0.0.0.0'),
  text('Ipv4Gateway', 15, '0.0.0.0'),
  text('Ipv4SubnetMask', 15, '0.0.0.0'),
  text('UrlBootFile', 255),
  choice('Slot1NicBoot1', ['NetworkBoot', 'Disabled']),
  choice('Slot1NicBoot2', ['Disabled', 'NetworkBoot']),
  choice('Slot2NicBoot1', ['Disabled', 'NetworkBoot']),
  choice('Slot2NicBoot2', ['Disabled', 'NetworkBoot']),
  fixed('SecureBootStatus', 'Disabled'),
  onOff('Sriov', 'Enabled'),
  choice('TpmVisibility', ['Visible', 'Hidden']),
  fixed('TpmState', 'PresentEnabled'),
  choice('Tpm2Operation', ['NoAction', 'Clear']),
  choice('SerialConsolePort', ['Auto', 'Disabled', 'Physical', 'Virtual']),
  choice('SerialConsoleBaudRate', [
    'BaudRate115200',
    'BaudRate57600',
    'BaudRate38400',
    'BaudRate19200',
    'BaudRate9600',
  ]),
  choice('SerialConsoleEmulation', ['Vt100Plus', 'Vt100', 'VtUtf8', 'Ansi']),
  choice('ThermalConfig', ['OptimalCooling', 'IncreasedCooling', 'MaxCooling', 'EnhancedCPUCooling']),
  onOff('UsbBoot', 'Enabled'),
  onOff('VirtualInstallDisk', 'Disabled'),
  choice('UtilityLang', ['English', 'Japanese', 'ChineseSimplified']),
  choice('RestoreDefaults', ['No', 'Yes']),
  choice('RestoreManufacturingDefaults', ['No', 'Yes']),
]
