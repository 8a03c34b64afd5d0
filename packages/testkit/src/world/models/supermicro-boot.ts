import { enabled, menu, option, subtitle, type Menu, type MenuEntry } from '../supermicro/menu.ts'

const UEFI = [
  'UEFI Hard Disk',
  'UEFI CD/DVD',
  'UEFI USB Hard Disk',
  'UEFI USB CD/DVD',
  'UEFI USB Key',
  'UEFI USB Floppy',
  'UEFI USB Lan',
  'UEFI Network',
  'UEFI AP:UEFI: Built-in EFI Shell',
]

/**
 * Page `Boot`: three lists of boot options, of which the mode shows one, and the priorities below them. On X11DP* boards the lists
 * have the same names (`Boot Option #1` with order 1 to 6), on X11SC* each has a word of its own before them (ironlib's two files).
 */
export function bootMenu(parts: {
  readonly listNames: 'same' | 'own'
  readonly modes: string
  readonly mode: string
  readonly disk: string
  readonly network: string
  readonly before?: readonly MenuEntry[]
}): Menu {
  const legacy = [
    `Hard Disk: ${parts.disk}`,
    'CD/DVD',
    'USB Hard Disk',
    'USB CD/DVD',
    'USB Key',
    'USB Floppy',
    'USB Lan',
    `Network:${parts.network}`,
  ]
  const ifLegacy = { workIf: ' ( Boot mode select is not in 1  ) ' }
  const word = (own: string) => (parts.listNames === 'own' ? `${own} Boot Option` : 'Boot Option')
  const page = [
    ...(parts.before ?? []),
    subtitle('Boot Configuration'),
    option('Boot mode select', parts.modes, parts.mode, { help: 'Select boot mode for LEGACY or UEFI or DUAL' }),
    enabled('LEGACY to EFI support', 'Disabled'),
    subtitle('FIXED BOOT ORDER Priorities'),
    ...list(word('UEFI'), UEFI, ' Boot mode select is not in 0 2 3 4 5 '),
    ...list(word('Legacy'), legacy, ' Boot mode select is not in 1 2 3 4 5 '),
    ...list(word('DUAL'), [...legacy, ...UEFI], ' Boot mode select is not in 0 1 3 4 5 '),
    menu('UEFI Application Boot Priorities', list('Boot Option', ['UEFI: Built-in EFI Shell']), {
      workIf: ' ( Boot mode select is not in 0  ) ',
    }),
    menu(
      'Hard Disk Drive BBS Priorities',
      list('Boot Option', [`P0: ${parts.disk}(SATA,Port:0)`, `P1: ${parts.disk}(SATA,Port:1)`]),
      ifLegacy,
    ),
    menu(
      'NETWORK Drive BBS Priorities',
      list('Boot Option', [parts.network, 'FlexBoot v3.5.901 (PCI D8:00.0)']),
      ifLegacy,
    ),
  ]
  return menu('Boot', page)
}

/** As many options as devices, each of which can be any device or none. In the priorities, whose length varies, none is 18. */
function list(name: string, devices: readonly string[], workIf?: string): readonly MenuEntry[] {
  const codes = [
    ...devices.map((device, code) => `${code}=${device}`),
    `${workIf === undefined ? 18 : devices.length}=Disabled`,
  ].join('|')
  return devices.map((device, index) =>
    option(`${name} #${index + 1}`, codes, device, {
      help: 'Sets the system boot order',
      ...(workIf === undefined ? {} : { workIf }),
    }),
  )
}
