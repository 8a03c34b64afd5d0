import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { dialDirect } from '../../../src/dial.ts'
import { Redactor } from '../../../src/redaction.ts'
import { replyError } from '../../../src/bmc/redfish/reply-error.ts'
import { RedfishTransport } from '../../../src/bmc/redfish/transport.ts'
import type { RedfishTransportOptions } from '../../../src/bmc/redfish/transport.ts'
import { failureOf, rejectionOf } from '../rejection.ts'
import { bmcCertificate, portOf, startHttpsBmc, startTlsBmc } from './raw-bmc.ts'
import type { BmcCertificate, Handler, RawBmc } from './raw-bmc.ts'

let certificate: BmcCertificate
let other: BmcCertificate
beforeAll(async () => {
  certificate = await bmcCertificate()
  other = await bmcCertificate('ILO111111111')
})

const ok: Handler = (_request, response) =>
  response.setHeader('content-type', 'application/json').end('{"Id":"RootService"}')
const get = { method: 'GET', path: '/redfish/v1/' } as const
const post = {
  method: 'POST',
  path: '/redfish/v1/Systems/1/Actions/ComputerSystem.Reset',
  body: { ResetType: 'On' },
} as const

function transportTo(bmc: RawBmc, options: Partial<RedfishTransportOptions> = {}): RedfishTransport {
  return new RedfishTransport({
    host: '127.0.0.1',
    port: bmc.port,
    dial: dialDirect(),
    certificate: { mode: 'pin', sha256: certificate.fingerprint },
    ...options,
  })
}

async function expectNoSockets(bmc: RawBmc): Promise<void> {
  await vi.waitFor(() => expect(bmc.openSockets()).toBe(0))
}

describe('the certificate of a BMC', () => {
  test('that matches the pin is accepted though it is self-signed and for another name', async () => {
    await using bmc = await startHttpsBmc(certificate, ok)
    const transport = transportTo(bmc)
    expect((await transport.request(get)).body).toEqual({ Id: 'RootService' })
    expect(transport.certificate?.sha256).toBe(certificate.fingerprint.replaceAll(':', '').toLowerCase())
    await expectNoSockets(bmc)
  })

  test('that does not match the pin gets not one byte of the request, and both fingerprints are named', async () => {
    const received: Buffer[] = []
    await using bmc = await startTlsBmc(other, (socket) => socket.on('data', (bytes: Buffer) => received.push(bytes)))
    const transport = transportTo(bmc)
    const error = await failureOf(transport.request(post))
    expect(error).toMatchObject({ code: 'bmc.certificate-changed', kind: 'conflict', retryable: false })
    expect(error.context).toMatchObject({ expected: plain(certificate), seen: plain(other) })
    expect(transport.certificate?.sha256).toBe(plain(other))
    await expectNoSockets(bmc)
    expect(Buffer.concat(received)).toHaveLength(0)
  })

  test('that comes first is trusted, and another one after it is not', async () => {
    await using first = await startHttpsBmc(certificate, ok)
    await using second = await startHttpsBmc(other, ok)
    const ports = [first.port, first.port, second.port]
    const dial = dialDirect()
    const transport = transportTo(first, {
      certificate: { mode: 'trust-first' },
      dial: (target) => dial({ ...target, port: ports.shift() ?? 0 }),
    })
    expect((await transport.request(get)).status).toBe(200)
    expect((await transport.request(get)).status).toBe(200)
    expect(await failureOf(transport.request(get))).toMatchObject({ code: 'bmc.certificate-changed' })
    expect(second.requests).toEqual([])
  })

  test('must be vouched for by the authority, for this address', async () => {
    const proper = await bmcCertificate('bmc', '127.0.0.1')
    await using good = await startHttpsBmc(proper, ok)
    await using wrongName = await startHttpsBmc(certificate, ok)
    expect((await transportTo(good, { certificate: { mode: 'ca', ca: proper.cert } }).request(get)).status).toBe(200)
    for (const [bmc, ca] of [
      [good, other.cert],
      [wrongName, certificate.cert],
    ] as const) {
      const transport = transportTo(bmc, { certificate: { mode: 'ca', ca } })
      expect(await failureOf(transport.request(get))).toMatchObject({
        code: 'bmc.certificate-untrusted',
        kind: 'conflict',
      })
      expect(transport.certificate).toBeDefined()
    }
    expect(wrongName.requests).toEqual([])
  })
})

