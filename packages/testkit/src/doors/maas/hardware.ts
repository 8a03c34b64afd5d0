import type { Machine } from '../../world/machine.ts'

/** What a commissioning finds out about a machine. */
export interface HardwareFacts {
  readonly vendor: string
  readonly product: string
  readonly board: string
  readonly sku: string
  readonly serial: string
  readonly uuid: string
  readonly cpuModel: string
  readonly cores: number
  readonly mhz: number
  readonly memoryMiB: number
  readonly biosVersion: string
  readonly biosDate: string
  readonly diskId: number
}

/** Reads the hardware as the commissioning scripts in its ephemeral OS would: whoever answers there. */
export function inspect(machine: Machine, diskId: number): HardwareFacts {
  const { model } = machine
  return {
    vendor: model.manufacturer,
    product: model.product,
    board: model.board,
    sku: model.sku,
    serial: machine.quirks.wrongIdentity?.serial ?? machine.serial,
    uuid: machine.quirks.wrongIdentity?.uuid ?? machine.uuid,
    cpuModel: model.cpu.model.split(' @', 1)[0] ?? model.cpu.model,
    cores: model.cpu.cores,
    mhz: model.cpu.mhz,
    memoryMiB: model.memoryMiB,
    biosVersion: model.biosVersion,
    biosDate: model.biosDate,
    diskId,
  }
}

/**
 * The record's `hardware_info`; every value is the string `"Unknown"` before the first commissioning.
 * Family, versions and chassis type of the simulated models are assumed.
 */
export function hardwareInfo(facts: HardwareFacts | null): Readonly<Record<string, string>> {
  const or = (value: string | undefined): string => value ?? 'Unknown'
  return {
    system_vendor: or(facts?.vendor),
    system_product: or(facts?.product),
    system_family: facts ? 'ProLiant' : 'Unknown',
    system_version: 'Unknown',
    system_sku: or(facts?.sku),
    system_serial: or(facts?.serial),
    cpu_model: or(facts?.cpuModel),
    mainboard_vendor: or(facts?.vendor),
    mainboard_product: or(facts?.board),
    mainboard_serial: or(facts?.serial),
    mainboard_version: 'Unknown',
    mainboard_firmware_vendor: or(facts?.vendor),
    mainboard_firmware_date: or(facts?.biosDate),
    mainboard_firmware_version: or(facts?.biosVersion),
    chassis_vendor: or(facts?.vendor),
    chassis_type: facts ? 'Rack Mount Chassis' : 'Unknown',
    chassis_serial: or(facts?.serial),
    chassis_version: 'Unknown',
  }
}
