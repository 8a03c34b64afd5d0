import { expect } from 'vitest'
import { isHwError } from '../../src/errors.ts'
import type { HwError } from '../../src/errors.ts'

/** What a promise rejects with; a promise that does not fails the test. */
export async function rejectionOf(attempt: Promise<unknown>): Promise<unknown> {
  return attempt.then(
    () => expect.fail('it did not fail'),
    (error: unknown) => error,
  )
}

/** The same where it must be an error of the family. */
export async function failureOf(attempt: Promise<unknown>): Promise<HwError> {
  const error = await rejectionOf(attempt)
  if (isHwError(error)) return error
  throw error
}
