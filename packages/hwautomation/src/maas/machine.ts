import { z } from 'zod'

const discovered = z.looseObject({ ip_address: z.string().nullish() })
const link = z.looseObject({ id: z.number(), mode: z.string(), ip_address: z.string().nullish() })

/** One network interface of the record. `discovered` is what DHCP gave it in the last ephemeral OS; links of Ready machines have no address. */
export const MaasInterface = z.looseObject({
  id: z.number(),
  name: z.string(),
  mac_address: z.string().nullable(),
  type: z.string().optional(),
  enabled: z.boolean().optional(),
  link_connected: z.boolean().optional(),
  discovered: z.array(discovered).nullish(),
  links: z.array(link).optional(),
})
export type MaasInterface = z.infer<typeof MaasInterface>

/**
 * A machine as `machines/ID/` shows it (78 keys in MAAS 3.3): the ones that steps decide by are checked and typed, the rest passes through.
 *
 * - `status` is the number to decide by (`MACHINE_STATUS`); `status_message` is the newest event's text and can be days old
 * - `commissioning_status` swings between 0 and 1 while scripts run and reads 2 after an abort: never judge by it alone
 * - `ip_addresses` are those of the last commissioning, on or off
 * - `power_state` is what MAAS last saw: `on`, `off`, `unknown`, `error`
 * - unknown strings of `hardware_info` are the word `Unknown`
 */
export const MaasMachine = z.looseObject({
  system_id: z.string().min(1),
  hostname: z.string(),
  fqdn: z.string(),
  status: z.int(),
  status_name: z.string(),
  status_message: z.string().nullable(),
  status_action: z.string().nullish(),
  owner: z.string().nullable(),
  locked: z.boolean(),
  power_state: z.string(),
  power_type: z.string(),
  architecture: z.string().nullable(),
  hardware_uuid: z.string().nullish(),
  hardware_info: z.record(z.string(), z.string().nullable()).optional(),
  ip_addresses: z.array(z.string()),
  boot_interface: MaasInterface.nullable(),
  interface_set: z.array(MaasInterface),
  tag_names: z.array(z.string()),
  workload_annotations: z.record(z.string(), z.string()),
  commissioning_status: z.int(),
  commissioning_status_name: z.string().optional(),
  testing_status: z.int(),
  testing_status_name: z.string().optional(),
  current_commissioning_result_id: z.int().nullable(),
  netboot: z.boolean().optional(),
  bios_boot_method: z.string().nullish(),
  pool: z.looseObject({ name: z.string() }).nullish(),
  zone: z.looseObject({ name: z.string() }).nullish(),
})
export type MaasMachine = z.infer<typeof MaasMachine>
