import type { BiosValue } from './configuration.ts'
import type { SettingName } from './settings.ts'

/** Why a template cannot be applied as it is. */
export type BiosProblemCode =
  | 'unsupported'
  | 'not-allowed'
  | 'out-of-range'
  | 'wrong-type'
  | 'read-only'
  | 'grayed-out'
  | 'locked-by-profile'
  | 'action'
  | 'secret'
  | 'licence'
  | 'contradiction'
  | 'ambiguous'
  | 'needs-consent'
  | 'network-boot-lost'
  | 'network-boot-not-first'

/** One fault of a template on this board. Nothing is written while there is one. */
export interface BiosProblem {
  readonly code: BiosProblemCode
  /** Native name, or the canonical one where no native name exists. */
  readonly name: string
  readonly canonical?: SettingName
  readonly wanted?: BiosValue
  /** One sentence; strings from the device in it are printable. */
  readonly message: string
  readonly hint: string
}

/** One attribute that will be written. */
export interface BiosChange {
  readonly name: string
  readonly canonical?: SettingName
  /** `null` where the device shows no current value (the registry knows the attribute). */
  readonly from: BiosValue
  readonly to: BiosValue
  /** What somebody else has staged for the next boot; our value is staged over it. */
  readonly staged?: BiosValue
}

/** One attribute that is as wanted, or becomes so by another change (`by`). */
export interface BiosAsWanted {
  readonly name: string
  readonly canonical?: SettingName
  readonly value: BiosValue
  /** The attribute whose change brings this one along (a workload profile); not written itself. */
  readonly by?: string
}

/** A wish that a preserve glob overrules. */
export interface BiosPreserved {
  readonly name: string
  readonly canonical?: SettingName
  readonly glob: string
  readonly value: BiosValue
  readonly wanted: BiosValue
}

/** A canonical setting that the board has by nature. */
export interface BiosGiven {
  readonly canonical: SettingName
  readonly value: string | number
  readonly reason: string
}

/** What applying a template to a machine means. Plain JSON; safe to keep in a record. */
export interface BiosPlan {
  readonly board: string
  readonly changes: readonly BiosChange[]
  readonly unchanged: readonly BiosAsWanted[]
  readonly given: readonly BiosGiven[]
  readonly preserved: readonly BiosPreserved[]
  /** Those of `problems` with code `unsupported`. */
  readonly unsupported: readonly BiosProblem[]
  /** All of them; a plan with any must not be applied. */
  readonly problems: readonly BiosProblem[]
}
