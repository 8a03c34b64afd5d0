/** Turns of the event loop without any event, after which nothing of this process is in flight. */
const QUIET_TURNS = 12
/** Events that the event loop has counted and that were nobody's work. As process-wide as the loop's own count. */
let discounted = 0

/** Knows whether anything of this process is in flight: sockets by the event loop's own count of events, files by their requests. */
export interface Quietness {
  /** Something has moved that the event loop does not count. */
  disturb(): void
  /** The event loop has counted an event that is none of anybody's work: the clock's own conversation with another process. */
  discount(): void
  /** A value that changes whenever something moves. */
  mark(): number
  changedSince(mark: number): boolean
  /** Nothing is quiet until the result is called. */
  hold(): () => void
  /** Lets waits look at `until` again. */
  resume(): void
  /** Resolves after enough quiet turns; `until` ends the wait early. */
  settled(until: () => boolean): Promise<void>
}

/** For one clock. */
export function createQuietness(): Quietness {
  let holds = 0
  let pokes = 0
  const waiting: (() => void)[] = []
  const disturb = () => void (pokes += 1)
  const mark = () => pokes + performance.nodeTiming.uvMetricsInfo.events - discounted

  return {
    disturb,
    discount: () => void (discounted += 1),
    mark,
    changedSince: (before) => mark() !== before || holds > 0,
    resume() {
      for (const resume of waiting.splice(0)) resume()
    },
    hold() {
      holds += 1
      let held = true
      return () => {
        if (!held) return
        held = false
        holds -= 1
        disturb()
        if (holds === 0) for (const resume of waiting.splice(0)) resume()
      }
    },
    async settled(until) {
      let seen = mark()
      for (let turns = 0; turns < QUIET_TURNS && !until(); turns += 1) {
        if (holds > 0) await new Promise<void>((resolve) => waiting.push(resolve))
        await new Promise<void>((resolve) => setImmediate(resolve))
        const current = mark()
        if (current !== seen || holds > 0 || fileRequestPending(turns)) turns = -1
        seen = current
      }
    },
  }
}

/** File, name and crypto work in the thread pool, by the names that Node gives its requests. */
const REQUEST = /^FSReq|Req(uest)?(Wrap)?$|Job$/i

/** Looked at only at the end of a quiet stretch: a disk is slower than many turns of the loop. */
function fileRequestPending(turns: number): boolean {
  return turns === QUIET_TURNS - 1 && process.getActiveResourcesInfo().some((resource) => REQUEST.test(resource))
}
