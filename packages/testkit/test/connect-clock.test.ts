import { fork, type ChildProcess } from 'node:child_process'
import { getEventListeners, once } from 'node:events'
import net from 'node:net'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { portOf } from './bmc-network.ts'
import { createLabClock, type ClockMode, type LabClock } from '../src/clock.ts'
import { connectLabClock } from '../src/connect-clock.ts'
import { createLab } from '../src/lab.ts'
import { serveClock } from '../src/serve-clock.ts'

const closers: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close()
})

async function served(mode: ClockMode): Promise<{ clock: LabClock; url: string }> {
  const clock = createLabClock(mode)
  const door = await serveClock(clock)
  closers.push(
    () => clock.close(),
    () => door.close(),
  )
  return { clock, url: door.url }
}

interface Client {
  readonly process: ChildProcess
  /** Has the client do something; resolves to what came of it. */
  ask(what: string, ...args: unknown[]): Promise<any>
}

/** A process of its own that lives in the time of `url`. */
async function client(url: string): Promise<Client> {
  const script = fileURLToPath(new URL('connect-clock-client.ts', import.meta.url))
  const child = fork(script, [url], { execArgv: ['--import', 'tsx'] })
  closers.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  })
  await once(child, 'message')
  let asked = 0
  return {
    process: child,
    ask(what, ...args) {
      const id = ++asked
      return new Promise((resolve) => {
        const hear = ([answered, value]: [number, unknown]) => {
          if (answered !== id) return
          child.off('message', hear)
          resolve(value)
        }
        child.on('message', hear)
        child.send([id, what, ...args])
      })
    },
  }
}

describe('a client in another process', () => {
  it('sleeps an hour in a moment, and the lab with it', async () => {
    const { clock, url } = await served('auto')
    const start = clock.now()
    const other = await client(url)
    const wall = performance.now()
    expect(await other.ask('sleep often', 60, 60_000)).toBe(start + 3_600_000)
    expect(clock.now()).toBe(start + 3_600_000)
    expect(performance.now() - wall).toBeLessThan(5_000)
  })

  it('wakes in the right order with timers of the lab', async () => {
    const { clock, url } = await served('auto')
    const other = await client(url)
    const order: string[] = []
    const release = clock.holdStill()
    const sleeps = [20, 40].map((ms) => other.ask('sleep', ms).then(() => order.push(`client ${ms}`)))
    await other.ask('sleepers')
    for (const ms of [10, 30, 50]) clock.after(ms, () => order.push(`lab ${ms}`))
    release()
    await Promise.all([...sleeps, clock.sleep(60)])
    expect(order).toEqual(['lab 10', 'client 20', 'lab 30', 'client 40', 'lab 50'])
  })

  it('is waited for while it is at work on its own', async () => {
    const { clock, url } = await served('auto')
    const other = await client(url)
    const start = clock.now()
    const working = other.ask('write a large file')
    const sleeping = clock.sleep(1_000).then(() => 'lab time moved')
    expect(await Promise.race([working, sleeping])).toBe(start)
    await sleeping
  })

  it('is waited for while it holds the time', async () => {
    const { clock, url } = await served('auto')
    const other = await client(url)
    const start = clock.now()
    await other.ask('hold')
    const sleeping = clock.sleep(1_000)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(clock.now()).toBe(start)
    await other.ask('release')
    await sleeping
    expect(clock.now()).toBe(start + 1_000)
  })

  it('finishes a conversation with the lab before time moves', async () => {
    const { clock, url } = await served('auto')
    const server = net.createServer((socket) => socket.on('data', (data) => socket.write(data)))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closers.push(() => void server.close())
    const other = await client(url)
    const start = clock.now()
    for (let round = 0; round < 10; round += 1) {
      const talked = other.ask('talk', portOf(server), 30)
      const sleeping = clock.sleep(5_000)
      expect(await talked, 'the time when it had talked').toBe(start + round * 5_000)
      await sleeping
    }
  })

  it('leaves its sleeps behind for nobody when it is killed, and time goes on without it', async () => {
    const { clock, url } = await served('auto')
    const other = await client(url)
    const start = clock.now()
    await other.ask('hold')
    void other.ask('sleep', 3_600_000)
    clock.sleep(7_200_000).catch(() => {})
    await other.ask('sleepers')
    other.process.kill('SIGKILL')
    await clock.sleep(1_000)
    expect(clock.now()).toBe(start + 1_000)
    await clock.settled()
  })

  it('is stepped along, nap by nap', async () => {
    const { clock, url } = await served('stepped')
    const other = await client(url)
    const start = clock.now()
    let naps: unknown
    void other.ask('sleep often', 5, 1_000).then((now) => (naps = now))
    await other.ask('sleepers')
    await clock.advance(4_999)
    expect(await other.ask('now')).toBe(start + 4_999)
    expect(naps).toBeUndefined()
    await clock.advance(1)
    expect(await other.ask('now')).toBe(start + 5_000)
    expect(naps).toBe(start + 5_000)
  })

  it('follows a clock that runs by the wall', async () => {
    const { clock, url } = await served({ speed: 1_000 })
    const other = await client(url)
    const start = clock.now()
    const now = await other.ask('sleep often', 2, 50_000)
    // Each end rounds to a millisecond of wall time.
    expect(now - start).toBeGreaterThanOrEqual(98_000)
    const before = clock.now()
    const there = await other.ask('now')
    expect(there).toBeGreaterThanOrEqual(before - 2_000)
    expect(there).toBeLessThanOrEqual(clock.now() + 2_000)
  })

  it('may be one of several: time waits for all of them', async () => {
    const { clock, url } = await served('auto')
    const others = await Promise.all([client(url), client(url), client(url)])
    const start = clock.now()
    const ends = await Promise.all(others.map((other) => other.ask('sleep often', 20, 1_000)))
    expect(ends).toEqual([start + 20_000, start + 20_000, start + 20_000])
  })

  it('may talk with another one behind the lab’s back: time waits for that too', async () => {
    const { clock, url } = await served('auto')
    const [one, other] = await Promise.all([client(url), client(url)])
    const port = await one.ask('answer')
    const start = clock.now()
    for (let round = 0; round < 20; round += 1) {
      const talked = other.ask('talk', port, 50)
      const sleeping = clock.sleep(5_000)
      expect(await talked, 'the time when they had talked').toBe(start + round * 5_000)
      await sleeping
    }
  })

  it('ends by itself when it sleeps no more', async () => {
    const { url } = await served('auto')
    const other = await client(url)
    void other.ask('leave')
    expect(await once(other.process, 'exit')).toEqual([0, null])
  })
})

