import { isOptionLike } from '../bios/dell/option-like.ts'
import { nativeNameFault } from '../bios/native-name.ts'
import { printable } from '../bios/printable.ts'
import type { BiosSettings } from '../bios/settings.ts'
import { settingNames } from '../bios/settings.ts'
import { protectingGlob } from '../bios/preserve.ts'
import { biosVendors } from '../bios/vendors.ts'
import type { NodePath } from './catalogue-source.ts'
import { bmcFaults } from './bmc-faults.ts'
import { cutOffFaults } from './cut-off.ts'
import type { DeviceType } from './device-type.ts'

/** Something in a device type that no machine could be given, or must not be. */
export interface TypeFault {
  /** Where in the description. */
  readonly path: NodePath
  readonly of: 'key' | 'value'
  /** Names the key, the value and the remedy. */
  readonly message: string
}

/** All that can be told from the description alone, before any machine is seen. Pure. */
export function typeFaults(type: DeviceType): TypeFault[] {
  return [
    ...nameFaults(type),
    ...optionLike(type),
    ...neverWritten(type),
    ...cutOffFaults(type),
    ...contradictions(type),
    ...bmcFaults(type),
  ]
}

function nameFaults({ vendor, bios, boarding }: DeviceType): TypeFault[] {
  const names: readonly (readonly [string, NodePath, TypeFault['of']])[] = [
    ...Object.keys(bios.native).map((name) => [name, ['bios', 'native', name], 'key'] as const),
    ...Object.keys(boarding.native).map((name) => [name, ['boarding', 'native', name], 'key'] as const),
    ...(bios.bootNic === undefined ? [] : [[bios.bootNic, ['bios', 'bootNic'], 'value'] as const]),
  ]
  return names.flatMap(([name, path, of]) => {
    const fault = nativeNameFault(vendor, name)
    return fault === undefined ? [] : [{ path, of, message: `\`${printable(name, 100)}\` ${fault}` }]
  })
}

/** racadm gets values as words of its command line, and has no way to say that one of them is no option. */
function optionLike({ vendor, bios }: DeviceType): TypeFault[] {
  if (vendor !== 'dell') return []
  return Object.entries(bios.native)
    .filter(([, value]) => isOptionLike(value))
    .map(([name, value]) => ({
      path: ['bios', 'native', name],
      of: 'value',
      message: `\`${printable(name, 100)}\`: \`${printable(value, 80)}\` begins with a hyphen, which racadm takes for an option`,
    }))
}

/** What acts once, or is a password. The value of a password is nobody's business: it is not repeated. */
function neverWritten({ vendor, bios }: DeviceType): TypeFault[] {
  const words = biosVendors[vendor]
  return Object.keys(bios.native).flatMap((name): TypeFault[] => {
    const place = { path: ['bios', 'native', name], of: 'key' } as const
    if (words.isSecret(name))
      return [
        { ...place, message: `\`${printable(name, 100)}\` is a password: passwords do not belong in a device type` },
      ]
    if (words.isAction(name))
      return [
        {
          ...place,
          message: `\`${printable(name, 100)}\` acts once instead of holding a value: it does not belong in a template`,
        },
      ]
    return []
  })
}

/** Pairs of settings that no firmware accepts together. */
const EXCLUDE_EACH_OTHER: readonly (readonly [BiosSettings, BiosSettings, string])[] = [
  [{ 'secure-boot': 'enabled' }, { 'boot-mode': 'legacy' }, 'Secure Boot is a matter of UEFI'],
  [{ 'secure-boot': 'enabled' }, { csm: 'enabled' }, 'Secure Boot allows no legacy option ROMs'],
  [{ 'boot-mode': 'legacy' }, { csm: 'disabled' }, 'legacy boot needs the CSM'],
  [{ tdx: 'enabled' }, { 'memory-encryption': 'disabled' }, 'TDX builds on the encryption of memory'],
  [{ 'sub-numa-clustering': 'enabled' }, { numa: 'disabled' }, 'its clusters are NUMA nodes'],
]

function contradictions(type: DeviceType): TypeFault[] {
  const { settings, native } = type.bios
  const within = EXCLUDE_EACH_OTHER.flatMap(([one, other, why]): TypeFault[] => {
    const [name] = settingNames.filter((each) => one[each] !== undefined)
    const [rival] = settingNames.filter((each) => other[each] !== undefined)
    if (name === undefined || rival === undefined) return []
    if (settings[name] !== one[name] || settings[rival] !== other[rival]) return []
    return [
      {
        path: ['bios', 'settings', name],
        of: 'value',
        message: `\`bios.settings.${name}\`: \`${String(settings[name])}\` contradicts \`${rival}: ${String(settings[rival])}\`: ${why}`,
      },
    ]
  })
  const advised = (rule: string) => protectingGlob([rule], type.boarding.advised) !== undefined
  const demanded = settingNames.flatMap((name): TypeFault[] => {
    const [rule, wish] = [type.boarding.bios[name], settings[name]]
    return rule === undefined || wish === undefined || rule === wish || advised(`bios.${name}`)
      ? []
      : [unmeetable(['boarding', 'bios', name], name, rule, wish)]
  })
  const natively = Object.entries(type.boarding.native).flatMap(([name, rule]): TypeFault[] => {
    const wish = Object.hasOwn(native, name) ? native[name] : undefined
    return wish === undefined || String(rule) === String(wish) || advised(`native.${name}`)
      ? []
      : [unmeetable(['boarding', 'native', name], name, rule, wish)]
  })
  return [...within, ...demanded, ...natively]
}

function unmeetable(path: NodePath, name: string, rule: string | number, wish: string | number): TypeFault {
  return {
    path,
    of: 'value',
    message: `the boarding rule demands \`${printable(name, 100)}\` to be \`${printable(rule, 80)}\`, the template sets \`${printable(wish, 80)}\`: no run could end well; correct one, or add the rule to \`boarding.advised\``,
  }
}
