/** A process that lives in a lab's time and does what its parent asks: `[id, what, ...args]` is answered by `[id, value]`. */
import { once } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectLabClock } from '../src/connect-clock.ts'

const clock = await connectLabClock(process.argv[2] ?? '')
let release = () => {}

const deeds: Record<string, (...args: any[]) => unknown> = {
  now: () => clock.now(),
  sleepers: () => 'heard',
  async sleep(ms: number) {
    await clock.sleep(ms)
    return clock.now()
  },
  async 'sleep often'(times: number, ms: number) {
    for (let nap = 0; nap < times; nap += 1) await clock.sleep(ms)
    return clock.now()
  },
  async 'write a large file'() {
    const file = join(tmpdir(), `connect-clock-${process.pid}`)
    await writeFile(file, Buffer.alloc(8_000_000))
    const now = clock.now()
    await rm(file)
    return now
  },
  hold: () => void (release = clock.holdStill()),
  release: () => release(),
  async answer() {
    const server = net.createServer((socket) => socket.on('data', (data) => socket.write(data))).unref()
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as net.AddressInfo).port
  },
  async talk(port: number, rounds: number) {
    const socket = net.connect(port, '127.0.0.1')
    for (let round = 0; round < rounds; round += 1) {
      socket.write('x')
      await once(socket, 'data')
    }
    const now = clock.now()
    socket.destroy()
    return now
  },
  leave: () => process.disconnect(),
}

process.on('message', ([id, what, ...args]: [number, string, ...unknown[]]) => {
  void Promise.resolve(deeds[what]?.(...args)).then((value) => process.connected && process.send?.([id, value]))
})
process.send?.('ready')
