import type { BiosConfiguration, BiosRegistry } from '../bios/configuration.ts'
import type { BmcSettingName } from '../devices/bmc-settings.ts'

/** What a BMC says of one of its settings: the value in our words, or why it cannot be read there. */
export type BmcSettingReading =
  | { readonly state: 'read'; readonly value: string }
  | { readonly state: 'unreadable'; readonly why: string }

/** Readings by name; what was not asked is absent. */
export type BmcSettingReadings = { readonly [Name in BmcSettingName]?: BmcSettingReading }

/** A user of a BMC. */
export interface BmcUserSeen {
  readonly name: string
  readonly enabled: boolean
  /** In our words, or the vendor's own where it is none of ours. */
  readonly privilege: string
}

/** The BIOS as it was read last. */
export interface BiosSeen {
  readonly configuration: BiosConfiguration
  readonly registry?: BiosRegistry | undefined
  /** NIC that the device type names as the one the machine boots from. */
  readonly bootNic?: string | undefined
}

/** All that boarding rules can be compared with. What is absent could not be read; `why` says it in words. */
export interface BoardingSeen {
  readonly bios?: BiosSeen | undefined
  readonly bmc?:
    | {
        readonly settings: BmcSettingReadings
        readonly users?: readonly BmcUserSeen[] | undefined
        /** The licence for out-of-band management, or why it cannot be told. */
        readonly licence?: BmcSettingReading | undefined
      }
    | undefined
  readonly why: { readonly bios?: string | undefined; readonly bmc?: string | undefined }
}
