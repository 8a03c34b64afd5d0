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
}

/** A kind of server. */
export interface HardwareModel {
  /** e.g. `hpe-rl300`. */
  readonly id: string
  readonly vendor: 'HPE'
  /** DMI strings. */
  readonly manufacturer: string
  readonly product: string
  readonly board: string
  readonly sku: string
  /** `uname -m`. */
  readonly machine: 'aarch64' | 'x86_64'
  /** MAAS's word. */
  readonly architecture: 'arm64/generic' | 'amd64/generic'
  readonly cpu: { readonly model: string; readonly cores: number; readonly mhz: number }
  readonly memoryMiB: number
  readonly biosFamily: string
  readonly biosVersion: string
  readonly biosDate: string
  readonly biosAttributes: readonly BiosAttribute[]
  /** e.g. `iLO 6`, `1.62`. */
  readonly bmcType: string
  readonly bmcVersion: string
  readonly lanChannel: number
}
