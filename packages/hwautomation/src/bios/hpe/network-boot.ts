import { attributeOf } from '../configuration.ts'
import type { BiosConfiguration, BiosValue } from '../configuration.ts'
import type { Reach } from '../settings.ts'
import type { Board, Meaning } from '../vendor.ts'

/** `NicBoot1` (embedded), `FlexLom1…Boot1`, `Slot1NicBoot2`: values NetworkBoot and Disabled (iLO 5 resource definitions). */
const NIC_BOOT = /^(?:Slot\d+)?NicBoot\d+$|^FlexLom\d+\w*Boot\d+$/

/**
 * Switches a device or its network-boot code off: `EmbNicEnable`, `FlexLom1Enable`, `PciSlot2Enable`, `…OptionROM`.
 * Assumed patterns: the names differ by board, and a wide one only asks for more care than needed.
 */
const NIC_DEVICE = /^(?:EmbNic|FlexLom|PciSlot|Ocp)\w*(?:Enable|OptionROM)$/i

const ENABLED = 'NetworkBoot'

/** The NICs of the board that can boot from the network, in the order of their names. */
export function hpeNetworkBoot(configuration: BiosConfiguration): { attribute: string; enabled: boolean }[] {
  return Object.keys(configuration.attributes)
    .filter((name) => NIC_BOOT.test(name) || attributeOf(configuration, name) === ENABLED)
    .toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((attribute) => ({ attribute, enabled: attributeOf(configuration, attribute) === ENABLED }))
}

/** How a change of this attribute can take the machine out of reach. */
export function hpeReach(attribute: string, from: BiosValue | undefined, to: BiosValue): Reach | undefined {
  if (attribute === 'BootMode') return 'boot-mode'
  if (to !== ENABLED && (from === ENABLED || (from === undefined && NIC_BOOT.test(attribute)))) return 'network-boot'
  if (NIC_DEVICE.test(attribute) && to === 'Disabled') return 'network-boot'
  return undefined
}

/**
 * `pxe` on HPE is one attribute per NIC port. With a boot NIC named, that one is meant; with a single NIC, that.
 * Otherwise `enabled` is fulfilled by any port that boots, and everything else needs the boot NIC's name.
 */
export function hpePxe(value: 'enabled' | 'disabled', { current, bootNic }: Board): Meaning {
  const wanted = value === 'enabled' ? ENABLED : 'Disabled'
  const nics = hpeNetworkBoot(current)
  if (bootNic !== undefined) return { kind: 'attributes', attributes: [{ name: bootNic, value: wanted }] }
  const [first, ...others] = nics
  if (first === undefined)
    return { kind: 'unavailable', reason: 'the board lists no NIC that can boot from the network' }
  if (others.length === 0) return { kind: 'attributes', attributes: [{ name: first.attribute, value: wanted }] }
  const enabled = nics.filter((nic) => nic.enabled)
  if (value === 'enabled' && enabled.length > 0)
    return { kind: 'attributes', attributes: enabled.map((nic) => ({ name: nic.attribute, value: ENABLED })) }
  const names = nics.map((nic) => nic.attribute).join(', ')
  return {
    kind: 'ambiguous',
    reason: `several NICs can boot from the network (${names}): name the one meant as \`bootNic\``,
  }
}
