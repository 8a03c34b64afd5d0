import type { ClockPeer } from './clock-peers.ts'
import { createStillness } from './stillness.ts'
import { createWallTimers } from './wall-timers.ts'

/** How a lab's time runs: `speed` follows the wall clock times a factor, `auto` jumps to the next timer when nothing is in flight, `stepped` moves only by `advance`. */
export type ClockMode = { readonly speed: number } | 'auto' | 'stepped'

/**
 * The time of a simulated data centre. Its shape is also the one hwautomation accepts as `clock`,
 * so that a run and the hardware under it live in the same time.
 */
export interface LabClock {
  readonly mode: ClockMode
  /** Milliseconds since the epoch, in lab time. */
  now(): number
  /** Resolves after `ms` of lab time; rejects with `signal.reason` on abort and leaves no timer. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Runs `action` after `ms` of lab time. Returns a function that takes it back. */
  after(ms: number, action: () => void): () => void
  /** Moves a stepped clock by `ms`, timer by timer; resolves when nothing is in flight any more. */
  advance(ms: number): Promise<void>
  /** Resolves when nothing of this process is in flight any more: sockets just closed have been noticed by both ends. */
  settled(): Promise<void>
  /** Something is on the wire that lab time must not overtake (a hung or slowed reply); call the result when it is over. */
  holdStill(): () => void
  /** Something has just moved on a wire: lab time lets things settle anew. Sockets of this process are noticed by themselves. */
  activity(): void
  /** Wall time, for faults on the wire; lab time stands still meanwhile. Resolves after `ms`, or as soon as `until` aborts. */
  wall(ms: number, until?: AbortSignal): Promise<void>
  /** Clients in other processes, as the door that serves the clock to them reports them (`Lab.serveClock`). */
  readonly peers: {
    /** Lab time waits for this client too, until the result is called. */
    add(peer: ClockPeer): () => void
    /** The event loop has counted a message of the clock itself. */
    discount(): void
  }
  /** Stops the driver; pending sleeps reject. */
  close(): void
}

/** A jump never goes faster than this, so that a client's disk write does not lose minutes. */
const LAB_MS_PER_WALL_MS = 10_000
/** Wall milliseconds of quiet between two timers of a stepped clock. */
const SETTLE_MS = 4
/** After so many jumps in a row the driver waits on an unreferenced timer, so that a process with nothing else to do can end. */
const JUMPS_WITHOUT_PAUSE = 50

interface Timer {
  readonly at: number
  readonly action: () => void
}

/**
 * A clock that starts at the present wall time. It never keeps the process alive by itself and costs nothing while no timer is set.
 *
 * `auto` and `stepped` know that something is in flight from the event loop's own count of events, from pending file requests,
 * and from `holdStill`. Work in another process (curl, ssh) is invisible to them, unless it has connected to the clock
 * (`Lab.serveClock`, `connectLabClock`): use `speed` there.
 */
