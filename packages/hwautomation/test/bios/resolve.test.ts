import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BiosConfiguration, BiosRegistry } from '../../src/bios/configuration.ts'
import { compareAfterApply } from '../../src/bios/compare.ts'
import { biosPlanError, configurationAfter, planBiosChange } from '../../src/bios/resolve.ts'
import { renderDiff } from '../../src/bios/render.ts'
import { biosSettings, settingNames } from '../../src/bios/settings.ts'
import type { BiosTemplate } from '../../src/bios/template.ts'
import { board, choice, dependency, dl360Gen10, registryOf, rl300, template } from './boards.ts'

const codes = (plan: ReturnType<typeof planBiosChange>) =>
  plan.problems.map((problem) => `${problem.code} ${problem.name}`)

describe('a BIOS plan', () => {
  it('changes only what differs and names what is as wanted', () => {
    const plan = planBiosChange({
      current: rl300,
      template: template({ settings: { 'power-profile': 'throughput', 'sr-iov': 'enabled', 'ac-loss': 'power-on' } }),
    })
    expect(plan.changes).toEqual([
      { name: 'AutoPowerOn', canonical: 'ac-loss', from: 'RestoreLastState', to: 'AlwaysPowerOn' },
      {
        name: 'WorkloadProfile',
        canonical: 'power-profile',
        from: 'GeneralPowerEfficientCompute',
        to: 'GeneralThroughputCompute',
      },
    ])
    expect(plan.unchanged).toEqual([{ name: 'Sriov', canonical: 'sr-iov', value: 'Enabled' }])
    expect(plan.problems).toEqual([])
    expect(biosPlanError(plan)).toBeUndefined()
  })

  it('lets native attributes win over canonical settings', () => {
    const plan = planBiosChange({
      current: rl300,
      template: template({
        settings: { 'ac-loss': 'power-on' },
        native: { AutoPowerOn: 'AlwaysPowerOff', ServerName: 'x' },
      }),
    })
    expect(plan.changes).toEqual([
      { name: 'AutoPowerOn', canonical: 'ac-loss', from: 'RestoreLastState', to: 'AlwaysPowerOff' },
      { name: 'ServerName', from: 'srv001', to: 'x' },
    ])
  })

  it.each([
    ['by its native name', ['AutoPower*']],
    ['by its canonical name', ['ac-*']],
    ['in any letter case', ['AUTOPOWERON']],
  ])('never changes what a preserve glob protects %s', (_, preserve) => {
    const plan = planBiosChange({
      current: rl300,
      template: template({ settings: { 'ac-loss': 'power-on' }, preserve }),
    })
    expect(plan.changes).toEqual([])
    expect(plan.preserved).toEqual([
      {
        name: 'AutoPowerOn',
        canonical: 'ac-loss',
        glob: preserve[0],
        value: 'RestoreLastState',
        wanted: 'AlwaysPowerOn',
      },
    ])
  })

  it('takes an excluded name out of the protection again', () => {
    const plan = planBiosChange({
      current: rl300,
      template: template({ settings: { 'ac-loss': 'power-on' } }),
      preserve: ['*', '!AutoPowerOn'],
    })
    expect(plan.changes.map((change) => change.name)).toEqual(['AutoPowerOn'])
  })

  it('reports every problem of a template at once, and the error carries all of them', () => {
    const plan = planBiosChange({
      current: rl300,
      template: template({
        settings: { smt: 'disabled', turbo: 'disabled', 'boot-mode': 'legacy', 'secure-boot': 'enabled' },
        native: { Sriovv: 'Enabled', RestoreDefaults: 'Yes', AdminPassword: 'pw', NetworkBootRetryCount: 'many' },
      }),
    })
    expect(codes(plan).toSorted()).toEqual([
      'action RestoreDefaults',
      'read-only SecureBootStatus',
      'secret AdminPassword',
      'unsupported Sriovv',
      'unsupported boot-mode',
      'unsupported smt',
      'unsupported turbo',
      'wrong-type NetworkBootRetryCount',
    ])
    expect(plan.unsupported.map((problem) => problem.name).toSorted()).toEqual(['Sriovv', 'boot-mode', 'smt', 'turbo'])
    expect(plan.changes).toEqual([])
    const error = biosPlanError(plan)
    expect(error).toMatchObject({ code: 'bios.template-refused', kind: 'invalid', retryable: false })
    expect(error?.context['problems']).toHaveLength(8)
    expect(error?.message).toContain('ProLiant RL300 Gen11')
  })

  const odd = registryOf([{ name: 'Odd', type: 'Password', readOnly: false, grayOut: false }])
  it.each([
    ['known to the board', 'AdminPassword', undefined, []],
    ['unknown to the board', 'PowerOnPassword', undefined, []],
    ['known by the registry', 'Odd', odd, []],
    ['preserved', 'AdminPassword', undefined, ['*']],
  ])('refuses a password %s and keeps its value out of the plan', (_, name, registry, preserve) => {
    const native = { [name]: 's3cret-pw' }
    const plan = planBiosChange({ current: rl300, registry, template: template({ native, preserve }) })
    expect(plan.problems).toMatchObject([{ code: 'secret' }])
    expect(
      JSON.stringify([plan, renderDiff(plan), biosPlanError(plan)?.message, biosPlanError(plan)?.context]),
    ).not.toContain('s3cret')
  })

  it('refuses two wishes for one attribute', () => {
    const settings = { pxe: 'enabled', 'sr-iov': 'enabled' } as const
    const plan = planBiosChange({ current: rl300, template: template({ bootNic: 'Sriov', settings }) })
    expect(plan.problems[0]).toMatchObject({
      code: 'contradiction',
      message: '`pxe` wants Sriov to be NetworkBoot, `sr-iov` wants Enabled.',
    })
  })

  it('explains why a board lacks a setting, and suggests the name that was meant', () => {
    const plan = planBiosChange({
      current: rl300,
      template: template({ settings: { smt: 'disabled' }, native: { SriovX: 'Enabled' } }),
    })
    expect(plan.problems[0]?.message).toBe(
      '`smt: disabled` is not supported on this board (ProLiant RL300 Gen11): Ampere Altra cores run one thread each: there is no SMT to set.',
    )
    expect(plan.problems[1]?.message).toContain('not supported on this board (ProLiant RL300 Gen11)')
    expect(plan.problems[1]?.message).toContain('Did you mean `Sriov`?')
  })

  it('counts a setting that the board has by nature as fulfilled', () => {
    const plan = planBiosChange({ current: rl300, template: template({ settings: { 'boot-mode': 'uefi' } }) })
    expect(plan.given).toEqual([{ canonical: 'boot-mode', value: 'uefi', reason: 'always `uefi` on this board' }])
    expect(plan.problems).toEqual([])
  })

  it('believes the device more than the table of board families', () => {
    const odd = board('ProLiant RL300 Gen11', 'R11', { ProcHyperthreading: 'Enabled' })
    expect(
      planBiosChange({ current: odd, template: template({ settings: { smt: 'disabled' } }) }).changes,
    ).toHaveLength(1)
  })

  it('does not complain about a read-only setting that is as wanted', () => {
    const plan = planBiosChange({ current: rl300, template: template({ settings: { 'secure-boot': 'disabled' } }) })
    expect(plan).toMatchObject({ problems: [], changes: [], unchanged: [{ name: 'SecureBootStatus' }] })
  })

  it('writes numbers as numbers', () => {
    const plan = planBiosChange({ current: rl300, template: template({ native: { NetworkBootRetryCount: '5' } }) })
    expect(plan.changes).toEqual([{ name: 'NetworkBootRetryCount', from: 20, to: 5 }])
    expect(
      planBiosChange({ current: rl300, template: template({ native: { NetworkBootRetryCount: '20' } }) }).changes,
    ).toEqual([])
    expect(
      planBiosChange({ current: rl300, template: template({ native: { NetworkBootRetryCount: '020' } }) }),
    ).toMatchObject({ changes: [], unchanged: [{ name: 'NetworkBootRetryCount', value: 20 }] })
  })
})

