import { connect } from 'node:net'
import { expect, describe, it } from 'vitest'
import { startNetwork } from '../../bmc-network.ts'

type Network = Awaited<ReturnType<typeof startNetwork>>

const bootUp = async ({ machine, clock }: Network) => {
  machine.bootPlanner = () => ({ os: 'ephemeral', authorizedKeys: [] })
  machine.powerOn()
  await clock.advance(600_000)
}
const firstLine = (socket: NodeJS.ReadableStream) =>
  new Promise<string>((resolve) => {
    socket.once('data', (data: Buffer) => resolve(data.toString()))
    socket.resume()
  })

describe('dial', () => {
  it('leads port 22 of a booted host to its SSH server', async () => {
    await using lab = await startNetwork(undefined, 'stepped')
    await bootUp(lab)
    const { status, socket } = await lab.tunnel('10.0.0.50:22')
    expect(status).toBe(200)
    expect(await firstLine(socket)).toBe('hello from srv001\n')
    expect(lab.log.of('dial connect ssh')).toMatchObject([
      { server: 'srv001', outcome: 200, mutating: false, detail: '10.0.0.50:22' },
    ])
    socket.destroy()
  })

  it('leads port 443 of a BMC to its Redfish service', async () => {
    await using lab = await startNetwork()
    expect((await lab.ilo().get('/redfish/v1/')).status).toBe(200)
    expect(lab.log.calls()).toEqual(['dial connect redfish', 'redfish GET /redfish/v1'])
  })

  it.each([
    ['a port that nobody listens on', '192.168.2.10:80', 502, 'connection_refused'],
    ['an address that nobody has', '192.168.1.100:443', 504, 'destination_ip_unroutable'],
    ['an address of no network of the lab', '8.8.8.8:443', 504, 'destination_ip_unroutable'],
    ['a name', 'srv001:22', 400, 'http_request_error'],
    ['a port that is none', '10.0.0.50:99999', 400, 'http_request_error'],
  ])('answers %s with the reason at once', async (_what, target, status, error) => {
    await using lab = await startNetwork(undefined, 'stepped')
    const answer = await lab.tunnel(target)
    expect(answer.status).toBe(status)
    expect(answer.head).toContain(`Proxy-Status: hwautomation-lab; error=${error}`)
    await answer.closed
  })

  it('refuses a host that is still booting, and has no route to one that is off', async () => {
    await using lab = await startNetwork(undefined, 'stepped')
    await bootUp(lab)
    lab.machine.reboot()
    await lab.clock.advance(lab.machine.durations.post)
    expect(lab.machine.phase).toBe('booting')
    expect((await lab.tunnel('10.0.0.50:22')).status).toBe(502)
    lab.machine.powerOff()
    await lab.clock.advance(10_000)
    expect((await lab.tunnel('10.0.0.50:22')).status).toBe(504)
  })

  it('cuts a connection to a host that goes down', async () => {
    await using lab = await startNetwork(undefined, 'stepped')
    await bootUp(lab)
    const { socket, closed } = await lab.tunnel('10.0.0.50:22')
    await firstLine(socket)
    lab.machine.reboot()
    await closed
    expect(lab.dial.leftovers()).toEqual([])
  })

  it('follows a BMC to its new address and cuts what led to the old one', async () => {
    await using lab = await startNetwork()
    const old = await lab.tunnel('192.168.2.10:443')
    lab.machine.bmc.network.address = '192.168.1.100'
    old.socket.resume()
    await old.closed
    expect((await lab.tunnel('192.168.2.10:443')).status).toBe(504)
    const { body } = await lab.ilo('192.168.1.100').get('/redfish/v1/')
    expect(body.UUID).toBe(lab.machine.bmc.uuid)
  })

  it('has no route to a BMC that resets, until it is back', async () => {
    await using lab = await startNetwork(undefined, 'stepped')
    lab.machine.resetBmc()
    expect((await lab.tunnel('192.168.2.10:443')).status).toBe(504)
    await lab.clock.advance(lab.machine.durations.bmcReset)
    expect((await lab.ilo().get('/redfish/v1/')).status).toBe(200)
  })

  it('names each open connection until it is closed', async () => {
    await using lab = await startNetwork()
    const { socket } = await lab.tunnel('192.168.2.10:443')
    await lab.clock.settled()
    expect(lab.dial.leftovers()).toEqual(['open connection to 192.168.2.10:443 (bmc of srv001)'])
    socket.destroy()
    await lab.clock.settled()
    expect(lab.dial.leftovers()).toEqual([])
  })

  it('does nothing but CONNECT', async () => {
    await using lab = await startNetwork()
    const answer = await fetch(lab.dial.url)
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'CONNECT'])
  })
})

describe('a fault on dial', () => {
  it('refuses', async () => {
    await using lab = await startNetwork()
    lab.faults.once({ server: 'srv001', call: 'dial connect redfish', mode: 'refuse' })
    expect((await lab.tunnel('192.168.2.10:443')).status).toBe(502)
    expect((await lab.ilo().get('/redfish/v1/')).status).toBe(200)
  })

  it.each(['drop-before-effect', 'drop-mid-reply', 'reply-lost-after-effect'] as const)(
    'cuts the connection (%s)',
    async (mode) => {
      await using lab = await startNetwork()
      lab.faults.once({ call: 'dial connect redfish', mode })
      await expect(lab.tunnel('192.168.2.10:443')).rejects.toThrow(/cut|ECONNRESET/)
      expect(lab.log.of('dial connect redfish')).toMatchObject([{ outcome: 'dropped', fault: mode }])
    },
  )

  it('hangs until the client gives up', async () => {
    await using lab = await startNetwork()
    lab.faults.once({ call: 'dial connect ssh', mode: 'hang' })
    const hung = lab.tunnel('10.0.0.50:22')
    const start = lab.clock.now()
    const giveUp = new AbortController()
    const sleeping = lab.clock.sleep(1_000, giveUp.signal)
    await expect(Promise.race([hung, new Promise((resolve) => setTimeout(resolve, 50, 'nothing'))])).resolves.toBe(
      'nothing',
    )
    expect(lab.clock.now()).toBe(start)
    expect(lab.log.of('dial connect ssh')).toMatchObject([{ outcome: 'hung' }])
    giveUp.abort(new Error('enough'))
    await expect(sleeping).rejects.toThrow('enough')
    await lab.dial.close()
    await expect(hung).rejects.toThrow()
  })

  it('hung lets lab time go on once the client has given up', async () => {
    await using lab = await startNetwork()
    lab.faults.once({ call: 'dial connect redfish', mode: 'hang' })
    const socket = connect(lab.port, '127.0.0.1', () => socket.write('CONNECT 192.168.2.10:443 HTTP/1.1\r\n\r\n'))
    while (lab.log.entries.length === 0) await new Promise((resolve) => setImmediate(resolve))
    socket.destroy()
    await lab.clock.sleep(60_000)
  })

  it('slows it down', async () => {
    await using lab = await startNetwork()
    lab.faults.once({ call: 'dial connect redfish', mode: 'slow', delayMs: 80 })
    const before = performance.now()
    expect((await lab.tunnel('192.168.2.10:443')).status).toBe(200)
    expect(performance.now() - before).toBeGreaterThanOrEqual(78)
  })
})
