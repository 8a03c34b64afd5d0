import type { BiosCondition, BiosValue } from './model.ts'

/** Whether a condition is true of these values. */
export function holds({ attribute, is, isNot }: BiosCondition, values: ReadonlyMap<string, BiosValue>): boolean {
  const value = values.get(attribute)
  return is === undefined ? value !== isNot : value === is
}
