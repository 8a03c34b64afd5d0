import { getEventListeners, once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { client, SHORT, eventually, everythingIn, failure, machineRecord } from './fixtures.ts'
import { json, rawServer, scriptedMaas, sentence } from './scripted-maas.ts'

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n'

/** A server that reads a request, then does what a test says to its socket. */
function afterRequest(act: (socket: Socket) => void) {
  return rawServer((socket) => socket.once('data', () => act(socket)))
}

describe('a request that never left', () => {
  it('says so: nothing can have happened', async () => {
    const gone = await rawServer(() => {})
    await gone[Symbol.asyncDispose]()
    await using under = client(gone.url, { readAttempts: 1 })
    for (const call of [under.machine('p3wxky'), under.commission('p3wxky')])
      expect(await failure(call)).toMatchObject({
        code: 'maas.unreachable',
        kind: 'transient',
        context: { sent: 'no' },
        message: expect.stringContaining('ECONNREFUSED'),
      })
  })

  it('says so for a name that does not resolve', async () => {
    await using under = client('http://maas.invalid/MAAS', { readAttempts: 1, timeouts: { power: 5000, other: 5000 } })
    expect(await failure(under.commission('p3wxky'))).toMatchObject({
      code: 'maas.unreachable',
      context: { sent: 'no' },
    })
  })

  it('says so where the connection is still being made when the time is up, and it is not sent later', async () => {
    await using maas = await scriptedMaas((_, response) => json(response, machineRecord()))
    const held: (() => void)[] = []
    let slow = true
    await using under = client(maas.url, {
      timeouts: { power: 1000, other: 1000 },
      connect: (options, done) => {
        const open = () => {
          const socket = connect(Number(options.port), options.hostname)
          socket.once('connect', () => done(null, socket))
        }
        if (slow) held.push(open)
        else open()
      },
    })
    expect(await failure(under.commission('p3wxky'))).toMatchObject({
      code: 'maas.timeout',
      kind: 'timeout',
      context: { sent: 'no' },
    })
    expect(await failure(under.machine('p3wxky'))).toMatchObject({ code: 'maas.timeout', context: { sent: 'no' } })
    slow = false
    for (const open of held) open()
    await eventually(maas.connections).toBe(2)
    expect(await under.commission('p3wxky')).toMatchObject({ system_id: 'p3wxky' })
    expect(await under.machine('p3wxky')).toMatchObject({ system_id: 'p3wxky' })
    expect(maas.received.map(({ method }) => method)).toEqual(['POST', 'GET'])
  })

  it('is told apart where TLS was spoken to a plain port', async () => {
    await using maas = await scriptedMaas((_, response) => json(response, {}))
    await using under = client(maas.url.replace('http:', 'https:'))
    expect(await failure(under.commission('p3wxky'))).toMatchObject({
      code: 'maas.tls',
      kind: 'invalid',
      context: { sent: 'no' },
    })
  })
})

describe('an answer that is lost', () => {
  it.each([
    ['before its first byte', ''],
    ['within its head', 'HTTP/1.1 200 OK\r\ncontent-ty'],
    ['within its body', `${HEAD}content-length: 4000\r\n\r\n{"system_id": "p3w`],
    ['within a chunk', `${HEAD}transfer-encoding: chunked\r\n\r\n400\r\n{"system_id": "p3w`],
  ])('leaves a change unknown, and a read transient: %s', async (_, bytes) => {
    await using maas = await afterRequest((socket) => socket.end(bytes))
    await using under = client(maas.url, { readAttempts: 1 })
    expect(await failure(under.commission('p3wxky'))).toMatchObject({
      code: 'maas.lost-answer',
      kind: 'lost-contact-after-effect',
      context: { sent: 'unknown' },
    })
    expect(await failure(under.machine('p3wxky'))).toMatchObject({ code: 'maas.lost-answer', kind: 'transient' })
  })

  it('is waited for no longer than the time-out, and then the connection is closed', async () => {
    await using maas = await scriptedMaas(() => {})
    await using under = client(maas.url, { readAttempts: 3, timeouts: SHORT })
    expect(await failure(under.commission('p3wxky'))).toMatchObject({
      code: 'maas.lost-answer',
      kind: 'lost-contact-after-effect',
      context: { sent: 'unknown' },
    })
    await eventually(maas.open).toBe(0)
    expect(await failure(under.machine('p3wxky'))).toMatchObject({ code: 'maas.timeout', kind: 'timeout' })
    await eventually(maas.ended).toBe(2)
    expect(maas.received).toHaveLength(2)
  })

  it('is given the longer time where MAAS asks a BMC first', async () => {
    await using maas = await scriptedMaas((_, response) => void once(response, 'close'))
    await using under = client(maas.url, { timeouts: { power: 300, other: 50 } })
    expect((await failure(under.queryPowerState('p3wxky'))).message).toContain('300 ms')
    expect((await failure(under.commission('p3wxky'))).message).toContain('300 ms')
    expect((await failure(under.setPowerAddress('p3wxky', '192.168.1.100'))).message).toContain('50 ms')
  })

  it('counts a body that drips as slow as one that does not come', async () => {
    await using maas = await afterRequest((socket) => {
      socket.write(`${HEAD}content-length: 4000\r\n\r\n`)
      const drip = setInterval(() => socket.write(' '), 20)
      socket.on('close', () => clearInterval(drip))
    })
    await using under = client(maas.url, { timeouts: SHORT })
    expect(await failure(under.machine('p3wxky'))).toMatchObject({ code: 'maas.timeout' })
    await eventually(maas.ended).toBe(1)
  })
})

describe('an answer that is not what MAAS documents', () => {
  it('is no HTTP', async () => {
    await using maas = await afterRequest((socket) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'))
    await using under = client(maas.url, { readAttempts: 1 })
    expect(await failure(under.commission('p3wxky'))).toMatchObject({
      code: 'maas.unexpected-answer',
      kind: 'lost-contact-after-effect',
      context: { sent: 'unknown' },
    })
    expect(await failure(under.machine('p3wxky'))).toMatchObject({ code: 'maas.unexpected-answer', kind: 'transient' })
  })

  it('never shows a password that was in it, wherever it broke off', async () => {
    const password = 'Passw0rd'
    const body = `{"power_address": "10.0.0.1", "power_pass": "${password}`
    const wrong = `{"power_address": "10.0.0.1", "power_pass": ${password}}`
    const broken = [
      `${HEAD}content-length: ${wrong.length}\r\n\r\n${wrong}`,
      `${HEAD}content-length: ${body.length}\r\n\r\n${body}`,
      `${HEAD}transfer-encoding: chunked\r\n\r\n${body}`,
      `HTTP/1.1 200 OK\r\n${body}`,
      `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      `HTTP/1.1 409 Conflict\r\ncontent-type: text/plain\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    ]
    for (const bytes of broken) {
      await using maas = await afterRequest((socket) => socket.end(bytes))
      await using under = client(maas.url, { readAttempts: 1 })
      for (const call of [under.powerParameters('p3wxky'), under.allPowerParameters()])
        expect(everythingIn(await failure(call))).not.toContain(password)
    }
  })

  it('is a page of something else', async () => {
    await using maas = await scriptedMaas((_, response) =>
      sentence(response, 200, '<html><body>It works!</body></html>', 'text/html'),
    )
    await using under = client(maas.url, { readAttempts: 1 })
    expect(await failure(under.version())).toMatchObject({
      code: 'maas.unexpected-answer',
      context: { answer: 'It works!' },
    })
  })

  it('lacks a field, or has one of another type: the error names it', async () => {
    let record: unknown
    await using maas = await scriptedMaas((_, response) => json(response, record))
    await using under = client(maas.url, { readAttempts: 1 })
    record = machineRecord('p3wxky', { status: 'Ready' })
    expect(await failure(under.machine('p3wxky'))).toMatchObject({
      code: 'maas.unexpected-answer',
      context: { field: 'status' },
      message: expect.stringContaining('field status'),
    })
    record = [machineRecord('aaaaaa'), machineRecord('bbbbbb', { interface_set: [{ id: 1, name: 'eth0' }] })]
    expect(await failure(under.machines({ ids: ['aaaaaa', 'bbbbbb'] }))).toMatchObject({
      context: { field: '1.interface_set.0.mac_address' },
    })
    record = null
    expect(await failure(under.machine('p3wxky'))).toMatchObject({
      message: expect.stringContaining('the answer itself'),
    })
  })

  it('is larger than the client takes: it is not read to its end', async () => {
    let written = 0
    await using maas = await scriptedMaas((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const flood = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, ' '))) written += 65_536
      }
      response.on('drain', flood)
      flood()
    })
    await using under = client(maas.url, {
      readAttempts: 1,
      maxAnswerBytes: 1_000_000,
      timeouts: { power: 10_000, other: 10_000 },
    })
    expect(await failure(under.machine('p3wxky'))).toMatchObject({
      code: 'maas.unexpected-answer',
      message: expect.stringContaining('1000000 bytes'),
    })
    await eventually(maas.ended).toBe(1)
    expect(written).toBeLessThan(50_000_000)
  })
})

