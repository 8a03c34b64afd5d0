import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type HostFixture, startHost } from './host-fixture.ts'

let host: HostFixture
const tool = async (command: string): Promise<{ stdout: string; stderr: string; code: number | null }> => {
  const { stdout, stderr, code } = await host.run(`cd tools && sudo -n ./${command}`)
  return { stdout, stderr, code }
}
afterEach(() => host[Symbol.asyncDispose]())

describe('a tool that a site supplies', () => {
  beforeEach(async () => {
    host = await startHost()
  })

  test('runs where its architecture is the host’s, and nowhere else', async () => {
    await host.upload('ilorest')
    expect(await host.run('tools/ilorest --version')).toMatchObject({
      stdout: 'RESTful Interface Tool 7.2.0.0\n',
      code: 0,
    })
    await host.upload('ilorest', 'x86_64')
    expect(await host.run('tools/ilorest --version')).toMatchObject({
      stderr: 'bash: line 1: tools/ilorest: cannot execute binary file: Exec format error\n',
      code: 126,
    })
    expect(await host.run('sh -c tools/ilorest')).toMatchObject({
      stderr: 'sh: 1: tools/ilorest: Exec format error\n',
      code: 126,
    })
  })

  test('does not run without its execute bit, or with a byte changed', async () => {
    await host.upload('ipmitool')
    expect(await host.run('chmod -x tools/ipmitool; tools/ipmitool -V')).toMatchObject({
      stderr: 'bash: line 1: tools/ipmitool: Permission denied\n',
      code: 126,
    })
    expect(await host.run('chmod +x tools/ipmitool; tools/ipmitool -V')).toMatchObject({
      stdout: 'ipmitool version 1.8.19\n',
      code: 0,
    })
    expect(await host.run('head -c 50000 tools/ipmitool > cut; chmod +x cut; ./cut -V; echo $?')).toMatchObject({
      stdout: '139\n',
    })
  })

  test('is installed by dpkg where it is a package of that architecture', async () => {
    const { makePackage } = await import('../../../src/doors/ssh/tools/package.ts')
    const { makeImage } = await import('../../../src/doors/ssh/tools/image.ts')
    const build = (architecture: 'arm64' | 'amd64') =>
      makePackage({
        name: 'ipmitool',
        version: '1.8.19-4',
        architecture,
        files: [{ path: '/usr/bin/ipmitool', content: makeImage('ipmitool', '1.8.19', 'aarch64') }],
      })
    expect(await host.run('cat > p.deb; sudo -n dpkg -i p.deb', { stdin: build('amd64') })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('package architecture (amd64) does not match system (arm64)') as string,
    })
    expect(await host.run('cat > p.deb; dpkg -i p.deb', { stdin: build('arm64') })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('superuser') as string,
    })
    expect(
      await host.run('cat > p.deb; sudo -n dpkg -i p.deb && ipmitool -V; rm p.deb', { stdin: build('arm64') }),
    ).toMatchObject({ code: 0, stdout: expect.stringContaining('ipmitool version 1.8.19') as string })
    expect(host.log.of('dpkg').map(({ outcome, effect }) => [outcome, effect])).toEqual([
      [1, 'none'],
      [2, 'none'],
      [0, 'now'],
    ])
  })
})

