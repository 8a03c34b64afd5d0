import { bootOrderOf as orderInForce } from '../bios/configuration.ts'
import type { BiosConfiguration, BiosVendorName } from '../bios/configuration.ts'
import type { BootDeviceKind } from '../devices/boarding.ts'

/** How an entry of a vendor's boot order says what it boots from; the first that fits counts. */
type Words = readonly (readonly [RegExp, BootDeviceKind])[]

/**
 * HPE: structured boot strings (iLO RESTful API, persistent boot order), e.g. `NIC.FlexLOM.1.1.IPv4`, `HD.EmbRAID.1.1`,
 * `Generic.USB.1.1`. Dell: FQDDs of `UefiBootSeq`, e.g. `NIC.PxeDevice.1-1`. Supermicro: the option's text (ironlib fixtures of
 * x11dph-t and x11schf-f), e.g. `UEFI USB CD/DVD`, `Hard Disk: …`.
 */
const WORDS: Readonly<Record<BiosVendorName, Words>> = {
  hpe: [
    [/^(?:CD|Optical)\./i, 'usb-cd'],
    [/^(?:Generic\.USB|FD|USB)\./i, 'usb-key'],
    [/^HD\..*USB/i, 'usb-hdd'],
    [/^(?:HD|NVMe)\./i, 'hdd'],
    [/^(?:NIC|PCI|LOM|FlexLOM)\./i, 'network'],
  ],
  dell: [
    [/^Optical\./i, 'usb-cd'],
    [/^(?:Floppy|Disk\.USB(?:Front|Back|Internal))/i, 'usb-key'],
    [/^(?:HardDisk|Disk)\..*USB/i, 'usb-hdd'],
    [/^(?:HardDisk|Disk|NVMe|RAID|AHCI|BOSS|SD)\./i, 'hdd'],
    [/^(?:NIC|FC)\./i, 'network'],
  ],
  supermicro: [
    [/USB Lan/i, 'network'],
    [/USB.*CD/i, 'usb-cd'],
    [/USB Key|USB Floppy/i, 'usb-key'],
    [/USB Hard Disk/i, 'usb-hdd'],
    [/CD\/DVD/i, 'usb-cd'],
    [/Hard Disk/i, 'hdd'],
    [/Network|\bPXE\b|\bIBA\b/i, 'network'],
  ],
}

/** What an entry boots from; undefined where the vendor's words do not tell. */
export function bootDeviceKind(vendor: BiosVendorName, entry: string): BootDeviceKind | undefined {
  return WORDS[vendor].find(([words]) => words.test(entry.trim()))?.[1]
}

/** The boot order of a configuration, first entry first, from wherever its vendor keeps it; undefined where it does not tell. */
export function bootOrderOf(configuration: BiosConfiguration): readonly string[] | undefined {
  const inForce = orderInForce(configuration)
  if (inForce !== undefined) return inForce
  if (configuration.vendor === 'supermicro') return numberedOptions(configuration)
  if (configuration.vendor === 'dell') return sequence(configuration)
  return undefined
}

/** `Boot > UEFI Boot Option #1` …; lists of other boot modes have the same names with a later number behind. */
function numberedOptions({ attributes }: BiosConfiguration): readonly string[] | undefined {
  const found = new Map<number, { readonly rank: string; readonly entry: string }>()
  for (const [name, value] of Object.entries(attributes)) {
    const option = /(?:^|> )(?<mode>UEFI |Legacy |Dual )?Boot Option #(?<place>\d+)(?:#(?<list>\d+))?$/i.exec(
      name,
    )?.groups
    if (option === undefined || typeof value !== 'string') continue
    const place = Number(option['place'])
    const rank = `${/^(?:UEFI )$/i.test(option['mode'] ?? '') ? 0 : 1} ${(option['list'] ?? '0').padStart(4, '0')}`
    const before = found.get(place)
    if (before === undefined || rank < before.rank) found.set(place, { rank, entry: value })
  }
  if (found.size === 0) return undefined
  return [...found]
    .toSorted(([a], [b]) => a - b)
    .map(([, { entry }]) => entry)
    .filter((entry) => !/^Disabled$/i.test(entry.trim()))
}

/** `UefiBootSeq` in UEFI mode, else `BootSeq`: FQDDs with commas between. */
function sequence({ attributes }: BiosConfiguration): readonly string[] | undefined {
  const name = attributes['BootMode'] === 'Bios' ? 'BootSeq' : 'UefiBootSeq'
  const value = attributes[name] ?? attributes['BootSeq']
  if (typeof value !== 'string' || value.trim() === '') return undefined
  return value.split(',').map((entry) => entry.trim())
}
