import { once } from 'node:events'
import net from 'node:net'
import type { LabClock } from './clock.ts'
import { readMessages, sendMessage, type ToClient } from './clock-messages.ts'

export interface ServedClock {
  /** What `connectLabClock` takes. */
  readonly url: string
  close(): Promise<void>
}

/**
 * Serves a clock to processes on this machine, on a free loopback port. Lab time waits for every one that is connected; one that dies takes
 * its sleeps along.
 */
export async function serveClock(clock: LabClock): Promise<ServedClock> {
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    serveClient(clock, socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A lab that is only waited for by its own doors ends with them.
  server.unref()
  const { port } = server.address() as net.AddressInfo
  return {
    url: `tcp://127.0.0.1:${port}`,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function serveClient(clock: LabClock, socket: net.Socket): void {
  const sleeps = new Map<number, () => void>()
  const questions = new Map<number, (mark: number) => void>()
  let asked = 0
  const tell = (message: ToClient) => sendMessage(socket, message)
  const forget = clock.peers.add({
    timeIs: (now) => tell({ now }),
    quiet: () =>
      new Promise((resolve) => {
        if (!socket.writable) return resolve(-1)
        questions.set(++asked, resolve)
        tell({ quiet: asked })
      }),
  })
  const gone = () => {
    forget()
    for (const takeBack of sleeps.values()) takeBack()
    for (const resolve of questions.values()) resolve(-1)
    sleeps.clear()
    questions.clear()
  }

  socket.setNoDelay()
  socket.unref()
  socket.once('close', gone)
  socket.on('error', () => {})
  readMessages(socket, {
    chunk: () => clock.peers.discount(),
    message({ sleep, drop, isQuiet }) {
      if (sleep !== undefined) {
        const { id, at } = sleep
        const takeBack = clock.after(at - clock.now(), () => {
          sleeps.delete(id)
          tell({ now: clock.now(), wake: id })
        })
        sleeps.set(id, takeBack)
      }
      if (drop !== undefined) {
        sleeps.get(drop)?.()
        sleeps.delete(drop)
      }
      if (isQuiet !== undefined) {
        questions.get(isQuiet.id)?.(isQuiet.mark)
        questions.delete(isQuiet.id)
      }
    },
  })
  const pace = typeof clock.mode === 'object' ? { pace: { speed: clock.mode.speed, wall: Date.now() } } : {}
  tell({ hello: { v: 1, ...pace }, now: clock.now() })
}