describe('iLOrest 7.2', () => {
  beforeEach(async () => {
    host = await startHost()
    await host.upload('ilorest')
  })
  const banner = `iLORest : RESTful Interface Tool version 7.2.0.0\nCopyright (c) 2014-2025 Hewlett Packard Enterprise Development LP\n${'-'.repeat(80)}\n`

  test('needs root, its library and the CHIF driver to log in', async () => {
    expect(await host.run('tools/ilorest login')).toMatchObject({
      stdout: banner,
      stderr: expect.stringContaining('run as administrator') as string,
      code: 5,
    })
    expect(await tool('ilorest --nologo login')).toEqual({ stdout: 'Discovering data...Done\n', stderr: '', code: 0 })
    await host.run('cd tools; mv ilorest_chif.so away; sudo ./ilorest logout')
    expect(await tool('ilorest --nologo login')).toMatchObject({
      stdout: 'iLOrest Chif library not found, please check that the chif ilorest_chif.dll/.so is present.\n',
      code: 35,
    })
    await host.run('cd tools; mv away ilorest_chif.so; sudo modprobe -r hpilo')
    expect(await tool('ilorest --nologo login')).toEqual({ stdout: '', stderr: '', code: 34 })
  })

  test('a session is shared by separate calls, until logout', async () => {
    await tool('ilorest login')
    expect(host.door.leftovers()).toContainEqual(expect.stringContaining('ilorest is still logged in'))
    expect(await tool('ilorest --nologo select Bios.')).toEqual({ stdout: '', stderr: '', code: 0 })
    expect(await tool('ilorest --nologo select')).toEqual({
      stdout: 'Current selection: Bios.v1_0_4\n',
      stderr: '',
      code: 0,
    })
    expect(await tool('ilorest --nologo logout')).toEqual({ stdout: 'Logging session out.\n', stderr: '', code: 0 })
    expect(await tool('ilorest --nologo logout')).toMatchObject({ code: 0 })
    expect(host.door.leftovers().join()).not.toContain('logged in')
  })

  test('get, set, status and commit stage a change for the next POST', async () => {
    await tool('ilorest login --selector Bios.')
    expect(await tool('ilorest --nologo get autopoweron')).toEqual({
      stdout: 'AutoPowerOn=RestoreLastState\n\n',
      stderr: '',
      code: 0,
    })
    expect((await tool('ilorest get AutoPowerOn -j')).stdout).toBe('{\n  "AutoPowerOn": "RestoreLastState"\n}\n')
    expect(await tool('ilorest --nologo set AutoPowerOn=AlwaysPowerOff')).toEqual({
      stdout: 'Added the following patch:\n{\n  "Attributes/AutoPowerOn": "AlwaysPowerOff"\n}\n',
      stderr: '',
      code: 0,
    })
    expect((await tool('ilorest --nologo status')).stdout).toBe(
      'Current changes found:\nBios.v1_0_4(/redfish/v1/systems/1/bios/settings/) (Currently selected)\n\tAttributes/AutoPowerOn=AlwaysPowerOff\n',
    )
    expect(host.machine.bios.pending.size).toBe(0)
    expect(await tool('ilorest --nologo commit')).toEqual({
      stdout:
        'Committing changes...\n[200] One or more properties were changed and will not take effect until system is reset.\n',
      stderr: '',
      code: 0,
    })
    expect(host.machine.bios.pending.get('AutoPowerOn')).toBe('AlwaysPowerOff')
    expect(host.machine.bios.current.get('AutoPowerOn')).toBe('RestoreLastState')
    expect(await tool('ilorest --nologo commit')).toEqual({
      stdout: 'Committing changes...\n',
      stderr: 'Error: No changes found or made during commit operation.\n',
      code: 8,
    })
    expect((await tool('ilorest --nologo status')).stdout).toBe('No changes found\n')
    expect(host.log.of('ilorest commit')).toMatchObject([
      { outcome: 0, effect: 'now' },
      { outcome: 8, effect: 'none' },
    ])
  })

  test('what POST would refuse is accepted when it is set; the same value and unknown names are not', async () => {
    await tool('ilorest login --selector Bios.')
    expect((await tool('ilorest set AutoPowerOn=Nonsense --commit')).code).toBe(0)
    expect(host.machine.bios.pending.get('AutoPowerOn')).toBe('Nonsense')
    expect(await tool('ilorest --nologo set ProcHyperthreading=Enabled')).toEqual({ stdout: '', stderr: '', code: 40 })
    expect((await tool('ilorest set AutoPowerOn=Nonsense')).code).toBe(40)
    expect((await tool('ilorest set AutoPowerOn')).code).toBe(3)
  })

  test('ends with the real tool’s return codes', async () => {
    expect(await tool('ilorest --nologo bogus')).toMatchObject({
      stderr: "Command 'bogus' not found. Use the help command to see a list of available commands\n",
      code: 13,
    })
    expect(await tool('ilorest --nologo get --badopt')).toMatchObject({
      stderr: expect.stringContaining('get: error: The option --badopt is not available for get\n') as string,
      code: 3,
    })
    expect((await tool('ilorest --nologo commit')).code).toBe(44)
    await tool('ilorest login')
    expect(await tool('ilorest --nologo get')).toEqual({ stdout: '', stderr: '', code: 0 })
    await tool('ilorest select Bios.')
    expect(await tool('ilorest --nologo get NoSuch')).toMatchObject({
      stderr: '\nError: No get contents found for selected type.\n',
      code: 6,
    })
    expect((await tool('ilorest rawget /redfish/v1/nowhere --silent')).code).toBe(6)
    expect(await tool('ilorest --nologo serverstate')).toMatchObject({
      stdout: 'The server is currently in state: FinishedPost\n',
      code: 0,
    })
  })

  test('rawget prints what the BMC serves', async () => {
    const bios = JSON.parse((await tool('ilorest --nologo rawget /redfish/v1/systems/1/bios/ --silent')).stdout) as {
      Attributes: Record<string, unknown>
      AttributeRegistry: string
    }
    expect(bios.Attributes['AutoPowerOn']).toBe('RestoreLastState')
    expect((await tool('ilorest --nologo rawget /redfish/v1/systems/1/bios/settings/ --silent')).stdout).toMatch(
      /^\{\n {2}"@odata/,
    )
    const registry = JSON.parse(
      (await tool(`ilorest --nologo rawget /redfish/v1/Registries/${bios.AttributeRegistry}/ --silent`)).stdout,
    ) as { Location: { Uri: string }[] }
    expect((await tool(`ilorest --nologo rawget ${registry.Location[0]?.Uri} --silent`)).stdout).toContain(
      '"AttributeName": "AutoPowerOn"',
    )
  })

  test('save writes a file that load takes back', async () => {
    await tool('ilorest login')
    expect((await tool('ilorest --nologo save --selector Bios. -f bios.json')).stdout).toBe(
      'Saving configuration...\nConfiguration saved to: bios.json\n',
    )
    expect((await tool('ilorest --nologo load -f bios.json')).stdout).toBe(
      'Loading configuration...\nNo differences found from current configuration.\n',
    )
    await host.run(`cd tools; sudo sed -i 's/"RestoreLastState"/"AlwaysPowerOff"/' bios.json`)
    expect((await tool('ilorest --nologo load -f bios.json')).stdout).toContain(
      'Reboot is required for settings to take effect.',
    )
    expect(host.machine.bios.pending.get('AutoPowerOn')).toBe('AlwaysPowerOff')
    expect((await tool('ilorest --nologo load -f nope.json')).code).toBe(7)
    expect((await tool('ilorest --nologo load -f ilorest_chif.so')).code).toBe(4)
  })

  test('commit can be acknowledged without effect, be late, or lack a licence', async () => {
    await tool('ilorest login --selector Bios.')
    for (const mode of ['licence-missing', 'ack-no-effect', 'effect-late'] as const) {
      await tool(`ilorest set AutoPowerOn=${mode === 'effect-late' ? 'AlwaysPowerOn' : 'AlwaysPowerOff'}`)
      host.faults.once({ call: 'ilorest commit', mode, delayMs: 60_000 })
      expect((await tool('ilorest --nologo commit')).code).toBe(mode === 'licence-missing' ? 59 : 0)
      expect(host.machine.bios.pending.size).toBe(0)
    }
    await host.run('sleep 61')
    expect(host.machine.bios.pending.get('AutoPowerOn')).toBe('AlwaysPowerOn')
    host.faults.once({ call: 'ilorest login', mode: 'auth-failure' })
    expect((await tool('ilorest login')).code).toBe(75)
  })
})

describe('iLOrest 3.6', () => {
  beforeEach(async () => {
    host = await startHost()
    await host.upload('ilorest36')
  })

  test('has its own banner, and its texts on stderr', async () => {
    expect((await tool('ilorest login')).stdout).toMatch(
      /^iLOrest : RESTful Interface Tool version 3\.6\.0\.0\nCopyright \(c\) 2014-2022 [^]*Discovering data\.+Done\n$/,
    )
    expect(await tool('ilorest --nologo get')).toMatchObject({
      stderr: expect.stringContaining('No type currently selected') as string,
      code: 24,
    })
    await tool('ilorest select Bios.')
    expect(await tool('ilorest --nologo set Nope=1')).toMatchObject({
      stderr: expect.stringMatching(/^ERROR\t: Nothing changed for attribute 'attributes\/nope'\.\n/) as string,
      code: 40,
    })
    await tool('ilorest set AutoPowerOn=AlwaysPowerOff')
    expect(await tool('ilorest --nologo commit')).toEqual({
      stdout: 'Committing changes...\n',
      stderr: 'One or more properties were changed and will not take effect until system is reset.\n',
      code: 0,
    })
  })
})

describe('a BMC that shuts its host out', () => {
  beforeEach(async () => {
    host = await startHost()
  })

  test('by host authentication lets ilorest in with credentials only: 75', async () => {
    await host.upload('ilorest')
    host.machine.bmc.settings.requireHostAuthentication = true
    expect(await tool('ilorest login')).toMatchObject({ code: 75 })
    host.machine.bmc.settings.requireHostAuthentication = false
    expect(await tool('ilorest login')).toMatchObject({ code: 0 })
  })

  test('by KCS control refuses ipmitool what its privilege does not cover', async () => {
    await host.upload('ipmitool')
    await host.run('sudo -n modprobe ipmi_devintf; sudo -n modprobe ipmi_ssif')
    host.machine.bmc.settings.kcsPrivilege = 'Operator'
    expect(await tool('ipmitool lan print 2')).toMatchObject({ code: 0 })
    expect(await tool('ipmitool lan set 2 ipsrc static')).toEqual({
      stdout: '',
      stderr: 'Set LAN Parameter failed: Insufficient privilege level\n',
      code: 1,
    })
    host.machine.bmc.settings.kcsPrivilege = 'User'
    expect((await tool('ipmitool lan print 2')).stderr).toContain('Insufficient privilege level')
    expect(await tool('ipmitool mc info')).toMatchObject({ code: 0 })
  })
})

describe('ipmitool 1.8.19', () => {
  beforeEach(async () => {
    host = await startHost()
    await host.upload('ipmitool')
  })
  const noDevice = 'Could not open device at /dev/ipmi0 or /dev/ipmi/0 or /dev/ipmidev/0: '

  test('opens the device before it looks at the verb', async () => {
    for (const verb of ['mc info', 'lan print 2', 'bogus', ''])
      expect(await tool(`ipmitool ${verb}`)).toEqual({
        stdout: '',
        stderr: `${noDevice}No such file or directory\n`,
        code: 1,
      })
    await host.run('sudo modprobe ipmi_si && sudo modprobe ipmi_devintf')
    expect(await host.run('tools/ipmitool mc info')).toMatchObject({
      stderr: `${noDevice}Permission denied\n`,
      code: 1,
    })
    expect((await tool('ipmitool bogus')).code).toBe(1)
  })

  test('lan set moves the BMC at once, and lan print tells', async () => {
    await host.run('sudo modprobe ipmi_si && sudo modprobe ipmi_devintf')
    expect(await tool('ipmitool lan print 1')).toEqual({
      stdout: '',
      stderr: 'Channel 1 is not a LAN channel\n',
      code: 1,
    })
    const before = await tool('ipmitool -I open lan print 2')
    expect(before.stdout).toContain(`IP Address              : ${host.machine.bmc.network.address}\n`)
    expect(await tool('ipmitool lan set 2 ipsrc static')).toMatchObject({ code: 0 })
    expect(await tool('ipmitool lan set 2 ipaddr 192.168.1.100')).toEqual({
      stdout: 'Setting LAN IP Address to 192.168.1.100\n',
      stderr: '',
      code: 0,
    })
    expect(await tool('ipmitool lan set 2 netmask 255.255.255.0')).toMatchObject({
      stdout: 'Setting LAN Subnet Mask to 255.255.255.0\n',
    })
    expect(await tool('ipmitool lan set 2 defgw ipaddr 192.168.1.1')).toMatchObject({
      stdout: 'Setting LAN Default Gateway IP to 192.168.1.1\n',
    })
    expect(await tool('ipmitool lan set 2 access on')).toMatchObject({
      stdout: 'Set Channel Access for channel 2 was successful.\n',
    })
    expect(await tool('ipmitool lan set 2 arp respond on')).toMatchObject({
      stdout: 'Enabling BMC-generated ARP responses\n',
    })
    expect(host.machine.bmc.network).toMatchObject({
      source: 'Static',
      address: '192.168.1.100',
      netmask: '255.255.255.0',
      gateway: '192.168.1.1',
    })
    expect(host.world.ownerOf('192.168.1.100')).toMatchObject({ role: 'bmc' })
    expect((await tool('ipmitool lan set 2 ipaddr 300.1.1.1')).code).toBe(1)
    expect((await tool('ipmitool lan set 1 ipaddr 192.168.1.101')).code).toBe(1)
    expect(host.machine.bmc.network.address).toBe('192.168.1.100')
  })

  test('the rest of what is asked of it', async () => {
    await host.run('sudo modprobe ipmi_si && sudo modprobe ipmi_devintf')
    expect((await tool('ipmitool chassis power status')).stdout).toBe('Chassis Power is on\n')
    expect((await tool('ipmitool mc guid')).stdout).toContain(host.machine.bmc.uuid)
    expect((await tool('ipmitool mc info')).stdout).toMatch(/^Device ID {17}: [^]*Firmware Revision {9}: 1\.\d\d\n/)
    expect((await tool('ipmitool user list 2')).stdout).toContain('2   maas ')
    expect(await tool('ipmitool -I lanplus -H 10.0.0.1 mc info')).toMatchObject({
      stderr: 'Error: Unable to establish IPMI v2 / RMCP+ session\n',
      code: 1,
    })
    expect(await tool('ipmitool -I bogus mc info')).toMatchObject({
      stderr: 'Error loading interface bogus\n',
      code: 1,
    })
  })
})

describe('dmidecode 3.4 and the kernel’s own view', () => {
  beforeEach(async () => {
    host = await startHost()
  })

  test('tell who the machine is, to root only', async () => {
    const { serial, uuid, model } = host.machine
    expect(
      (
        await host.run(
          'sudo -n dmidecode -s system-serial-number; sudo -n dmidecode -s system-uuid; sudo -n dmidecode -s baseboard-product-name; sudo -n dmidecode -s system-version',
        )
      ).stdout,
    ).toBe(`${serial}\n${uuid}\n${model.board}\nNot Specified\n`)
    expect(await host.run('dmidecode -s system-uuid')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('/dev/mem: Permission denied') as string,
    })
    expect(
      (await host.run('cat /sys/class/dmi/id/product_name; sudo -n cat /sys/class/dmi/id/product_uuid')).stdout,
    ).toBe(`${model.product}\n${uuid}\n`)
    expect((await host.run('cat /sys/class/dmi/id/product_uuid')).code).toBe(1)
  })

  test('wrong keywords and types end with 2, a type without structure with 0', async () => {
    expect(await host.run('sudo -n dmidecode -s nope')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^Invalid string keyword: nope\n/) as string,
    })
    expect(await host.run('sudo -n dmidecode -t nope')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^Invalid type keyword: nope\n/) as string,
    })
    expect(await host.run('sudo -n dmidecode -t 42')).toMatchObject({
      code: 0,
      stdout: '# dmidecode 3.4\nGetting SMBIOS data from sysfs.\nSMBIOS 3.3.0 present.\n\n',
    })
  })

  test('a machine that answers as another one would', async () => {
    host.machine.quirks.wrongIdentity = { serial: 'OTHER', uuid: '00000000-0000-0000-0000-00000000beef' }
    expect((await host.run('sudo -n dmidecode -s system-serial-number')).stdout).toBe('OTHER\n')
  })
})
