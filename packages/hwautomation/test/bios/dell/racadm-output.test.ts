import { describe, expect, it } from 'vitest'
import { jobIdIn, parseGroups, parseObjects, racadmLines } from '../../../src/bios/dell/racadm-output.ts'

const padded = (line: string) => line.padEnd(77)

describe('what racadm prints', () => {
  it('is read without padding, the certificate warning of remote calls and ParseComplete', () => {
    const output = [
      'Security Alert: Certificate is invalid - self signed certificate',
      'Continuing execution. Use -S option for racadm to stop execution on certificate-related errors.',
      'ParseComplete',
      padded('[Key=BIOS.Setup.1-1#ProcSettings]'),
      'LogicalProc=Enabled \r',
      '',
    ].join('\n')
    expect(racadmLines(output)).toEqual(['[Key=BIOS.Setup.1-1#ProcSettings]', 'LogicalProc=Enabled'])
  })
})

describe('a group of objects', () => {
  it('has values, pending values on the same line, marks of what cannot be written or read, and empty values', () => {
    const output = [
      padded('[Key=BIOS.Setup.1-1#biosBootSettings]'),
      'BootMode=Uefi (Pending Value=Bios)',
      '#HddFailover=Disabled',
      'SetBootOrderDis=',
      'SetBootOrderEn=NIC.PxeDevice.1-1,RAID.Slot.1-1',
      'AssetTag=rack 4 = row 2 (Pending Value=)',
      '!!NewSetupPassword=******** (Write-Only)',
    ].join('\n')
    expect(parseObjects(output)).toEqual([
      { name: 'BootMode', value: 'Uefi', pending: 'Bios', readOnly: false, writeOnly: false },
      { name: 'HddFailover', value: 'Disabled', readOnly: true, writeOnly: false },
      { name: 'SetBootOrderDis', value: '', readOnly: false, writeOnly: false },
      { name: 'SetBootOrderEn', value: 'NIC.PxeDevice.1-1,RAID.Slot.1-1', readOnly: false, writeOnly: false },
      { name: 'AssetTag', value: 'rack 4 = row 2', pending: '', readOnly: false, writeOnly: false },
      { name: 'NewSetupPassword', value: '******** (Write-Only)', readOnly: false, writeOnly: true },
    ])
  })

  it('comes without a key line on some machines', () => {
    expect(parseObjects('LogicalProc=Enabled\nProcVirtualization=Enabled\n')).toHaveLength(2)
  })

  it('may be empty, and is none where something else was printed', () => {
    expect(parseObjects(`${padded('[Key=BIOS.Setup.1-1#OneTimeBootSettings]')}\n`)).toEqual([])
    expect(parseObjects('Enabled\n')).toBeUndefined()
    expect(parseObjects('\u001b[2Jgarbage = more\n')).toBeUndefined()
    expect(parseObjects('')).toBeUndefined()
  })
})

describe('the groups of the BIOS', () => {
  it.each([
    ['bare', 'ProcSettings\nSysProfileSettings\n'],
    ['with their path', 'BIOS.ProcSettings\nBIOS.SysProfileSettings\n'],
    ['with the device and padding', `${padded('BIOS.Setup.1-1.ProcSettings')}\nbios.Setup.1-1#SysProfileSettings\n`],
  ])('are listed %s', (_, output) => {
    expect(parseGroups(output)).toEqual(['ProcSettings', 'SysProfileSettings'])
  })

  it('are no sentences', () => {
    expect(parseGroups('Security Alert: Certificate is invalid\nThis is no group\n[Key=x]\n')).toEqual([])
  })
})

describe('a job that was made', () => {
  it('is named in the answer', () => {
    const output = `${padded('RAC1024: Successfully scheduled a job.')}
Verify the job status using "racadm jobqueue view -i JID_xxxxx" command.
Commit JID = JID_782384188487
Reboot JID = RID_782384191517
`
    expect(jobIdIn(output)).toBe('JID_782384188487')
    expect(jobIdIn('RAC1024: Successfully scheduled a job.')).toBeUndefined()
  })
})