describe('with the registry of the board', () => {
  const registry = registryOf([
    choice('Sriov', ['Enabled', 'Disabled']),
    choice('AutoPowerOn', ['AlwaysPowerOn', 'RestoreLastState'], { readOnly: true }),
    choice('TpmVisibility', ['Visible', 'Hidden'], { grayOut: true }),
    { name: 'NetworkBootRetryCount', type: 'Integer', lower: 0, upper: 20, readOnly: false, grayOut: false },
    { name: 'ServerName', type: 'String', minLength: 0, maxLength: 4, readOnly: false, grayOut: false },
    choice('OnlyInRegistry', ['A', 'B']),
  ])
  it.each([
    [
      { Sriov: 'enabled' },
      'not-allowed',
      'Sriov cannot be enabled; allowed: Enabled, Disabled. Did you mean `Enabled`?',
    ],
    [{ AutoPowerOn: 'AlwaysPowerOn' }, 'read-only', 'AutoPowerOn is read-only on this board'],
    [{ TpmVisibility: 'Hidden' }, 'grayed-out', 'TpmVisibility cannot be changed on this board now'],
    [{ NetworkBootRetryCount: 21 }, 'out-of-range', 'must be from 0 to 20; 21 is not'],
    [{ NetworkBootRetryCount: '1.5' }, 'wrong-type', 'is a whole number; 1.5 is not'],
    [{ ServerName: 'toolong' }, 'out-of-range', 'takes 0 to 4 characters; toolong has 7'],
  ])('refuses %j as %s', (native, code, message) => {
    const plan = planBiosChange({
      current: rl300,
      registry,
      template: template({ native }),
    })
    expect(plan.problems).toMatchObject([{ code, message: expect.stringContaining(message) }])
    expect(plan.changes).toEqual([])
  })

  it('can write an attribute that only the registry knows', () => {
    const plan = planBiosChange({ current: rl300, registry, template: template({ native: { OnlyInRegistry: 'B' } }) })
    expect(plan).toMatchObject({ problems: [], changes: [{ name: 'OnlyInRegistry', from: null, to: 'B' }] })
  })
})

