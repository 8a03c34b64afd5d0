import { expect, test } from 'vitest'
import { ipmitoolFailure } from '../../../src/bmc/ipmitool/failure.ts'

const argv = ['-I', 'open', 'lan', 'print', '1']

test.each([
  [
    'Could not open device at /dev/ipmi0 or /dev/ipmi/0 or /dev/ipmidev/0: No such file or directory',
    'bmc.no-ipmi-device',
    'invalid',
    /modprobe/,
  ],
  [
    'Could not open device at /dev/ipmi0 or /dev/ipmi/0 or /dev/ipmidev/0: Permission denied',
    'bmc.no-ipmi-device',
    'invalid',
    /sudo/,
  ],
  ['Channel 1 is not a LAN channel!', 'bmc.no-lan-channel', 'invalid', /next channel/],
  [
    'Get Channel Info command failed: Requested sensor, data, or record not found\nInvalid channel: 3',
    'bmc.no-lan-channel',
    'invalid',
    /next channel/,
  ],
  ['LAN Parameter Data does not match!  Write may have failed.', 'bmc.write-not-confirmed', 'transient', /lan print/],
  ['Get Device ID command failed: 0xc0 Node busy', 'bmc.busy', 'busy', /Wait/],
  ['Set LAN Parameter failed: set-in-progress', 'bmc.busy', 'busy', /Wait/],
  ['Get User Access command failed (channel 1, user 1): Insufficient privilege level', 'bmc.privilege', 'auth', /KCS/],
  ['Error: Unable to establish IPMI v2 / RMCP+ session', 'bmc.unreachable', 'transient', /password/],
  ['Invalid command: bogus', 'bmc.unsupported', 'invalid', /vendor tool/],
])('%s is %s', (stderr, code, kind, hint) => {
  const failure = ipmitoolFailure({ argv, exitCode: 1, stdout: '', stderr: `${stderr}\n` })
  expect(failure).toMatchObject({ code, kind })
  expect(failure?.hint).toMatch(hint)
  expect(failure?.message).toContain(stderr.split('\n')[0])
})

test('a failure that comes with exit code 0 is a failure', () => {
  const stderr = 'LAN Parameter Data does not match!  Write may have failed.\n'
  expect(ipmitoolFailure({ argv, exitCode: 0, stdout: 'Setting LAN IP Address to 10.0.0.9\n', stderr })?.code).toBe(
    'bmc.write-not-confirmed',
  )
})

test('a good call is no failure, also when its output has words of failures in it', () => {
  expect(
    ipmitoolFailure({ argv, exitCode: 0, stdout: 'Set in Progress         : Set Complete\n', stderr: '' }),
  ).toBeUndefined()
  expect(
    ipmitoolFailure({ argv, exitCode: 0, stdout: 'Set in Progress         : Set In Progress\n', stderr: '' }),
  ).toBeUndefined()
})

test('a silent failure, a missing tool and a lost connection are told apart', () => {
  const silent = ipmitoolFailure({ argv, exitCode: 1, stdout: 'Setting LAN IP Address to 10.0.0.9\n', stderr: '' })
  expect(silent).toMatchObject({ code: 'bmc.tool-failed', kind: 'conflict' })
  expect(
    ipmitoolFailure({ argv, exitCode: 127, stdout: '', stderr: 'sudo: ipmitool: command not found' }),
  ).toMatchObject({ code: 'bmc.tool-missing' })
  expect(ipmitoolFailure({ argv, exitCode: null, stdout: '', stderr: '' })).toMatchObject({
    code: 'bmc.lost-contact',
    kind: 'lost-contact-after-effect',
  })
})
