import { expect, test } from 'vitest'
import { changeStatus, changeStepStatus, hasEnded, STEP_TRANSITIONS, TRANSITIONS } from '../../src/workflow/status.ts'

const STATUSES = ['PENDING', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED'] as const
const ALLOWED = new Set([
  'PENDING→RUNNING',
  'PENDING→CANCELLED',
  'PENDING→FAILED',
  'RUNNING→COMPLETED',
  'RUNNING→FAILED',
  'RUNNING→CANCELLED',
])

for (const from of STATUSES)
  for (const to of STATUSES) {
    const name = `${from}→${to}`
    if (ALLOWED.has(name)) test(`a run may go ${name}`, () => expect(changeStatus(from, to)).toBe(to))
    else
      test(`a run never goes ${name}`, () =>
        expect(() => changeStatus(from, to)).toThrow(
          expect.objectContaining({ code: 'workflow.forbidden-transition', kind: 'internal' }),
        ))
  }

test('the table names every status, and only the three ends are ends', () => {
  expect(Object.keys(TRANSITIONS).toSorted()).toEqual([...STATUSES].toSorted())
  expect(STATUSES.filter(hasEnded)).toEqual(['COMPLETED', 'FAILED', 'CANCELLED'])
})

const STEP_STATUSES = Object.keys(STEP_TRANSITIONS) as (keyof typeof STEP_TRANSITIONS)[]

test('a step starts or is skipped, ends once, and is never taken up again', () => {
  const allowed = STEP_STATUSES.flatMap((from) =>
    STEP_STATUSES.filter((to) => {
      try {
        return changeStepStatus(from, to) === to
      } catch {
        return false
      }
    }).map((to) => `${from}→${to}`),
  )
  expect(allowed).toEqual([
    'pending→running',
    'pending→completed',
    'pending→failed',
    'pending→skipped',
    'running→completed',
    'running→failed',
    'running→cancelled',
  ])
})
