import { createServer as createHttpServer } from 'node:http'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { portOf } from './ssh/ssh-test-server.ts'
import { dialDirect, dialThrough, probe } from '../src/dial.ts'

const servers: { readonly server: Server; readonly sockets: Set<Socket> }[] = []

afterEach(async () => {
  for (const { server, sockets } of servers.splice(0)) {
    const closed = new Promise((resolve) => server.close(resolve))
    for (const socket of sockets) socket.destroy()
    await closed
  }
})

async function listening(server: Server): Promise<{ host: string; port: number; sockets: Set<Socket> }> {
  const sockets = new Set<Socket>()
  servers.push({ server, sockets })
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { host: '127.0.0.1', port: portOf(server), sockets }
}

const greeter = () => listening(createServer((socket) => socket.write('hello')))

async function unusedPort(): Promise<{ host: string; port: number }> {
  const { host, port } = await greeter()
  await new Promise((resolve) => servers.pop()?.server.close(resolve))
  return { host, port }
}

/** A CONNECT proxy that answers in the given way, or connects to `127.0.0.1` whatever host was asked for. */
async function proxyThat(reply: string | undefined, seen: { authority?: string; authorization?: string } = {}) {
  const proxy = createHttpServer()
  proxy.on('connect', (request, socket: Socket) => {
    seen.authority = request.url ?? ''
    seen.authorization = request.headers['proxy-authorization'] ?? ''
    socket.on('error', () => {})
    if (reply !== undefined) {
      socket.end(reply)
      return
    }
    const upstream = connect(Number(request.url?.split(':').at(-1)), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      upstream.pipe(socket).pipe(upstream)
    })
    upstream.on('error', () => socket.destroy())
  })
  return listening(proxy)
}

const firstBytes = (socket: Socket) =>
  new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())))
const refusal = (status: string, headers = '') => `HTTP/1.1 ${status}\r\n${headers}Content-Length: 0\r\n\r\n`

