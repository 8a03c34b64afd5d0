import type { EffectClass } from '../workflow/record.ts'

/**
 * Every mutating call of server provisioning and how safe it is to repeat.
 * `set`: repeating is harmless. `marked`: what was read before tells afterwards whether it happened. `blind`: neither; there is none.
 */
export const EFFECTS = {
  /** Marker: commissioning result id, status and newest event before (a new id and status 1 or 21 means it happened, an event whose it is). */
  'maas.commission': 'marked',
  /** Its end is read back: a machine that is no longer commissioning. */
  'maas.abort': 'set',
  /** Marker: status, boot id and newest event before. Never repeated in status 17, where it would power-cycle again. */
  'maas.rescue-enter': 'marked',
  'maas.rescue-exit': 'marked',
  /** No call: notes that a request of ours met a machine that somebody had just taken. */
  'machine.hands-off': 'set',
  'maas.annotate': 'set',
  'maas.power-off': 'set',
  'maas.power-address': 'set',
  'maas.tags': 'set',
  /** Marker: the file's checksum on the host. */
  'host.tool-upload': 'marked',
  /** Marker: boot id and run directory; after a reboot the settings read again. */
  'bios.write': 'marked',
  /** Marker: what was found before the first one. It is judged by the LAN parameters, read again when what a dead process began has ended. */
  'bmc.lan-set': 'marked',
  /** One user, created or changed: sending it again brings it to the same. What it was before is kept with the first. */
  'bmc.user': 'set',
  /** One setting of the BMC itself, the same way. */
  'bmc.setting': 'set',
} as const satisfies Readonly<Record<string, EffectClass>>
