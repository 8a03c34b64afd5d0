import type { Client } from 'ssh2'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type HostFixture, startHost } from './host-fixture.ts'

const HT = 'Advanced > CPU Configuration > Hyper-Threading [ALL]'
const QUIET = 'Advanced > Boot Feature > Quiet Boot'
const SOL = 'Advanced > Serial Port Console Redirection > Console Redirection#2'
const TURBO =
  'Advanced > CPU Configuration > Advanced Power Management Configuration > CPU P State Control > Turbo Mode'
const POWER = 'Advanced > CPU Configuration > Advanced Power Management Configuration > Power Technology'

let host: HostFixture
let client: Client
const boot = async (model = 'supermicro-x11dpt-b', tools = ['sum']) => {
  host = await startHost({ model })
  for (const tool of tools) await host.upload(tool)
  client = await host.connect()
}
const run = (command: string, stdin?: Buffer) =>
  host.run(command, { on: client, ...(stdin === undefined ? {} : { stdin }) })
afterEach(() => host[Symbol.asyncDispose]())

/** Runs the tool as root in its folder, without banner and progress. */
const sum = (args: string, tool = 'sum') =>
  run(`cd tools && sudo -n ./${tool} --no_banner --no_progress --journal_level 0 ${args}`)
const put = (name: string, text: string) => run(`cat > tools/${name}`, Buffer.from(text, 'latin1'))
const change = async (settings: string, more = '') => {
  await put('want.xml', `<?xml version="1.0" encoding="ISO-8859-1"?>\n<BiosCfg>${settings}</BiosCfg>\n`)
  return sum(`-c ChangeBiosCfg --file want.xml ${more}`)
}
const inMenus = (path: readonly string[], setting: string) =>
  path.reduceRight((inner, name) => `<Menu name="${name}">${inner}</Menu>`, setting)
const ht = (value: string) =>
  inMenus(
    ['Advanced', 'CPU Configuration'],
    `<Setting name="Hyper-Threading [ALL]" selectedOption="${value}" type="Option"/>`,
  )
const power = (settings: string) =>
  inMenus(['Advanced', 'CPU Configuration', 'Advanced Power Management Configuration'], settings)
const turboOff =
  '<Menu name="CPU P State Control"><Setting name="Turbo Mode" selectedOption="Disable" type="Option"/></Menu>'
const reboot = async () => {
  host.machine.reboot()
  await host.boot()
  client = await host.connect()
}

describe('sum GetCurrentBiosCfg', () => {
  beforeEach(() => boot())

  it('writes the configuration in ISO-8859-1, with orders, leading blanks, escaped quotes and CR LF in help texts', async () => {
    expect(await sum('-c GetCurrentBiosCfg --file now.xml')).toMatchObject({ code: 0 })
    const { stdout } = await run('base64 -w0 tools/now.xml')
    const bytes = Buffer.from(stdout, 'base64')
    expect(bytes.includes(Buffer.from('Intel\u00AE VT for Directed I/O (VT-d)', 'latin1'))).toBe(true)
    const text = bytes.toString('latin1')
    expect(text.startsWith('<?xml version="1.0" encoding="ISO-8859-1" standalone="yes"?>\n<BiosCfg>\n')).toBe(true)
    for (const part of [
      '<Subtitle>Supermicro X11DPT-B</Subtitle>',
      '<Menu name="Intel® VT for Directed I/O (VT-d)" order="1">',
      '<Setting name="Intel® VT for Directed I/O (VT-d)" order="2" selectedOption="Enable" type="Option">',
      '<Setting name="  Security Device Support" selectedOption="Enable" type="Option">',
      '<Setting name="Wait For &quot;F1&quot; If Error" selectedOption="Enabled" type="Option">',
      '<Setting name="Console Redirection" order="2" checkedStatus="Checked" type="CheckBox">',
      '<Option value="1">Disable</Option>\n            <Option value="0">Enable</Option>',
      'hours (1-24) required to complete\r\na full scrub',
      '<WorkIf><![CDATA[  2 == Power Technology  ]]></WorkIf>',
      '  <Menu name="Advanced">\n    <Information />\n',
      '<HasPassword>False</HasPassword>',
      '<LicenseRequirement>SFT-DCMS-SINGLE</LicenseRequirement>',
    ])
      expect(text).toContain(part)
    expect(text.match(/<Setting /g)!.length).toBe(host.machine.model.biosAttributes.length)
  })

  it('writes it to stdout after banner and dots without a file, byte for byte the same', async () => {
    const { stdout } = await run('cd tools && sudo -n ./sum -c getcurrentbioscfg | base64 -w0')
    const text = Buffer.from(stdout, 'base64').toString('latin1')
    expect(text).toMatch(
      /^Supermicro Update Manager \(for UEFI BIOS\) 2\.14\.0 \(2024\/02\/15\) \(x86_64\)\nCopyright\(C\) 2013-2024 [^\n]+\n\.+\n<\?xml/,
    )
    expect(text).toContain('Intel\u00AE VT')
  })

  it('leaves a file that is there alone unless told to overwrite it, and ends with 9', async () => {
    await put('now.xml', 'mine')
    const refused = await sum('-c GetCurrentBiosCfg --file now.xml')
    expect(refused.code).toBe(9)
    expect(refused.stdout).toContain('ExitCode                = 9\nDescription             = File already exists\n')
    expect((await run('cat tools/now.xml')).stdout).toBe('mine')
    expect((await sum('-c GetCurrentBiosCfg --file now.xml --overwrite')).code).toBe(0)
    expect((await sum('-c GetCurrentBiosCfg --file no/such/folder.xml')).code).toBe(8)
  })

  it('has 64-bit numbers digit by digit, and the conditions of an X11SC board in its own words', async () => {
    await host[Symbol.asyncDispose]()
    await boot('supermicro-x11sce-f')
    const { stdout } = await sum('-c GetCurrentBiosCfg')
    expect(stdout).toContain('name="Epoch 0" numericValue="15521488688214965697" type="Numeric"')
    expect(stdout).toContain('<![CDATA[( CPU Flex Ratio Override != 0 )]]>')
    expect(stdout).toContain('<Setting name="Hyper-Threading" selectedOption="Enabled" type="Option">')
  })
})

