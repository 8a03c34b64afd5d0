import { describe, expect, it } from 'vitest'
import { compareAfterApply } from '../../src/bios/compare.ts'
import { renderDiff } from '../../src/bios/render.ts'
import { printable } from '../../src/bios/printable.ts'
import { configurationAfter, planBiosChange } from '../../src/bios/resolve.ts'
import { board, rl300, template } from './boards.ts'

const plan = planBiosChange({
  current: rl300,
  template: template({ settings: { 'power-profile': 'throughput', 'sr-iov': 'enabled', 'ac-loss': 'power-on' } }),
})

describe('reading back after the reboot', () => {
  it('proves changes that are in force', () => {
    const { taken, notTaken } = compareAfterApply(plan, configurationAfter(plan, rl300))
    expect(taken.map(({ name }) => name)).toEqual(['AutoPowerOn', 'WorkloadProfile'])
    expect(notTaken).toEqual([])
  })

  it('names each change that did not take, with what was wanted and what is there', () => {
    const { taken, notTaken } = compareAfterApply(plan, rl300)
    expect(taken).toEqual([])
    expect(notTaken).toEqual([
      { name: 'AutoPowerOn', canonical: 'ac-loss', wanted: 'AlwaysPowerOn', got: 'RestoreLastState' },
      {
        name: 'WorkloadProfile',
        canonical: 'power-profile',
        wanted: 'GeneralThroughputCompute',
        got: 'GeneralPowerEfficientCompute',
      },
    ])
  })

  it('names a setting that was right before and is disturbed now, and one that is gone', () => {
    const { Sriov: _, WorkloadProfile: __, ...rest } = configurationAfter(plan, rl300).attributes
    const { notTaken } = compareAfterApply(plan, { ...rl300, attributes: { ...rest, Sriov: 'Disabled' } })
    expect(notTaken.map(({ name, got }) => [name, got])).toEqual([
      ['WorkloadProfile', null],
      ['Sriov', 'Disabled'],
    ])
  })
})

describe('a rendered plan', () => {
  it('has one line for each fact', () => {
    const full = planBiosChange({
      current: rl300,
      template: template({
        settings: {
          'power-profile': 'throughput',
          'sr-iov': 'enabled',
          'boot-mode': 'uefi',
          smt: 'enabled',
          tpm: 'hidden',
        },
        preserve: ['tpm'],
      }),
    })
    expect(renderDiff(full)).toEqual([
      '~ WorkloadProfile (power-profile): GeneralPowerEfficientCompute -> GeneralThroughputCompute',
      '= Sriov (sr-iov): Enabled',
      '= boot-mode: uefi (always `uefi` on this board)',
      '# TpmVisibility (tpm): Visible kept by tpm, template wants Hidden',
      '! `smt: enabled` is not supported on this board (ProLiant RL300 Gen11): Ampere Altra cores run one thread each: there is no SMT to set.',
    ])
    expect(renderDiff(planBiosChange({ current: rl300, template: template({}) }))).toEqual([
      '= the template wants nothing',
    ])
  })

  it('shows hostile values from the device as data', () => {
    const hostile = board('Pro\u001b[31mLiant', 'R11', { ServerName: 'a\nb\u202Ecod\u0000\u001b]0;title\u0007' })
    const lines = renderDiff(
      planBiosChange({ current: hostile, template: template({ native: { ServerName: 'x', Nope: 1 } }) }),
    )
    expect(lines).toHaveLength(2)
    expect(lines[0]).toBe('~ ServerName: a\\u{a}b\\u{202e}cod\\u{0}\\u{1b}]0;title\\u{7} -> x')
    // eslint-disable-next-line no-control-regex -- none may be left
    expect(lines.join('')).not.toMatch(/[\u0000-\u001f\u202e]/)
  })

  it('cuts long values, counting characters and not half ones', () => {
    expect(printable('é'.repeat(300))).toBe(`${'é'.repeat(200)}…`)
    expect(printable('😀'.repeat(300), 3)).toBe('😀😀😀…')
    expect(printable('\ud800x')).toBe('\\u{d800}x')
    expect(printable('x'.repeat(5_000_000)).length).toBe(201)
  })
})
