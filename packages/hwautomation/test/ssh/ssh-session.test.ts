import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { HostKeyPin } from '../../src/ssh/host-key.ts'
import { openSession } from '../../src/ssh/open-session.ts'
import { SshSession } from '../../src/ssh/ssh-session.ts'
import { answer, otherKey, portOf, SshTestServer, type SshTestServerOptions, watchedDial } from './ssh-test-server.ts'

const open: AsyncDisposable[] = []

afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each[Symbol.asyncDispose]()
})

async function serverWith(options: SshTestServerOptions = {}): Promise<SshTestServer> {
  const server = await SshTestServer.start(options)
  open.push(server)
  return server
}

async function sessionWith(
  options: SshTestServerOptions['exec'],
  more: object = {},
): Promise<[SshSession, SshTestServer]> {
  const server = await serverWith(options === undefined ? {} : { exec: options })
  const session = await SshSession.open({ ...server.connection, ...more })
  open.push(session)
  return [session, server]
}

/** A TCP server that is no SSH server. */
async function plainServer(serve: (socket: Socket) => void): Promise<{ host: string; port: number }> {
  const sockets = new Set<Socket>()
  const server: Server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    serve(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push({
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  })
  return { host: '127.0.0.1', port: portOf(server) }
}

const login = { username: 'ubuntu', privateKey: otherKey.private }
const never = () => {}

describe('opening a session', () => {
  it('takes the first host key it sees and no other from then on', async () => {
    const [one, two] = [await serverWith(), await serverWith()]
    const pin = new HostKeyPin()
    const first = await SshSession.open({ ...one.connection, hostKey: pin })
    open.push(first)
    expect(pin.sha256).toBe(first.hostKey)
    const seen = new HostKeyPin()
    open.push(await SshSession.open({ ...two.connection, hostKey: seen }))
    two.offers = 0
    const { dial, sockets } = watchedDial()
    await expect(SshSession.open({ ...two.connection, hostKey: pin, dial })).rejects.toMatchObject({
      code: 'ssh.host-key-changed',
      kind: 'conflict',
      message: expect.stringMatching(new RegExp(`${escaped(seen.sha256)}.*${escaped(pin.sha256)}`)),
      context: { expected: pin.sha256, seen: seen.sha256 },
    })
    expect(two.offers).toBe(0)
    expect(sockets.every((socket) => socket.destroyed)).toBe(true)
  })

  it('lets sessions that open at once agree on one host key', async () => {
    const [one, two] = [await serverWith(), await serverWith()]
    const pin = new HostKeyPin()
    const results = await Promise.allSettled(
      [one, two, one, two].map((server) => SshSession.open({ ...server.connection, hostKey: pin })),
    )
    const sessions = results.filter((result) => result.status === 'fulfilled').map(({ value }) => value)
    open.push(...sessions)
    expect(new Set(sessions.map(({ hostKey }) => hostKey))).toEqual(new Set([pin.sha256]))
    expect(sessions).toHaveLength(2)
  })

  it('offers a refused key once and never again by itself', async () => {
    const server = await serverWith()
    const { dial, sockets } = watchedDial()
    const failing = openSession({ ...server.connection, privateKey: otherKey.private, dial })
    await expect(failing).rejects.toMatchObject({
      code: 'ssh.auth',
      kind: 'auth',
      retryable: false,
      hint: expect.stringContaining('MAAS'),
    })
    expect(server.offers).toBe(1)
    expect(sockets).toHaveLength(1)
    expect(sockets[0]?.destroyed).toBe(true)
  })

  it('says that a private key is unusable without showing any of it', async () => {
    const server = await serverWith()
    const privateKey = '-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0LW1hdGVyaWFs\n-----END OPENSSH PRIVATE KEY-----\n'
    const error = await SshSession.open({ ...server.connection, privateKey }).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'ssh.private-key', kind: 'invalid' })
    expect(JSON.stringify(error) + (error instanceof Error ? error.stack : '')).not.toContain('c2VjcmV0')
  })

  it('tells a refused, a closing, a silent and a babbling port apart', async () => {
    const gone = await plainServer(never)
    await open.pop()?.[Symbol.asyncDispose]()
    await expect(SshSession.open({ ...gone, ...login })).rejects.toMatchObject({
      code: 'network.refused',
      kind: 'transient',
    })
    const closing = await plainServer((socket) => socket.end())
    await expect(SshSession.open({ ...closing, ...login })).rejects.toMatchObject({
      code: 'ssh.handshake',
      kind: 'transient',
    })
    const resetting = await plainServer((socket) => socket.resetAndDestroy())
    await expect(SshSession.open({ ...resetting, ...login })).rejects.toMatchObject({
      code: expect.stringMatching(/^(network\.refused|ssh\.unreachable|ssh\.handshake)$/),
      kind: 'transient',
    })
    const babbling = await plainServer((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'.repeat(2000)))
    await expect(SshSession.open({ ...babbling, ...login, timeouts: { connectMs: 500 } })).rejects.toMatchObject({
      code: expect.stringMatching(/^ssh\.(handshake|timeout)$/),
    })
    const silent = await plainServer(never)
    const { dial, sockets } = watchedDial()
    await expect(SshSession.open({ ...silent, ...login, dial, timeouts: { connectMs: 200 } })).rejects.toMatchObject({
      code: 'ssh.timeout',
      kind: 'timeout',
    })
    expect(sockets.every((socket) => socket.destroyed)).toBe(true)
  })

  it('ends at once with the reason of an abort, in dialling and in the handshake', async () => {
    const silent = await plainServer(never)
    const { dial, sockets } = watchedDial()
    const abort = new AbortController()
    const reason = { because: 'ada said so' }
    const opening = SshSession.open({ ...silent, ...login, dial, signal: abort.signal })
    opening.catch(() => {})
    while (sockets.length === 0) await new Promise((resolve) => setImmediate(resolve))
    abort.abort(reason)
    await expect(opening).rejects.toBe(reason)
    expect(sockets[0]?.destroyed).toBe(true)
    await expect(SshSession.open({ ...silent, ...login, signal: abort.signal })).rejects.toBe(reason)
    const late = new AbortController()
    const dialling = SshSession.open({ ...silent, ...login, dial: () => new Promise(never), signal: late.signal })
    dialling.catch(() => {})
    late.abort(reason)
    await expect(dialling).rejects.toBe(reason)
  })

  it('cuts a connection that a slow dial delivers after the time-out', async () => {
    const server = await serverWith()
    const { dial, sockets } = watchedDial()
    let deliver = () => {}
    const held = new Promise<void>((resolve) => (deliver = resolve))
    const slow: typeof dial = async (target) => {
      await held
      // One that does not listen to its signal.
      return dial({ host: target.host, port: target.port })
    }
    await expect(
      SshSession.open({ ...server.connection, dial: slow, timeouts: { connectMs: 100 } }),
    ).rejects.toMatchObject({ code: 'ssh.timeout' })
    deliver()
    while (sockets[0]?.destroyed !== true) await new Promise((resolve) => setImmediate(resolve))
  })

  it('does not keep a session that came to stand after the abort', async () => {
    const server = await serverWith()
    const { dial, sockets } = watchedDial()
    const abort = new AbortController()
    const reason = 'a reason that is no Error'
    const dialThenAbort: typeof dial = async (target) => {
      const socket = await dial(target)
      abort.abort(reason)
      return socket
    }
    await expect(openSession({ ...server.connection, dial: dialThenAbort, signal: abort.signal })).rejects.toBe(reason)
    expect(sockets.every((socket) => socket.destroyed)).toBe(true)
  })

  it('takes any failure of a dial of somebody else for an unreachable host', async () => {
    for (const dial of [
      () => Promise.reject(new Error('bastion says no')),
      () => {
        throw new Error('bastion says no')
      },
    ]) {
      await expect(SshSession.open({ host: 'h', ...login, dial })).rejects.toMatchObject({
        code: 'ssh.unreachable',
        kind: 'transient',
        message: expect.stringContaining('bastion says no'),
      })
    }
  })

  it('comes again where connections are dropped before the login', async () => {
    const server = await serverWith()
    let dropped = 0
    const dropping = await plainServer((socket) => {
      dropped++
      socket.end()
    })
    const { dial } = watchedDial()
    const session = await openSession({
      ...server.connection,
      dial: (target) => dial(dropped < 3 ? { ...target, port: dropping.port } : target),
    })
    open.push(session)
    expect(dropped).toBe(3)
  })
})

describe('a session', () => {
  it('outlives a connection reset as an error, not as a crash', async () => {
    const [session, server] = await sessionWith(never)
    const pending = session.exec(['hang'])
    pending.catch(() => {})
    server.reset()
    await expect(pending).rejects.toMatchObject({ code: 'ssh.lost', kind: 'lost-contact-after-effect' })
    expect(await session.closed).toMatchObject({ code: 'ssh.lost' })
    expect(session.isClosed).toBe(true)
    await expect(session.exec(['again'])).rejects.toMatchObject({ code: 'ssh.not-connected', kind: 'transient' })
  })

  it('outlives a reset while nothing runs on it, and one in the middle of a command', async () => {
    const [idle, first] = await sessionWith(never)
    first.reset()
    expect(await idle.closed).toMatchObject({ code: 'ssh.lost', message: expect.stringContaining('ECONNRESET') })
    const [busy, second] = await sessionWith((channel) => void channel.write('started'))
    const pending = busy.exec(['hang'], { onStdout: () => second.reset() })
    await expect(pending).rejects.toMatchObject({ code: 'ssh.lost', kind: 'lost-contact-after-effect' })
  })

  it('tells a connection that was closed during a command from a command that ended', async () => {
    const [session] = await sessionWith((channel, _, connection) => {
      channel.write('half an answ')
      connection.end()
    })
    await expect(session.exec(['report'])).rejects.toMatchObject({ code: 'ssh.lost' })
  })

  it('takes an end without exit code for lost contact', async () => {
    const [session] = await sessionWith((channel) => channel.end('looks fine'))
    await expect(session.exec(['report'])).rejects.toMatchObject({ code: 'ssh.lost' })
    expect(session.isClosed).toBe(false)
  })

  it('notices a peer that froze', async () => {
    const [session, server] = await sessionWith(never, { timeouts: { keepaliveMs: 100, keepaliveCount: 2 } })
    const pending = session.exec(['hang'])
    pending.catch(() => {})
    for (const socket of server.sockets) socket.pause()
    await expect(pending).rejects.toMatchObject({
      code: 'ssh.lost',
      message: expect.stringContaining('Keepalive timeout'),
    })
    expect(await session.closed).toMatchObject({ code: 'ssh.lost' })
  })

  it('returns exit code, signal, and output with stderr, none of which is an error', async () => {
    const [session] = await sessionWith((channel, command) => {
      channel.stderr.write('a warning')
      if (command.includes('killed')) {
        channel.exit('TERM')
        channel.end()
      } else answer(channel, 'out\n', 3)
    })
    expect(await session.exec(['warns'])).toEqual({
      code: 3,
      signal: null,
      stdout: Buffer.from('out\n'),
      stderr: Buffer.from('a warning'),
    })
    expect(await session.exec(['killed'])).toMatchObject({ code: null, signal: 'SIGTERM' })
  })

  it('ends a command with the reason of an abort and serves others on', async () => {
    const [session] = await sessionWith((channel, command) => {
      if (!command.includes('hang')) answer(channel, 'fine')
    })
    const abort = new AbortController()
    const pending = session.exec(['hang'], { signal: abort.signal })
    pending.catch(() => {})
    expect((await session.exec(['x'])).stdout.toString()).toBe('fine')
    const reason = new Error('ada')
    abort.abort(reason)
    await expect(pending).rejects.toBe(reason)
    await expect(session.exec(['x'], { signal: abort.signal })).rejects.toBe(reason)
    expect((await session.exec(['x'])).stdout.toString()).toBe('fine')
  })

  it('has time-outs for a command as a whole and for its silence', async () => {
    const [session] = await sessionWith(never, { timeouts: { commandIdleMs: 150 } })
    await expect(session.exec(['hang'], { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'ssh.timeout',
      message: expect.stringContaining('50 ms'),
    })
    await expect(session.exec(['hang'])).rejects.toMatchObject({
      code: 'ssh.timeout',
      message: expect.stringContaining('nothing for 150 ms'),
    })
  })

  it('gives up on a command that prints without end', async () => {
    const [session] = await sessionWith((channel) => {
      const flood = () => {
        if (channel.writable) channel.write(Buffer.alloc(32_768), flood)
      }
      flood()
    })
    await expect(session.exec(['yes'], { maxOutputBytes: 100_000 })).rejects.toMatchObject({ code: 'ssh.too-large' })
  })

  it('reports a refused channel as such', async () => {
    const server = await serverWith({ noChannels: true })
    const session = await SshSession.open(server.connection)
    open.push(session)
    await expect(session.exec(['x'])).rejects.toMatchObject({ code: 'ssh.channel', kind: 'transient' })
    await expect(session.download('/etc/hostname', { maxBytes: 10 })).rejects.toMatchObject({
      code: 'ssh.channel',
      kind: 'transient',
    })
    expect(session.isClosed).toBe(false)
  })

  it('quotes every argument for the shell of the host', async () => {
    let received = ''
    const [session] = await sessionWith((channel, command) => {
      received = command
      answer(channel, '')
    })
    await session.exec(['echo', "it's", '$HOME'])
    expect(received).toBe(String.raw`'echo' 'it'\''s' '$HOME'`)
    await expect(session.exec(['echo', 'a\0b'])).rejects.toMatchObject({ code: 'ssh.bad-argument' })
  })

  it('closes without an answer from a frozen host, and leaves no socket', async () => {
    const server = await serverWith({ exec: never })
    const { dial, sockets } = watchedDial()
    const session = await SshSession.open({ ...server.connection, dial, timeouts: { closeMs: 100 } })
    for (const socket of server.sockets) socket.pause()
    await session.close()
    expect(await session.closed).toBeUndefined()
    expect(sockets.every((socket) => socket.destroyed)).toBe(true)
    await session.close()
  })

  it('ends what runs on it when it is closed', async () => {
    const [session] = await sessionWith(never)
    const pending = session.exec(['hang'])
    pending.catch(() => {})
    await session.close()
    await expect(pending).rejects.toMatchObject({ code: 'ssh.lost' })
  })

  it('opens a second connection only to the same host key', async () => {
    const [session, server] = await sessionWith((channel) => answer(channel, 'hello'))
    const second = await session.reopen()
    open.push(second)
    expect((await second.exec(['x'])).stdout.toString()).toBe('hello')
    const impostor = await serverWith()
    const { dial } = watchedDial()
    let turned = false
    const fooled = await SshSession.open({
      ...server.connection,
      dial: (target) => dial(turned ? { ...target, port: impostor.port } : target),
    })
    open.push(fooled)
    turned = true
    await expect(fooled.reopen()).rejects.toMatchObject({ code: 'ssh.host-key-changed' })
  })
})

function escaped(text: string | undefined): string {
  return (text ?? '').replaceAll(/[+/.]/g, String.raw`\$&`)
}