describe('sum ChangeBiosCfg', () => {
  beforeEach(() => boot())

  it('takes a partial file, which is in force and visible after the next boot and not before', async () => {
    const changed = await change(ht('Disable'))
    expect(changed.code).toBe(0)
    expect(changed.stdout).toContain('The BIOS configuration is updated for the managed system')
    expect(changed.stdout).not.toContain('No BIOS setting')
    expect(changed.stdout).toContain('\u001B[1m\u001B[1m\u001B[1mStatus:\u001B[0m\u001B[0m')
    expect((await sum('-c GetCurrentBiosCfg')).stdout).toContain('name="Hyper-Threading [ALL]" selectedOption="Enable"')
    await reboot()
    await host.upload('sum')
    expect(host.machine.bios.current.get(HT)).toBe('Disable')
    expect((await sum('-c GetCurrentBiosCfg')).stdout).toContain(
      'name="Hyper-Threading [ALL]" selectedOption="Disable"',
    )
  })

  it('says that it is updated also when nothing differs', async () => {
    const same = await change(ht('Enable'))
    expect(same.code).toBe(0)
    expect(same.stdout).toContain('No BIOS setting has been changed.')
    expect(same.stdout).toContain('The BIOS configuration is updated')
    expect(same.stdout).toContain('You have to reboot')
    expect(host.machine.bios.pending.size).toBe(0)
  })

  it('takes its own export back, greyed settings included', async () => {
    await sum('-c GetCurrentBiosCfg --file all.xml')
    expect((await sum('-c ChangeBiosCfg --file all.xml')).stdout).toContain('No BIOS setting has been changed.')
  })

  it('tells settings of one name apart by order, and does not know them without', async () => {
    const console = (order: string) =>
      inMenus(
        ['Advanced', 'Serial Port Console Redirection'],
        `<Setting name="Console Redirection"${order} checkedStatus="Unchecked" type="CheckBox"/>`,
      )
    expect((await change(console(''))).code).toBe(60)
    expect((await change(console(' order="2"'))).code).toBe(0)
    expect([...host.machine.bios.pending]).toEqual([[SOL, 'Unchecked']])
  })

  it('ends with 60 and stages nothing for what the board does not take', async () => {
    const boots = inMenus(
      ['Boot'],
      '<Setting name="Boot Option #40" order="1" selectedOption="Disabled" type="Option"/>',
    )
    const faults: readonly (readonly [string, string])[] = [
      ['an unknown setting', inMenus(['Advanced'], '<Setting name="Warp Drive" selectedOption="On" type="Option"/>')],
      ['an unknown value', ht('Enabled')],
      ['another form', ht('Enable').replace('type="Option"', 'type="CheckBox"')],
      [
        'a name without its blanks',
        inMenus(
          ['Advanced', 'Trusted Computing'],
          '<Setting name="Security Device Support" selectedOption="Disable" type="Option"/>',
        ),
      ],
      [
        'a number out of range',
        inMenus(['Advanced', 'CPU Configuration'], '<Setting name="Cores Enabled" numericValue="29" type="Numeric"/>'),
      ],
      ['text that is not closed', '<Menu name="Advanced">'],
    ]
    for (const [what, settings] of faults) {
      const refused = await change(settings + (what === 'text that is not closed' ? '' : ht('Disable')))
      expect([what, refused.code]).toEqual([what, 60])
      expect(refused.stdout).toContain('Description             = Invalid BIOS configuration file')
    }
    expect(host.machine.bios.pending.size).toBe(0)
    expect((await change(boots)).code).toBe(0)
    expect((await change(faults[0]![1] + ht('Disable'), '--skip_unknown')).code).toBe(0)
    expect([...host.machine.bios.pending.keys()]).toEqual([HT])
  })

  it.each([
    ['Dell', '<SystemConfiguration Model="PowerEdge R650"><Component FQDD="BIOS.Setup.1-1"/></SystemConfiguration>'],
    ['HPE', '[{"Comments":{"Manufacturer":"HPE"}},{"#Bios.v1_0_4.Bios":{}}]'],
  ])('refuses a file of %s with 60', async (_vendor, text) => {
    await put('other.xml', text)
    expect((await sum('-c ChangeBiosCfg --file other.xml')).code).toBe(60)
    expect((await sum('-c ChangeBiosCfg --file nowhere.xml')).code).toBe(8)
  })

  it('wants the condition of a setting met in the configuration that would be', async () => {
    const refused = await change(power(turboOff))
    expect(refused.code).toBe(60)
    expect(refused.stdout).toContain('Turbo Mode')
    const custom = '<Setting name="Power Technology" selectedOption="Custom" type="Option"/>'
    expect((await change(power(custom + turboOff))).code).toBe(0)
    await reboot()
    expect([POWER, TURBO].map((path) => host.machine.bios.current.get(path))).toEqual(['Custom', 'Disable'])
  })

  it('restarts the host when told to, softly', async () => {
    const changed = await change(ht('Disable'), '--reboot')
    expect(changed.code).toBe(0)
    expect(changed.stdout).toContain('The managed system localhost is rebooting.')
    expect(changed.stdout).toContain('please manually confirm the managed system is POST complete')
    await host.clock.settled()
    await host.boot()
    expect(host.machine.bios.current.get(HT)).toBe('Disable')
  })

  it('wants the BIOS password where there is one', async () => {
    host.machine.bios.current.set('Security > Administrator Password', 'letmein')
    expect((await change(ht('Disable'))).code).toBe(12)
    expect((await sum('-c GetCurrentBiosCfg --current_password wrong')).code).toBe(12)
    await put('pw', 'letmein\n')
    expect((await change(ht('Disable'), '--cur_pw_file pw')).code).toBe(0)
    expect(
      host.log.entries
        .filter(({ call }) => call.startsWith('sum '))
        .map(({ detail }) => detail)
        .join(),
    ).not.toContain('wrong')
  })
})