describe('an abort', () => {
  it('rejects with its own reason and closes the connection of a request under way', async () => {
    await using maas = await scriptedMaas(() => {})
    await using under = client(maas.url, { timeouts: { power: 60_000, other: 60_000 } })
    for (const start of [
      (signal: AbortSignal) => under.commission('p3wxky', { signal }),
      (signal: AbortSignal) => under.machine('p3wxky', { signal }),
    ]) {
      const controller = new AbortController()
      const reason = new Error('ada has had enough')
      const call = start(controller.signal)
      const before = maas.received.length
      await eventually(() => maas.received.length).toBe(before + 1)
      controller.abort(reason)
      await expect(call).rejects.toBe(reason)
      await eventually(maas.ended).toBe(before + 1)
    }
  })

  it('before the call sends nothing', async () => {
    await using maas = await scriptedMaas((_, response) => json(response, machineRecord()))
    await using under = client(maas.url)
    await expect(under.commission('p3wxky', { signal: AbortSignal.abort('a text as reason') })).rejects.toBe(
      'a text as reason',
    )
    await expect(under.machine('p3wxky', { signal: AbortSignal.abort('a text as reason') })).rejects.toBe(
      'a text as reason',
    )
    expect(maas.received).toEqual([])
  })

  it('ends the wait between two tries of a read at once', async () => {
    const controller = new AbortController()
    await using maas = await scriptedMaas((_, response) => response.writeHead(503, { 'retry-after': '300' }).end())
    const slept: number[] = []
    const clock = {
      now: () => 0,
      sleep: (ms: number, signal?: AbortSignal) => {
        slept.push(ms)
        setImmediate(() => controller.abort(new Error('stop')))
        return new Promise<void>((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
      },
    }
    await using under = client(maas.url, { clock })
    await expect(under.version({ signal: controller.signal })).rejects.toThrow('stop')
    expect(slept).toEqual([300_000])
    expect(maas.received).toHaveLength(1)
  })

  it('leaves no listener behind, however often a signal is used', async () => {
    await using maas = await scriptedMaas((_, response) => json(response, machineRecord()))
    await using under = client(maas.url)
    const { signal } = new AbortController()
    for (let n = 0; n < 20; n++) await under.machine('p3wxky', { signal })
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})

describe('reads', () => {
  it('are repeated on transient and busy errors, changes never', async () => {
    let failures = 2
    await using maas = await scriptedMaas((_, response) =>
      failures-- > 0 ? sentence(response, 500, 'boom') : json(response, machineRecord()),
    )
    await using under = client(maas.url)
    expect(await under.machine('p3wxky')).toMatchObject({ system_id: 'p3wxky' })
    expect(maas.received).toHaveLength(3)
    failures = 1
    expect(await failure(under.rescueMode('p3wxky'))).toMatchObject({ code: 'maas.server-error' })
    expect(maas.received).toHaveLength(4)
  })

  it('end with the last error after the last try', async () => {
    await using maas = await scriptedMaas((_, response) => sentence(response, 500, 'boom'))
    await using under = client(maas.url, { readAttempts: 4 })
    expect(await failure(under.machine('p3wxky'))).toMatchObject({ code: 'maas.server-error' })
    expect(maas.received).toHaveLength(4)
  })

  it.each([
    [504, 'Unexpected exception: TimeoutError.', 'maas.bmc-unreachable'],
    [403, '', 'maas.forbidden'],
    [404, 'No Machine matches the given query.', 'maas.not-found'],
  ])('are not repeated after %i', async (status, body, code) => {
    await using maas = await scriptedMaas((_, response) => sentence(response, status, body))
    await using under = client(maas.url)
    expect(await failure(under.queryPowerState('p3wxky'))).toMatchObject({ code })
    expect(maas.received).toHaveLength(1)
  })
})

describe('closing the client', () => {
  it('ends what is under way with an error of its own, releases the sockets and refuses new calls', async () => {
    await using maas = await scriptedMaas(() => {})
    const under = client(maas.url, { timeouts: { power: 60_000, other: 60_000 } })
    const calls = [under.commission('p3wxky'), under.machine('p3wxky')].map(failure)
    await eventually(() => maas.received.length).toBe(2)
    await under.close()
    for (const call of calls)
      expect(await call).toMatchObject({ code: 'maas.closed', kind: 'cancelled', context: { sent: 'unknown' } })
    await eventually(maas.open).toBe(0)
    expect(await failure(under.machine('p3wxky'))).toMatchObject({ code: 'maas.closed', context: { sent: 'no' } })
    await under.close()
  })
})
