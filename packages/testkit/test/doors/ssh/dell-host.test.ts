import { expect, test } from 'vitest'
import { startHost } from './host-fixture.ts'

test('a Dell server says who it is in dmidecode and sysfs alike, and its iDRAC is moved on LAN channel 1', async () => {
  await using host = await startHost({ model: 'dell-r6515' })
  const out = async (command: string) => (await host.run(command)).stdout.trim()
  const keys = ['system-manufacturer', 'system-product-name', 'system-serial-number', 'baseboard-product-name']
  expect(await out(keys.map((key) => `sudo -n dmidecode -s ${key}`).join('; '))).toBe(
    'Dell Inc.\nPowerEdge R6515\nLAB0001\n0R4CNN',
  )
  expect(await out('cd /sys/class/dmi/id; cat sys_vendor product_name board_name; sudo -n cat product_serial')).toBe(
    'Dell Inc.\nPowerEdge R6515\n0R4CNN\nLAB0001',
  )
  expect(await out('sudo -n dmidecode -s system-uuid')).toBe(host.machine.uuid)

  await host.upload('ipmitool')
  await host.run('sudo -n modprobe ipmi_si; sudo -n modprobe ipmi_devintf')
  expect(await out('sudo -n tools/ipmitool mc info')).toContain('Manufacturer ID           : 674\n')
  expect((await host.run('sudo -n tools/ipmitool lan print 2')).code).toBe(1)
  expect(await out('sudo -n tools/ipmitool lan print 1')).toContain('IP Address              : 192.168.2.10\n')
  await host.run('sudo -n tools/ipmitool lan set 1 ipsrc static; sudo -n tools/ipmitool lan set 1 ipaddr 192.168.1.9')
  expect(host.machine.bmc.network).toMatchObject({ source: 'Static', address: '192.168.1.9' })
  expect(host.world.ownerOf('192.168.1.9')).toMatchObject({ role: 'bmc' })
  expect(await out('sudo -n tools/ipmitool user list 1')).toMatch(/2 +root .*ADMINISTRATOR\n3 +maas /)
})
