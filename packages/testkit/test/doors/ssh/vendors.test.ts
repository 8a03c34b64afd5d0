import { afterEach, describe, expect, it } from 'vitest'
import { type HostFixture, startHost } from './host-fixture.ts'

let host: HostFixture
afterEach(() => host[Symbol.asyncDispose]())

describe.each([
  {
    model: 'hpe-dl360-gen11',
    channel: 2,
    device: /^ 13 01 01 62 02 8f 5c b8 00 20 20\n$/,
    maker: ['47196', 'Hewlett Packard Enterprise'],
    users: ['1   Administrator    ', '2   maas             ', '12  (Empty User)     '],
    dmi: ['HPE', 'ProLiant DL360 Gen11', 'HPE', 'U54', 'LAB0000001'],
  },
  {
    model: 'supermicro-x11dpt-b',
    channel: 1,
    device: /^ 20 01 01 73 02 8f 7c 2a 00 87 09\n$/,
    maker: ['10876', 'Super Micro Computer Inc.'],
    users: ['1   (Empty User)     ', '2   ADMIN            ', '3   maas             ', '10  (Empty User)     '],
    dmi: ['Supermicro', 'X11DPT-B', 'American Megatrends Inc.', '3.3', '0123456789'],
  },
  {
    model: 'dell-r650',
    channel: 1,
    device: /^ 20 01 \w\w \w\w 02 8f a2 02 00 00 01\n$/,
    maker: ['674', 'Dell Inc.'],
    users: ['1   (Empty User)     ', '2   root             ', '16  (Empty User)     '],
    dmi: ['Dell Inc.', '', 'Dell Inc.', '', 'LAB0001'],
  },
])('a host of model $model', ({ model, channel, device, maker, users, dmi }) => {
  it('has a BMC that says whose it is, on its own LAN channel, with the users of its maker', async () => {
    host = await startHost({ model })
    await host.upload('ipmitool')
    await host.run('sudo modprobe ipmi_si && sudo modprobe ipmi_devintf')
    const ipmitool = (args: string) => host.run(`cd tools && sudo -n ./ipmitool ${args}`)
    const { stdout } = await ipmitool('mc info')
    expect(stdout).toContain(`Manufacturer ID           : ${maker[0]}\nManufacturer Name         : ${maker[1]}\n`)
    const address = `IP Address              : ${host.machine.bmc.network.address}\n`
    expect((await ipmitool(`lan print ${channel}`)).stdout).toContain(address)
    expect((await ipmitool(`lan print ${3 - channel}`)).code).toBe(1)
    const list = (await ipmitool(`user list ${channel}`)).stdout
    for (const row of users) expect(list).toContain(`\n${row}`)
    expect((await ipmitool('raw 0x06 0x01')).stdout).toMatch(device)
    expect(await ipmitool('raw 0x30 0x71 0x0c')).toMatchObject({
      stderr: 'Unable to send RAW command (channel=0x0 netfn=0x30 lun=0x0 cmd=0x71 rsp=0xc1): Invalid command\n',
      code: 1,
    })
    expect((await ipmitool('raw 6 nonsense')).stderr).toBe("Given command 'nonsense' is invalid.\n")
  })

  it('says in DMI what its maker writes there, by dmidecode and in /sys alike', async () => {
    host = await startHost({ model })
    const words = [
      'system-manufacturer',
      'baseboard-product-name',
      'bios-vendor',
      'bios-version',
      'system-serial-number',
    ]
    const files = ['sys_vendor', 'board_name', 'bios_vendor', 'bios_version', 'product_serial']
    const spoken = (await host.run(words.map((word) => `sudo dmidecode -s ${word}`).join('; '))).stdout
    const kept = (await host.run(`cd /sys/class/dmi/id; sudo cat ${files.join(' ')}`)).stdout
    expect(spoken).toBe(kept)
    const said = spoken.trim().split('\n')
    expect(said.map((value, index) => (dmi[index] === '' ? '' : value))).toEqual(dmi)
  })
})