describe('dialling directly', () => {
  it('connects', async () => {
    const socket = await dialDirect()(await greeter())
    expect(await firstBytes(socket)).toBe('hello')
    expect(socket.listenerCount('error')).toBe(0)
    socket.destroy()
  })

  it('names host and port where nothing listens', async () => {
    const target = await unusedPort()
    await expect(dialDirect()(target)).rejects.toMatchObject({
      code: 'network.refused',
      kind: 'transient',
      retryable: true,
      context: target,
    })
  })

  it('rejects with the reason of an abort, before and during', async () => {
    const reason = { by: 'ada' }
    await expect(dialDirect()({ ...(await greeter()), signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const abort = new AbortController()
    const dialling = dialDirect()({ ...(await greeter()), signal: abort.signal })
    abort.abort(reason)
    await expect(dialling).rejects.toBe(reason)
  })

  it('probes', async () => {
    const target = await greeter()
    expect(await probe(dialDirect(), target)).toBe(true)
    expect(await probe(dialDirect(), await unusedPort())).toBe(false)
    await expect(probe(dialDirect(), { ...target, signal: AbortSignal.abort('no') })).rejects.toBe('no')
  })
})

describe('dialling through a proxy', () => {
  it('reaches the target and loses none of its first bytes', async () => {
    const target = await greeter()
    const seen: { authority?: string } = {}
    const proxy = await proxyThat(undefined, seen)
    const socket = await dialThrough(`http://127.0.0.1:${proxy.port}`)({ host: '192.168.1.100', port: target.port })
    expect(await firstBytes(socket)).toBe('hello')
    expect(seen.authority).toBe(`192.168.1.100:${target.port}`)
    socket.destroy()
    const eager = await proxyThat('HTTP/1.1 200 OK\r\n\r\nSSH-2.0-eager\r\n')
    expect(await firstBytes(await dialThrough(`http://127.0.0.1:${eager.port}`)({ host: 'h', port: 22 }))).toBe(
      'SSH-2.0-eager\r\n',
    )
  })

  it('puts an IPv6 address in brackets', async () => {
    const seen: { authority?: string } = {}
    const proxy = await proxyThat(refusal('502 Bad Gateway'), seen)
    await dialThrough(`http://127.0.0.1:${proxy.port}`)({ host: 'fd00::7', port: 22 }).catch(() => {})
    expect(seen.authority).toBe('[fd00::7]:22')
  })

  it('repeats what the proxy found out about the target', async () => {
    const cases = {
      connection_refused: 'network.refused',
      destination_ip_unroutable: 'network.no-route',
      connection_timeout: 'network.timeout',
    }
    for (const [error, code] of Object.entries(cases)) {
      const proxy = await proxyThat(refusal('502 Bad Gateway', `Proxy-Status: squid; error=${error}\r\n`))
      const dialling = dialThrough(`http://127.0.0.1:${proxy.port}`)({ host: '10.0.0.1', port: 22 })
      await expect(dialling).rejects.toMatchObject({
        code,
        kind: 'transient',
        context: { host: '10.0.0.1', port: 22, status: 502 },
      })
    }
  })

  it('tells a proxy that cannot from one that will not', async () => {
    const cases = {
      '502 Bad Gateway': 'transient',
      '403 Forbidden': 'auth',
      '407 Proxy Authentication Required': 'auth',
      '405 Method Not Allowed': 'invalid',
    }
    for (const [status, kind] of Object.entries(cases)) {
      const proxy = await proxyThat(refusal(status))
      await expect(dialThrough(`http://127.0.0.1:${proxy.port}`)({ host: 'h', port: 22 })).rejects.toMatchObject({
        code: 'network.proxy',
        kind,
      })
    }
  })

  it('sends credentials to the proxy and to nobody else', async () => {
    const seen: { authorization?: string } = {}
    const proxy = await proxyThat(refusal('407 Proxy Authentication Required'), seen)
    const error = await dialThrough(`http://ada:p%40ss@127.0.0.1:${proxy.port}`)({ host: 'h', port: 22 }).catch(
      (reason: unknown) => reason,
    )
    expect(Buffer.from(seen.authorization?.split(' ')[1] ?? '', 'base64').toString()).toBe('ada:p@ss')
    expect(JSON.stringify(error) + (error instanceof Error ? error.stack : '')).not.toMatch(/p@ss|p%40ss/)
  })

  it('says that the proxy itself is not there', async () => {
    const { port } = await unusedPort()
    await expect(dialThrough(`http://127.0.0.1:${port}`)({ host: 'h', port: 22 })).rejects.toMatchObject({
      code: 'network.proxy',
      kind: 'transient',
      context: { proxy: `127.0.0.1:${port}` },
    })
  })

  it('gives up on a proxy that never answers or hangs up, and leaves no socket', async () => {
    const silent = await listening(createServer((socket) => socket.resume()))
    const dial = dialThrough(`http://127.0.0.1:${silent.port}`, { timeoutMs: 100 })
    await expect(dial({ host: 'h', port: 22 })).rejects.toMatchObject({ code: 'network.timeout', kind: 'transient' })
    const abort = new AbortController()
    const dialling = dialThrough(`http://127.0.0.1:${silent.port}`)({ host: 'h', port: 22, signal: abort.signal })
    dialling.catch(() => {})
    while (silent.sockets.size === 0) await new Promise((resolve) => setImmediate(resolve))
    abort.abort('enough')
    await expect(dialling).rejects.toBe('enough')
    while (silent.sockets.size > 0) await new Promise((resolve) => setImmediate(resolve))
    const rude = await listening(createServer((socket) => socket.destroy()))
    await expect(dialThrough(`http://127.0.0.1:${rude.port}`)({ host: 'h', port: 22 })).rejects.toMatchObject({
      code: 'network.proxy',
    })
  })
})
