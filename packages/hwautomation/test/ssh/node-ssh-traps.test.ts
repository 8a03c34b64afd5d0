import { NodeSSH } from 'node-ssh'
import { afterEach, describe, expect, it } from 'vitest'
import { answer, SshTestServer, type SshTestServerOptions } from './ssh-test-server.ts'

/**
 * What node-ssh 13 does when left to itself. Each of these has its counterpart in ssh-session.test.ts;
 * when one of them fails after an upgrade, the care taken against it in src/ssh may go.
 */
const open: { close(): Promise<void> }[] = []

afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each.close()
})

async function connected(options: SshTestServerOptions) {
  const server = await SshTestServer.start(options)
  const ssh = await new NodeSSH().connect(server.connection)
  const client = ssh.connection
  open.push({
    async close() {
      client?.on('error', () => {})
      const gone = ssh.isConnected()
        ? new Promise((resolve) => client?.once('close', () => resolve(undefined)))
        : undefined
      ssh.dispose()
      await gone
      await server[Symbol.asyncDispose]()
    },
  })
  return { server, ssh }
}

describe('node-ssh by itself', () => {
  it('accepts any host key', async () => {
    const { ssh } = await connected({})
    expect(ssh.isConnected()).toBe(true)
  })

  it('listens for errors only until it is connected, so that a later reset is an uncaught exception', async () => {
    const { ssh } = await connected({})
    expect(ssh.connection?.listenerCount('error')).toBe(0)
  })

  it('resolves a command whose connection was lost', async () => {
    const { ssh } = await connected({ exec: (_channel, _command, connection) => connection.end() })
    ssh.connection?.on('error', () => {})
    expect(await ssh.execCommand('x')).toEqual({ code: null, signal: null, stdout: '', stderr: '' })
  })

  it('rejects exec for anything on stderr', async () => {
    const { ssh } = await connected({
      exec: (channel) => {
        channel.stderr.write('a warning')
        answer(channel, 'fine')
      },
    })
    await expect(ssh.exec('x', [])).rejects.toThrow('a warning')
  })

  it('knows no signal', async () => {
    const { ssh } = await connected({ exec: (channel) => answer(channel, 'ran to its end') })
    const result = await ssh.execCommand('x', { signal: AbortSignal.abort() } as object)
    expect(result.stdout).toBe('ran to its end')
  })

  it('trims what a command printed and takes bytes for text', async () => {
    const { ssh } = await connected({
      exec: (channel) => {
        channel.write(Buffer.from([0x20, 0xff, 0x0a]))
        answer(channel, '')
      },
    })
    expect((await ssh.execCommand('x')).stdout).toBe('\uFFFD')
  })
})