describe('dependencies of the registry', () => {
  const attributes = [
    choice('WorkloadProfile', ['GeneralPowerEfficientCompute', 'LowLatency', 'Custom']),
    choice('PowerRegulator', ['DynamicPowerSavings', 'StaticHighPerf']),
    choice('ProcTurbo', ['Enabled', 'Disabled']),
  ]
  const registry = registryOf(attributes, [
    dependency(['WorkloadProfile', 'NEQ', 'Custom'], ['PowerRegulator', 'GrayOut', true]),
    dependency(['WorkloadProfile', 'EQU', 'LowLatency'], ['PowerRegulator', 'CurrentValue', 'StaticHighPerf']),
    dependency(['Unknowable', 'EQU', 'x'], ['ProcTurbo', 'GrayOut', true]),
  ])
  const plan = (native: Record<string, string>) =>
    planBiosChange({ current: dl360Gen10, registry, template: template({ native }) })

  it('gray out what depends on another value', () => {
    expect(plan({ PowerRegulator: 'StaticHighPerf' }).problems).toMatchObject([
      {
        code: 'grayed-out',
        message: 'PowerRegulator cannot be changed while WorkloadProfile is GeneralPowerEfficientCompute.',
      },
    ])
  })

  it('free it when the same plan changes that value', () => {
    expect(plan({ PowerRegulator: 'StaticHighPerf', WorkloadProfile: 'Custom' })).toMatchObject({
      problems: [],
      changes: [{}, {}],
    })
  })

  it('bring values along, which are then expected but not written', () => {
    const result = plan({ PowerRegulator: 'StaticHighPerf', WorkloadProfile: 'LowLatency' })
    expect(result.problems).toEqual([])
    expect(result.changes.map((change) => change.name)).toEqual(['WorkloadProfile'])
    expect(result.unchanged).toEqual([{ name: 'PowerRegulator', value: 'StaticHighPerf', by: 'WorkloadProfile' }])
  })

  it('refuse nothing where they cannot be decided', () => {
    expect(plan({ ProcTurbo: 'Disabled' }).problems).toEqual([])
    const gray = registryOf(
      [choice('ProcTurbo', ['Enabled', 'Disabled'], { grayOut: true })],
      [...registry.dependencies],
    )
    expect(
      planBiosChange({ current: dl360Gen10, registry: gray, template: template({ native: { ProcTurbo: 'Disabled' } }) })
        .problems,
    ).toEqual([])
  })

  it('the value that came along is proven after the reboot like a written one', () => {
    const result = plan({ PowerRegulator: 'StaticHighPerf', WorkloadProfile: 'LowLatency' })
    const { taken } = compareAfterApply(result, configurationAfter(result, dl360Gen10))
    expect(taken.map(({ name }) => name)).toEqual(['WorkloadProfile', 'PowerRegulator'])
    expect(compareAfterApply(result, dl360Gen10).notTaken).toHaveLength(2)
  })

  it('of a board nobody named still say what it has by nature', () => {
    const nameless = { ...board('', '', { Sriov: 'Enabled' }), board: {} }
    expect(
      planBiosChange({ current: nameless, template: template({ settings: { 'boot-mode': 'uefi' } }) }),
    ).toMatchObject({ problems: [], given: [{}] })
  })

  it.each([
    [
      [
        ['A', 'EQU', '1', 'AND'],
        ['B', 'EQU', '9', 'OR'],
        ['B', 'EQU', '2', 'AND'],
      ],
      true,
    ],
    [
      [
        ['A', 'EQU', '9', 'AND'],
        ['B', 'EQU', '2', 'AND'],
        ['A', 'EQU', '9', 'OR'],
      ],
      false,
    ],
    [
      [
        ['A', 'EQU', '1', 'AND'],
        ['X', 'EQU', '9', 'OR'],
      ],
      true,
    ],
    [
      [
        ['A', 'EQU', '1', 'AND'],
        ['X', 'EQU', '9', 'AND'],
      ],
      false,
    ],
    [
      [
        ['A', 'GTR', '0', 'AND'],
        ['B', 'LEQ', 2, 'AND'],
      ],
      true,
    ],
    [[['A', 'GEQ', '2', 'AND']], false],
    [[['A', 'LSS', 'word', 'AND']], false],
  ])('join their terms, AND before OR: %j is %s', (terms, grayed) => {
    const rules: BiosRegistry = registryOf(
      [choice('A', ['1']), choice('B', ['2']), choice('T', ['on', 'off'])],
      [
        {
          attribute: 'T',
          property: 'GrayOut',
          value: true,
          conditions: terms.map(([attribute, condition, value, term]) => ({
            attribute: String(attribute),
            property: 'CurrentValue',
            condition: String(condition),
            value: value ?? null,
            term: term === 'OR' ? ('OR' as const) : ('AND' as const),
          })),
        },
      ],
    )
    const current = board('ProLiant X', 'U32', { A: '1', B: '2', T: 'on' })
    const result = planBiosChange({ current, registry: rules, template: template({ native: { T: 'off' } }) })
    expect(result.problems.length > 0).toBe(grayed)
  })
})

