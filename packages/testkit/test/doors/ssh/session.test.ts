import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { sshKeyPair } from '../../../src/world/identity.ts'
import { finished, type HostFixture, openChannel, startHost } from './host-fixture.ts'

let host: HostFixture
beforeEach(async () => {
  host = await startHost()
})
afterEach(() => host[Symbol.asyncDispose]())

/** Until a condition on the simulated host holds. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}

describe('logging in', () => {
  test('the key that MAAS gave the host opens a shell as ubuntu', async () => {
    expect(await host.run('whoami; echo $HOME $SHELL; pwd')).toMatchObject({
      stdout: 'ubuntu\n/home/ubuntu /bin/bash\n/home/ubuntu\n',
      code: 0,
    })
    expect(host.log.of('ssh connect')).toMatchObject([{ server: 'srv001', outcome: 'ok' }])
  })

  test('another key and another user are refused', async () => {
    await expect(host.connect({ privateKey: sshKeyPair('other').privateKey })).rejects.toMatchObject({
      level: 'client-authentication',
    })
    await expect(host.connect({ username: 'root' })).rejects.toMatchObject({ level: 'client-authentication' })
    await until(() => host.log.of('ssh connect').every(({ outcome }) => outcome === 'auth-failure'))
  })

  test('many connections at once are each served, and cost little', async () => {
    await host.run('true')
    const before = process.cpuUsage()
    const ran = await Promise.all(Array.from({ length: 20 }, (_, n) => host.run(`echo ${n}`)))
    const { user, system } = process.cpuUsage(before)
    expect(ran.map(({ stdout }) => Number(stdout))).toEqual(Array.from({ length: 20 }, (_, n) => n))
    // Client and server together; a busy machine may need several times what it takes alone (10 ms).
    expect((user + system) / 1000 / 20).toBeLessThan(100)
    await until(() => host.door.leftovers().length === 0)
  })

  test('a reboot cuts connections; the next boot has a new host key, a new boot id and an empty disk', async () => {
    const client = await host.connect()
    const before = await host.run('touch left; cat /proc/sys/kernel/random/boot_id', { on: client })
    const key = host.machine.boot?.hostKey.sha256
    const lost = new Promise<void>((resolve) => client.once('close', () => resolve()))
    expect(await host.run('sudo -n reboot', { on: client })).toMatchObject({ code: 0 })
    await lost
    await host.boot()
    const after = await host.run('ls left; cat /proc/sys/kernel/random/boot_id')
    expect(after.stdout).not.toBe(before.stdout)
    expect(after.stderr).toBe("ls: cannot access 'left': No such file or directory\n")
    expect(host.machine.boot?.hostKey.sha256).not.toBe(key)
  })
})

describe('commands', () => {
  test('stdin, stdout, stderr and the exit code travel apart', async () => {
    expect(await host.run('cat; echo problem >&2; exit 42', { stdin: 'from here' })).toEqual({
      stdout: 'from here',
      stderr: 'problem\n',
      code: 42,
      signal: undefined,
    })
  })

  test('a megabyte goes through unchanged, both ways', async () => {
    const bytes = 'x'.repeat(1_000_000)
    const ran = await host.run('tee copy | wc -c; cat copy', { stdin: bytes })
    expect(ran.stdout).toBe(`1000000\n${bytes}`)
  })

  test('a command that is killed is told as its signal', async () => {
    expect(await host.run('kill -9 $$')).toMatchObject({ code: null, signal: 'SIGKILL' })
  })

  test('a child in the background that holds the output keeps the channel open; one that does not, does not', async () => {
    expect((await host.run('(sleep 2; echo late) & echo first')).stdout).toBe('first\nlate\n')
    const started = host.clock.now()
    await host.run('sleep 3600 >/dev/null 2>&1 & echo first')
    expect(host.clock.now() - started).toBeLessThan(3_600_000)
    expect(host.door.leftovers()).toContainEqual(expect.stringContaining('sleep 3600'))
  })

  test('sleeping costs lab time only', async () => {
    const [lab, wall] = [host.clock.now(), performance.now()]
    await host.run('sleep 600')
    expect(host.clock.now() - lab).toBeGreaterThanOrEqual(600_000)
    expect(performance.now() - wall).toBeLessThan(5_000)
  })

  test('bash is the login shell, and words its errors as bash', async () => {
    expect(await host.run('nope')).toMatchObject({ stderr: 'bash: line 1: nope: command not found\n', code: 127 })
    expect(await host.run('sh -c nope')).toMatchObject({ stderr: 'sh: 1: nope: not found\n', code: 127 })
  })

  test('many commands share a connection at the same time', async () => {
    const client = await host.connect()
    const ran = await Promise.all(
      Array.from({ length: 20 }, (_, n) => host.run(`sleep 0.${n}; echo ${n}`, { on: client })),
    )
    expect(ran.map(({ stdout }) => stdout.trim())).toEqual(Array.from({ length: 20 }, (_, n) => String(n)))
  })
})

describe('ending what runs', () => {
  test('closing the channel, and even the connection, does not end the command', async () => {
    const client = await host.connect()
    const channel = await openChannel(client, 'echo $$; sleep 100; echo done > ended')
    const pid = await new Promise<string>((resolve) =>
      channel.once('data', (data: Buffer) => resolve(String(data).trim())),
    )
    client.destroy()
    expect((await host.run(`kill -0 ${pid} && echo alive`)).stdout).toBe('alive\n')
    expect((await host.run('sleep 101; cat ended')).stdout).toBe('done\n')
  })

  test('with a terminal it is hung up', async () => {
    const client = await host.connect()
    const channel = await openChannel(client, 'echo $$; sleep 1000', true)
    const pid = await new Promise<string>((resolve) =>
      channel.once('data', (data: Buffer) => resolve(String(data).trim())),
    )
    channel.close()
    expect((await host.run(`sleep 1; kill -0 ${pid}`)).code).toBe(1)
  })

  test('a signal request reaches the process group', async () => {
    const client = await host.connect()
    const channel = await openChannel(client, 'sleep 1000; echo never')
    await until(() => host.door.leftovers().some((left) => left.includes(': sleep 1000')))
    channel.signal('TERM')
    expect(await finished(channel)).toMatchObject({ stdout: '', signal: 'SIGTERM' })
  })

  test('TERM to a session group ends all of it, and an unprivileged user cannot end what sudo runs', async () => {
    const script = `
setsid sh -c 'echo $$ > pid; sleep 1000 & sleep 1000; wait' </dev/null >/dev/null 2>&1 &
until [ -s pid ]; do sleep 0.1; done
kill -s TERM -- -$(cat pid); echo $?
sleep 0.1; kill -s 0 -- -$(cat pid); echo $?
setsid sudo -n sleep 1000 </dev/null >/dev/null 2>&1 & p=$!
sleep 0.2
kill -s TERM -- -$p; echo $?; sudo -n sh -c "kill -s TERM -- -$p"; echo $?; wait $p; echo $?`
    const ran = await host.run(`exec sh -c '${script.replaceAll("'", `'\\''`)}'`)
    expect(ran.stdout).toBe('0\n1\n1\n0\n143\n')
    expect(ran.stderr).toContain('kill: No such process')
    expect(ran.stderr).toContain('kill: Operation not permitted')
  })

  test('what a power cut ends is ended: no process, no file', async () => {
    const client = await host.connect()
    await openChannel(client, 'sleep 1000; echo never > /tmp/never')
    host.machine.powerOff()
    await new Promise<void>((resolve) => client.once('close', () => resolve()))
    expect(host.door.leftovers()).toEqual([])
  })
})

describe('leftovers', () => {
  test('name open connections, running processes and files, and nothing that the boot brought along', async () => {
    expect(host.door.leftovers()).toEqual([])
    const client = await host.connect()
    await host.run('mkdir -p /tmp/hwa/run; touch /tmp/hwa/run/pid ~/upload; (sleep 500 >/dev/null 2>&1 &)', {
      on: client,
    })
    expect(host.door.leftovers()).toEqual([
      expect.stringContaining('1 SSH connection open'),
      expect.stringMatching(/process \d+ still runs: sleep 500/),
      'srv001: /tmp/hwa was left behind',
      'srv001: /home/ubuntu/upload was left behind',
    ])
    await host.run('rm -rf /tmp/hwa ~/upload; pkill sleep', { on: client })
    client.end()
    await new Promise<void>((resolve) => client.once('close', () => resolve()))
    await until(() => host.door.leftovers().length === 0)
  })
})