describe('sum LoadDefaultBiosCfg', () => {
  beforeEach(() => boot())

  it('has every setting at its default after the next boot, those with unmet conditions too', async () => {
    for (const [path, value] of [
      [QUIET, 'Unchecked'],
      [TURBO, 'Disable'],
      [POWER, 'Custom'],
    ] as const)
      host.machine.bios.current.set(path, value)
    expect((await sum('-c LoadDefaultBiosCfg')).stdout).toContain('configuration is loaded')
    expect(host.machine.bios.current.get(QUIET)).toBe('Unchecked')
    await reboot()
    expect([QUIET, TURBO, POWER].map((path) => host.machine.bios.current.get(path))).toEqual([
      'Checked',
      'Enable',
      'Energy Efficient',
    ])
    host.machine.bios.current.set(QUIET, 'Unchecked')
    await reboot()
    expect(host.machine.bios.current.get(QUIET)).toBe('Unchecked')
  })
})

describe('sum', () => {
  beforeEach(() => boot())

  it('ends with its code for a command line that is wrong', async () => {
    for (const [args, code] of [
      ['-c GetSystemInfo', 6],
      ['-c SetBiosCfg --file x', 6],
      ['-c GetCurrentBiosCfg --File x', 2],
      ['-c GetCurrentBiosCfg stray', 1],
      ['-c GetCurrentBiosCfg --file', 3],
      ['-c ChangeBiosCfg', 5],
      ['-i 192.168.2.10 -c GetBiosInfo', 4],
      ['-i 192.168.2.10 -u ADMIN -p secret -c GetBiosInfo', 145],
    ] as const) {
      const ran = await sum(args)
      expect([args, ran.code]).toEqual([args, code])
      expect(ran.stdout).toContain(`ExitCode                = ${code}\n`)
      expect(ran.stdout).toContain('*'.repeat(80))
    }
    expect(
      host.log.entries
        .filter(({ call }) => call.startsWith('sum '))
        .map(({ detail }) => detail)
        .join(),
    ).not.toContain('secret')
  })

  it('needs root, and a kernel that takes its driver', async () => {
    expect((await run('tools/sum -c GetBiosInfo')).code).toBe(100)
    host.machine.bios.current.set('Security > SMC Secure Boot Configuration > Secure Boot', 'Enabled')
    expect((await sum('-c GetBiosInfo')).code).toBe(108)
  })

  it('needs a product key for the configuration, says which are missing, and can be given one', async () => {
    host.machine.bmc.licences.length = 0
    const refused = await sum('-c GetCurrentBiosCfg')
    expect(refused.code).toBe(80)
    expect(refused.stdout).toContain('Program Error Code      = 260.14')
    expect((await sum('-c CheckOOBSupport')).stdout).toContain('Node Product Key Activated.......N/A')
    expect((await sum('-c GetBiosInfo')).code).toBe(0)
    expect((await sum('-c ActivateProductKey --key nonsense')).code).toBe(11)
    expect((await sum('-c ActivateProductKey --key 1111-2222-3333-4444-5555-6666')).stdout).toContain('is activated')
    expect((await sum('-c QueryProductKey')).stdout).toBe('[0] OOB\nNumber of product keys: 1\n')
    expect((await sum('-c GetCurrentBiosCfg --file f')).code).toBe(0)
  })

  it('says which BIOS and BMC there are', async () => {
    expect((await sum('-c GetBiosInfo')).stdout).toBe(
      'Managed system..........................localhost\n    Board ID............................0987\n    BIOS build date.....................2020/02/21\n    BIOS version........................3.3\n',
    )
    expect((await sum('-c GetBmcInfo')).stdout).toContain('    BMC version..........01.73.11\n')
    expect((await sum('-c GetDmiInfo')).stdout).toContain('{SYSN} = "0123456789"')
    expect((await sum('-c CheckAssetInfo')).stdout).toContain('X11DPT-B')
  })

  it('can be busy, lack its key, lie, and be late', async () => {
    const fault = (mode: Parameters<typeof host.faults.once>[0]['mode'], more = {}) =>
      host.faults.once({ call: 'sum ChangeBiosCfg', mode, ...more })
    fault('wrong-status')
    expect((await change(ht('Disable'))).code).toBe(106)
    fault('session-limit')
    expect((await change(ht('Disable'))).code).toBe(107)
    fault('licence-missing')
    expect((await change(ht('Disable'))).code).toBe(80)
    fault('ack-no-effect')
    expect((await change(ht('Disable'))).code).toBe(0)
    expect(host.machine.bios.pending.size).toBe(0)
    fault('effect-late', { delayMs: 60_000 })
    expect((await change(ht('Disable'))).code).toBe(0)
  })
})