describe('without a registry, the power profile', () => {
  it('locks what every profile decides', () => {
    const plan = planBiosChange({
      current: dl360Gen10,
      template: template({ settings: { 'power-regulator': 'high-performance' } }),
    })
    expect(plan.problems).toMatchObject([
      { code: 'locked-by-profile', hint: expect.stringContaining('power-profile: custom') },
    ])
  })

  it('frees it when it becomes custom', () => {
    const plan = planBiosChange({
      current: dl360Gen10,
      template: template({ settings: { 'power-regulator': 'high-performance', 'power-profile': 'custom' } }),
    })
    expect(plan.problems).toEqual([])
    expect(plan.changes).toHaveLength(2)
  })

  it('does not stand against a value that it sets itself', () => {
    const wants = (value: 'enabled' | 'disabled') =>
      planBiosChange({
        current: board('ProLiant RL300 Gen11', 'R11', {
          WorkloadProfile: 'Custom',
          Sriov: value === 'enabled' ? 'Disabled' : 'Enabled',
        }),
        template: template({ settings: { 'power-profile': 'virtualization-max-performance', 'sr-iov': value } }),
      })
    expect(wants('enabled').problems).toEqual([])
    expect(wants('disabled').problems).toMatchObject([{ code: 'locked-by-profile', name: 'Sriov' }])
  })
})

