import { expect, test } from 'vitest'
import {
  lanChannelCandidates,
  lanPrintArgv,
  lanSetArgv,
  mcGuidArgv,
  mcInfoArgv,
  userListArgv,
} from '../../../src/bmc/ipmitool/argv.ts'

test('every command goes in-band and holds neither host, user nor password', () => {
  const commands = [
    lanPrintArgv(),
    lanPrintArgv(2),
    mcGuidArgv(),
    mcInfoArgv(),
    userListArgv(1),
    lanSetArgv(1, { parameter: 'ipsrc', value: 'static' }),
  ]
  for (const argv of commands) {
    expect(argv.slice(0, 2)).toEqual(['-I', 'open'])
    expect(argv.filter((argument) => ['-H', '-U', '-P', '-f', '-E'].includes(argument))).toEqual([])
  }
})

test.each([
  [{ parameter: 'ipsrc', value: 'static' }, ['ipsrc', 'static']],
  [{ parameter: 'ipsrc', value: 'dhcp' }, ['ipsrc', 'dhcp']],
  [{ parameter: 'ipaddr', value: '192.168.1.100' }, ['ipaddr', '192.168.1.100']],
  [{ parameter: 'netmask', value: '255.255.255.0' }, ['netmask', '255.255.255.0']],
  [{ parameter: 'defgw', value: '192.168.1.1' }, ['defgw', 'ipaddr', '192.168.1.1']],
] as const)('%o becomes lan set 2 %j', (step, tail) => {
  expect(lanSetArgv(2, step)).toEqual(['-I', 'open', 'lan', 'set', '2', ...tail])
})

test('what is no address, source or LAN channel never becomes an argument', () => {
  const bad = expect.objectContaining({ code: 'bmc.invalid-argument', kind: 'invalid' })
  for (const value of ['', '-H', '10.0.0', '010.0.0.1', '0x0a.1.1.1', '10.0.0.1; reboot', '256.1.1.1', '10.0.0.1 '])
    expect(() => lanSetArgv(1, { parameter: 'ipaddr', value })).toThrowError(bad)
  expect(() => lanSetArgv(1, { parameter: 'ipsrc', value: 'help' })).toThrowError(bad)
  for (const channel of [0, 12, 15, 1.5, -1, Number.NaN]) expect(() => lanPrintArgv(channel)).toThrowError(bad)
  expect([...lanChannelCandidates].toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
})
