import { printable } from '../bios/printable.ts'
import { biosVendors } from '../bios/vendors.ts'
import type { DeviceType } from './device-type.ts'
import type { TypeFault } from './type-faults.ts'

/**
 * Templates that would take network boot away from every machine they are applied to, without the consent for it:
 * MAAS could not start such a machine again. What depends on the machine's present settings (its boot mode, its other
 * NICs) is judged when a plan is made.
 */
export function cutOffFaults({ vendor: name, bios }: DeviceType): TypeFault[] {
  if (bios.allow.includes('disable-network-boot')) return []
  const vendor = biosVendors[name]
  const canonical: TypeFault[] =
    bios.settings.pxe === 'disabled'
      ? [
          {
            path: ['bios', 'settings', 'pxe'],
            of: 'value',
            message: `\`bios.settings.pxe\`: \`disabled\` takes the machine out of MAAS's reach: ${REMEDY}`,
          },
        ]
      : []
  const native = Object.entries(bios.native).flatMap(([attribute, value]): TypeFault[] => {
    if (vendor.reach(attribute, undefined, value) !== 'network-boot') return []
    const isPort = vendor
      .networkBoot({
        vendor: name,
        board: {},
        resource: { type: '', path: '' },
        attributes: Object.fromEntries([[attribute, value]]),
      })
      .some((nic) => nic.attribute === attribute)
    if (isPort && bios.bootNic !== undefined && bios.bootNic !== attribute) return []
    const shown = `\`${printable(attribute, 100)}\`: \`${printable(value, 80)}\``
    const remedy = isPort && bios.bootNic === undefined ? `${REMEDY}, or name the boot NIC as \`bios.bootNic\`` : REMEDY
    return [
      {
        path: ['bios', 'native', attribute],
        of: 'value',
        message: `${shown} takes network boot away from ${attribute === bios.bootNic ? 'the boot NIC' : 'a NIC the machine may boot from'}: ${remedy}`,
      },
    ]
  })
  return [...canonical, ...native]
}

const REMEDY = 'take it out, or add `disable-network-boot` to `bios.allow` if it is meant'
