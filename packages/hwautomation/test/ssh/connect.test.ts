import type { ServerChannel } from 'ssh2'
import { afterEach, describe, expect, it } from 'vitest'
import type { Clock } from '../../src/clock.ts'
import { connectToBoot, type ConnectToBootOptions } from '../../src/ssh/connect.ts'
import { sameSerial } from '../../src/ssh/identity.ts'
import { answer, otherKey, SshTestServer, userKey, watchedDial } from './ssh-test-server.ts'

const OLD_BOOT = '11111111-1111-4111-8111-111111111111'
const NEW_BOOT = '22222222-2222-4222-8222-222222222222'
const OURS = 'CZ2D1X0GQ7'

const open: AsyncDisposable[] = []

afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each[Symbol.asyncDispose]()
})

/** Answers any command like the identity script on a host of that serial and boot. */
const host = (serial: string, boot: string) => (channel: ServerChannel) =>
  answer(
    channel,
    `vendor=HPE\nproduct=ProLiant RL300 Gen11\nboard=\nserial=${serial}\nuuid=\narchitecture=aarch64\nboot=${boot}\n`,
  )

/** Addresses of a data centre: what answers there now. */
class Network {
  readonly servers = new Map<string, SshTestServer>()
  readonly dials: string[] = []
  readonly watched = watchedDial()

  async host(address: string, serial: string, boot: string): Promise<SshTestServer> {
    const server = await SshTestServer.start({ exec: host(serial, boot) })
    open.push(server)
    this.servers.set(address, server)
    return server
  }

  readonly dial: ConnectToBootOptions['dial'] = (target) => {
    this.dials.push(target.host)
    return this.watched.dial({ ...target, host: '127.0.0.1', port: this.servers.get(target.host)?.port ?? 1 })
  }

  get openSockets(): number {
    return this.watched.sockets.filter((socket) => !socket.destroyed).length
  }
}

/** Sleeps pass at once; `after` happens when that much time has passed. */
class QuickClock implements Clock {
  readonly waits: number[] = []
  readonly #later: [at: number, action: () => Promise<unknown>][] = []
  #now = 1_000_000

  now = () => this.#now

