import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type HostFixture, startHost } from './host-fixture.ts'

const NO_RAC = { stdout: '', stderr: 'ERROR: Unable to perform requested operation\n', code: 1 }

let host: HostFixture
const racadm = async (command: string): Promise<{ stdout: string; stderr: string; code: number | null }> => {
  const { stdout, stderr, code } = await host.run(`cd tools && sudo -n ./idracadm7 ${command}`)
  return { stdout, stderr, code }
}
const start = async (model: string): Promise<void> => {
  host = await startHost({ model })
  await host.upload('racadm', 'x86_64')
  await host.run('sudo -n modprobe ipmi_si && sudo -n modprobe ipmi_devintf')
}
/** Lab time until the server is up again. */
const reboot = async (): Promise<void> => {
  host.machine.reboot()
  await host.boot()
}
afterEach(() => host[Symbol.asyncDispose]())

describe('where racadm has no iDRAC to talk to', () => {
  test('it says its version, and nothing else', async () => {
    await start('hpe-dl360-gen11')
    expect((await racadm('version')).stdout).toContain('RACADM version 11.1.0.0\n')
    for (const command of ['getsysinfo', 'get BIOS', 'jobqueue view']) expect(await racadm(command)).toEqual(NO_RAC)
  })

  test('it needs root, the IPMI device, and an iDRAC that is there', async () => {
    await start('dell-r650')
    expect(await host.run('tools/idracadm7 getsvctag')).toMatchObject(NO_RAC)
    expect((await racadm('getsvctag')).stdout).toBe('LAB0001\n')
    await racadm('racreset')
    expect(await racadm('getsvctag')).toEqual(NO_RAC)
    // While it starts, it knows nothing of the server.
    expect((await racadm('getsysinfo')).stdout).toContain('Service Tag             = \n')
    await host.clock.sleep(host.machine.durations.bmcReset)
    expect((await racadm('getsysinfo')).stdout).toContain('Service Tag             = LAB0001\n')
    await host.run('sudo -n modprobe -r ipmi_si')
    expect(await racadm('getsvctag')).toEqual(NO_RAC)
  })

  test('it finds no way from the host into the network of the BMCs', async () => {
    await start('dell-r650')
    expect(await racadm('-r 192.168.2.10 -u root -p calvin getsysinfo')).toEqual({
      stdout: '',
      stderr: 'ERROR: Unable to connect to RAC at specified IP address.\n',
      code: 1,
    })
    expect(JSON.stringify(host.log.of('racadm getsysinfo'))).not.toContain('calvin')
  })
})

describe('racadm as a package', () => {
  test('is installed below /opt, runs there, and leaves nothing when it is removed', async () => {
    host = await startHost({ model: 'dell-r6515' })
    await host.upload('racadmPackage')
    const [tool] = host.door.tools()['racadmPackage'] ?? []
    for (const argv of tool?.install ?? []) await host.run(`cd tools && sudo -n ${argv.join(' ')}`)
    expect((await host.run(`sudo -n ${tool?.command} getsvctag`)).stdout).toBe('LAB0001\n')
    await host.run('sudo -n dpkg -r srvadmin-idracadm7; rm -r tools')
    expect((await host.run('ls -A /opt')).stdout).toBe('')
  })
})

