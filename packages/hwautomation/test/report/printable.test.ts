import fc from 'fast-check'
import { expect, test } from 'vitest'
import { eventLines } from '../../src/report/event-lines.ts'
import { planLines } from '../../src/report/plan-lines.ts'
import { errorLines, recordLines } from '../../src/report/record-lines.ts'
import { plain } from '../../src/report/style.ts'
import type { WorkflowEvent } from '../../src/workflow/events.ts'
import type { WorkflowPlan } from '../../src/workflow/plan.ts'
import type { ErrorRecord, WorkflowRecord } from '../../src/workflow/record.ts'

/** What a terminal would obey, hide or turn round: controls, formatting, halves of characters, ends of lines. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u

const evil = fc.constantFrom(
  '\u001B[2J\u001B[31m',
  '\u009B31m',
  '\u001B]0;title\u0007',
  '\u0085',
  '\r\n',
  '\u202E',
  '\u2066',
  '\u200B',
  '\u200D',
  '\u00AD',
  '\u061C',
  '\uFEFF',
  '\u2028',
  '\uD800',
  '😀',
  '\u{E0041}',
)
const hostile = fc
  .array(fc.oneof(evil, fc.string({ unit: 'binary', maxLength: 20 }), fc.constant('x'.repeat(57))), { maxLength: 4 })
  .map((parts) => parts.join(''))
const list = <T>(of: fc.Arbitrary<T>) => fc.array(of, { maxLength: 2 })
const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined })
const time = fc.constantFrom('2026-01-01T00:00:00.000Z', '2026-01-01T00:01:30.000Z')
const json = fc.oneof(hostile, fc.dictionary(hostile, hostile, { maxKeys: 2 }), list(hostile))

const leaf = fc.record({ code: hostile, kind: fc.constant('invalid'), message: hostile, retryable: fc.boolean() })
const error = fc.record({
  code: hostile,
  kind: fc.constant('invalid'),
  message: fc.oneof(
    hostile,
    hostile.map((text) => `faults: ${text}`),
  ),
  hint: maybe(hostile),
  retryable: fc.boolean(),
  context: fc.record({ faults: maybe(list(hostile)), problems: maybe(list(hostile)) }),
  causes: maybe(list(leaf)),
}) as unknown as fc.Arbitrary<ErrorRecord>

const step = fc.record({
  id: hostile,
  title: hostile,
  status: fc.constantFrom('pending', 'running', 'completed', 'failed', 'skipped', 'cancelled'),
  expectedMs: fc.nat(),
  attempt: fc.nat(3),
  startedAt: maybe(time),
  endedAt: maybe(time),
  skippedBecause: maybe(hostile),
  intents: fc.constant([]),
  subTasks: list(
    fc.record({
      name: hostile,
      startedAt: time,
      endedAt: maybe(time),
      status: fc.constantFrom('running', 'completed', 'failed', 'cancelled'),
      detail: maybe(hostile),
      percent: maybe(fc.nat(100)),
    }),
  ),
  output: maybe(fc.record({ diff: list(hostile) })),
  evidence: list(fc.record({ claim: hostile, source: hostile, request: hostile, observed: json, observedAt: time })),
  error: maybe(error),
  earlierErrors: fc.constant([]),
})

const record = fc.record({
  schema: fc.constant(1),
  id: hostile,
  definition: fc.record({ name: hostile, version: fc.nat() }),
  request: json,
  resource: hostile,
  resourceLabel: hostile,
  requestedBy: hostile,
  via: hostile,
  status: fc.constantFrom('PENDING', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED'),
  createdAt: time,
  startedAt: maybe(time),
  endedAt: maybe(time),
  percent: fc.nat(100),
  seq: fc.nat(),
  waitingFor: maybe(fc.record({ kind: hostile, since: time, detail: hostile })),
  cancel: maybe(fc.record({ by: hostile, reason: hostile, at: time, cameTooLate: maybe(fc.boolean()) })),
  steps: list(step),
  settled: maybe(fc.record({ status: fc.constantFrom('completed', 'failed'), endState: hostile, at: time })),
  error: maybe(error),
  warnings: list(fc.record({ code: hostile, message: hostile, at: time })),
  leftBehind: list(fc.record({ what: hostile, remedy: hostile })),
  artefacts: fc.constant([]),
}) as unknown as fc.Arbitrary<WorkflowRecord>

const plan = fc.record({
  resource: hostile,
  label: hostile,
  reboots: fc.nat(3),
  expectedMs: fc.nat(),
  problems: list(hostile),
  steps: list(
    fc.record({
      id: hostile,
      title: hostile,
      plan: fc.record({
        todo: list(hostile),
        skip: maybe(hostile),
        diff: maybe(list(hostile)),
        unknown: maybe(list(hostile)),
        problems: maybe(list(hostile)),
      }),
    }),
  ),
}) as unknown as fc.Arbitrary<WorkflowPlan>

const event = fc
  .record({
    at: hostile,
    percent: fc.nat(100),
    type: fc.constantFrom(
      'workflow.created',
      'workflow.status',
      'workflow.waiting',
      'workflow.cancel-requested',
      'workflow.warning',
      'workflow.settled',
      'step.status',
      'step.retrying',
      'step.intent',
      'step.undo',
      'subtask.started',
      'subtask.progress',
      'subtask.ended',
    ),
    workflowId: hostile,
    label: hostile,
    requestedBy: hostile,
    to: hostile,
    by: hostile,
    reason: hostile,
    endState: hostile,
    step: hostile,
    title: hostile,
    name: hostile,
    status: hostile,
    delayMs: fc.nat(),
    error,
  })
  .chain((fields) =>
    fc
      .record({ kind: hostile, since: time, detail: hostile, code: hostile, message: hostile, at: time })
      .map((said) => ({ ...fields, waitingFor: said, warning: said })),
  ) as unknown as fc.Arbitrary<WorkflowEvent>

function expectPrintable(lines: readonly string[]): void {
  for (const line of lines) expect(UNPRINTABLE.test(line), JSON.stringify(line)).toBe(false)
}

test('a text becomes one printable line, and what was printable stays', () => {
  fc.assert(fc.property(hostile, (text) => expectPrintable([plain(text)])))
  expect(plain('größer als 5 µm ✔ 😀 日本')).toBe('größer als 5 µm ✔ 😀 日本')
  expect(plain('a\u001B[31mb\u0085c\u202Ed\u200Be')).toBe('a [31mb c d e')
})

test('no control character of a record comes out, whatever is in its fields', () => {
  fc.assert(
    fc.property(record, fc.boolean(), (given, brief) => {
      expectPrintable(recordLines(given, { brief }))
      expectPrintable(recordLines(given, { subTasks: 'open' }))
    }),
  )
})

test('no control character of an event comes out, whatever is in its fields', () => {
  fc.assert(
    fc.property(event, (given) => expectPrintable(eventLines(given))),
    { numRuns: 500 },
  )
})

test('no control character of a plan comes out, whatever is in its fields', () => {
  fc.assert(fc.property(plan, (given) => expectPrintable(planLines(given))))
})

test('no control character of an error comes out, whatever is in its fields', () => {
  fc.assert(fc.property(error, (given) => expectPrintable(errorLines(given))))
})
