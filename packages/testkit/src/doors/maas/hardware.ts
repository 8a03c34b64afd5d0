import { threadsOf } from '../../world/components.ts'
import { dmiOf, type Dmi } from '../../world/dmi.ts'
import type { Machine } from '../../world/machine.ts'

/** What a commissioning finds out about a machine. */
export interface HardwareFacts {
  readonly dmi: Dmi
  readonly uuid: string
  readonly cpuModel: string
  /** What the kernel counts as CPUs, so with hyper-threads. */
  readonly cpus: number
  readonly mhz: number
  readonly memoryMiB: number
  readonly diskId: number
}

/** Reads the hardware as the commissioning scripts in its ephemeral OS would: whoever answers there. */
export function inspect(machine: Machine, diskId: number): HardwareFacts {
  const { model } = machine
  const dmi = dmiOf(machine)
  return {
    dmi,
    uuid: dmi.systemUuid,
    cpuModel: model.cpu.model.split(' @', 1)[0] ?? model.cpu.model,
    cpus: threadsOf(machine),
    mhz: model.cpu.mhz,
    memoryMiB: model.memoryMiB,
    diskId,
  }
}

/**
 * The record's `hardware_info`; every value is the string `"Unknown"` before the first commissioning.
 * What DMI does not say is that too (assumed).
 */
export function hardwareInfo(facts: HardwareFacts | null): Readonly<Record<string, string>> {
  const or = (value: string | undefined): string =>
    value === undefined || value === 'Not Specified' ? 'Unknown' : value
  const dmi = facts?.dmi
  return {
    system_vendor: or(dmi?.systemManufacturer),
    system_product: or(dmi?.systemProduct),
    system_family: or(dmi?.systemFamily),
    system_version: or(dmi?.systemVersion),
    system_sku: or(dmi?.systemSku),
    system_serial: or(dmi?.systemSerial),
    cpu_model: or(facts?.cpuModel),
    mainboard_vendor: or(dmi?.boardManufacturer),
    mainboard_product: or(dmi?.boardProduct),
    mainboard_serial: or(dmi?.boardSerial),
    mainboard_version: or(dmi?.boardVersion),
    mainboard_firmware_vendor: or(dmi?.biosVendor),
    mainboard_firmware_date: or(dmi?.biosDate),
    mainboard_firmware_version: or(dmi?.biosVersion),
    chassis_vendor: or(dmi?.chassisManufacturer),
    chassis_type: or(dmi?.chassisType),
    chassis_serial: or(dmi?.chassisSerial),
    chassis_version: or(dmi?.chassisVersion),
  }
}