export function createLabClock(mode: ClockMode = 'auto'): LabClock {
  const timers: Timer[] = []
  const sleepers = new Set<(reason: unknown) => void>()
  const wall = createWallTimers()
  const quiet = createStillness()
  const startedAt = Date.now()
  const factor = typeof mode === 'object' ? mode.speed : undefined
  if (factor !== undefined && !(factor > 0)) throw new RangeError(`The lab's speed must be above 0, got ${factor}`)
  let labTime = startedAt
  let closed = false

  const now = () => (factor === undefined ? labTime : startedAt + Math.floor((Date.now() - startedAt) * factor))

  /** Runs the timers that are due at `until`, in order; time is that of each timer while it runs. */
  const fireNext = (until: number): boolean => {
    const next = timers[0]
    if (closed || next === undefined || next.at > until) return false
    timers.shift()
    labTime = Math.max(labTime, next.at)
    quiet.timeIs(labTime)
    quiet.disturb()
    next.action()
    return true
  }

  const driver = factor !== undefined ? following(factor) : mode === 'auto' ? jumping() : { wake: () => {} }

  function following(speed: number): { wake(): void } {
    let armed: (() => void) | undefined
    const wake = () => {
      armed?.()
      const next = timers[0]
      armed = next === undefined || closed ? undefined : wall.unref(Math.ceil((next.at - now()) / speed), run)
    }
    const run = () => {
      const due = now()
      for (let more = true; more;) more = fireNext(due)
      wake()
    }
    return { wake }
  }

  function jumping(): { wake(): void } {
    let running = false
    /** Lab time that the wall clock still owes. */
    let owed = 0
    let wallThen = performance.now()
    const wake = () => {
      if (running || closed || timers.length === 0) return
      running = true
      setImmediate(() => void run())
    }
    const run = async () => {
      try {
        for (let jumps = 1; await jump(jumps); jumps += 1);
      } finally {
        running = false
      }
    }
    /** Waits for quiet and fires the next timer; false when there is none. */
    const jump = async (jumps: number): Promise<boolean> => {
      await quiet.settled(() => closed)
      const next = timers[0]
      if (closed || next === undefined) return false
      const wallNow = performance.now()
      owed = Math.max(0, owed - (wallNow - wallThen) * LAB_MS_PER_WALL_MS) + (next.at - labTime)
      wallThen = wallNow
      const pace = owed / LAB_MS_PER_WALL_MS
      if (pace >= 1 || jumps % JUMPS_WITHOUT_PAUSE === 0) {
        const before = quiet.mark()
        await new Promise<void>((resolve) => wall.unref(Math.max(pace, 1), resolve))
        if (quiet.changedSince(before)) await quiet.settled(() => closed)
      }
      if (!closed && timers[0] === next) fireNext(next.at)
      else owed -= next.at - labTime
      return !closed
    }
    return { wake }
  }

  /** One `advance` after the other. */
  let advancing: Promise<unknown> = Promise.resolve()
  /** Quiet, and still quiet a moment of wall time later: by hand nobody is in a hurry, and work in the thread pool may be about to answer. */
  const trulySettled = async () => {
    for (let seen = quiet.mark(); ;) {
      await quiet.settled(() => closed)
      // A timer that moved nothing needs no second look.
      if (closed || quiet.mark() === seen) return
      seen = quiet.mark()
      await wall.wait(SETTLE_MS)
    }
  }

  const after = (ms: number, action: () => void): (() => void) => {
    if (closed) return () => {}
    const timer: Timer = { at: now() + Math.max(0, ms), action }
    timers.splice(placeOf(timers, timer.at), 0, timer)
    driver.wake()
    return () => {
      const index = timers.indexOf(timer)
      if (index >= 0) timers.splice(index, 1)
    }
  }

  return {
    mode,
    now,
    after,
    sleep: (ms, signal) =>
      new Promise<void>((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason)
        if (closed) return reject(new Error('The lab is closed'))
        const end = () => {
          takeBack()
          sleepers.delete(fail)
          signal?.removeEventListener('abort', aborted)
        }
        const fail = (reason: unknown) => (end(), reject(reason))
        const aborted = () => fail(signal?.reason)
        const takeBack = after(ms, () => (end(), resolve()))
        sleepers.add(fail)
        signal?.addEventListener('abort', aborted)
      }),
    async advance(ms) {
      if (mode !== 'stepped')
        throw new Error(`Only a stepped clock can be advanced; this one runs in mode ${JSON.stringify(mode)}`)
      const step = advancing.then(async () => {
        const until = labTime + ms
        await trulySettled()
        for (let more = fireNext(until); more; more = fireNext(until)) await trulySettled()
        labTime = Math.max(labTime, until)
        quiet.timeIs(labTime)
        await trulySettled()
      })
      advancing = step.catch(() => {})
      await step
    },
    settled: () => quiet.settled(() => closed),
    holdStill: () => quiet.hold(),
    activity: () => quiet.disturb(),
    peers: { add: (peer) => quiet.add(peer), discount: () => quiet.discount() },
    async wall(ms, until) {
      const release = quiet.hold()
      await wall.wait(ms, until)
      release()
    },
    close() {
      if (closed) return
      closed = true
      timers.length = 0
      wall.clear()
      for (const fail of sleepers) fail(new Error('The lab is closed'))
      quiet.resume()
    },
  }
}

/** After all timers that are due at the same time or earlier, so that equal times keep their order. */
function placeOf(timers: readonly Timer[], at: number): number {
  return timers.findLastIndex((timer) => timer.at <= at) + 1
}