describe('a request', () => {
  test('asks for uncompressed OData 4.0 JSON on a connection of its own', async () => {
    let headers: unknown
    await using bmc = await startHttpsBmc(certificate, (request, response) => {
      headers = request.headers
      ok(request, response)
    })
    await transportTo(bmc).request({ ...post, token: 'secret-token' })
    expect(headers).toMatchObject({
      'accept-encoding': 'identity',
      'odata-version': '4.0',
      'content-type': 'application/json',
      'x-auth-token': 'secret-token',
      connection: 'close',
    })
  })

  test('reads a chunked answer', async () => {
    await using bmc = await startHttpsBmc(certificate, (_request, response) => {
      response.write('{"Id":')
      response.end('"1"}')
    })
    expect((await transportTo(bmc).request(get)).body).toEqual({ Id: '1' })
  })

  test('tolerates an HTML page and says what came', async () => {
    await using bmc = await startHttpsBmc(certificate, (_request, response) => {
      response.statusCode = 404
      response.end('<html><title>Not Found</title></html>')
    })
    const reply = await transportTo(bmc).request(get)
    expect(reply).toMatchObject({ status: 404, body: undefined, messages: [] })
    expect(replyError(reply)).toMatchObject({
      code: 'bmc.no-such-resource',
      message: expect.stringContaining('<title>Not Found'),
    })
  })

  test('does not follow a redirect', async () => {
    await using elsewhere = await startHttpsBmc(certificate, ok)
    await using bmc = await startHttpsBmc(certificate, (_request, response) => {
      response.writeHead(307, { location: `https://127.0.0.1:${elsewhere.port}/redfish/v1/` }).end()
    })
    expect(replyError(await transportTo(bmc).request(get))).toMatchObject({ code: 'bmc.redirected' })
    expect(elsewhere.requests).toEqual([])
  })

  test('never goes to another host, whatever a link says', async () => {
    await using bmc = await startHttpsBmc(certificate, ok)
    await transportTo(bmc).request({ method: 'GET', path: 'https://evil.example/redfish/v1/Systems/1/?x=1' })
    expect(bmc.requests).toEqual(['GET /redfish/v1/Systems/1/?x=1'])
  })

  test.each(['GET', 'POST'] as const)('of %s whose answer is too long ends there', async (method) => {
    await using bmc = await startHttpsBmc(certificate, (_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write('x'.repeat(64 * 1024)));
      }
      response.on('drain', more).writeHead(200)
      more()
    })
    const reply = transportTo(bmc, { maxReplyBytes: 1024 * 1024 }).request({ ...post, method })
    if (method === 'GET') expect(await failureOf(reply)).toMatchObject({ code: 'bmc.reply-too-long' })
    else expect(await reply).toMatchObject({ status: 200, body: undefined })
    await expectNoSockets(bmc)
  })

  test('whose answer is cut in the middle is a lost reply for a read, while a change keeps its status', async () => {
    await using bmc = await startHttpsBmc(certificate, (_request, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('{"Id":', () => response.socket?.destroy())
    })
    expect(await failureOf(transportTo(bmc).request(get))).toMatchObject({ code: 'bmc.reply-lost', kind: 'transient' })
    expect(await transportTo(bmc).request(post)).toMatchObject({ status: 200, body: undefined })
    await expectNoSockets(bmc)
  })

  test('that gets no answer is sent once, and may have had its effect if it was a change', async () => {
    await using bmc = await startHttpsBmc(certificate, (request) => request.socket.destroy())
    expect(await failureOf(transportTo(bmc).request(get))).toMatchObject({ code: 'bmc.reply-lost', kind: 'transient' })
    expect(await failureOf(transportTo(bmc).request(post))).toMatchObject({
      code: 'bmc.reply-lost',
      kind: 'lost-contact-after-effect',
    })
    expect(bmc.requests).toHaveLength(2)
  })

  test('to a port where nothing listens was certainly not sent', async () => {
    const bmc = await startHttpsBmc(certificate, ok)
    await bmc[Symbol.asyncDispose]()
    expect(await failureOf(transportTo(bmc).request(post))).toMatchObject({
      code: 'network.refused',
      kind: 'transient',
    })
  })

  test('to something that hangs in the TLS handshake, or drops it, fails in time and was not sent', async () => {
    for (const [onConnection, code] of [
      [() => {}, 'bmc.timeout'],
      [(socket: Socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'), 'bmc.tls-failed'],
      [(socket: Socket) => socket.destroy(), 'bmc.tls-failed'],
    ] as const) {
      const server = createServer(onConnection)
      const sockets = new Set<Socket>()
      server.on('connection', (socket) => {
        sockets.add(socket)
        socket
          .resume()
          .on('error', () => {})
          .on('close', () => sockets.delete(socket))
      })
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const port = portOf(server)
      const transport = new RedfishTransport({
        host: '127.0.0.1',
        port,
        dial: dialDirect(),
        certificate: { mode: 'trust-first' },
        connectTimeoutMs: 150,
      })
      expect(await failureOf(transport.request(post))).toMatchObject({ code, retryable: true })
      await vi.waitFor(() => expect(sockets.size).toBe(0))
      await new Promise((resolve) => server.close(resolve))
    }
  })

  test('that is never answered ends at its wall time', async () => {
    await using bmc = await startHttpsBmc(certificate, () => {})
    expect(await failureOf(transportTo(bmc, { requestTimeoutMs: 150 }).request(get))).toMatchObject({
      code: 'bmc.timeout',
      kind: 'timeout',
    })
    expect(await failureOf(transportTo(bmc, { requestTimeoutMs: 150 }).request(post))).toMatchObject({
      code: 'bmc.reply-lost',
      kind: 'lost-contact-after-effect',
    })
    await expectNoSockets(bmc)
  })

  test('that drips its answer byte by byte ends at its wall time too', async () => {
    await using bmc = await startHttpsBmc(certificate, (_request, response) => {
      response.writeHead(200)
      const drip = setInterval(() => response.write(' '), 20)
      response.on('close', () => clearInterval(drip))
    })
    expect(await failureOf(transportTo(bmc, { requestTimeoutMs: 200 }).request(get))).toMatchObject({
      code: 'bmc.timeout',
    })
    await expectNoSockets(bmc)
  })

  test('rejects with the very reason of its signal, before, during and without leaving a socket', async () => {
    const controller = new AbortController()
    const reason = new Error('cancelled by ada')
    await using bmc = await startHttpsBmc(certificate, () => controller.abort(reason))
    expect(await rejectionOf(transportTo(bmc).request({ ...post, signal: controller.signal }))).toBe(reason)
    expect(await rejectionOf(transportTo(bmc).request({ ...post, signal: controller.signal }))).toBe(reason)
    expect(bmc.requests).toHaveLength(1)
    await expectNoSockets(bmc)
  })

  test('that is aborted while out may wait a grace time for an answer that is needed', async () => {
    const controller = new AbortController()
    await using bmc = await startHttpsBmc(certificate, (request, response) => {
      controller.abort(new Error('cancelled'))
      setTimeout(() => ok(request, response), 50)
    })
    const reply = await transportTo(bmc).request({ ...post, signal: controller.signal, graceMs: 5_000 })
    expect(reply.status).toBe(200)
    const second = transportTo(bmc).request({ ...post, signal: controller.signal, graceMs: 5_000 })
    expect(await rejectionOf(second)).toBe(controller.signal.reason)
    expect(bmc.requests).toHaveLength(1)
  })

  test('ends when the transport is closed, and close waits until its socket is gone', async () => {
    let arrived = (): void => {}
    const arrival = new Promise<void>((resolve) => (arrived = resolve))
    await using bmc = await startHttpsBmc(certificate, () => arrived())
    const transport = transportTo(bmc)
    let ended = false
    const outcome = failureOf(transport.request(get).finally(() => (ended = true)))
    await arrival
    await transport.close()
    expect(ended).toBe(true)
    expect(await outcome).toMatchObject({ code: 'bmc.closed', kind: 'cancelled' })
    expect(await failureOf(transport.request(get))).toMatchObject({ code: 'bmc.closed' })
    await expectNoSockets(bmc)
  })

  test('takes secrets that the BMC repeats out of messages, and leaves its links alone', async () => {
    const redactor = new Redactor()
    redactor.add('redfish-pass')
    await using bmc = await startHttpsBmc(certificate, (_request, response) => {
      response.statusCode = 400
      const info = [
        {
          MessageId: 'Base.1.12.PropertyValueTypeError',
          Message: 'The value "redfish-pass" is wrong',
          MessageArgs: ['"redfish-pass"', 'Password'],
        },
      ]
      response.end(JSON.stringify({ '@odata.id': '/redfish-pass/', error: { '@Message.ExtendedInfo': info } }))
    })
    const reply = await transportTo(bmc, { redactor }).request(post)
    expect(replyError(reply)?.message).not.toContain('redfish-pass')
    expect(JSON.stringify(reply.messages)).not.toContain('redfish-pass')
    expect(reply.body).toMatchObject({ '@odata.id': '/redfish-pass/' })
  })
})

function plain({ fingerprint }: BmcCertificate): string {
  return fingerprint.replaceAll(':', '').toLowerCase()
}
