import { attributeOf, sameValue } from './configuration.ts'
import type { BiosConfiguration, BiosValue } from './configuration.ts'
import type { BiosPlan } from './plan.ts'
import type { SettingName } from './settings.ts'

/** One attribute that is not as it should be after the reboot. */
export interface NotTaken {
  readonly name: string
  readonly canonical?: SettingName
  readonly wanted: BiosValue
  /** `null` also where the device does not show it any more. */
  readonly got: BiosValue
}

/** The proof, or the lack of it. */
export interface AppliedComparison {
  /** Changes that are in force. */
  readonly taken: readonly { readonly name: string; readonly canonical?: SettingName; readonly value: BiosValue }[]
  /** Everything the template wants and the machine does not show: changes that did not take, and what they disturbed. */
  readonly notTaken: readonly NotTaken[]
}

/** Compares a configuration read after the reboot with the plan. Empty `notTaken` is the proof that it took. */
export function compareAfterApply(plan: BiosPlan, reread: BiosConfiguration): AppliedComparison {
  const wants = [
    ...plan.changes.map(({ name, canonical, to }) => ({ name, canonical, value: to, changed: true })),
    ...plan.unchanged.map(({ name, canonical, value, by }) => ({ name, canonical, value, changed: by !== undefined })),
  ].map(({ canonical, ...want }) => ({ ...want, label: canonical === undefined ? {} : { canonical } }))
  const holds = (want: { name: string; value: BiosValue }) => sameValue(attributeOf(reread, want.name), want.value)
  return {
    taken: wants
      .filter((want) => want.changed && holds(want))
      .map(({ name, value, label }) => ({ name, ...label, value })),
    notTaken: wants
      .filter((want) => !holds(want))
      .map(({ name, value, label }) => ({ name, ...label, wanted: value, got: attributeOf(reread, name) ?? null })),
  }
}
