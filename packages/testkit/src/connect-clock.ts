import net from 'node:net'
import { readMessages, sendMessage, type ToClient, type ToLab } from './clock-messages.ts'
import { createQuietness } from './quietness.ts'

/** A lab's clock as another process sees it. Its shape is the one hwautomation accepts as `clock`. */
export interface ConnectedLabClock extends Disposable {
  /** Milliseconds since the epoch, in lab time. Stands still while anything is in flight, here or in the lab (`auto`, `stepped`). */
  now(): number
  /** Resolves after `ms` of lab time; rejects with `signal.reason` on abort. Keeps the process alive meanwhile. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Real work is under way that lab time must not overtake; call the result when it is over. Sockets and files are noticed by themselves. */
  holdStill(): () => void
  /** Lets go of the lab: lab time no longer waits for this process. Pending sleeps reject, as they do when the lab goes away. */
  close(): void
}

interface Sleeper {
  readonly wake: () => void
  readonly fail: (reason: unknown) => void
}

/**
 * Connects to the clock of a lab in another process of this machine, so that a service under test lives in the lab's time:
 * `auto` and `stepped` lab time then moves only when nothing is in flight on either side.
 *
 * @param url from `Lab.serveClock`
 * @throws Error where nothing answers, or something that is no lab's clock
 * @example
 * using clock = await connectLabClock(process.env.LAB_CLOCK)
 * await using hw = await createHwAutomation({ ...connection, clock })
 */
export async function connectLabClock(url: string): Promise<ConnectedLabClock> {
  const { hostname, port } = new URL(url)
  const socket = net.connect({ host: hostname, port: Number(port), noDelay: true })
  const quiet = createQuietness()
  const sleepers = new Map<number, Sleeper>()
  let closed = false
  let sleeps = 0
  let told = 0
  let pace: NonNullable<ToClient['hello']>['pace']
  const tell = (message: ToLab) => sendMessage(socket, message)
  const now = () => (pace === undefined ? told : told + Math.floor((Date.now() - pace.wall) * pace.speed))

  const answer = async (id: number) => {
    await quiet.settled(() => closed)
    tell({ isQuiet: { id, mark: quiet.mark() } })
  }
  const hear = (message: ToClient) => {
    if (message.hello !== undefined) pace = message.hello.pace
    // Both processes have the same wall clock: a pace needs no more telling.
    if (message.now !== undefined && (pace === undefined || message.hello !== undefined)) told = message.now
    if (message.wake !== undefined) {
      quiet.disturb()
      sleepers.get(message.wake)?.wake()
    }
    if (message.quiet !== undefined) void answer(message.quiet)
  }
  const close = () => {
    if (closed) return
    closed = true
    quiet.resume()
    socket.destroy()
    for (const { fail } of sleepers.values()) fail(new Error('The lab is closed'))
  }

  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject)
    socket.once('close', () => reject(new Error(`${url} is not the clock of a lab`)))
    readMessages(socket, {
      chunk: () => quiet.discount(),
      message(message) {
        hear(message)
        if (message.hello?.v === 1) resolve()
      },
    })
  })
  socket.on('error', close)
  socket.once('close', close)
  socket.unref()

  return {
    now,
    sleep: (ms, signal) =>
      new Promise<void>((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        if (closed) return reject(new Error('The lab is closed'))
        const id = ++sleeps
        const end = () => {
          sleepers.delete(id)
          if (sleepers.size === 0) socket.unref()
          signal?.removeEventListener('abort', aborted)
        }
        const fail = (reason: unknown) => (end(), reject(reason))
        const aborted = () => {
          tell({ drop: id })
          fail(signal?.reason)
        }
        sleepers.set(id, { wake: () => (end(), resolve()), fail })
        socket.ref()
        signal?.addEventListener('abort', aborted)
        tell({ sleep: { id, at: now() + Math.max(0, ms) } })
      }),
    holdStill: () => quiet.hold(),
    close,
    [Symbol.dispose]: close,
  }
}
