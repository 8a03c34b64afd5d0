import { sameValue } from './configuration.ts'
import type { BiosCondition, BiosValue, RegistryAttribute } from './configuration.ts'

/** The value an attribute will have once the plan is applied; undefined where nobody knows. */
type ValueAfter = (name: string) => BiosValue | undefined

/**
 * Whether a condition holds under these values: true, false, or undefined where it cannot be decided from them.
 * Nothing is refused on a guess, so undecided counts as "may hold".
 */
export function conditionHolds(condition: BiosCondition, after: ValueAfter): boolean | undefined {
  switch (condition.kind) {
    case 'all':
      return decided(condition.of, after, false)
    case 'any':
      return decided(condition.of, after, true)
    case 'one-of': {
      const actual = after(condition.attribute)
      return actual === undefined ? undefined : condition.values.some((value) => sameValue(value, actual))
    }
    case 'number': {
      const actual = after(condition.attribute)
      return actual === undefined || actual === null || Number.isNaN(Number(actual))
        ? undefined
        : COMPARISONS[condition.compare](Number(actual), condition.value)
    }
    case 'known':
      return condition.holds
    case 'unknown':
      return undefined
    default:
      return condition satisfies never
  }
}

/** `all` is decided by the first that fails, `any` by the first that holds. */
function decided(conditions: readonly BiosCondition[], after: ValueAfter, by: boolean): boolean | undefined {
  const each = conditions.map((condition) => conditionHolds(condition, after))
  if (each.includes(by)) return by
  return each.includes(undefined) ? undefined : !by
}

/** How two numbers are compared, in the words of `sum`'s conditions. */
export const COMPARISONS = {
  '==': (a: number, b: number) => a === b,
  '!=': (a: number, b: number) => a !== b,
  '<=': (a: number, b: number) => a <= b,
  '>=': (a: number, b: number) => a >= b,
  '<': (a: number, b: number) => a < b,
  '>': (a: number, b: number) => a > b,
} as const

/** A comparison of numbers. */
export type Comparison = keyof typeof COMPARISONS

/**
 * What has to hold, and does not, for an attribute to take this value: a phrase such as
 * `Power Technology is Custom (it is Disable)`. Undefined where nothing speaks against it.
 */
export function unmetCondition(
  entry: RegistryAttribute | undefined,
  to: BiosValue,
  after: ValueAfter,
): string | undefined {
  const ofValue = entry?.valuesIf?.find(({ value }) => sameValue(value, to))?.condition
  const conditions = [entry?.worksIf, ofValue].filter((condition) => condition !== undefined)
  const unmet = conditions.filter((condition) => conditionHolds(condition, after) === false)
  return unmet.length === 0 ? undefined : unmet.map((condition) => phrase(condition, after)).join(', and ')
}

/** Only the parts that fail: what holds already is no news. */
function phrase(condition: BiosCondition, after: ValueAfter): string {
  switch (condition.kind) {
    case 'all':
    case 'any': {
      const failing = condition.of.filter((part) => conditionHolds(part, after) === false)
      return failing.map((part) => phrase(part, after)).join(condition.kind === 'all' ? ', and ' : ', or ')
    }
    case 'one-of':
      return `${condition.attribute} is ${condition.values.map(String).join(' or ') || 'something else'} (it is ${String(after(condition.attribute))})`
    case 'number':
      return `${condition.attribute} ${condition.compare} ${condition.value} (it is ${String(after(condition.attribute))})`
    case 'known':
    case 'unknown':
      return condition.text
    default:
      return condition satisfies never
  }
}
