import { describe, expect, it } from 'vitest'
import { racadmError } from '../../../src/bios/dell/racadm-error.ts'

const ended = (text: string, code = 1) =>
  racadmError({ call: 'set BIOS.ProcSettings.LogicalProc', code, stdout: '', stderr: text })

describe('the error of racadm', () => {
  it('is none where it succeeded', () => {
    const stdout =
      '[Key=BIOS.Setup.1-1#X]\nRAC1017: Successfully modified the object value and the change is in \n         pending state.\n'
    expect(racadmError({ call: 'set', code: 0, stdout, stderr: '' })).toBeUndefined()
  })

  it('counts an ERROR line whatever the exit code and the stream', () => {
    const error = racadmError({
      call: 'set',
      code: 0,
      stdout: 'ERROR: RAC947: Invalid object value specified.',
      stderr: '',
    })
    expect(error).toMatchObject({ code: 'bios.tool-failed', kind: 'invalid' })
    expect(error?.message).toBe('racadm set ended with 0: RAC947: Invalid object value specified.')
  })

  it.each([
    ['ERROR: RAC947: Invalid object value specified.', 'bios.tool-failed', 'invalid'],
    ['ERROR: Invalid object specified. Run "racadm help" for the list of objects.', 'bios.tool-failed', 'invalid'],
    [
      'ERROR: Pending configuration values are already committed, unable to perform another set operation.',
      'bios.job-pending',
      'busy',
    ],
    ['ERROR: No pending data present to create a Configuration job.', 'bios.not-staged', 'transient'],
    ['ERROR: The specified object is READ ONLY and cannot be modified.', 'bios.tool-failed', 'invalid'],
    [
      'ERROR: The specified object cannot be modified because of a dependency on another object.',
      'bios.tool-failed',
      'invalid',
    ],
    ['ERROR: LIC501: A required license is missing or expired.', 'bios.tool-failed', 'licence'],
    ['ERROR: Local RACADM is disabled. Contact your administrator.', 'bios.tool-failed', 'auth'],
    [
      'ERROR: RAC1176: The action cannot be performed, because the system is in lockdown mode.',
      'bios.tool-failed',
      'conflict',
    ],
    ['ERROR: Unable to perform requested operation', 'bios.tool-failed', 'transient'],
    ['', 'bios.tool-failed', 'transient'],
    ['Segmentation fault', 'bios.tool-failed', 'transient'],
    ['[Key=BIOS.Setup.1-1#ProcSettings]\nAvxIccpPreGrantLicense=Disabled', 'bios.tool-failed', 'transient'],
    ['ERROR: Invalid option -x specified for subcommand set.', 'bios.tool-failed', 'internal'],
  ])('reads %j as %s of kind %s', (text, code, kind) => {
    const error = ended(text)
    expect(error).toMatchObject({ code, kind })
    expect(error?.hint).toMatch(/\w{3}/)
  })

  it('joins a sentence that goes on in the next line, and shows no control characters', () => {
    const error = ended('ERROR: Long sentence \u001b[31m that goes\n       on here.\nand this is something else\n')
    expect(error?.context['said']).toBe('Long sentence \\u{1b}[31m that goes on here.')
  })

  it('names the call without the value that was to be set', () => {
    expect(ended('')?.message).toBe('racadm set BIOS.ProcSettings.LogicalProc ended with 1 and said nothing')
  })
})