  after(ms: number, action: () => Promise<unknown>): this {
    this.#later.push([this.#now + ms, action])
    return this
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted()
    this.waits.push(ms)
    this.#now += ms
    for (const [at, action] of this.#later.splice(0)) {
      if (at <= this.#now) await action()
      else this.#later.push([at, action])
    }
    signal?.throwIfAborted()
  }
}

function options(network: Network, more: Partial<ConnectToBootOptions> = {}): ConnectToBootOptions {
  return {
    candidates: ['10.0.0.1', '10.0.0.2'],
    username: 'ubuntu',
    privateKey: userKey.private,
    dial: network.dial ?? (() => Promise.reject(new Error())),
    accept: async ({ serial }) => (sameSerial(serial, OURS) ? 'yes' : { reason: `serial is not ${OURS}` }),
    clock: new QuickClock(),
    timeoutMs: 600_000,
    ...more,
  }
}

async function connected(choice: ConnectToBootOptions) {
  const connection = await connectToBoot(choice)
  open.push(connection.session)
  return connection
}

describe('connecting to a boot', () => {
  it('finds the machine at whichever of its addresses it came up', async () => {
    const network = new Network()
    await network.host('10.0.0.2', OURS, NEW_BOOT)
    const { session, ...found } = await connected(options(network))
    expect(found).toMatchObject({
      address: '10.0.0.2',
      bootId: NEW_BOOT,
      hostKey: session.hostKey,
      identity: { serial: OURS, product: 'ProLiant RL300 Gen11' },
    })
    expect(network.openSockets).toBe(1)
  })

  it('waits on the clock, ever longer up to ten seconds, until it is up', async () => {
    const network = new Network()
    const clock = new QuickClock()
    clock.after(60_000, () => network.host('10.0.0.1', OURS, NEW_BOOT))
    const seen: ReadonlyMap<string, string>[] = []
    await connected(options(network, { clock, onWait: (addresses) => seen.push(addresses) }))
    expect(clock.waits[0]).toBe(2000)
    expect(Math.max(...clock.waits)).toBe(10_000)
    expect(seen).toHaveLength(clock.waits.length)
    expect(seen[0]?.get('10.0.0.1')).toContain('nothing listens there')
  })

  it('does not take the old boot for the new one', async () => {
    const network = new Network()
    const old = await network.host('10.0.0.1', OURS, OLD_BOOT)
    const clock = new QuickClock()
    const goDown = async () => {
      network.servers.delete('10.0.0.1')
      await old[Symbol.asyncDispose]()
    }
    clock.after(5000, goDown).after(20_000, () => network.host('10.0.0.1', OURS, NEW_BOOT))
    const said: (string | undefined)[] = []
    const connection = await connected(
      options(network, { clock, notBootId: OLD_BOOT, onWait: (addresses) => said.push(addresses.get('10.0.0.1')) }),
    )
    expect(connection.bootId).toBe(NEW_BOOT)
    expect(said[0]).toBe('still in the boot that is to be over')
  })

  it('goes on past another machine that got the address, and names it when time is over', async () => {
    const network = new Network()
    await network.host('10.0.0.1', 'OTHER1234', NEW_BOOT)
    await expect(connectToBoot(options(network, { timeoutMs: 30_000 }))).rejects.toMatchObject({
      code: 'ssh.no-boot',
      kind: 'timeout',
      message: expect.stringMatching(
        /10\.0\.0\.1: another machine \(HPE ProLiant RL300 Gen11, serial OTHER1234.*serial is not CZ2D1X0GQ7.*10\.0\.0\.2: .*nothing listens there/,
      ),
    })
    expect(network.openSockets).toBe(0)
  })

  it('takes a machine without a serial for no machine of ours', async () => {
    const network = new Network()
    await network.host('10.0.0.1', 'Not Specified', NEW_BOOT)
    await expect(connectToBoot(options(network, { timeoutMs: 5000 }))).rejects.toMatchObject({
      message: expect.stringContaining('serial unknown'),
    })
  })

  it('keeps one session when two addresses lead to the machine', async () => {
    const network = new Network()
    await network.host('10.0.0.1', OURS, NEW_BOOT)
    await network.host('10.0.0.2', OURS, NEW_BOOT)
    await connected(options(network))
    expect(network.openSockets).toBe(1)
  })

  it('stops at once when every address refuses the key for good, without hammering', async () => {
    const network = new Network()
    const server = await network.host('10.0.0.1', OURS, NEW_BOOT)
    const refused = connectToBoot(options(network, { candidates: ['10.0.0.1'], privateKey: otherKey.private }))
    await expect(refused).rejects.toMatchObject({ code: 'ssh.auth', kind: 'auth', retryable: false })
    expect(server.offers).toBe(3)
  })

  it('asks for the addresses anew in each round', async () => {
    const network = new Network()
    await network.host('10.0.0.9', OURS, NEW_BOOT)
    let round = 0
    const connection = await connected(
      options(network, { candidates: async () => (++round < 3 ? [] : ['10.0.0.9', '10.0.0.9']) }),
    )
    expect(connection.address).toBe('10.0.0.9')
    expect(network.dials).toEqual(['10.0.0.9'])
  })

  it('ends with the reason of an abort, in a wait and in a try, and leaves no connection', async () => {
    const network = new Network()
    const reason = { by: 'ada' }
    const abort = new AbortController()
    const clock = new QuickClock()
    clock.after(10_000, async () => abort.abort(reason))
    await expect(connectToBoot(options(network, { clock, signal: abort.signal }))).rejects.toBe(reason)
    await network.host('10.0.0.1', OURS, NEW_BOOT)
    const second = new AbortController()
    const accept = async () => {
      second.abort(reason)
      return 'yes' as const
    }
    await expect(connectToBoot(options(network, { accept, signal: second.signal }))).rejects.toBe(reason)
    expect(network.openSockets).toBe(0)
  })

  it('throws on what is no answer of a host but a defect', async () => {
    const network = new Network()
    await network.host('10.0.0.1', OURS, NEW_BOOT)
    const defect = new TypeError('undefined is not a function')
    await expect(connectToBoot(options(network, { accept: () => Promise.reject(defect) }))).rejects.toBe(defect)
    expect(network.openSockets).toBe(0)
  })
})
