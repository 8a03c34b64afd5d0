import { createHash, randomBytes } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { NodeSSH } from 'node-ssh'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dialDirect, type Dial } from '../src/dial.ts'
import { readIdentity } from '../src/ssh/identity.ts'
import { openSession } from '../src/ssh/open-session.ts'
import { SshSession } from '../src/ssh/ssh-session.ts'
import { SshDaemon } from './ssh-daemon.ts'

let daemon: SshDaemon

beforeAll(async () => {
  daemon = await SshDaemon.start()
})

afterAll(async () => {
  await daemon[Symbol.asyncDispose]()
})

const sha256 = (data: Buffer) => createHash('sha256').update(data).digest('hex')

describe('sessions with a real sshd', () => {
  it('shows the fingerprint that ssh-keygen prints, accepts it when expected, and refuses another', async () => {
    const printed = execFileSync('ssh-keygen', ['-l', '-f', daemon.hostKeyFile]).toString().split(' ')[1] ?? ''
    const first = await SshSession.open(daemon.connection)
    expect(first.hostKey).toBe(printed)
    await first.close()
    await (await SshSession.open({ ...daemon.connection, hostKey: { sha256: printed } })).close()
    const other = `SHA256:${'A'.repeat(43)}`
    await expect(SshSession.open({ ...daemon.connection, hostKey: { sha256: other } })).rejects.toMatchObject({
      code: 'ssh.host-key-changed',
      context: { expected: other, seen: printed },
    })
  })

  it('is refused with ssh.auth for a key that the host does not know', async () => {
    await using other = await SshDaemon.start()
    const failing = SshSession.open({ ...daemon.connection, privateKey: other.privateKey })
    await expect(failing).rejects.toMatchObject({ code: 'ssh.auth', kind: 'auth', retryable: false })
  })

  it('gets fifty sessions at once past the default MaxStartups, and each works', async () => {
    const sockets: Socket[] = []
    const dial: Dial = async (target) => {
      const socket = await dialDirect()(target)
      sockets.push(socket)
      return socket
    }
    const sessions = await Promise.all(Array.from({ length: 50 }, () => openSession({ ...daemon.connection, dial })))
    const answers = await Promise.all(sessions.map((session, index) => session.exec(['echo', String(index)])))
    expect(answers.map(({ stdout }) => Number(stdout.toString()))).toEqual(sessions.map((_, index) => index))
    // Otherwise this proves nothing: some were dropped before their login and came again.
    expect(daemon.log()).toContain('MaxStartups')
    await Promise.all(sessions.map((session) => session.close()))
    expect(sockets.every((socket) => socket.destroyed)).toBe(true)
    expect(sockets.length).toBeGreaterThan(50)
  })

  it('reports the channel that sshd refuses beyond MaxSessions, and keeps the others', async () => {
    await using session = await SshSession.open(daemon.connection)
    const results = await Promise.allSettled(
      Array.from({ length: 12 }, (_, index) => session.exec(['sh', '-c', `sleep 0.5; echo ${index}`])),
    )
    const refused = results.filter((result) => result.status === 'rejected')
    expect(refused).toHaveLength(2)
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'ssh.channel', kind: 'transient' })
  })

  it('ends a command on abort, although sshd never answers the close while the process lives', async () => {
    const raw = await new NodeSSH().connect(daemon.connection)
    let settled = false
    await new Promise<void>((resolve) => {
      const running = raw.execCommand('echo up; exec sleep 20', {
        onChannel: (channel) => channel.on('data', () => resolve(channel.close())),
      })
      running.then(
        () => (settled = true),
        () => (settled = true),
      )
    })
    expect((await raw.execCommand('echo round trip')).stdout).toBe('round trip')
    expect(settled).toBe(false)
    raw.dispose()

    await using session = await SshSession.open(daemon.connection)
    const abort = new AbortController()
    const reason = new Error('ada')
    const running = session.exec(['sh', '-c', 'echo up; exec sleep 20'], {
      signal: abort.signal,
      onStdout: () => abort.abort(reason),
    })
    await expect(running).rejects.toBe(reason)
    expect((await session.exec(['echo', 'on'])).stdout.toString()).toBe('on\n')
  })

  it('uploads bytes and files whole, with mode, into folders it makes', async () => {
    await using session = await SshSession.open(daemon.connection)
    const folder = await mkdtemp(join(tmpdir(), 'hwa-upload-'))
    const data = randomBytes(3_000_000)
    await writeFile(join(folder, 'tool'), data)
    const seen: number[] = []
    const byPath = join(daemon.home, "it's", 'a tool')
    const result = await session.upload(join(folder, 'tool'), byPath, {
      mode: 0o755,
      sha256: sha256(data),
      onProgress: (sent) => seen.push(sent),
    })
    expect(result).toEqual({ sha256: sha256(data), bytes: data.length })
    expect(sha256(await readFile(byPath))).toBe(sha256(data))
    expect((await stat(byPath)).mode & 0o777).toBe(0o755)
    expect(seen.at(-1)).toBe(data.length)
    await session.upload(Buffer.from('small'), byPath)
    expect(await readFile(byPath, 'utf8')).toBe('small')
    expect(await readdir(join(daemon.home, "it's"))).toEqual(['a tool'])
    await rm(folder, { recursive: true })
  })

  it('uploads an empty file', async () => {
    await using session = await SshSession.open(daemon.connection)
    await session.upload(Buffer.alloc(0), join(daemon.home, 'empty'))
    expect(await session.download(join(daemon.home, 'empty'), { maxBytes: 0 })).toHaveLength(0)
  })

  it('sends nothing when the source is not the one described', async () => {
    await using session = await SshSession.open(daemon.connection)
    const failing = session.upload(Buffer.from('x'), join(daemon.home, 'wrong'), { sha256: sha256(Buffer.from('y')) })
    await expect(failing).rejects.toMatchObject({ code: 'ssh.checksum', kind: 'invalid' })
    expect(await readdir(daemon.home)).not.toContain('wrong')
  })

  it('leaves the old file in place and no half one when an upload is aborted', async () => {
    await using session = await SshSession.open(daemon.connection)
    const target = join(daemon.home, 'abort', 'file')
    await session.upload(Buffer.from('old'), target)
    const folder = await mkdtemp(join(tmpdir(), 'hwa-upload-'))
    await writeFile(join(folder, 'big'), randomBytes(20_000_000))
    const abort = new AbortController()
    const reason = new Error('cancelled')
    const uploading = session.upload(join(folder, 'big'), target, {
      signal: abort.signal,
      onProgress: () => abort.abort(reason),
    })
    await expect(uploading).rejects.toBe(reason)
    expect(await readdir(join(daemon.home, 'abort'))).toEqual(['file'])
    expect(await readFile(target, 'utf8')).toBe('old')
    expect((await session.exec(['echo', 'still here'])).code).toBe(0)
    await rm(folder, { recursive: true })
  })

  it('says what is wrong with a target that cannot be written or read', async () => {
    await using session = await SshSession.open(daemon.connection)
    await session.upload(Buffer.from('x'), join(daemon.home, 'plain'))
    await expect(session.upload(Buffer.from('x'), join(daemon.home, 'plain', 'below'))).rejects.toMatchObject({
      code: 'ssh.transfer',
    })
    await expect(session.download(join(daemon.home, 'absent'), { maxBytes: 10 })).rejects.toMatchObject({
      code: 'ssh.no-such-file',
    })
  })

  it('downloads up to a limit and compares the digest', async () => {
    await using session = await SshSession.open(daemon.connection)
    const data = randomBytes(500_000)
    const path = join(daemon.home, 'download')
    await writeFile(path, data)
    expect(sha256(await session.download(path, { maxBytes: data.length, sha256: sha256(data) }))).toBe(sha256(data))
    await expect(session.download(path, { maxBytes: data.length - 1 })).rejects.toMatchObject({ code: 'ssh.too-large' })
    await expect(session.download(path, { maxBytes: data.length, sha256: sha256(Buffer.of()) })).rejects.toMatchObject({
      code: 'ssh.checksum',
    })
  })

  it('ends a transfer and every command when the connection is lost', async () => {
    await using session = await SshSession.open(daemon.connection)
    await writeFile(join(daemon.home, 'big'), Buffer.alloc(100_000_000))
    const { stdout } = await session.exec(['sh', '-c', 'echo $PPID'])
    let up = () => {}
    const started = new Promise<void>((resolve) => (up = resolve))
    const pending = [
      session.exec(['sh', '-c', 'echo up; exec sleep 20'], { onStdout: () => up() }),
      session.download(join(daemon.home, 'big'), { maxBytes: 200_000_000 }),
    ]
    for (const each of pending) each.catch(() => {})
    await started
    process.kill(Number(stdout.toString()), 'SIGKILL')
    for (const each of pending) await expect(each).rejects.toMatchObject({ code: 'ssh.lost' })
    await expect(session.exec(['true'])).rejects.toMatchObject({ code: 'ssh.not-connected', kind: 'transient' })
  })

  it('reads boot id and architecture of this machine', async () => {
    await using session = await SshSession.open(daemon.connection)
    const identity = await readIdentity(session)
    expect(identity.bootId).toBe((await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim())
    expect(identity.architecture).toBe(execFileSync('uname', ['-m']).toString().trim())
  })
})
