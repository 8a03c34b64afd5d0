import type { BatchPolicy } from './record.ts'

/** Half of the slots that a manager has by default: the other half is for everybody else. */
const DEFAULT_AT_ONCE = 5
/** Of items, and of anything that counts them. */
export const MOST_ITEMS = 1000

/** The policy with its defaults, and everything that is wrong with it, by field. */
export function policyOf({ atOnce = DEFAULT_AT_ONCE, perGroup, canary = 0, maxFailures }: Partial<BatchPolicy>): {
  readonly policy: BatchPolicy
  readonly problems: readonly string[]
} {
  const policy = {
    atOnce,
    ...(perGroup === undefined ? {} : { perGroup }),
    canary,
    ...(maxFailures === undefined ? {} : { maxFailures }),
  }
  const least: Readonly<Record<string, number>> = { atOnce: 1, perGroup: 1, canary: 0, maxFailures: 0 }
  const problems = Object.entries(policy)
    .filter(([field, value]) => !Number.isInteger(value) || value < least[field]! || value > MOST_ITEMS)
    .map(
      ([field, value]) =>
        `${field}: expected a whole number from ${least[field]} to ${MOST_ITEMS}, got ${String(value)}`,
    )
  return { policy, problems }
}