describe('a board that the tool does not serve', () => {
  it.each([
    ['hpe-dl360-gen11', 'sum', 36],
    ['dell-r650', 'sum', 36],
    ['supermicro-x13det-b', 'sum', 38],
    ['supermicro-x13det-b', 'sum25', 38],
    ['supermicro-x13det-b', 'saa', 0],
    ['supermicro-x11dpt-b', 'saa', 0],
  ])('%s: %s ends with %i', async (model, tool, code) => {
    await boot(model, [tool])
    const ran = await sum('-c GetCurrentBiosCfg', tool === 'sum25' ? 'sum' : tool)
    expect(ran.code).toBe(code)
    expect(ran.stdout.includes('<BiosCfg>')).toBe(code === 0)
  })

  it('and what a Supermicro says to the tools of others', async () => {
    await boot('supermicro-x11dpt-b', ['ilorest', 'racadm'])
    expect((await run('cd tools && sudo -n ./ilorest login')).code).toBe(34)
    await run('rm tools/ilorest_chif.so')
    expect((await run('cd tools && sudo -n ./ilorest login')).code).toBe(35)
    expect((await run('cd tools && sudo -n ./idracadm7 getsysinfo')).code).not.toBe(0)
  })
})

describe('sum 2.5', () => {
  it('has a blank line after its banner, and no colours', async () => {
    await boot('supermicro-x11dpt-b', ['sum25'])
    await put('want.xml', `<BiosCfg>${ht('Disable')}</BiosCfg>`)
    const { stdout, code } = await run('cd tools && sudo -n ./sum -c ChangeBiosCfg --file want.xml')
    expect(code).toBe(0)
    expect(stdout).toContain(
      '2.5.0 (2020/07/22) (x86_64)\nCopyright(C) 2013-2020 Super Micro Computer, Inc. All rights reserved.\n\nStatus: Start',
    )
    expect(stdout).toContain('Status: The BIOS configuration is updated for the managed system\n')
    expect(stdout).not.toContain('\u001B')
  })
})
