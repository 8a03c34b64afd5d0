import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type HostFixture, startHost } from './host-fixture.ts'

let host: HostFixture
beforeEach(async () => {
  host = await startHost()
})
afterEach(() => host[Symbol.asyncDispose]())

const lost = { code: null, signal: undefined }

describe('faults of the connection', () => {
  test.each([
    'refuse',
    'drop-before-effect',
    'drop-mid-reply',
    'reply-lost-after-effect',
    'garbage',
    'wrong-status',
    'auth-failure',
    'session-limit',
  ] as const)('%s: no session, and the next attempt succeeds', async (mode) => {
    host.faults.once({ server: 'srv001', call: 'ssh connect', mode })
    await expect(host.connect()).rejects.toThrow()
    expect(host.log.of('ssh connect')).toMatchObject([{ fault: mode }])
    expect((await host.run('echo ok')).stdout).toBe('ok\n')
  })

  test('slow: it takes its wall time, and lab time stands still', async () => {
    host.faults.once({ call: 'ssh connect', mode: 'slow', delayMs: 300 })
    const [wall, lab] = [performance.now(), host.clock.now()]
    await host.run('true')
    expect(performance.now() - wall).toBeGreaterThanOrEqual(295)
    expect(host.clock.now() - lab).toBeLessThan(1_000)
  })

  test('hang: not a byte comes, until the client gives up', async () => {
    host.faults.once({ call: 'ssh connect', mode: 'hang' })
    await expect(host.connect({ readyTimeout: 300 })).rejects.toThrow('Timed out')
    expect(host.log.of('ssh connect')).toMatchObject([{ outcome: 'hung' }])
  })
})

describe('faults of a command', () => {
  test('refuse: the channel is refused', async () => {
    host.faults.once({ call: 'ssh exec', mode: 'refuse' })
    await expect(host.run('touch done')).rejects.toThrow()
    expect((await host.run('ls done')).code).toBe(2)
  })

  test.each([
    ['drop-before-effect', 2],
    ['drop-mid-reply', 0],
    ['reply-lost-after-effect', 0],
  ] as const)('%s: no exit code', async (mode, there) => {
    host.faults.once({ call: 'ssh exec', mode })
    const ran = await host.run('touch done; echo 0123456789').catch(() => ({ ...lost, stdout: '' }))
    expect(ran).toMatchObject(lost)
    expect(ran.stdout.length).toBeLessThan(11)
    expect((await host.run('ls done')).code).toBe(there)
  })

  test('garbage and wrong-status', async () => {
    host.faults.once({ call: 'ssh exec', mode: 'garbage' })
    expect((await host.run('echo hello')).stdout).not.toBe('hello\n')
    host.faults.once({ call: 'ssh exec', mode: 'wrong-status' })
    expect(await host.run('touch done')).toMatchObject({ code: 254, stderr: expect.stringContaining('fork') as string })
    expect((await host.run('ls done')).code).toBe(2)
  })
})

describe('faults of a tool', () => {
  test('reply-lost-after-effect: the work is done, every connection is cut, and the command lives on to its end', async () => {
    const other = await host.connect()
    const cut = new Promise<void>((resolve) => other.once('close', () => resolve()))
    host.faults.once({ call: 'modprobe', mode: 'reply-lost-after-effect' })
    expect(await host.run('sudo -n modprobe ipmi_si; echo $? > code; sleep 1; echo end > end')).toMatchObject(lost)
    await cut
    expect((await host.run('sleep 2; cat code end; lsmod')).stdout).toMatch(/^0\nend\n[^]*ipmi_si/)
    expect(host.log.of('modprobe')).toMatchObject([{ outcome: 'dropped', fault: 'reply-lost-after-effect' }])
  })

  test('hang: it never ends, lab time waits for whoever gives it up, and a kill ends it', async () => {
    host.faults.once({ call: 'dmidecode -s', mode: 'hang' })
    const script =
      'dmidecode -s system-uuid & p=$!; ls / >/dev/null; ls / >/dev/null; kill -s KILL $p; wait $p; echo $?'
    const ran = await host.run(`sudo -n sh -c '${script}'`)
    expect(ran.stdout).toBe('137\n')
    expect(host.log.of('dmidecode -s')).toMatchObject([{ outcome: 'hung' }])
    // It runs again.
    expect((await host.run('sleep 1; echo on')).stdout).toBe('on\n')
  })

  test('wrong-status, garbage and drop-before-effect', async () => {
    host.faults.once({ call: 'modprobe', mode: 'wrong-status' })
    expect(await host.run('sudo -n modprobe ipmi_si')).toMatchObject({
      code: 1,
      stderr: "modprobe: ERROR: could not insert 'ipmi_si': No such device\n",
    })
    host.faults.once({ call: 'dmidecode -s', mode: 'garbage' })
    expect((await host.run('sudo -n dmidecode -s system-product-name')).stdout).not.toContain('ProLiant RL300 Gen11\n')
    host.faults.once({ call: 'modprobe', mode: 'drop-before-effect' })
    expect(await host.run('sudo -n modprobe ipmi_si')).toMatchObject(lost)
    expect((await host.run('sleep 1; lsmod')).stdout).toContain('ipmi_si')
  })

  test('a fault that makes no sense for a call is refused when it is asked for', () => {
    expect(() => host.faults.once({ call: 'dmidecode -s', mode: 'ack-no-effect' })).toThrow('makes no sense')
    expect(host.faults.modesFor('ilorest commit')).toEqual(
      expect.arrayContaining(['ack-no-effect', 'effect-late', 'licence-missing']),
    )
  })
})
