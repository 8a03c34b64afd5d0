import type { EffectClass } from '../workflow/record.ts'

/**
 * Every mutating call of server provisioning and how safe it is to repeat.
 * `set`: repeating is harmless. `marked`: what was read before tells afterwards whether it happened. `blind`: neither; there is none.
 */
export const EFFECTS = {
  /** Marker: commissioning result id and status before (a new id and status 1 or 21 means it happened). */
  'maas.commission': 'marked',
  /** Its end is read back: a machine that is no longer commissioning. */
  'maas.abort': 'set',
  /** Marker: status and boot id before. Never repeated in status 17, where it would power-cycle again. */
  'maas.rescue-enter': 'marked',
  'maas.rescue-exit': 'marked',
  'maas.annotate': 'set',
  'maas.power-off': 'set',
  'maas.power-address': 'set',
  'maas.tags': 'set',
  /** Marker: the file's checksum on the host. */
  'host.tool-upload': 'marked',
  /** Marker: boot id and run directory; after a reboot the settings read again. */
  'bios.write': 'marked',
  /** Marker: run directory while the boot lasts; the LAN parameters read again. */
  'bmc.lan-set': 'marked',
} as const satisfies Readonly<Record<string, EffectClass>>

export type EffectName = keyof typeof EFFECTS