describe('objects', () => {
  beforeEach(() => start('dell-r650'))

  test('are listed by group, read-only and locked ones with #, in lines as the real tool fills them up', async () => {
    const groups = (await racadm('get BIOS')).stdout.trim().split('\n')
    expect(groups).toEqual(groups.toSorted())
    expect(groups).toContain('BIOS.ProcSettings')
    const { stdout } = await racadm('get BIOS.sysProfileSettings')
    expect(stdout.split('\n')[0]).toBe('[Key=BIOS.Setup.1-1#sysProfileSettings]'.padEnd(77))
    expect(stdout).toContain('\n#ProcTurboMode=Enabled\n')
    expect(stdout).toContain('\nSysProfile=PerfPerWattOptimizedDapc\n')
    expect((await racadm('get BIOS.SysInformation')).stdout).toContain('#SystemServiceTag=LAB0001\n')
    expect((await racadm('get BIOS.BiosBootSettings')).stdout).toContain('\nSetBootOrderDis=\n')
    expect((await racadm('get BIOS.SysSecurity')).stdout).toContain('!!NewSetupPassword=******** (Write-Only)')
    expect((await racadm('get BIOS.ProcSettings.logicalproc')).stdout).toContain('\nLogicalProc=Enabled\n')
    expect(await racadm('get BIOS.ProcSettings.Nope')).toMatchObject({ stdout: '', code: 1 })
    expect((await racadm('help jobqueue')).stdout).toContain('racadm jobqueue')
    expect((await racadm('help BIOS.SysProfileSettings.ProcTurboMode')).stdout).toContain(
      'Usage                     -- Enabled - Enabled;Disabled - Disabled;\n',
    )
  })

  test('take a value in its own letter case only, and none where another one locks it', async () => {
    expect(await racadm('set BIOS.BiosBootSettings.BootMode UEFI')).toEqual({
      stdout: '',
      stderr: 'ERROR: RAC947: Invalid object value specified.\n',
      code: 1,
    })
    expect((await racadm('set BIOS.ProcSettings.LogicalProc Disabled')).stdout).toContain('RAC1017: ')
    expect((await racadm('get BIOS.ProcSettings.LogicalProc')).stdout).toContain(
      '\nLogicalProc=Enabled (Pending Value=Disabled)\n',
    )
    expect((await racadm('set BIOS.SysInformation.SystemServiceTag X')).code).toBe(1)
    expect((await racadm('set BIOS.SysProfileSettings.ProcTurboMode Disabled')).code).toBe(1)
    expect((await racadm('set BIOS.SysProfileSettings.SysProfile Custom')).code).toBe(0)
    expect((await racadm('set BIOS.SysProfileSettings.ProcTurboMode Disabled')).code).toBe(0)
    expect((await racadm('set BIOS.PxeDev1Settings.PxeDev1VlanEnDis Enabled')).code).toBe(0)
    for (const [value, code] of [
      ['5000', 1],
      ['ten', 1],
      ['10', 0],
    ] as const)
      expect((await racadm(`set BIOS.PxeDev1Settings.PxeDev1VlanId ${value}`)).code).toBe(code)
    // What is in force already takes the change back.
    await racadm('set BIOS.ProcSettings.LogicalProc Enabled')
    expect([...host.machine.bios.pending.keys()]).toEqual([
      'SysProfile',
      'ProcTurboMode',
      'PxeDev1VlanEnDis',
      'PxeDev1VlanId',
    ])
  })

  test('of the iDRAC itself are in force at once', async () => {
    expect((await racadm('set iDRAC.IPMILan.Enable Disabled')).stdout).toContain('Object value modified successfully')
    expect((await racadm('get iDRAC.IPMILan.Enable')).stdout).toBe(
      `${'[Key=iDRAC.Embedded.1#IPMILan.1]'.padEnd(77)}\nEnable=Disabled\n`,
    )
    expect(host.machine.bmc.settings.ipmiOverLan).toBe(false)
    expect((await racadm('set iDRAC.IPMILan.Enable off')).stderr).toContain('RAC947')
    expect((await racadm('set iDRAC.Users.2.Password Top-Secret-9')).code).toBe(0)
    expect(host.machine.bmc.users[0]?.password).toBe('Top-Secret-9')
    expect(JSON.stringify(host.log.of('racadm set'))).not.toContain('Top-Secret-9')
    expect((await racadm('get iDRAC.Users.2')).stdout).toContain('UserName=root\n!!Password=******** (Write-Only)\n')
  })

  test('a wrong verb or option is refused as what it is', async () => {
    expect(await racadm('getbioscfg')).toMatchObject({ code: 1, stderr: expect.stringContaining('ERROR: ') as string })
    expect(await racadm('jobqueue list')).toMatchObject({ code: 1 })
    expect(await racadm('jobqueue view --json')).toMatchObject({ code: 1 })
    expect(await racadm('set BIOS.ProcSettings.LogicalProc')).toMatchObject({ code: 1 })
    expect(await racadm('set BIOS.ProcSettings.LogicalProc Disabled Enabled')).toMatchObject({ code: 1 })
    expect(host.machine.bios.pending.size).toBe(0)
  })
})