describe('a connected clock', () => {
  it('rejects a sleep with the reason of its signal, leaves no listener, and its lab forgets the sleep', async () => {
    const { clock, url } = await served('stepped')
    using connected = await connectLabClock(url)
    const controller = new AbortController()
    const sleeping = connected.sleep(1_000, controller.signal)
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1)
    const reason = new Error('cancelled by ada')
    controller.abort(reason)
    await expect(sleeping).rejects.toBe(reason)
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
    await expect(connected.sleep(1, controller.signal)).rejects.toBe(reason)
    await clock.advance(2_000)
    expect(connected.now()).toBe(clock.now())
  })

  it('rejects what sleeps when the lab goes away, and when it is closed', async () => {
    const lab = await createLab({ clock: 'stepped' })
    const url = await lab.serveClock()
    expect(await lab.serveClock()).toBe(url)
    const [one, other] = [await connectLabClock(url), await connectLabClock(url)]
    const [first, second] = [one.sleep(1_000), other.sleep(1_000)]
    one.close()
    await expect(first).rejects.toThrow('The lab is closed')
    await lab.close()
    await expect(second).rejects.toThrow('The lab is closed')
    await expect(other.sleep(1)).rejects.toThrow('The lab is closed')
  })

  it('refuses what is no clock', async () => {
    const server = net.createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closers.push(() => void server.close())
    await expect(connectLabClock(`tcp://127.0.0.1:${portOf(server)}`)).rejects.toThrow(/not the clock of a lab/)
    await expect(connectLabClock('tcp://127.0.0.1:1')).rejects.toThrow(/ECONNREFUSED/)
  })
})
