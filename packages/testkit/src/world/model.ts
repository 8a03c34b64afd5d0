import type { Menu } from './supermicro/menu.ts'

/** Values on HPE's wire are strings and integers only (captured BIOS resource of a DL360 Gen10: 213 attributes, no boolean). */
export type BiosValue = string | number

export interface BiosAttribute {
  readonly name: string
  readonly type: 'Enumeration' | 'String' | 'Integer' | 'Password'
  readonly values?: readonly string[]
  readonly lower?: number
  readonly upper?: number
  readonly maxLength?: number
  readonly readOnly?: boolean
  readonly default: BiosValue
  /** Whether it can be set at all while the others are as given; left out: always. POST ignores a value staged for one that can't. */
  readonly settable?: (others: ReadonlyMap<string, BiosValue>) => boolean
  /** Dell: the racadm group it stands in, e.g. `ProcSettings`. */
  readonly group?: string
  /** Why `settable` says no, for those who publish it: one of these holds. */
  readonly lockedWhile?: readonly BiosCondition[]
  /** Dell: what tells this machine from others, or is for one boot; exported as a comment, and no import takes it. */
  readonly ownOnly?: boolean
}

/** A value that an attribute has, or has not. */
export interface BiosCondition {
  readonly attribute: string
  readonly is?: BiosValue
  readonly isNot?: BiosValue
}

/** A choice that decides others: they follow it at POST. */
export interface BiosImplication {
  readonly when: BiosCondition
  readonly follow: Readonly<Record<string, BiosValue>>
}

/** The strings of SMBIOS types 0 to 3 that are not the same on every machine. */
export interface DmiStrings {
  readonly biosVendor: string
  readonly biosVersion: string
  readonly biosDate: string
  readonly biosRevision: string
  readonly firmwareRevision: string
  readonly systemManufacturer: string
  readonly systemProduct: string
  readonly systemVersion: string
  readonly systemSerial: string
  readonly systemSku: string
  readonly systemFamily: string
  readonly boardManufacturer: string
  readonly boardProduct: string
  readonly boardVersion: string
  readonly boardSerial: string
  readonly boardAssetTag: string
  readonly chassisManufacturer: string
  readonly chassisType: string
  readonly chassisVersion: string
  readonly chassisSerial: string
  readonly chassisAssetTag: string
}

/** A kind of server. */
export interface HardwareModel {
  /** e.g. `hpe-rl300`. */
  readonly id: string
  readonly vendor: 'HPE' | 'Supermicro' | 'Dell'
  /** DMI strings. */
  readonly manufacturer: string
  readonly product: string
  readonly board: string
  readonly sku: string
  /** DMI strings that differ from what its maker usually writes: a placeholder instead of a serial number. */
  readonly dmi?: Partial<DmiStrings>
  /** `uname -m`. */
  readonly machine: 'aarch64' | 'x86_64'
  /** MAAS's word. */
  readonly architecture: 'arm64/generic' | 'amd64/generic'
  /** `cores` of all sockets together; `sockets` left out: one. */
  readonly cpu: { readonly model: string; readonly cores: number; readonly mhz: number; readonly sockets?: number }
  readonly memoryMiB: number
  /** Left out: DDR4. */
  readonly memoryType?: 'DDR5'
  readonly biosFamily: string
  readonly biosVersion: string
  readonly biosDate: string
  readonly biosAttributes: readonly BiosAttribute[]
  /** Supermicro: the setup as a tree, whose settings `biosAttributes` has by path; and the id that BIOS and board share. */
  readonly setup?: { readonly menus: readonly Menu[]; readonly boardId: string }
  /** What a choice among the attributes brings with it, whether asked for or not. */
  readonly biosImplications?: readonly BiosImplication[]
  /** e.g. `iLO 6`, `1.62`. */
  readonly bmcType: string
  readonly bmcVersion: string
  readonly lanChannel: number
  /** Lab milliseconds from power to the end of POST, where they differ from two minutes (assumed for all). */
  readonly postMs?: number
  /** Lab milliseconds that applying BIOS settings adds to a POST, where they differ from 40 seconds (assumed for all). */
  readonly extraPostMs?: number
}
