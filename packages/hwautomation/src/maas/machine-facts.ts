import { z } from 'zod'
import type { Disk, Nic, Observed } from '../inventory/facts.ts'
import { oneLine, said, saidMac, saidNumber, saidSku, saidUuid } from '../inventory/says-something.ts'
import { hostOf } from '../lan/power-address.ts'
import type { MaasMachine } from './machine.ts'
import type { MaasPowerParameters } from './records.ts'

/** More disks and interfaces than any server has. */
const MOST_LISTED = 512
/** 4 PiB: more memory than MAAS can have counted rightly. */
const MOST_MIB = 2 ** 32

/**
 * What MAAS's record tells of a machine's hardware. All of it is of the last commissioning; a machine that was never commissioned has
 * only what was typed in. Field by field, so that one that a later MAAS writes otherwise costs that field and no other.
 */
export function factsOfMachine(record: MaasMachine): Observed {
  const { hardware_info: info = {}, boot_interface: boot } = record
  const rest = hardware.parse(record)
  const wasInspected = rest.cpu_count !== undefined
  return {
    hostname: oneLine(record.hostname),
    fqdn: oneLine(record.fqdn),
    status: oneLine(record.status_name),
    architecture: oneLine(record.architecture),
    zone: oneLine(record.zone?.name),
    pool: oneLine(record.pool?.name),
    'system.vendor': said(info['system_vendor']),
    'system.product': said(info['system_product']),
    'system.family': said(info['system_family']),
    'system.version': said(info['system_version']),
    'system.sku': saidSku(info['system_sku']),
    'system.serial': said(info['system_serial']),
    'system.uuid': saidUuid(record.hardware_uuid),
    'board.vendor': said(info['mainboard_vendor']),
    'board.product': said(info['mainboard_product']),
    'board.version': said(info['mainboard_version']),
    'board.serial': said(info['mainboard_serial']),
    'chassis.vendor': said(info['chassis_vendor']),
    'chassis.type': said(info['chassis_type']),
    'chassis.version': said(info['chassis_version']),
    'chassis.serial': said(info['chassis_serial']),
    'cpu.model': said(info['cpu_model']),
    // MAAS counts what the kernel schedules on (`cpu.total` of its machine-resources), so hyper-threads count.
    'cpu.threads': rest.cpu_count,
    'cpu.mhz': rest.cpu_speed,
    'memory.mib': rest.memory,
    'bios.vendor': said(info['mainboard_firmware_vendor']),
    'bios.version': said(info['mainboard_firmware_version']),
    'bios.date': said(info['mainboard_firmware_date']),
    'bmc.powerType': oneLine(record.power_type),
    disks: wasInspected ? rest.physicalblockdevice_set?.slice(0, MOST_LISTED).flatMap(diskOf) : undefined,
    nics: wasInspected
      ? record.interface_set.slice(0, MOST_LISTED).flatMap((nic) => nicOf(nic, boot?.mac_address))
      : undefined,
  }
}

/** Where MAAS has the BMC. */
export function factsOfPower({ power_address: address }: MaasPowerParameters): Observed {
  const host = hostOf(address ?? '')
  return { 'bmc.address': oneLine(host) }
}

const amount = (most?: number) =>
  z.unknown().transform((value) => saidNumber(typeof value === 'number' ? Math.round(value) : value, most))
const list = z.array(z.unknown()).optional().catch(undefined)
const hardware = z.looseObject({
  cpu_count: amount(1_048_576),
  cpu_speed: amount(1_000_000),
  memory: amount(MOST_MIB),
  physicalblockdevice_set: list,
})

const words = z.array(z.string()).catch([])
const disk = z.looseObject({ name: z.string(), size: amount(), tags: words })

/** MAAS tells kind and bus by tags (3.3, recorded: `ssd`, `sata`; for disks with platters `rotary`, `7200rpm`). */
function diskOf(record: unknown): Disk[] {
  const parsed = disk.safeParse(record)
  const name = parsed.success ? said(parsed.data.name) : undefined
  if (!parsed.success || name === undefined) return []
  const { model, serial, firmware_version, size, tags } = parsed.data
  const rotational = tags.includes('rotary') ? true : tags.includes('ssd') ? false : undefined
  const bus = ['nvme', 'sata', 'sas', 'scsi', 'usb', 'virtio'].find((word) => tags.includes(word))
  return [
    {
      name,
      ...some('model', said(model)),
      ...some('serial', said(serial)),
      ...some('bytes', size),
      ...some('rotational', rotational),
      ...some('bus', bus ?? (/^nvme\d/.test(name) ? 'nvme' : undefined)),
      ...some('firmware', said(firmware_version)),
    },
  ]
}

const speed = amount(10_000_000)
const nic = z.looseObject({ name: z.string(), link_speed: speed, interface_speed: speed })

/** Bonds, bridges and VLANs are somebody's configuration and no hardware. */
function nicOf(record: MaasMachine['interface_set'][number], bootMac: string | null | undefined): Nic[] {
  const parsed = nic.safeParse(record)
  const name = said(record.name)
  if (!parsed.success || name === undefined || (record.type ?? 'physical') !== 'physical') return []
  const { vendor, product, firmware_version, link_speed, interface_speed } = parsed.data
  const mac = saidMac(record.mac_address)
  return [
    {
      name,
      ...some('mac', mac),
      ...some('vendor', said(vendor)),
      ...some('product', said(product)),
      ...some('linkMbps', link_speed),
      ...some('mbps', interface_speed),
      ...some('connected', record.link_connected),
      boot: mac !== undefined && mac === saidMac(bootMac),
      ...some('firmware', said(firmware_version)),
    },
  ]
}

function some<Key extends string, Value>(key: Key, value: Value | undefined): { readonly [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]?: Value })
}
