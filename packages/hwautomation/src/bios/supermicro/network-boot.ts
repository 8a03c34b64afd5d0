import { attributeOf } from '../configuration.ts'
import type { BiosConfiguration, BiosValue } from '../configuration.ts'
import type { Reach } from '../settings.ts'
import type { Board, Meaning } from '../vendor.ts'
import { bootModeAfter, bootModeOf } from './boot-mode.ts'
import type { BootMode } from './boot-mode.ts'
import { BETWEEN } from './names.ts'
import { offered, settingAt, wordAt } from './places.ts'

/** `Onboard LAN1 Option ROM`: Disabled, PXE, iSCSI, EFI (X11DP), without EFI on X11SC. */
const LAN_ROM = /^Onboard LAN\d+ Option ROM$/i
/** `CPU1 SLOT 1 PCI-E 3.0 X8 OPROM`, `RSC-RR1U-E16 OPROM`: Disabled, Legacy, EFI. It may be a NIC, or a RAID controller; M.2 is a disk. */
const SLOT_ROM = /^(?!M\.2).* OPROM$/
/** X11SC: which kind of ROM all onboard NICs load. */
const LAN_ROM_TYPE = '** > Onboard LAN Option ROM Type'
const STACK = '** > Network Stack'
const IPV4 = '** > IPv4 PXE Support'
const IPV6 = '** > IPv6 PXE Support'

/** Settings whose switching off takes network boot from one NIC or from all. */
const NETWORK_SWITCH = /^(?:Onboard LAN\d* (?:Device|Support)|Network Stack|IPv4 PXE Support)$/i

/** The NICs, and slots with a ROM, that can boot from the network, and whether they may in the boot mode in force. */
export function supermicroNetworkBoot(configuration: BiosConfiguration): { attribute: string; enabled: boolean }[] {
  const mode = bootModeOf(configuration)
  const names = Object.keys(configuration.attributes)
  const roms = names.filter((name) => LAN_ROM.test(ownName(name)) || SLOT_ROM.test(ownName(name)))
  const stack = settingAt(STACK, configuration)
  if (!roms.some(isOnboard) && stack !== undefined) roms.unshift(stack)
  return roms.map((attribute) => ({ attribute, enabled: mayBoot(attribute, configuration, mode) }))
}

/** How a change of this setting can take the machine out of reach. */
export function supermicroReach(name: string, from: BiosValue | undefined, to: BiosValue): Reach | undefined {
  const own = ownName(name)
  if (/^(?:Boot mode select|CSM Support)$/i.test(own)) return 'boot-mode'
  const isOff = isDisabled(to)
  if ((LAN_ROM.test(own) || SLOT_ROM.test(own)) && !isDisabled(from) && (isOff || /^iSCSI$/i.test(String(to))))
    return 'network-boot'
  if (/^Onboard LAN Option ROM Type$/i.test(own) && from !== to) return 'network-boot'
  return NETWORK_SWITCH.test(own) && isOff ? 'network-boot' : undefined
}

/**
 * `pxe` is one ROM per NIC, and for UEFI the network stack of the board. With a boot NIC named, that one is meant; with
 * a single onboard NIC, that. Otherwise `enabled` is fulfilled by any onboard NIC that boots.
 */
export function supermicroPxe(value: 'enabled' | 'disabled', board: Board): Meaning {
  const { current, bootNic } = board
  const onboard = Object.keys(current.attributes).filter(isOnboard)
  const mode = bootModeAfter(board)
  if (bootNic !== undefined) return oneRom(bootNic, value, mode, board)
  const able = onboard.filter((name) => mayBoot(name, current, mode))
  const [only, ...others] = value === 'enabled' && able.length > 0 ? able : onboard
  if (only === undefined) return withoutRoms(value, board)
  if (others.length === 0) return oneRom(only, value, mode, board)
  if (value === 'enabled' && able.length > 0) {
    const attributes = able.map((name) => ({ name, value: attributeOf(current, name) ?? null }))
    return { kind: 'attributes', attributes: [...attributes, ...forStack(mode, board)] }
  }
  const reason = `several NICs can boot from the network (${onboard.join(', ')}): name the one meant as \`bootNic\``
  return { kind: 'ambiguous', reason }
}

