/** A value as the device gives it. HPE sends strings and integers only; other vendors also booleans and null. */
export type BiosValue = string | number | boolean | null

/** Vendors whose BIOS settings the library can name (one table each, see `vendors.ts`). */
export type BiosVendorName = 'hpe' | 'supermicro' | 'dell'

/** What is known of the board a configuration was read from. All of it informational except for explaining refusals. */
export interface BiosBoard {
  readonly manufacturer?: string
  /** e.g. `ProLiant RL300 Gen11`. */
  readonly product?: string
  /** e.g. `R11`. */
  readonly romFamily?: string
  readonly romVersion?: string
  readonly romDate?: string
  readonly serial?: string
  readonly bmcVersion?: string
}

/** The BIOS settings of one machine at one moment, as plain JSON: it is kept in the run's record. */
export interface BiosConfiguration {
  readonly vendor: BiosVendorName
  readonly board: BiosBoard
  /** Where it was read: `@odata.type` and path of the resource. */
  readonly resource: { readonly type: string; readonly path: string }
  /** Id of the attribute registry, if the source names it; it changes with every ROM update. */
  readonly registryId?: string
  /**
   * By native name: HPE's and Dell's attribute name; on Supermicro, whose names repeat, the menu path
   * (`Advanced > CPU Configuration > Hyper-Threading [ALL]`). Names come from the device: look them up with {@link attributeOf}.
   */
  readonly attributes: Readonly<Record<string, BiosValue>>
  /** Persistent boot order, first entry first, where the source has it (HPE keeps it outside the attributes). */
  readonly bootOrder?: readonly string[]
  /** Native names of the settings that hold the boot order, first entry first, where it is made of settings (Supermicro). */
  readonly bootOrderSettings?: readonly string[]
  /** Whether the BIOS set-up has an administrator password, where the source tells (Supermicro's `HasPassword`). */
  readonly administratorPassword?: 'set' | 'unset'
}

/** One attribute in the vendor's registry (DSP8010 AttributeRegistry). */
export interface RegistryAttribute {
  readonly name: string
  readonly type: 'Enumeration' | 'String' | 'Integer' | 'Boolean' | 'Password'
  /** Allowed values of an enumeration. */
  readonly values?: readonly string[]
  readonly lower?: number
  readonly upper?: number
  readonly step?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly readOnly: boolean
  /** Shown but not changeable now. Plays the part of a conditional read-only on HPE. */
  readonly grayOut: boolean
  readonly default?: BiosValue
  readonly displayName?: string
  /** It can be changed only while this holds (Supermicro's `WorkIf`). */
  readonly worksIf?: BiosCondition
  /** Values that can be chosen only while something holds (Supermicro's `Option ValidIf`). */
  readonly valuesIf?: readonly { readonly value: BiosValue; readonly condition: BiosCondition }[]
  /** A licence that changing it needs and the machine lacks, e.g. `SFT-DCMS-SINGLE`. */
  readonly missingLicence?: string
}

/**
 * A condition on the settings after a change, as plain JSON. `known` is decided by something that no setting changes
 * (whether a password is set); `unknown` could not be understood and never speaks against a change.
 */
export type BiosCondition =
  | { readonly kind: 'all' | 'any'; readonly of: readonly BiosCondition[] }
  | { readonly kind: 'one-of'; readonly attribute: string; readonly values: readonly BiosValue[] }
  | {
      readonly kind: 'number'
      readonly attribute: string
      readonly compare: '==' | '!=' | '<=' | '>=' | '<' | '>'
      readonly value: number
    }
  | { readonly kind: 'known'; readonly holds: boolean; readonly text: string }
  | { readonly kind: 'unknown'; readonly text: string }

/** One term of a dependency: `attribute condition value`, joined to the terms before it by `term`. */
export interface RegistryCondition {
  readonly attribute: string
  readonly property: string
  readonly condition: string
  readonly value: BiosValue
  readonly term: 'AND' | 'OR'
}

/** "When these conditions hold, that property of that attribute becomes this value." */
export interface RegistryDependency {
  readonly conditions: readonly RegistryCondition[]
  readonly attribute: string
  readonly property: string
  readonly value: BiosValue
}

/** The attribute registry of a board: what exists, what is allowed, what depends on what. */
export interface BiosRegistry {
  readonly id?: string
  readonly attributes: Readonly<Record<string, RegistryAttribute>>
  readonly dependencies: readonly RegistryDependency[]
}

/** The value of an attribute, or undefined; safe for names such as `constructor` and `__proto__`. */
export function attributeOf(configuration: Pick<BiosConfiguration, 'attributes'>, name: string): BiosValue | undefined {
  return Object.hasOwn(configuration.attributes, name) ? configuration.attributes[name] : undefined
}

/** The persistent boot order, first entry first: of its own, or made of settings. Undefined where the source has none. */
export function bootOrderOf(configuration: BiosConfiguration): readonly string[] | undefined {
  const settings = configuration.bootOrderSettings?.map((name) => attributeOf(configuration, name))
  return settings === undefined
    ? configuration.bootOrder
    : settings.filter((entry) => typeof entry === 'string' && entry !== 'Disabled').map(String)
}

/** The registry's entry of an attribute, or undefined. */
export function registryEntry(registry: BiosRegistry | undefined, name: string): RegistryAttribute | undefined {
  return registry !== undefined && Object.hasOwn(registry.attributes, name) ? registry.attributes[name] : undefined
}

/** Equal as the device sees it: `20` and `"20"` are one value, letter case counts. */
export function sameValue(a: BiosValue | undefined, b: BiosValue | undefined): boolean {
  if (a === b) return true
  if (a === undefined || b === undefined || a === null || b === null) return false
  return String(a) === String(b)
}
