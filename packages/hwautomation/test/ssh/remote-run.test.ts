import type { Lab } from '@hwautomation/testkit'
import { createHash } from 'node:crypto'
import type { Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import type { Dial } from '../../src/dial.ts'
import { connectToBoot } from '../../src/ssh/connect.ts'
import { readIdentity, sameSerial, sameUuid } from '../../src/ssh/identity.ts'
import { removeAllRuns, run, status } from '../../src/ssh/remote-run.ts'
import type { SshSession } from '../../src/ssh/ssh-session.ts'
import { addressOf, bootedLab, untilUp } from './booted-lab.ts'

let site: Awaited<ReturnType<typeof bootedLab>>
let session: SshSession

beforeEach(async () => {
  site = await bootedLab()
  session = await site.open()
})

afterEach(async () => {
  await session.close()
  await site.lab.close()
})

const sh = (script: string) => ['sh', '-c', script]

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await systemClock.sleep(5)
}

/** What MAAS says is not ours: these machines were switched on behind its back. A server hears of a goodbye a moment later. */
async function untilNothingIsLeft(lab: Lab): Promise<void> {
  await until(() => {
    try {
      lab.assertClean()
      return true
    } catch (error) {
      return !/^- (?!MAAS)/m.test(String(error))
    }
  })
}

const running = async (id: string) => (await status(session, id)) === 'running'

/** A dial whose connections can be cut by hand. */
function cuttable(dial: Dial): { readonly dial: Dial; cut(): void } {
  const sockets: Socket[] = []
  return {
    async dial(target) {
      const socket = await dial(target)
      sockets.push(socket)
      return socket
    },
    cut: () => sockets.forEach((socket) => socket.destroy()),
  }
}

describe('a remote run on a simulated host', () => {
  it('gives exit code, stdout and stderr of the command as they are, and leaves nothing', async () => {
    const result = await run(session, {
      id: 'plain',
      argv: sh('printf "%s|" "$GREETING"; cat; echo oops >&2; exit 7'),
      stdin: 'input\n',
      env: { GREETING: `it's "$HOME"` },
    })
    expect(result).toMatchObject({
      code: 7,
      stdout: `it's "$HOME"|input\n`,
      stderr: 'oops\n',
      attached: false,
      truncated: false,
    })
    expect(result.bootId).toBe(site.machine.boot?.bootId)
    await removeAllRuns(session)
    await session.close()
    await untilNothingIsLeft(site.lab)
  })

  it('runs as root under sudo, with its environment', async () => {
    const result = await run(session, {
      id: 'root',
      argv: sh('id -u; echo "$NAME"'),
      sudo: true,
      env: { NAME: 'value' },
    })
    expect(result).toMatchObject({ code: 0, stdout: '0\nvalue\n' })
    expect((await run(session, { id: 'user', argv: ['id', '-u'] })).stdout).toBe('1000\n')
  })

  it('starts once for one id, however many ask for it', async () => {
    const command = { id: 'once', argv: sh('echo x >>/tmp/count; sleep 5; cat /tmp/count') }
    const results = await Promise.all([1, 2, 3].map(() => run(session, command)))
    expect(results.map(({ stdout }) => stdout)).toEqual(['x\n', 'x\n', 'x\n'])
    expect(results.filter(({ attached }) => !attached)).toHaveLength(1)
    expect(await run(session, command)).toMatchObject({ stdout: 'x\n', attached: true })
  })

  it('waits an hour of lab time in a moment', async () => {
    const before = site.lab.clock.now()
    expect(await run(session, { id: 'hour', argv: sh('sleep 3600; echo done') })).toMatchObject({
      code: 0,
      stdout: 'done\n',
    })
    expect(site.lab.clock.now() - before).toBeGreaterThanOrEqual(3_600_000)
  })

  it('reports lines while the command runs', async () => {
    const seen: [string, string][] = []
    const result = await run(session, {
      id: 'live',
      argv: sh('for i in 1 2 3; do echo line $i; echo warn $i >&2; sleep 10; done'),
      onLine: (line, stream) => seen.push([stream, line]),
    })
    expect(result.code).toBe(0)
    expect(seen.filter(([stream]) => stream === 'stdout').map(([, line]) => line)).toEqual([
      'line 1',
      'line 2',
      'line 3',
    ])
    expect(seen.filter(([stream]) => stream === 'stderr').map(([, line]) => line)).toEqual([
      'warn 1',
      'warn 2',
      'warn 3',
    ])
  })

  it('reattaches after a lost connection and gets the one and only result', async () => {
    const wire = cuttable(site.login.dial)
    const fragile = await site.open({ dial: wire.dial })
    const command = {
      id: 'survivor',
      argv: sh('echo x >>/tmp/count; until [ -e /tmp/go ]; do sleep 1; done; cat /tmp/count; exit 5'),
    }
    const first = run(fragile, command)
    first.catch(() => {})
    await until(() => running('survivor'))
    wire.cut()
    await expect(first).rejects.toMatchObject({ code: 'ssh.lost', kind: 'lost-contact-after-effect' })
    const again = run(session, command)
    await session.exec(['touch', '/tmp/go'])
    expect(await again).toMatchObject({ code: 5, stdout: 'x\n', attached: true })
  })

  it('stops the command on abort or time-out and is over only when it is gone', async () => {
    const { lab, open } = await bootedLab(['srv002'], 'stepped')
    const own = await open()
    const reason = new Error('cancelled by ada')
    for (const sudo of [false, true]) {
      const abort = new AbortController()
      const id = `abort-${sudo}`
      const command = run(own, { id, argv: sh('sleep 3000 & sleep 9000; true'), signal: abort.signal, sudo })
      command.catch(() => {})
      await until(async () => (await own.exec(['cat', `.hwa/${id}/pid`])).code === 0)
      abort.abort(reason)
      // Time stands still in this lab unless it is moved.
      const over = command.then(
        () => true,
        () => true,
      )
      while (!(await Promise.race([over, systemClock.sleep(5).then(() => false)]))) await lab.clock.advance(100)
      await expect(command).rejects.toBe(reason)
      expect(await status(own, id)).toEqual({ code: 143 })
    }
    await removeAllRuns(own)
    await own.close()
    await untilNothingIsLeft(lab)
    await lab.close()
  })

  it('never begins a command that is aborted before its start', async () => {
    const abort = new AbortController()
    const reason = new Error('too late')
    const command = run(session, { id: 'early', argv: ['touch', '/tmp/started'], signal: abort.signal })
    abort.abort(reason)
    await expect(command).rejects.toBe(reason)
    expect(await status(session, 'early')).not.toBe('running')
  })

  it('says that the host was rebooted, and starts nothing again', async () => {
    const bootId = site.machine.boot?.bootId ?? ''
    const address = addressOf(site.machine)
    const command = { id: 'flash', argv: sh('echo x >>/tmp/count; sudo reboot; sleep 60'), bootId }
    await expect(run(session, command)).rejects.toMatchObject({ code: 'ssh.lost' })
    const { lab, machine, login } = site
    const found = await connectToBoot({
      ...login,
      candidates: [address],
      notBootId: bootId,
      clock: lab.clock,
      timeoutMs: 3_600_000,
      accept: async ({ serial }) => (sameSerial(serial, machine.serial) ? 'yes' : { reason: 'wrong serial' }),
    })
    await using second = found.session
    expect(found.bootId).toBe(machine.boot?.bootId)
    await expect(run(second, command)).rejects.toMatchObject({
      code: 'ssh.rebooted',
      kind: 'unknown-outcome',
      context: { bootId: found.bootId },
    })
    expect((await second.exec(['cat', '/tmp/count'])).code).toBe(1)
  })
})

