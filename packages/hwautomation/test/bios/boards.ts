import type { BiosConfiguration, BiosRegistry, BiosValue, RegistryAttribute } from '../../src/bios/configuration.ts'
import { emptyTemplate } from '../../src/bios/template.ts'
import type { BiosTemplate } from '../../src/bios/template.ts'

/** Settings in force on an Arm ProLiant. */
export const rl300 = board('ProLiant RL300 Gen11', 'R11', {
  WorkloadProfile: 'GeneralPowerEfficientCompute',
  Sriov: 'Enabled',
  AutoPowerOn: 'RestoreLastState',
  PowerOnDelay: 'NoDelay',
  BootOrderPolicy: 'RetryIndefinitely',
  SerialConsolePort: 'Auto',
  SerialConsoleBaudRate: 'BaudRate115200',
  TpmVisibility: 'Visible',
  SecureBootStatus: 'Disabled',
  Slot1NicBoot1: 'NetworkBoot',
  Slot1NicBoot2: 'Disabled',
  ThermalConfig: 'OptimalCooling',
  RestoreDefaults: 'No',
  AdminPassword: '',
  ServerName: 'srv001',
  NetworkBootRetryCount: 20,
})

/** Settings in force on a Gen10 Intel ProLiant with one embedded NIC. */
export const dl360Gen10 = board('ProLiant DL360 Gen10', 'U32', {
  BootMode: 'Uefi',
  ProcHyperthreading: 'Enabled',
  ProcTurbo: 'Enabled',
  WorkloadProfile: 'GeneralPowerEfficientCompute',
  PowerRegulator: 'DynamicPowerSavings',
  Sriov: 'Enabled',
  NicBoot1: 'NetworkBoot',
  EmbNicEnable: 'Auto',
  NetworkBootRetryCount: 20,
  MemPatrolScrubbing: 'Enabled',
})

export function board(product: string, romFamily: string, attributes: Record<string, BiosValue>): BiosConfiguration {
  return {
    vendor: 'hpe',
    board: { product, romFamily },
    resource: { type: '#Bios.v1_0_4.Bios', path: '/redfish/v1/systems/1/bios/' },
    attributes,
  }
}

export function template(parts: Partial<BiosTemplate>): BiosTemplate {
  return { ...emptyTemplate, ...parts }
}

export function choice(name: string, values: string[], rest: Partial<RegistryAttribute> = {}): RegistryAttribute {
  return { name, type: 'Enumeration', values, readOnly: false, grayOut: false, ...rest }
}

export function registryOf(
  attributes: RegistryAttribute[],
  dependencies: BiosRegistry['dependencies'] = [],
): BiosRegistry {
  return { attributes: Object.fromEntries(attributes.map((attribute) => [attribute.name, attribute])), dependencies }
}

/** "When `attribute` `condition` `value`, `property` of `target` becomes `to`." */
export function dependency(
  [attribute, condition, value]: [string, string, BiosValue],
  [target, property, to]: [string, string, BiosValue],
): BiosRegistry['dependencies'][number] {
  return {
    conditions: [{ attribute, property: 'CurrentValue', condition, value, term: 'AND' }],
    attribute: target,
    property,
    value: to,
  }
}
