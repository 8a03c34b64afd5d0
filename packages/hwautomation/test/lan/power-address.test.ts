import { describe, expect, test } from 'vitest'
import { hostOf } from '../../src/lan/power-address.ts'
import { replaceHost } from '../../src/provisioning/bmc-address.ts'

describe('a power address of MAAS', () => {
  test.each([
    ['192.168.1.50', '192.168.1.50', '10.0.0.9'],
    ['192.168.1.50:623', '192.168.1.50', '10.0.0.9:623'],
    ['https://192.168.1.50', '192.168.1.50', 'https://10.0.0.9'],
    ['https://bmc1.example.com:8443/redfish/v1', 'bmc1.example.com', 'https://10.0.0.9:8443/redfish/v1'],
    ['2001:db8::5', '2001:db8::5', '10.0.0.9'],
    ['[2001:db8::5]:623', '2001:db8::5', '10.0.0.9:623'],
    ['https://[2001:db8::5]/', '2001:db8::5', 'https://10.0.0.9/'],
    ['::ffff:192.168.1.50', '192.168.1.50', '10.0.0.9'],
    [' 192.168.1.50 ', '192.168.1.50', '10.0.0.9'],
  ])('%s is at %s, and %s with another host', (text, host, replaced) => {
    expect(hostOf(text)).toBe(host)
    expect(replaceHost(text, '10.0.0.9')).toBe(replaced)
  })

  test('takes an IPv6 host in brackets where a port or scheme is', () => {
    expect(replaceHost('192.168.1.50:623', '2001:db8::5')).toBe('[2001:db8::5]:623')
    expect(replaceHost('192.168.1.50', '2001:db8::5')).toBe('2001:db8::5')
  })

  test('that is empty becomes the plain address', () => {
    expect(hostOf('')).toBeUndefined()
    expect(replaceHost('', '10.0.0.9')).toBe('10.0.0.9')
  })

  test.each([
    ['root:hunter2@192.168.1.50', '192.168.1.50'],
    ['https://root@192.168.1.50:8443/', '192.168.1.50'],
    ['https://192.168.1.50/?bmc=192.168.1.50', '192.168.1.50'],
    ['https://2001:db8::5/', undefined],
    ['[bmc1]:623', undefined],
    ['two words', undefined],
    ['https:\\\\192.168.1.50', undefined],
    ['192.168.1.50:623:1', undefined],
  ])('%s cannot be changed safely: a clear error that repeats no password', (text, host) => {
    expect(hostOf(text)).toBe(host)
    const change = () => replaceHost(text, '10.0.0.9')
    expect(change).toThrow(expect.objectContaining({ code: 'bmc.no-address', kind: 'invalid' }))
    expect(change).not.toThrow(/hunter2/)
  })
})