describe('a session with a simulated host', () => {
  it('shows the host key of this boot, and refuses the next boot with it', async () => {
    expect(session.hostKey).toBe(site.machine.boot?.hostKey.sha256)
    site.machine.reboot()
    await session.closed
    await untilUp(site.lab, site.machine)
    await expect(session.reopen()).rejects.toMatchObject({ code: 'ssh.host-key-changed' })
  })

  it('reads who the host is', async () => {
    const identity = await readIdentity(session)
    const { machine } = site
    expect(identity).toMatchObject({
      vendor: machine.model.manufacturer,
      product: machine.model.product,
      serial: machine.serial,
      architecture: machine.model.machine,
      bootId: machine.boot?.bootId,
    })
    expect(sameUuid(identity.uuid, machine.uuid)).toBe(true)
  })

  it('takes files there and back', async () => {
    const data = Buffer.from('a tool of sorts\0\xff'.repeat(10_000), 'latin1')
    const sha256 = createHash('sha256').update(data).digest('hex')
    expect(await session.upload(data, '/tmp/tools/tool', { mode: 0o755, sha256 })).toEqual({
      sha256,
      bytes: data.length,
    })
    expect((await session.download('/tmp/tools/tool', { maxBytes: data.length, sha256 })).equals(data)).toBe(true)
    expect((await session.exec(['ls', '/tmp/tools'])).stdout.toString()).toBe('tool\n')
    await session.exec(['rm', '-rf', '/tmp/tools'])
  })
})

describe('faults of the way there', () => {
  it('are told apart: refused, cut before SSH is up, hung, key refused', async () => {
    const { lab } = site
    const spec = { server: 'srv001', call: 'ssh connect' } as const
    const modes = lab.faults.modesFor('ssh connect')
    const expected = {
      refuse: /^(network\.refused|ssh\.)/,
      'drop-before-effect': /^ssh\.(handshake|unreachable)$/,
      hang: /^ssh\.timeout$/,
      'auth-failure': /^ssh\.auth$/,
    }
    for (const [mode, code] of Object.entries(expected)) {
      const fault = modes.find((each) => each === mode)
      if (fault === undefined) continue
      lab.faults.once({ ...spec, mode: fault })
      await expect(site.open({ timeouts: { connectMs: 400 } })).rejects.toMatchObject({
        code: expect.stringMatching(code),
      })
    }
  })

  it('do not make a run start twice when the answer is lost after the effect', async () => {
    const { lab } = site
    const command = { id: 'marked', argv: sh('echo x >>/tmp/count') }
    for (const mode of lab.faults
      .modesFor('ssh exec')
      .filter((each) => ['drop-mid-reply', 'reply-lost-after-effect', 'drop-before-effect'].includes(each))) {
      const fragile = await site.open()
      lab.faults.once({ server: 'srv001', call: 'ssh exec', mode })
      await expect(run(fragile, command)).rejects.toMatchObject({
        code: expect.stringMatching(/^ssh\.(lost|channel)$/),
      })
      await fragile.close()
    }
    expect((await run(session, command)).code).toBe(0)
    expect((await session.exec(['cat', '/tmp/count'])).stdout.toString()).toBe('x\n')
  })
})
