import { attributeOf, sameValue, type BiosConfiguration, type BiosValue } from './configuration.ts'
import type { BiosPlan } from './plan.ts'

/** What a machine has: in force, and for its next boot. */
export interface BiosState {
  readonly current: BiosConfiguration
  readonly pending: BiosConfiguration
}

/** Whether the next boot brings everything that the plan wants. */
export function isStaged(plan: BiosPlan, reading: BiosState): boolean {
  return Object.keys(notStaged(plan, reading)).length === 0
}

/**
 * What has to be staged so that the next boot brings everything the template wants: changes, and settings that were as they should be
 * and are no longer. What a profile brings along comes with it, unless the profile is in force already or something else is staged.
 */
export function notStaged(plan: BiosPlan, { current, pending }: BiosState): Readonly<Record<string, BiosValue>> {
  const inForce = new Set(
    plan.changes.filter(({ name, to }) => sameValue(attributeOf(current, name), to)).map(({ name }) => name),
  )
  const wants = [
    ...plan.changes.map(({ name, to: value }) => ({ name, value })),
    ...plan.unchanged.filter(({ name, by }) => {
      if (by === undefined || inForce.has(by)) return true
      const staged = attributeOf(pending, name)
      return staged !== undefined && !sameValue(staged, attributeOf(current, name))
    }),
  ]
  return Object.fromEntries(
    wants
      .filter(({ name, value }) => !sameValue(attributeOf(pending, name) ?? attributeOf(current, name), value))
      .map(({ name, value }) => [name, value]),
  )
}
