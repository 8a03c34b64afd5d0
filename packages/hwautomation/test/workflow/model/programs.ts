import fc from 'fast-check'
import type { Command } from './commands.ts'
import { type Fault, KINDS } from './devices.ts'
import { FLOWS, type Policy } from './session.ts'

const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined })
const run = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(3) })
const machine = fc.nat(1)
const key = fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.nat(1) })
const concurrency = fc.integer({ min: 1, max: 3 })
const policy = fc.constantFrom<Policy>('continue', 'continue', 'continue', 'park', 'leave', 'fail')
const CALLS = [
  ...KINDS.filter((kind) => kind !== 'flash'),
  'flash-a',
  'flash-b',
  'lamp-off',
  'mark-off',
  'shot-off',
  'power-off',
]

const go = fc.record({
  do: fc.constant('go' as const),
  count: fc.integer({ min: 1, max: 150 }),
  picks: fc.array(fc.nat(5), { maxLength: 4 }),
})

/** Any move; running on is the most frequent. */
const anyCommand: fc.Arbitrary<Command> = fc.oneof(
  { weight: 12, arbitrary: go },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('start' as const),
      machine,
      flow: fc.nat(FLOWS.length - 1),
      key,
      timeout: optional(fc.constantFrom('5m', '1h')),
      approval: fc.constantFrom(undefined, undefined, undefined, '10m' as const, 'whenever' as const),
    }) as fc.Arbitrary<Command>,
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('cancel' as const), run }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('approve' as const), run: fc.constant(0) }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('hold' as const, 'release' as const, 'resume' as const), run }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('skip' as const), run, step: fc.constantFrom(...KINDS) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('retry' as const),
      run,
      assume: optional(fc.constantFrom('done' as const, 'not-done' as const)),
      skip: optional(fc.boolean()),
      key,
    }) as fc.Arbitrary<Command>,
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom(
        'pause' as const,
        'drain' as const,
        'proceed' as const,
        'forbidHardware' as const,
        'allowHardware' as const,
      ),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('crash' as const), policy, concurrency }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('close' as const),
      mode: fc.constantFrom('detach' as const, 'detach' as const, 'cancel' as const, 'drain' as const),
      policy,
      concurrency,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('break' as const),
      machine,
      call: fc.constantFrom(...CALLS),
      fault: fc.constantFrom<Fault>(
        'refused',
        'forbidden',
        'forbidden',
        'forbidden',
        'unreachable',
        'answer-lost',
        'ignored',
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.constantFrom(5, 60, 700, 8_000) }),
  },
)

const some = fc.record({
  do: fc.constant('go' as const),
  count: fc.nat(25),
  picks: fc.array(fc.nat(5), { maxLength: 2 }),
})
const far = { do: 'go', count: 150, picks: [] } as const
const breaking = fc.record({
  do: fc.constant('break' as const),
  machine: fc.constant(0),
  call: fc.constantFrom(...CALLS),
  fault: fc.constantFrom<Fault>('forbidden', 'forbidden', 'unreachable', 'answer-lost', 'ignored'),
})
/** What comes between a run and its end. */
const disturbance: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('cancel' as const, 'cancel' as const, 'hold' as const),
      run: fc.constant(0),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash' as const), policy, concurrency }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('pause' as const, 'forbidHardware' as const) }) },
  { weight: 2, arbitrary: breaking },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), seconds: fc.constantFrom(60, 8_000) }) },
)
const retryNewest = fc.record({
  do: fc.constant('retry' as const),
  run: fc.constant(0),
  assume: fc.constantFrom(undefined, undefined, 'done' as const, 'not-done' as const),
}) as fc.Arbitrary<Command>
const round = fc.tuple(fc.array(fc.tuple(some, disturbance), { maxLength: 3 }), retryNewest, fc.boolean())

/** A run on one machine that fails, is retried, and is disturbed at it, again and again. */
const failing: fc.Arbitrary<readonly Command[]> = fc
  .tuple(fc.nat(FLOWS.length - 1), breaking, fc.boolean(), fc.array(round, { minLength: 1, maxLength: 6, size: 'max' }))
  .map(([flow, broken, isLast, rounds]) => [
    { do: 'start', machine: 0, flow },
    isLast ? { ...broken, call: lastCall(flow) } : broken,
    ...rounds.flatMap(([disturbances, again, isFree]): Command[] => [
      ...disturbances.flat(),
      ...(isFree ? ([far, { do: 'proceed' }, { do: 'allowHardware' }, { do: 'release', run: 0 }] as const) : []),
      far,
      again,
    ]),
  ])

function lastCall(flow: number): string {
  const last = FLOWS[flow]!.at(-1)!
  return last === 'flash' ? 'flash-b' : last
}

/** What the property is tried with: any moves, or the story of a run that fails. */
export const anyProgram: fc.Arbitrary<readonly Command[]> = fc.oneof(
  fc.array(anyCommand, { minLength: 1, maxLength: 40, size: 'max' }),
  failing,
)
