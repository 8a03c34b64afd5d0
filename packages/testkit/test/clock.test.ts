import { execFile } from 'node:child_process'
import { getEventListeners } from 'node:events'
import { writeFile } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from 'vitest'
import { portOf } from './bmc-network.ts'
import { createLabClock, type ClockMode, type LabClock } from '../src/clock.ts'

const clocks: LabClock[] = []
const make = (mode: ClockMode): LabClock => {
  const clock = createLabClock(mode)
  clocks.push(clock)
  return clock
}
afterEach(() => {
  for (const clock of clocks.splice(0)) clock.close()
})

/** Counts the listeners on a signal, as Node knows them. */
const listenersOn = (signal: AbortSignal) => getEventListeners(signal, 'abort').length

describe('auto', () => {
  it('lets an hour of sleeps pass in a few hundred milliseconds of wall time', async () => {
    const clock = make('auto')
    const [lab, wall] = [clock.now(), performance.now()]
    for (let round = 0; round < 60; round += 1) await clock.sleep(60_000)
    expect(clock.now() - lab).toBe(3_600_000)
    expect(performance.now() - wall).toBeLessThan(3_000)
  })

  it('fires timers in the order of their times, equal ones in the order they were set', async () => {
    const clock = make('auto')
    const fired: string[] = []
    clock.after(20, () => fired.push('b'))
    clock.after(10, () => fired.push('a1'))
    clock.after(10, () => fired.push('a2'))
    await clock.sleep(30)
    expect(fired).toEqual(['a1', 'a2', 'b'])
  })

  it('does not jump while a reply is held', async () => {
    const clock = make('auto')
    const start = clock.now()
    const release = clock.holdStill()
    const sleeping = clock.sleep(1_000)
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(clock.now()).toBe(start)
    release()
    await sleeping
    expect(clock.now()).toBe(start + 1_000)
  })

  it('lets a conversation over a socket finish before it jumps', async () => {
    const clock = make('auto')
    const server = net.createServer((socket) => socket.on('data', (data) => socket.write(data)))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const socket = net.connect(portOf(server), '127.0.0.1')
    const start = clock.now()
    let passed = 0
    clock.after(5_000, () => (passed = clock.now() - start))
    for (let round = 0; round < 50; round += 1) {
      socket.write('x')
      await new Promise((resolve) => socket.once('data', resolve))
    }
    expect(passed).toBe(0)
    socket.destroy()
    server.close()
    await clock.sleep(6_000)
    expect(passed).toBe(5_000)
  })

  it('waits for a file that is being written', async () => {
    const clock = make('auto')
    const file = join(tmpdir(), `lab-clock-${process.pid}`)
    const start = clock.now()
    clock.after(1_000, () => {})
    await writeFile(file, Buffer.alloc(8_000_000))
    expect(clock.now()).toBe(start)
  })

  it('goes no faster than ten seconds per millisecond, in long jumps or short ones', async () => {
    const clock = make('auto')
    const wall = performance.now()
    await clock.sleep(1_000_000)
    for (let round = 0; round < 200; round += 1) await clock.sleep(5_000)
    expect(performance.now() - wall).toBeGreaterThan(190)
  })

  it('uses no processor time while nothing waits', async () => {
    const clock = make('auto')
    await clock.sleep(1)
    const before = process.cpuUsage()
    await new Promise((resolve) => setTimeout(resolve, 300))
    const used = process.cpuUsage(before)
    expect(used.user + used.system).toBeLessThan(150_000)
  })

  it('lets a process end that has nothing else to do', async () => {
    const program = `
      import { createLabClock } from ${JSON.stringify(new URL('../src/clock.ts', import.meta.url).href)}
      for (const mode of ['auto', 'stepped', { speed: 10 }]) {
        const clock = createLabClock(mode)
        const again = () => clock.after(1000, again)
        again()
      }
      console.log('set')`
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '-e', program],
      { timeout: 15_000 },
    )
    expect(stdout).toBe('set\n')
  })
})

describe('stepped', () => {
  it('moves only by advance, timer by timer, and follows what a timer sets off', async () => {
    const clock = make('stepped')
    const start = clock.now()
    const seen: number[] = []
    const tick = () => {
      seen.push(clock.now() - start)
      clock.after(10_000, tick)
    }
    clock.after(10_000, tick)
    await clock.settled()
    expect(seen).toEqual([])
    await clock.advance(35_000)
    expect(seen).toEqual([10_000, 20_000, 30_000])
    expect(clock.now() - start).toBe(35_000)
  })

  it('advances past a client that sleeps again each time it wakes', async () => {
    const clock = make('stepped')
    let rounds = 0
    const client = (async () => {
      for (; rounds < 5; rounds += 1) await clock.sleep(1_000)
    })()
    await clock.advance(5_000)
    await client
    expect(rounds).toBe(5)
  })

  it('resolves an advance only when a held reply is over', async () => {
    const clock = make('stepped')
    const release = clock.holdStill()
    let done = false
    const advancing = clock.advance(1_000).then(() => (done = true))
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(done).toBe(false)
    release()
    await advancing
  })

  it('is the only mode that can be advanced', async () => {
    await expect(make('auto').advance(1)).rejects.toThrow(/stepped/)
  })
})

describe('speed', () => {
  it('runs at the wall clock times a factor', async () => {
    const clock = make({ speed: 1000 })
    const [lab, wall] = [clock.now(), performance.now()]
    await clock.sleep(50_000)
    expect(clock.now() - lab).toBeGreaterThanOrEqual(50_000)
    expect(performance.now() - wall).toBeGreaterThanOrEqual(45)
    expect(performance.now() - wall).toBeLessThan(1_000)
  })

  it('refuses a speed of nothing', () => {
    expect(() => createLabClock({ speed: 0 })).toThrow(RangeError)
  })
})

describe.each<ClockMode>(['auto', 'stepped', { speed: 1000 }])('sleep in mode %s', (mode) => {
  it('rejects with the reason of the signal and leaves no listener', async () => {
    const clock = make(mode)
    const controller = new AbortController()
    const release = clock.holdStill()
    const sleeping = clock.sleep(3_600_000, controller.signal)
    expect(listenersOn(controller.signal)).toBe(1)
    const reason = new Error('cancelled by ada')
    controller.abort(reason)
    await expect(sleeping).rejects.toBe(reason)
    expect(listenersOn(controller.signal)).toBe(0)
    await expect(clock.sleep(1, controller.signal)).rejects.toBe(reason)
    release()
  })

  it('leaves no listener after it has slept', async () => {
    const clock = make(mode)
    const { signal } = new AbortController()
    const sleeping = clock.sleep(10, signal)
    if (mode === 'stepped') await clock.advance(10)
    await sleeping
    expect(listenersOn(signal)).toBe(0)
  })

  it('rejects what still sleeps when the lab closes', async () => {
    const clock = make(mode)
    const release = clock.holdStill()
    const sleeping = clock.sleep(3_600_000)
    clock.close()
    await expect(sleeping).rejects.toThrow('The lab is closed')
    await expect(clock.sleep(1)).rejects.toThrow('The lab is closed')
    release()
  })

  it('does not run what was taken back', async () => {
    const clock = make(mode)
    let ran = false
    const takeBack = clock.after(5, () => (ran = true))
    takeBack()
    const sleeping = clock.sleep(20)
    if (mode === 'stepped') await clock.advance(20)
    await sleeping
    expect(ran).toBe(false)
  })
})