function oneRom(name: string, value: 'enabled' | 'disabled', mode: BootMode, board: Board): Meaning {
  const { current, registry } = board
  const now = attributeOf(current, name)
  if (value === 'enabled' && mayBoot(name, current, mode))
    return { kind: 'attributes', attributes: [{ name, value: now ?? null }, ...forStack(mode, board)] }
  const text = offered(name, value === 'disabled' ? ['Disabled', 'Disable'] : ROMS[mode], registry)
  if (text !== undefined)
    return {
      kind: 'attributes',
      attributes: [{ name, value: text }, ...(value === 'enabled' ? forStack(mode, board) : [])],
    }
  const type = settingAt(LAN_ROM_TYPE, current)
  const efi = type === undefined ? undefined : offered(type, ['EFI'], registry)
  if (value === 'enabled' && mode === 'uefi' && isOnboard(name) && type !== undefined && efi !== undefined)
    return { kind: 'attributes', attributes: [{ name: type, value: efi }, ...forStack(mode, board)] }
  return { kind: 'unavailable', reason: `the setting ${name} has no value for \`${value}\` in boot mode ${mode}` }
}

/** Best first. In dual mode the legacy ROM is the boards' own default. */
const ROMS: Readonly<Record<BootMode, readonly string[]>> = {
  uefi: ['EFI', 'UEFI'],
  legacy: ['PXE', 'Legacy'],
  dual: ['PXE', 'Legacy', 'EFI'],
}

function withoutRoms(value: 'enabled' | 'disabled', board: Board): Meaning {
  const attributes = value === 'enabled' ? forStack('uefi', board) : switched(STACK, ['Disabled', 'Disable'], board)
  return attributes.length === 0
    ? { kind: 'unavailable', reason: 'the board lists no NIC that can boot from the network' }
    : { kind: 'attributes', attributes }
}

/** What UEFI network boot needs beside the ROM. Where IPv6 is on already and wanted, IPv4 is left as it is. */
function forStack(mode: BootMode, board: Board): { name: string; value: BiosValue }[] {
  if (mode !== 'uefi') return []
  const on = ['Enabled', 'Enable']
  const by6 = isEnabled(wordAt(IPV6, board.current)) && board.wanted?.['network-boot-protocol'] !== 'ipv4'
  return [...switched(STACK, on, board), ...(by6 ? [] : switched(IPV4, on, board))]
}

function switched(
  place: string,
  texts: readonly string[],
  { current, registry }: Board,
): { name: string; value: BiosValue }[] {
  const name = settingAt(place, current)
  const value = name === undefined ? undefined : offered(name, texts, registry)
  return name === undefined || value === undefined ? [] : [{ name, value }]
}

function mayBoot(name: string, configuration: BiosConfiguration, mode: BootMode): boolean {
  const value = String(attributeOf(configuration, name) ?? '').toLowerCase()
  const legacy = mode !== 'uefi' && (value === 'pxe' || value === 'legacy')
  const isEfi = value === 'efi' || value === 'uefi' || name === settingAt(STACK, configuration)
  const byType = isOnboard(name) && wordAt(LAN_ROM_TYPE, configuration) === 'efi'
  if (isOnboard(name) && byType) return mode !== 'legacy' && stackBoots(configuration)
  return legacy || (isEfi && mode !== 'legacy' && stackBoots(configuration))
}

function stackBoots(configuration: BiosConfiguration): boolean {
  const protocols = [wordAt(IPV4, configuration), wordAt(IPV6, configuration)]
  const anyProtocol = protocols.every((one) => one === undefined) || protocols.some(isEnabled)
  return wordAt(STACK, configuration) === undefined || (isEnabled(wordAt(STACK, configuration)) && anyProtocol)
}

function isOnboard(name: string): boolean {
  return LAN_ROM.test(ownName(name))
}

function isEnabled(value: string | undefined): boolean {
  return value !== undefined && /^enable/i.test(value)
}

function isDisabled(value: BiosValue | undefined): boolean {
  return /^disable/i.test(String(value ?? ''))
}

/** The setting without its menus and number. */
function ownName(name: string): string {
  return (name.split(BETWEEN).at(-1) ?? name).replace(/#\d+$/, '')
}