describe('the job queue', () => {
  beforeEach(() => start('dell-r650'))
  const order = async (): Promise<string> => {
    await racadm('set BIOS.ProcSettings.LogicalProc Disabled')
    const { stdout } = await racadm('jobqueue create BIOS.Setup.1-1 -r none -s TIME_NOW')
    return /Commit JID = (JID_\d{12})\n/.exec(stdout)?.[1] ?? stdout
  }

  test('takes one job for what is staged, refuses all else until it is over, and tells how it ended', async () => {
    expect(await racadm('jobqueue create BIOS.Setup.1-1')).toEqual({
      stdout: '',
      stderr: 'ERROR: No pending data present to create a Configuration job.\n',
      code: 1,
    })
    const id = await order()
    const shown = (await racadm(`jobqueue view -i ${id}`)).stdout.split('\n')
    expect(shown).toEqual([
      '---------------------------- JOB -------------------------'.padEnd(77),
      `[Job ID=${id}]`,
      'Job Name=Configure: BIOS.Setup.1-1',
      'Status=Scheduled',
      'Scheduled Start Time=[Now]',
      'Expiration Time=[Not Applicable]',
      'Actual Start Time=[Not Applicable]',
      'Actual Completion Time=[Not Applicable]',
      'Message=[JCP001: Task successfully scheduled.]',
      'Percent Complete=[0]',
      '-'.repeat(58),
      '',
    ])
    for (const command of ['set BIOS.ProcSettings.ProcX2Apic Disabled', 'jobqueue create BIOS.Setup.1-1'])
      expect((await racadm(command)).stderr).toContain('are already committed')
    await reboot()
    await host.upload('racadm')
    expect((await host.run('sudo -n tools/idracadm7 jobqueue view')).code).toBe(1)
    await host.run('sudo -n modprobe ipmi_si && sudo -n modprobe ipmi_devintf')
    const { stdout } = await racadm('jobqueue view')
    expect(stdout).toContain('Status=Completed\n')
    expect(stdout).toMatch(/Actual Completion Time=\[\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d\]\n/)
    expect(stdout).toContain('Message=[PR19: Job completed successfully.]\nPercent Complete=[100]\n')
    expect((await racadm('get BIOS.ProcSettings.LogicalProc')).stdout).toContain('\nLogicalProc=Disabled\n')
    expect((await racadm('set BIOS.ProcSettings.ProcX2Apic Disabled')).code).toBe(0)
  })

  test('drops with a job what it was to apply', async () => {
    const id = await order()
    expect((await racadm(`jobqueue delete -i ${id}`)).stdout).toContain(`RAC1032: ${id} job(s) was cancelled`)
    expect([host.machine.bios.pending.size, host.machine.jobs?.all.length]).toEqual([0, 0])
    await order()
    expect((await racadm('jobqueue delete --all')).code).toBe(0)
    expect(host.machine.jobs?.all).toEqual([])
    await order()
    expect((await racadm('jobqueue delete -i JID_CLEARALL_FORCE')).code).toBe(0)
    expect(host.machine.bmc.reachable).toBe(false)
  })

  test('reboots the server where it is asked to, by a job of its own', async () => {
    await racadm('set BIOS.ProcSettings.LogicalProc Disabled')
    const { stdout } = await racadm('jobqueue create BIOS.Setup.1-1 -r pwrcycle')
    expect(stdout).toMatch(/Commit JID = JID_\d{12}\nReboot JID = RID_\d{12}\n$/)
    await host.clock.sleep(10_000)
    await host.boot()
    expect(host.machine.bios.current.get('LogicalProc')).toBe('Disabled')
    expect(host.machine.jobs?.all.map(({ status }) => status)).toEqual(['Completed', 'Reboot Completed'])
  })

  test('is believed neither when a call was only acknowledged nor when its answer was lost', async () => {
    await racadm('set BIOS.ProcSettings.LogicalProc Disabled')
    host.faults.once({ call: 'racadm jobqueue create', mode: 'ack-no-effect' })
    expect((await racadm('jobqueue create BIOS.Setup.1-1')).stdout).toContain('RAC1024')
    expect(host.machine.jobs?.all).toEqual([])
    host.faults.once({ call: 'racadm jobqueue create', mode: 'effect-late', delayMs: 30_000 })
    await racadm('jobqueue create BIOS.Setup.1-1')
    expect(host.machine.jobs?.all).toEqual([])
    await host.clock.sleep(30_000)
    expect(host.machine.jobs?.underWay?.status).toBe('Scheduled')
  })

  test('can be refused for now, for a licence, and for an interface that is switched off', async () => {
    for (const [mode, text] of [
      ['wrong-status', 'Unable to perform requested operation'],
      ['licence-missing', 'LIC501'],
      ['auth-failure', 'Local RACADM is disabled'],
    ] as const) {
      host.faults.once({ call: 'racadm set', mode })
      expect(await racadm('set BIOS.ProcSettings.LogicalProc Disabled')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining(text) as string,
      })
    }
    expect(host.machine.bios.pending.size).toBe(0)
  })
})

