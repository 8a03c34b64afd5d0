import { attributeOf } from '../configuration.ts'
import type { BiosConfiguration, BiosValue } from '../configuration.ts'
import type { Reach } from '../settings.ts'
import type { Board, Meaning } from '../vendor.ts'

/** Network devices of UEFI boot: 4 of each up to 15G, up to 16 on 16G. In legacy mode each NIC keeps its own boot protocol. */
const NETWORK_DEVICE = /^(?:Pxe|Http)Dev\d+EnDis$/
/** Which NIC such a device is, and the VLAN it asks in: with another one MAAS is not reached. */
const NETWORK_DEVICE_PART = /^(?:Pxe|Http)Dev\d+(?:Interface|VlanEnDis|VlanId)$/
/** Switches NICs of the board, or whatever is in a slot, off. */
const MAY_BE_NIC = /^(?:EmbNic\w*|IntegratedNetwork\d+|Slot\d+)$/
const BOOT_ORDER = /^(?:SetBootOrderEn|BiosBootSeq|UefiBootSeq|BootSeq)$/

const ENABLED = 'Enabled'

/** The network devices that the machine can boot from, in the order of their names; none are known in legacy mode. */
export function dellNetworkBoot(configuration: BiosConfiguration): { attribute: string; enabled: boolean }[] {
  if (attributeOf(configuration, 'BootMode') === 'Bios') return []
  return Object.keys(configuration.attributes)
    .filter((name) => NETWORK_DEVICE.test(name))
    .toSorted((a, b) => Number(a.startsWith('Http')) - Number(b.startsWith('Http')) || natural(a, b))
    .map((attribute) => ({ attribute, enabled: attributeOf(configuration, attribute) === ENABLED }))
}

/** How a change of this attribute can take the machine out of reach; with `from` unknown, whatever `to` takes away counts. */
export function dellReach(attribute: string, from: BiosValue | undefined, to: BiosValue): Reach | undefined {
  if (attribute === 'BootMode') return 'boot-mode'
  return takesNetworkBoot(attribute, from, to) ? 'network-boot' : undefined
}

function takesNetworkBoot(attribute: string, from: BiosValue | undefined, to: BiosValue): boolean {
  if (NETWORK_DEVICE.test(attribute)) return (from === undefined || from === ENABLED) && to !== ENABLED
  if (NETWORK_DEVICE_PART.test(attribute)) return true
  if (MAY_BE_NIC.test(attribute)) return to !== ENABLED
  if (BOOT_ORDER.test(attribute)) return (from === undefined || isNetworkFirst(from)) && !isNetworkFirst(to)
  return attribute === 'SetBootOrderDis' && bootEntries(to).some(isNetworkEntry)
}

/** `NIC.PxeDevice.1-1`, `NIC.HttpDevice.1-1`, `NIC.Slot.3-1-1`. */
export function isNetworkEntry(entry: string): boolean {
  return /^NIC\./i.test(entry)
}

/** The boot order in force: of the mode the machine boots in, else the one that can be set. */
export function dellBootOrder(attributes: BiosConfiguration['attributes']): readonly string[] | undefined {
  const inMode = attributeOf({ attributes }, 'BootMode') === 'Bios' ? ['BiosBootSeq', 'BootSeq'] : ['UefiBootSeq']
  for (const name of [...inMode, 'SetBootOrderEn']) {
    const entries = bootEntries(attributeOf({ attributes }, name))
    if (entries.length > 0) return entries
  }
  return undefined
}

/**
 * `pxe` on Dell is one attribute per network device. With a boot NIC named, that one is meant; else the first is, unless several are
 * enabled, when `enabled` is fulfilled and `disabled` needs the device's name.
 */
export function dellPxe(value: 'enabled' | 'disabled', { current, bootNic }: Board): Meaning {
  const wanted = value === 'enabled' ? ENABLED : 'Disabled'
  if (bootNic !== undefined) return { kind: 'attributes', attributes: [{ name: bootNic, value: wanted }] }
  const devices = dellNetworkBoot(current).filter(({ attribute }) => attribute.startsWith('Pxe'))
  const [first] = devices
  if (first === undefined) return { kind: 'unavailable', reason: whyNoDevice(current) }
  const enabled = devices.filter((device) => device.enabled)
  if (value === 'enabled')
    return {
      kind: 'attributes',
      attributes: (enabled.length > 0 ? enabled : [first]).map(({ attribute: name }) => ({ name, value: wanted })),
    }
  if (enabled.length <= 1)
    return { kind: 'attributes', attributes: [{ name: (enabled[0] ?? first).attribute, value: wanted }] }
  const names = enabled.map(({ attribute }) => attribute).join(', ')
  return {
    kind: 'ambiguous',
    reason: `several devices boot from the network (${names}): name the one meant as \`bootNic\``,
  }
}

function whyNoDevice(current: BiosConfiguration): string {
  return attributeOf(current, 'BootMode') === 'Bios'
    ? 'in legacy mode each NIC keeps its boot protocol itself (LegacyBootProto), not the BIOS'
    : 'the board lists no device that can boot from the network'
}

function isNetworkFirst(order: BiosValue | undefined): boolean {
  const [first] = bootEntries(order)
  return first !== undefined && isNetworkEntry(first)
}

function bootEntries(order: BiosValue | undefined): string[] {
  return typeof order === 'string'
    ? order
        .split(',')
        .map((entry) => entry.trim())
        .filter((entry) => entry !== '')
    : []
}

function natural(a: string, b: string): number {
  return a.localeCompare(b, 'en', { numeric: true })
}
