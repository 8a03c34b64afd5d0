import type { BiosBoard, BiosConfiguration, BiosRegistry, BiosValue } from './configuration.ts'
import type { BiosSettings, Reach, SettingName } from './settings.ts'

/**
 * What a canonical setting means on one board:
 * - `attributes`: these native attributes must have these values
 * - `given`: the board has it that way and cannot have it otherwise
 * - `unavailable`: it does not exist there, and why
 * - `ambiguous`: it exists more than once, and somebody must say which is meant
 */
export type Meaning =
  | {
      readonly kind: 'attributes'
      readonly attributes: readonly { readonly name: string; readonly value: BiosValue }[]
    }
  | { readonly kind: 'given'; readonly reason: string }
  | { readonly kind: 'unavailable'; readonly reason: string }
  | { readonly kind: 'ambiguous'; readonly reason: string }

/** What a translation may look at. */
export interface Board {
  readonly current: BiosConfiguration
  readonly registry?: BiosRegistry | undefined
  readonly bootNic?: string | undefined
  /** What else the template wants: a NIC's ROM goes with the boot mode. */
  readonly wanted?: BiosSettings | undefined
}

/** Everything the planner must know of a vendor's BIOS. A new vendor is one folder with one of these. */
export interface BiosVendor {
  /** The native meaning of a canonical setting on this board. */
  meaning(setting: SettingName, value: string | number, board: Board): Meaning
  /** True for attributes that act once instead of holding a value (restore defaults, clear TPM …): never planned. */
  isAction(attribute: string): boolean
  /** True for passwords, which must not pass through a template. */
  isSecret(attribute: string): boolean
  /**
   * How a change of this attribute can take the machine out of reach, if at all. `from` undefined: the present value is
   * not known (a template is judged before any machine is seen), and whatever `to` takes away counts.
   */
  reach(attribute: string, from: BiosValue | undefined, to: BiosValue): Reach | undefined
  /** NICs that can boot from the network on this board, and whether each may. */
  networkBoot(configuration: BiosConfiguration): readonly { readonly attribute: string; readonly enabled: boolean }[]
  /** True if this entry of a persistent boot order is a network device. */
  isNetworkBootEntry(entry: string): boolean
  /** Why this attribute can never be written through BIOS settings on this vendor's machines. */
  readOnlyReason(attribute: string): string | undefined
  /** The profile that forbids this value, given the values after the change; asked where no registry tells. */
  lockedBy(attribute: string, to: BiosValue, after: (name: string) => BiosValue | undefined): string | undefined
  /** A name for the board in messages. */
  boardName(board: BiosBoard): string
}
