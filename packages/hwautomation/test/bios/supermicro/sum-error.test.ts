import { describe, expect, it } from 'vitest'
import { sumExitCodes } from '../../../src/bios/supermicro/exit-codes.ts'
import { sumError } from '../../../src/bios/supermicro/sum-error.ts'
import { plainOutput, productKeysOf, saysNothingChanged } from '../../../src/bios/supermicro/sum-output.ts'

/** Made after a captured run that lacked a licence. */
const block = (code: number, description: string, message: string, instruction = '1. Please check the system.') => `
********************************<<<<<ERROR>>>>>*********************************

ExitCode                = ${code}
Description             = ${description}
Program Error Code      = 406.6
Error message:
        ${message}
Instruction:
        ${instruction}

********************************************************************************
`
const exit = (code: number, stdout: string, stderr = '') =>
  sumError({ tool: 'sum', command: 'ChangeBiosCfg', code, stdout, stderr })

describe('a run of the tool that failed', () => {
  it('says what the tool said, without rulers, and keeps its code', () => {
    expect(
      exit(60, block(60, 'Invalid BIOS configuration file', 'Setting "Turbo Mode" cannot\n        be changed.')),
    ).toMatchObject({
      code: 'bios.tool-failed',
      kind: 'invalid',
      retryable: false,
      message:
        'sum ChangeBiosCfg ended with 60: the BIOS configuration file does not fit (Setting "Turbo Mode" cannot be changed.)',
      hint: expect.stringContaining('WorkIf'),
      context: { tool: 'sum', verb: 'ChangeBiosCfg', exitCode: 60, programErrorCode: '406.6' },
    })
  })

  it.each([
    [80, 'licence', false],
    [106, 'busy', true],
    [107, 'busy', true],
    [82, 'invalid', false],
    [100, 'invalid', false],
    [105, 'invalid', false],
    [108, 'invalid', false],
    [36, 'invalid', false],
    [38, 'invalid', false],
    [103, 'invalid', false],
    [8, 'transient', true],
    [2, 'internal', false],
    [149, 'transient', true],
    [222, 'transient', true],
  ])('has the kind of its exit code: %i is %s', (code, kind, retryable) => {
    expect(exit(code, block(code, 'x', 'y'))).toMatchObject({ kind, retryable, context: { exitCode: code } })
  })

  it.each([
    ['36', /saa/],
    ['103', /saa/],
    ['105', /Secure Boot/],
    ['80', /SFT-OOB-LIC/],
  ])('tells the operator what to do about %s', (code, hint) => {
    expect(exit(Number(code), '')?.hint).toMatch(hint)
  })

  it('is about a licence where the BMC refuses for want of one', () => {
    const message =
      'Failed to send http GET.\n        HTTP code: 403 (Forbidden)\n        1. Not licensed to perform this request. The following licenses DCMS\n    were needed'
    expect(exit(149, block(149, 'IPMI execution failed', message))).toMatchObject({ kind: 'licence', retryable: false })
  })

  it('is about the BIOS password where the tool asks for one, and never tries again', () => {
    const message = 'The BIOS administrator password is required to change the configuration.'
    expect(exit(60, block(60, 'Invalid BIOS configuration file', message))).toMatchObject({
      kind: 'auth',
      retryable: false,
      hint: expect.stringContaining('administrator password'),
    })
  })

  it('is seen on either stream, through colours, and under exit status 0', () => {
    const coloured = block(82, 'Board mismatch', 'Not this board.').replaceAll('ExitCode', '\u001b[1mExitCode\u001b[0m')
    expect(exit(0, 'Supermicro Update Manager\n', coloured)).toMatchObject({
      kind: 'invalid',
      context: { exitCode: 82 },
    })
  })

  it('says the last line where there is no error block, made printable', () => {
    expect(exit(61, 'Copyright(C) 2013-2024 Super Micro Computer, Inc.\n........\n', 'odd\u0007 end\n')?.message).toBe(
      String.raw`sum ChangeBiosCfg ended with 61: an internal error of the tool (odd\u{7} end)`,
    )
  })

  it('has a hint for every code of the tool’s list', () => {
    const listed = [...sumExitCodes].filter(([code]) => code !== 0)
    expect(listed.filter(([, { hint, meaning }]) => hint === '' || meaning === '')).toEqual([])
    expect(listed.length).toBeGreaterThan(50)
  })
})

describe('a run of the tool that went well', () => {
  const nothing =
    '.................\u001b[0m\n\u001b[1m\u001b[1m\u001b[1mNote:\u001b[0m\u001b[0m \u001b[0mNo BIOS setting has been changed.\n\n\u001b[1mStatus:\u001b[0m The BIOS configuration is updated for the managed system\n'

  it('is no error', () => {
    expect(exit(0, nothing)).toBeUndefined()
  })

  it('says that nothing was changed in one line only', () => {
    expect(saysNothingChanged(plainOutput({ stdout: nothing, stderr: '' }))).toBe(true)
    expect(saysNothingChanged(plainOutput({ stdout: nothing.replace(/No BIOS.*/, ''), stderr: '' }))).toBe(false)
  })

  it('names the licences that are active', () => {
    const output = `[0] OOB
[1] SFT-DCMS-Single, version: none, invoice: none, creation date: 2020/12/30 12:00:00(Key is good.)
[2] SFT-SDDC-Single, version: none, invoice: none, creation date: 2020/12/30 12:00:00(Key is expired.)
Number of product keys: 3
`
    expect(productKeysOf(output)).toEqual(['OOB', 'SFT-DCMS-Single'])
  })
})