describe('the job queue of older firmware', () => {
  test('is listed without actual times', async () => {
    await start('dell-r640')
    await racadm('set BIOS.ProcSettings.LogicalProc Disabled')
    await racadm('jobqueue create BIOS.Setup.1-1')
    const { stdout } = await racadm('jobqueue view')
    expect(stdout).toContain('\nStart Time=[Now]\nExpiration Time=[Not Applicable]\nMessage=')
    expect(stdout).not.toContain('Actual')
  })
})

describe('a server configuration profile', () => {
  beforeEach(() => start('dell-r650'))
  const write = (name: string, text: string) => host.run(`cat > tools/${name}`, { stdin: text })
  const profile = (lines: string) =>
    `<SystemConfiguration Model="PowerEdge R650" ServiceTag="LAB0001">\n<Component FQDD="BIOS.Setup.1-1">\n${lines}\n</Component>\n</SystemConfiguration>`
  const last = () => host.machine.jobs?.all.at(-1)

  test('is exported with what can’t be written commented out, and passwords as stars', async () => {
    expect((await racadm('get -t xml -f all.xml')).stdout).toContain('RAC976: ')
    const xml = (await host.run('sudo -n cat tools/all.xml')).stdout
    expect(xml.startsWith('<SystemConfiguration Model="PowerEdge R650" ServiceTag="LAB0001" TimeStamp="')).toBe(true)
    expect(xml.endsWith('</SystemConfiguration>')).toBe(true)
    expect(xml).toContain('\n    <Attribute Name="LogicalProc">Enabled</Attribute>\n')
    expect(xml).toContain('\n    <!-- <Attribute Name="ProcTurboMode">Enabled</Attribute> -->\n')
    expect(xml).toContain('<!-- <Attribute Name="NewSetupPassword">******</Attribute> -->')
    expect(xml).toContain('\n <Attribute Name="Users.2#UserName">root</Attribute>\n')
    expect(xml).not.toContain('SystemServiceTag')
    await racadm('get -t json -f bios.json -c BIOS.Setup.1-1')
    const { SystemConfiguration: json } = JSON.parse((await host.run('sudo -n cat tools/bios.json')).stdout)
    expect(json.Components.map(({ FQDD }: { FQDD: string }) => FQDD)).toEqual(['BIOS.Setup.1-1'])
    expect(json.Components[0].Attributes).toContainEqual({
      Name: 'ProcTurboMode',
      Value: 'Enabled',
      'Set On Import': 'False',
      Comment: 'Read and Write',
    })
    expect(last()).toMatchObject({ type: 'ExportConfiguration', status: 'Completed' })
  })

  test('is imported by a job that waits for the next POST, with what is commented out left alone', async () => {
    const lines = `<Attribute Name="LogicalProc">Disabled</Attribute><!-- <Attribute Name="SriovGlobalEnable">Enabled</Attribute> -->`
    await write('change.xml', profile(lines))
    const { stdout } = await racadm('set -t xml -f change.xml -b NoReboot -c BIOS.Setup.1-1')
    expect(stdout).toContain('RAC977: Import configuration XML file operation initiated.\n')
    expect(last()?.status).toBe('Running')
    await host.clock.sleep(10_000)
    expect(last()?.status).toBe('Scheduled')
    expect([...host.machine.bios.pending]).toEqual([['LogicalProc', 'Disabled']])
    expect((await racadm('set -t xml -f change.xml -b NoReboot')).stderr).toContain('LC068')
    await reboot()
    await host.clock.sleep(host.machine.durations.jobSettle)
    expect(last()).toMatchObject({ status: 'Completed', message: { id: 'SYS053' } })
    expect(host.machine.bios.current.get('LogicalProc')).toBe('Disabled')
  })

  test('that the server exported itself is taken back, and changes nothing', async () => {
    for (const type of ['xml', 'json']) {
      await racadm(`get -t ${type} -f all.${type}`)
      await racadm(`set -t ${type} -f all.${type} -b NoReboot`)
      await host.clock.sleep(10_000)
      expect(last()).toMatchObject({ status: 'Completed', message: { id: 'SYS069' } })
    }
    expect(host.machine.bmc.users.map(({ name }) => name)).toEqual(['root', 'maas'])
  })

  test('that changes nothing is over at once', async () => {
    await write('same.xml', profile('<Attribute Name="LogicalProc">Enabled</Attribute>'))
    await racadm('set -t xml -f same.xml -b NoReboot')
    await host.clock.sleep(10_000)
    expect(last()).toMatchObject({ status: 'Completed', message: { id: 'SYS069' } })
  })

  test.each([
    [
      'Supermicro’s file',
      'xml',
      '<?xml version="1.0" encoding="ISO-8859-1"?>\n<BiosCfg>\n  <Menu name="Main"></Menu>\n</BiosCfg>\n',
    ],
    [
      'HPE’s file',
      'json',
      '[{"Comments":{}},{"#Bios.v1_0_4.Bios":{"/redfish/v1/systems/1/bios/settings/":{"Attributes":{}}}}]',
    ],
    [
      'a profile cut in the middle',
      'xml',
      '<SystemConfiguration><Component FQDD="BIOS.Setup.1-1"><Attribute Name="LogicalProc">Dis',
    ],
    ['a JSON profile called XML', 'xml', '{"SystemConfiguration":{"Components":[]}}'],
  ])('%s ends in a failed job, though the call succeeds', async (_what, type, text) => {
    await write('foreign', text)
    expect((await racadm(`set -t ${type} -f foreign -b NoReboot`)).code).toBe(0)
    expect(last()).toMatchObject({ status: 'Failed', percent: 100 })
    expect(host.machine.bios.pending.size).toBe(0)
  })

  test('of another board leaves out what this one does not have, and says so at the end', async () => {
    const lines = ['CcxAsNumaDomain', 'LogicalProc'].map((name) => `<Attribute Name="${name}">Disabled</Attribute>`)
    await write('r6515.xml', profile(lines.join('\n')))
    await racadm('set -t xml -f r6515.xml -b NoReboot')
    await host.clock.sleep(10_000)
    await reboot()
    await host.clock.sleep(host.machine.durations.jobSettle)
    expect(last()).toMatchObject({ status: 'Completed with Errors', message: { id: 'SYS055' } })
    expect(host.machine.bios.current.get('LogicalProc')).toBe('Disabled')
  })
})