/** Any template over the vocabulary and the attributes of a board. */
function anyTemplate(current: BiosConfiguration): fc.Arbitrary<BiosTemplate> {
  const canonical = settingNames.map((name) => {
    const definition = biosSettings[name]
    const value =
      definition.kind === 'choice'
        ? fc.constantFrom<string | number>(...definition.values)
        : fc.integer({ min: definition.min, max: definition.max })
    return fc.option(
      value.map((chosen) => [name, chosen] as const),
      { nil: undefined, freq: 2 },
    )
  })
  return fc.record({
    settings: fc
      .tuple(...canonical)
      .map((entries) => Object.fromEntries(entries.filter((entry) => entry !== undefined))),
    native: fc.dictionary(
      fc.constantFrom(...Object.keys(current.attributes), 'Unknown', 'constructor', '__proto__'),
      fc.oneof(
        fc.constantFrom('Enabled', 'Disabled', 'NetworkBoot', 'Custom', 'LowLatency', '5'),
        fc.integer(),
        fc.string(),
      ),
    ),
    preserve: fc.array(fc.constantFrom('*Boot*', 'power-*', 'Sriov', '!Slot1*', 'zzz'), { maxLength: 3 }),
    allow: fc.subarray(['disable-network-boot', 'change-boot-mode'] as const),
  })
}

describe.each([
  ['an Arm board', rl300],
  ['an Intel board', dl360Gen10],
])('for any template on %s', (_, current) => {
  const registry = registryOf(
    [
      choice('WorkloadProfile', ['GeneralPowerEfficientCompute', 'LowLatency', 'Custom']),
      choice('Sriov', ['Enabled', 'Disabled']),
    ],
    [
      dependency(['WorkloadProfile', 'EQU', 'LowLatency'], ['Sriov', 'CurrentValue', 'Disabled']),
      dependency(['WorkloadProfile', 'EQU', 'LowLatency'], ['Sriov', 'GrayOut', true]),
    ],
  )

  it.each([
    ['without', undefined],
    ['with', registry],
  ])('planning again on the result of a plan changes nothing, %s a registry', (__, known) => {
    fc.assert(
      fc.property(anyTemplate(current), (wanted) => {
        const first = planBiosChange({ current, template: wanted, registry: known })
        const again = planBiosChange({ current: configurationAfter(first, current), template: wanted, registry: known })
        expect(again.changes).toEqual([])
      }),
    )
  })

  it('a plan is plain JSON, and never touches what is preserved or was not asked for', () => {
    fc.assert(
      fc.property(anyTemplate(current), (wanted) => {
        const plan = planBiosChange({ current, template: wanted })
        expect(JSON.parse(JSON.stringify(plan))).toEqual(plan)
        const after = configurationAfter(plan, current)
        const changed = Object.keys(after.attributes).filter(
          (name) => after.attributes[name] !== current.attributes[name],
        )
        expect(changed.toSorted()).toEqual(plan.changes.map((change) => change.name))
        for (const kept of plan.preserved) expect(changed).not.toContain(kept.name)
      }),
    )
  })
})
