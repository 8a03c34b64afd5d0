import { describe, expect, it } from 'vitest'
import { admit, type Claim } from '../../src/provisioning/admission.ts'
import type { MachineState } from '../../src/provisioning/machine-state.ts'
import { nextMove } from '../../src/provisioning/settle.ts'

const machine = (over: Partial<MachineState>): MachineState => ({
  systemId: 'abc123',
  hostname: 'srv001',
  fqdn: 'srv001.maas',
  status: 4,
  statusName: 'Ready',
  statusMessage: '',
  owner: null,
  locked: false,
  power: 'off',
  powerType: 'ipmi',
  architecture: 'arm64/generic',
  commissioningResultId: 5,
  addresses: [],
  serial: 'S1',
  uuid: null,
  tags: [],
  annotations: {},
  ...over,
})
const claim: Claim = { user: 'hwa', recommission: false, annotationIsOurs: false }

describe('admission by MAAS status', () => {
  it.each([
    [0, null, {}, 'commission'],
    [2, null, {}, 'commission'],
    [2, 'hwa', {}, 'commission'],
    [2, 'bob', {}, 'refuse'],
    [4, null, {}, 'rescue'],
    [4, null, { recommission: true }, 'commission'],
    [4, 'bob', {}, 'refuse'],
    [8, null, {}, 'refuse'],
    [8, null, { recommission: true }, 'commission'],
    [1, 'bob', {}, 'wait'],
    [1, 'hwa', {}, 'wait'],
    [1, 'hwa', { commissioningResultId: 5 }, 'adopt'],
    [21, 'bob', {}, 'wait'],
    [16, 'hwa', {}, 'refuse'],
    [16, 'bob', {}, 'refuse'],
    ...[3, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 22].map((status) => [status, null, {}, 'refuse'] as const),
  ] as const)('status %i of owner %s with %o: %s', (status, owner, over, way) => {
    expect(admit(machine({ status, owner }), { ...claim, ...over }).way).toBe(way)
  })

  it.each([16, 17, 18, 19, 20])(
    'adopts rescue status %i that a run of ours left, and only with us as owner',
    (status) => {
      const annotated = { annotations: { 'hwa-run': 'run_1' }, status }
      expect(admit(machine({ ...annotated, owner: 'hwa' }), { ...claim, annotationIsOurs: true }).way).toBe('adopt')
      expect(admit(machine({ ...annotated, owner: 'hwa' }), claim).way).toBe('refuse')
      expect(admit(machine({ ...annotated, owner: 'bob' }), { ...claim, annotationIsOurs: true }).way).toBe('refuse')
    },
  )

  it('refuses a locked machine whatever its status', () => {
    expect(admit(machine({ locked: true }), claim)).toMatchObject({
      way: 'refuse',
      reason: expect.stringContaining('locked'),
    })
  })
})

describe('the known end state, by status', () => {
  const ours = { ...claim, touched: true, annotationIsOurs: true }
  it.each([
    ['a commissioning of ours', { status: 1, owner: 'hwa' }, { ...ours, commissioningResultId: 5 }, { move: 'abort' }],
    ['a commissioning of somebody else', { status: 1, owner: 'bob' }, ours, { move: 'rest' }],
    ['rescue mode of ours', { status: 16, owner: 'hwa', annotations: { 'hwa-run': 'run_1' } }, ours, { move: 'exit' }],
    ['stuck leaving it', { status: 20, owner: 'hwa', annotations: { 'hwa-run': 'run_1' } }, ours, { move: 'exit' }],
    ['on its way out', { status: 19, owner: 'hwa' }, ours, { move: 'wait' }],
    ['Ready and on', { status: 4, power: 'on' as const }, ours, { move: 'off' }],
    ['Ready and off', { status: 4 }, ours, { move: 'rest', state: 'Ready, off' }],
    ['Ready, on, and somebody else’s', { status: 4, power: 'on' as const, owner: 'bob' }, ours, { move: 'rest' }],
    [
      'Ready and on, but never touched by this run',
      { status: 4, power: 'on' as const },
      { ...ours, touched: false },
      { move: 'rest' },
    ],
    ['Deployed meanwhile', { status: 6, power: 'on' as const, owner: 'bob' }, ours, { move: 'rest' }],
  ])('%s', (_, over, by, move) => {
    expect(nextMove(machine(over), by)).toMatchObject(move)
  })
})
